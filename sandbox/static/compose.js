// Writing letters: an answer to an open letter, or a new one; sent as a form, so that files go along.

import { byId, icon, make, popup, post, size, toast } from "/kit.js";

const LIMIT = 40 * 1024 * 1024;

let last = 0;

/** A field with its label above it. */
function field(label, control) {
  control.id = `letter-field-${(last += 1)}`;
  return make("div", { class: "field" }, make("label", { htmlFor: control.id }, label), control);
}

function choices(addresses) {
  const list = make("datalist", { id: `letter-choices-${(last += 1)}` }, ...addresses.map((value) => make("option", { value })));
  return list;
}

/** Files chosen or dropped, each to be taken away again. */
class Files {
  constructor() {
    this.files = [];
    this.input = make("input", { type: "file", multiple: true, hidden: true });
    this.input.addEventListener("change", () => {
      this.add([...this.input.files]);
      this.input.value = "";
    });
    this.button = make("button", { type: "button", on: { click: () => this.input.click() } }, icon("clip"), " Приложить файлы");
    this.list = make("ul", { class: "waiting" });
    this.line = make("p", { class: "line wrong", role: "status" });
    this.element = make("div", { class: "letter-files" }, this.input, this.list, this.line, this.button);
    this.element.addEventListener("dragover", (event) => event.preventDefault());
    this.element.addEventListener("drop", (event) => {
      event.preventDefault();
      this.add([...event.dataTransfer.files]);
    });
  }

  add(files) {
    const total = [...this.files, ...files].reduce((sum, file) => sum + file.size, 0);
    this.line.textContent = total > LIMIT ? "Вместе файлы больше 40 МБ. Отправьте их двумя письмами." : "";
    if (total <= LIMIT) this.files.push(...files);
    this.show();
  }

  show() {
    const row = (file) => {
      const away = () => {
        this.files = this.files.filter((other) => other !== file);
        this.show();
        this.button.focus();
      };
      const remove = make("button", { type: "button", class: "quiet", ariaLabel: `Убрать ${file.name}`, on: { click: away } }, "✕");
      return make("li", {}, icon("clip"), make("span", { class: "name" }, file.name), make("small", {}, size(file.size)), remove);
    };
    this.list.replaceChildren(...this.files.map(row));
  }
}

/** Return a form that posts its named controls and files to a path; `done` is called once the letter has gone. */
function form(path, fields, files, done) {
  const send = make("button", { class: "primary" }, "Отправить");
  const element = make("form", { class: "write" }, ...fields, files.element, make("div", { class: "actions" }, send));
  element.addEventListener("submit", async (event) => {
    event.preventDefault();
    const body = new FormData(element);
    for (const file of files.files) body.append("file", file, file.name);
    send.disabled = true;
    send.textContent = "Отправляем…";
    const sent = await post(path, body);
    send.disabled = false;
    send.textContent = "Отправить";
    // A toast alone would stand behind the dialog.
    files.line.textContent = sent ? "" : "Письмо не отправилось. Проверьте адреса и отправьте ещё раз.";
    if (!sent) return;
    toast("Письмо отправлено боту. Его ответ появится в почте.");
    done();
  });
  // The other way out of a text field for a keyboard: Tab moves on, this sends.
  element.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) element.requestSubmit();
  });
  return element;
}

function textField() {
  return make("textarea", { name: "text", rows: 6 });
}

function senderField(senders, chosen) {
  const list = choices(senders);
  const input = make("input", { name: "from", type: "text", value: chosen, required: true, autocomplete: "off", inputMode: "email" });
  input.setAttribute("list", list.id);
  const whole = field("От кого", input);
  whole.append(list);
  return whole;
}

/** The form of an answer, to stand under the open letter. */
export function answerForm(letter, senders, done) {
  const text = textField();
  const fields = [field("Ваш ответ", text)];
  // The letter's own recipient answers; another address is for whoever wants to see what a stranger is told.
  if (senders.length > 1) fields.push(make("details", {}, make("summary", {}, `Ответить от ${letter.to[0]}`), senderField(senders, letter.to[0])));
  else fields.push(make("input", { type: "hidden", name: "from", value: letter.to[0] }));
  const element = form(`/sandbox/letters/${letter.id}/reply`, fields, new Files(), done);
  return { element, focus: () => text.focus() };
}

/** Open the dialog of a new letter. */
export function writeLetter(addresses, senders) {
  const dialog = byId("letter");
  const list = choices(addresses);
  const to = make("input", { name: "to", type: "text", required: true, value: addresses[0] ?? "", autocomplete: "off", inputMode: "email" });
  to.setAttribute("list", list.id);
  const toField = field("Кому", to);
  toField.append(list);
  const subject = make("input", { name: "subject", type: "text", autocomplete: "off" });
  const fields = [senderField(senders, ""), toField, field("Тема", subject), field("Текст", textField())];
  const close = make("button", { class: "quiet", ariaLabel: "Закрыть", on: { click: () => dialog.close() } }, "✕");
  const head = make("header", {}, make("h2", { id: "letter-subject" }, "Новое письмо"), close);
  const element = form("/sandbox/letters", fields, new Files(), () => dialog.close());
  popup(dialog, make("article", {}, head, element));
  element.elements.from.focus();
}
