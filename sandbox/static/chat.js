// One person's chat: bubbles, buttons, the keyboard under the text box, files.

import { alertBox, icon, make, post, rich, size, toast } from "/kit.js";

const NEAR = 90;

export class Chat {
  constructor(person, onLink, onNew) {
    this.person = person;
    this.onLink = onLink;
    this.onNew = onNew;
    this.root = `/sandbox/people/${person.id}`;
    this.name = [person.first_name, person.last_name].filter(Boolean).join(" ");
    this.element = make("section", { class: "column chat", ariaLabel: this.name });
    this.clear();
  }

  clear() {
    this.after = -1;
    this.loaded = false;
    this.bubbles = new Map();
    this.seen = new Set();
    this.menuKey = "";
    this.keysKey = "";
    this.build();
  }

  path(seconds) {
    return `${this.root}/chat?changed=1&after=${this.after}&wait=${seconds}`;
  }

  send(text) {
    return post(`${this.root}/send`, { text });
  }

  build() {
    const { person } = this;
    this.hint = make("div", { class: "hint", hidden: !person.hint }, make("span", {}, "Вам прислали ссылку на бота"));
    this.hint.append(make("button", { class: "primary", on: { click: () => this.send(person.hint) } }, "Открыть ссылку"));
    this.start = make("button", { class: "primary", on: { click: () => this.send("/start") } }, "Начать");
    this.empty = make("div", { class: "empty" }, make("p", {}, "Сообщений пока нет. Начните разговор с ботом."), this.start);
    this.list = make("div", { class: "list", on: { click: (event) => this.follow(event) } }, this.empty);
    this.keys = make("div", { class: "keys", hidden: true });
    this.toasts = make("div", { class: "toasts", role: "status", ariaLive: "polite" });
    const face = make("span", { class: "face", ariaHidden: "true" }, initials(person));
    face.style.setProperty("--hue", String((person.id * 67) % 360));
    this.element.replaceChildren(
      make("header", { class: "head" }, face, make("span", { class: "who" }, make("strong", {}, person.part || this.name), make("small", {}, person.part ? this.name : "участник"))),
      this.toasts,
      this.hint,
      this.list,
      this.keys,
      this.composer(),
    );
  }

  composer() {
    this.box = make("textarea", { rows: 1, placeholder: "Сообщение", ariaLabel: `Сообщение: ${this.name}` });
    this.box.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.submit();
    });
    this.box.addEventListener("input", () => this.fit());
    this.photo = this.picker("photo", "image/*");
    this.document = this.picker("document", "");
    const attach = drop(icon("clip"), "Прикрепить", [
      ["Файл", () => this.document.click()],
      ["Фото", () => this.photo.click()],
      ["Голосовое сообщение", () => post(`${this.root}/send`, { voice: true })],
      ["Стикер", () => post(`${this.root}/send`, { sticker: true })],
    ]);
    this.menu = make("span", { hidden: true });
    const send = make("button", { class: "quiet send", ariaLabel: "Отправить", title: "Отправить", on: { click: () => this.submit() } }, icon("send"));
    return make("footer", { class: "composer" }, this.menu, attach, this.box, send, this.photo, this.document);
  }

  picker(kind, accept) {
    const input = make("input", { type: "file", accept, multiple: true, hidden: true });
    input.addEventListener("change", async () => {
      await this.upload(kind, [...input.files]);
      input.value = "";
    });
    return input;
  }

  async upload(kind, files) {
    const group = files.length > 1 ? crypto.randomUUID?.() ?? String(Date.now()) : "";
    for (const [number, file] of files.entries()) {
      const form = new FormData();
      form.append("kind", kind);
      if (number === 0 && this.box.value.trim()) form.append("caption", this.box.value.trim());
      if (group) form.append("media_group_id", group);
      form.append("file", file, file.name);
      if (!(await post(`${this.root}/upload`, form))) return;
    }
    this.box.value = "";
    this.fit();
  }

  async submit() {
    const text = this.box.value.trim();
    if (!text) return;
    this.box.value = "";
    this.fit();
    if (!(await this.send(text)) && !this.box.value) this.box.value = text;
  }

  fit() {
    this.box.style.height = "auto";
    this.box.style.height = `${Math.min(this.box.scrollHeight, 120)}px`;
  }

  /** Show an answer of the chat; `revision` lower than ours means the demo was started anew. */
  take(answer) {
    if (answer.revision < this.after) return this.clear();
    const first = !this.loaded;
    this.loaded = true;
    const low = this.list.scrollHeight - this.list.scrollTop - this.list.clientHeight < NEAR;
    let own = false;
    let news = false;
    for (const message of answer.messages) {
      const known = this.bubbles.get(message.message_id);
      if (known?.rev === message.rev) continue;
      this.show(message, known);
      own ||= !known && message.from === "person";
      news ||= message.from === "bot" && !message.deleted;
    }
    for (const note of answer.toasts ?? []) this.note(note, first);
    this.commands(answer.commands ?? []);
    this.after = answer.revision;
    this.settle();
    if (first || low || own) this.list.scrollTop = this.list.scrollHeight;
    if (news && !first) this.onNew();
    return undefined;
  }

  show(message, known) {
    if (message.deleted) {
      known?.element?.remove();
      this.bubbles.set(message.message_id, { rev: message.rev, message, element: null });
      return;
    }
    const element = this.bubble(message);
    if (known?.element) {
      known.element.replaceWith(element);
      element.classList.add("changed");
    } else {
      this.list.append(element);
    }
    this.bubbles.set(message.message_id, { rev: message.rev, message, element });
  }

  bubble(message) {
    const body = make("div", { class: "text" });
    if (message.file) body.append(this.file(message.file));
    // Telegram shows the command and keeps what the link passed to itself.
    const passed = message.from === "person" && message.text?.startsWith("/start ");
    body.append(passed ? "/start" : rich(message.html || ""));
    if (message.edited && message.from === "person") body.append(make("small", { class: "edited" }, "изменено"));
    const rows = (message.buttons ?? []).map((row) => make("div", { class: "buttons" }, ...row.map((button) => this.button(message, button))));
    return make("div", { class: `bubble ${message.from}` }, body, ...rows);
  }

  file(file) {
    const name = make("b", {}, icon("clip"), ` ${file.name || "Фото"}`);
    return make("div", { class: "attached" }, name, make("small", {}, size(file.size || 0)));
  }

  button(message, button) {
    if (button.url) return make("a", { href: button.url, target: "_blank", rel: "noopener noreferrer" }, `${button.text} ↗`);
    const element = make("button", {}, button.text);
    element.addEventListener("click", async () => {
      element.classList.add("busy");
      await post(`${this.root}/press`, { message_id: message.message_id, data: button.data });
      element.classList.remove("busy");
    });
    return element;
  }

  note(note, old) {
    if (this.seen.has(note.callback_query_id)) return;
    this.seen.add(note.callback_query_id);
    if (old || !note.text) return;
    if (note.alert) alertBox(note.text);
    else toast(note.text, this.toasts);
  }

  commands(list) {
    const key = JSON.stringify(list);
    if (key === this.menuKey) return;
    this.menuKey = key;
    this.menu.hidden = !list.length;
    const items = list.map((item) => [`${item.description}`, () => this.send(`/${item.command}`)]);
    this.menu.replaceChildren(drop(icon("menu"), "Меню", items));
  }

  settle() {
    const alive = [...this.bubbles.values()].filter((entry) => entry.element);
    this.empty.hidden = alive.length > 0;
    this.start.hidden = Boolean(this.person.hint);
    this.hint.hidden = !this.person.hint || alive.some((entry) => entry.message.text === this.person.hint);
    const last = alive.map((entry) => entry.message).filter((message) => message.keyboard?.length || message.keyboard_removed).at(-1);
    this.keyboard(last?.keyboard ?? []);
  }

  keyboard(rows) {
    const key = JSON.stringify(rows);
    if (key === this.keysKey) return;
    this.keysKey = key;
    this.keys.hidden = !rows.length;
    this.keys.replaceChildren(...rows.map((row) => make("div", { class: "buttons" }, ...row.map((label) => this.key(label)))));
  }

  key(label) {
    const text = label.text ?? label;
    const act = label.request_contact ? () => post(`${this.root}/send`, { contact: true }) : () => this.send(text);
    return make("button", { on: { click: act } }, text);
  }

  follow(event) {
    const link = event.target.closest("a[href]");
    if (link && this.onLink(link.href, this)) event.preventDefault();
  }
}

function initials(person) {
  return [person.first_name, person.last_name].filter(Boolean).map((word) => word[0]).join("");
}

/** A button with a short list over it; the list closes by itself. */
function drop(sign, label, items) {
  const list = make("div", { class: "drop" });
  const details = make("details", {}, make("summary", { ariaLabel: label, title: label }, sign), list);
  for (const [text, act] of items) {
    list.append(make("button", { on: { click: () => ((details.open = false), act()) } }, text));
  }
  document.addEventListener("click", (event) => {
    if (!details.contains(event.target)) details.open = false;
  });
  return details;
}
