// One person's chat: the bubbles in their order, the keyboard under the text box, what is being written.

import { Attach } from "/attach.js";
import { brief, draw } from "/bubbles.js";
import { alertBox, icon, make, post, toast } from "/kit.js";

const NEAR = 90;
const HOLD = 450;

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
    this.low = true;
    this.bubbles = new Map();
    this.bundles = new Map();
    this.replied = null;
    this.seen = new Set();
    this.menuKey = "";
    this.keysKey = "";
    this.build();
  }

  path(seconds) {
    return `${this.root}/chat?changed=1&after=${this.after}&wait=${seconds}`;
  }

  send(text, replied = null) {
    return post(`${this.root}/send`, { text, reply_to: replied?.message_id });
  }

  build() {
    const { person } = this;
    this.hint = make("div", { class: "hint", hidden: !person.hint }, make("span", {}, "Вам прислали ссылку на бота"));
    this.hint.append(make("button", { class: "primary", on: { click: () => this.send(person.hint) } }, "Открыть ссылку"));
    this.start = make("button", { class: "primary", on: { click: () => this.send("/start") } }, "Начать");
    const waiting = person.hint ? "Сообщений пока нет. Откройте ссылку, чтобы начать." : "Сообщений пока нет. Начните разговор с ботом.";
    this.empty = make("div", { class: "empty" }, make("p", {}, waiting), this.start);
    this.list = make("div", { class: "list", on: { click: (event) => this.follow(event), scroll: () => (this.low = this.isLow()) } }, this.empty);
    // What opens under the list takes its room: who reads the end goes on reading the end.
    new ResizeObserver(() => this.low && this.toEnd()).observe(this.list);
    this.holding();
    this.keys = make("div", { class: "keys", hidden: true });
    this.answered = make("div", { class: "answered", hidden: true });
    this.attach = new Attach(`${this.root}/upload`, (count) => (this.box.placeholder = count ? "Подпись" : "Сообщение"));
    this.toasts = make("div", { class: "toasts", role: "status", ariaLive: "polite" });
    const face = make("span", { class: "face", ariaHidden: "true" }, initials(person));
    face.style.setProperty("--hue", String((person.id * 67) % 360));
    this.element.replaceChildren(
      make("header", { class: "head" }, face, make("span", { class: "who" }, make("strong", {}, person.part || this.name), make("small", {}, person.part ? this.name : "участник"))),
      this.toasts,
      this.hint,
      this.list,
      this.keys,
      this.answered,
      this.attach.element,
      this.composer(),
    );
    this.attach.listen(this.list);
    this.attach.listen(this.element.lastChild);
  }

  composer() {
    this.box = make("textarea", { rows: 1, placeholder: "Сообщение", ariaLabel: `Сообщение: ${this.name}` });
    this.box.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.answer(null);
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.submit();
    });
    this.box.addEventListener("input", () => this.fit());
    const attach = drop(icon("clip"), "Прикрепить", [
      ["Фото или файлы", () => this.attach.choose()],
      ["Голосовое сообщение", () => post(`${this.root}/send`, { voice: true })],
      ["Стикер", () => post(`${this.root}/send`, { sticker: true })],
    ]);
    this.menu = make("span", { hidden: true });
    const send = make("button", { class: "quiet send", ariaLabel: "Отправить", title: "Отправить", on: { click: () => this.submit() } }, icon("send"));
    return make("footer", { class: "composer" }, this.menu, attach, this.box, send, this.attach.input);
  }

  async submit() {
    const text = this.box.value.trim();
    const { replied } = this;
    if (this.attach.busy || (!text && !this.attach.files.length)) return;
    const files = this.attach.files.length;
    this.write("");
    this.answer(null);
    const sent = files ? await this.attach.send(text, replied?.message_id) : await this.send(text, replied);
    // What has not gone comes back to be sent again, unless something else is being written by now.
    if (sent || this.attach.files.length < files) return;
    if (!this.box.value) this.write(text);
    if (!this.replied) this.answer(replied, false);
  }

  write(text) {
    this.box.value = text;
    this.fit();
  }

  /** Reply to a message, or to none; the words over the text box tell which. */
  answer(message, focus = true) {
    this.replied = message;
    this.answered.hidden = !message;
    if (!message) return;
    const cancel = make("button", { class: "quiet", ariaLabel: "Не отвечать на сообщение", title: "Не отвечать", on: { click: () => this.answer(null) } }, "✕");
    const to = make("small", {}, message.from === "bot" ? "Ответ боту" : "Ответ на своё сообщение");
    this.answered.replaceChildren(make("span", { class: "who" }, to, make("span", {}, brief(message))), cancel);
    if (focus) this.box.focus();
  }

  /** A long touch shows what a mouse shows by hovering. */
  holding() {
    let timer = 0;
    const stop = () => clearTimeout(timer);
    this.list.addEventListener("pointerdown", (event) => {
      const bubble = event.target.closest(".bubble");
      for (const other of this.list.querySelectorAll(".held")) if (other !== bubble) other.classList.remove("held");
      if (event.pointerType === "touch" && bubble) timer = setTimeout(() => bubble.classList.add("held"), HOLD);
    });
    for (const name of ["pointerup", "pointercancel", "pointermove"]) this.list.addEventListener(name, stop);
  }

  fit() {
    this.box.style.height = "auto";
    this.box.style.height = `${Math.min(this.box.scrollHeight, 120)}px`;
  }

  isLow() {
    return this.list.scrollHeight - this.list.scrollTop - this.list.clientHeight < NEAR;
  }

  toEnd() {
    this.list.scrollTop = this.list.scrollHeight;
    this.low = true;
  }

  /** Show an answer of the chat; `revision` lower than ours means the demo was started anew. */
  take(answer) {
    if (answer.revision < this.after) return this.clear();
    const first = !this.loaded;
    this.loaded = true;
    const low = this.isLow();
    let own = false;
    let news = false;
    for (const message of answer.messages) {
      const known = this.bubbles.get(message.message_id);
      if (known?.rev === message.rev) continue;
      this.show(message);
      own ||= !known && message.from === "person";
      news ||= message.from === "bot" && !message.deleted;
    }
    for (const note of answer.toasts ?? []) this.note(note, first);
    this.commands(answer.commands ?? []);
    this.after = answer.revision;
    this.settle();
    if (first || low || own) this.toEnd();
    if (news && !first) this.onNew();
    return undefined;
  }

  show(message) {
    const key = message.album ? `album ${message.album}` : message.message_id;
    const bundle = this.bundles.get(key) ?? { parts: new Map(), element: null };
    this.bundles.set(key, bundle);
    this.bubbles.set(message.message_id, { rev: message.rev, message, bundle });
    if (message.deleted) bundle.parts.delete(message.message_id);
    else bundle.parts.set(message.message_id, message);
    if (message.deleted && this.replied?.message_id === message.message_id) this.answer(null);
    if (!bundle.parts.size) {
      bundle.element?.remove();
      bundle.element = null;
      return;
    }
    const element = draw([...bundle.parts.values()], {
      press: (of, button) => post(`${this.root}/press`, { message_id: of.message_id, data: button.data }),
      reply: (to) => this.answer(to),
      jump: (to) => this.jump(to),
    });
    if (bundle.element) {
      bundle.element.replaceWith(element);
      element.classList.add("changed");
    } else {
      this.list.append(element);
    }
    bundle.element = element;
  }

  /** Tell whether some message of the chat has these words. */
  says(words) {
    return [...this.bubbles.values()].some(({ message }) => !message.deleted && words.test(message.text ?? ""));
  }

  jump(number) {
    const element = this.bubbles.get(number)?.bundle.element;
    if (!element) return;
    element.scrollIntoView({ block: "center" });
    element.classList.add("found");
    setTimeout(() => element.classList.remove("found"), 1500);
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
    const alive = [...this.bubbles.values()].filter((entry) => !entry.message.deleted);
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
