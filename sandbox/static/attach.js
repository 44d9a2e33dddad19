// Files on their way: chosen or dropped, looked over, then sent one by one, as Telegram does.

import { icon, make, plural, size } from "/kit.js";

const LIMIT = 50 * 1024 * 1024;
const ALBUM = 10;
const PHOTOS = ["image/jpeg", "image/png", "image/webp"];

const isPhoto = (file) => PHOTOS.includes(file.type);

export class Attach {
  /** `path` takes the uploads; `onChange` is told how many files wait. */
  constructor(path, onChange) {
    this.path = path;
    this.onChange = onChange;
    this.files = [];
    this.busy = false;
    this.input = make("input", { type: "file", multiple: true, hidden: true });
    this.input.addEventListener("change", () => {
      this.add([...this.input.files]);
      this.input.value = "";
    });
    this.list = make("ul", { class: "waiting" });
    this.asFile = make("input", { type: "checkbox" });
    this.choice = make("label", { class: "as-file" }, this.asFile, "как файл");
    this.line = make("p", { class: "line", role: "status", ariaLive: "polite" });
    this.bar = make("progress", { hidden: true, ariaLabel: "Отправка файлов" });
    this.drop = make("button", { class: "quiet", on: { click: () => this.clear() } }, "Убрать всё");
    this.element = make("div", { class: "tray", hidden: true }, this.list, this.bar, this.line, make("div", { class: "tray-row" }, this.choice, this.drop));
  }

  choose() {
    this.input.click();
  }

  /** Let files be dropped on an element. */
  listen(place) {
    const over = (yes) => place.classList.toggle("dropping", yes);
    place.addEventListener("dragover", (event) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      over(true);
    });
    place.addEventListener("dragleave", (event) => place.contains(event.relatedTarget) || over(false));
    place.addEventListener("drop", (event) => {
      over(false);
      if (!event.dataTransfer?.files.length) return;
      event.preventDefault();
      this.add([...event.dataTransfer.files]);
    });
  }

  add(files) {
    if (this.busy) return;
    const refused = files.map((file) => [file, problem(file)]).filter(([, words]) => words);
    this.files.push(...files.filter((file) => !problem(file)));
    this.show();
    this.say(refused.length ? refused[0][1] : "");
  }

  clear() {
    this.files = [];
    this.show();
    this.say("");
  }

  say(words, wrong = Boolean(words)) {
    const many = this.files.length > ALBUM ? `${plural(this.files.length, "файл уйдёт", "файла уйдут", "файлов уйдут")} альбомами до ${ALBUM}.` : "";
    this.line.textContent = words || many;
    this.line.classList.toggle("wrong", wrong);
    this.element.hidden = !this.files.length && !words;
  }

  show() {
    this.list.replaceChildren(...this.files.map((file) => this.row(file)));
    this.choice.hidden = !this.files.some(isPhoto);
    this.drop.textContent = this.files.length > 1 ? "Убрать всё" : this.files.length ? "Убрать" : "Понятно";
    for (const control of [this.asFile, this.drop]) control.disabled = this.busy;
    this.bar.hidden = !this.busy;
    this.onChange(this.files.length);
  }

  row(file) {
    const away = () => {
      this.files = this.files.filter((other) => other !== file);
      this.show();
      this.say("");
    };
    const remove = make("button", { class: "quiet", ariaLabel: `Убрать ${file.name}`, title: "Убрать", disabled: this.busy, on: { click: away } }, "✕");
    return make("li", {}, icon("clip"), make("span", { class: "name" }, file.name), make("small", {}, size(file.size)), remove);
  }

  /** Send what waits, the caption with the first; tell whether all has gone. What has not stays to be sent again. */
  async send(caption, replyTo) {
    if (this.busy || !this.files.length) return false;
    const parts = this.parts();
    let words = "";
    this.busy = true;
    this.bar.max = parts.length;
    for (const [number, part] of parts.entries()) {
      this.bar.value = number;
      this.show();
      this.say(`Отправляем ${number + 1} из ${parts.length}: ${part.file.name}`, false);
      words = await this.deliver(part, number ? "" : caption, number ? "" : replyTo);
      if (words) break;
      this.files = this.files.filter((file) => file !== part.file);
    }
    this.busy = false;
    this.show();
    this.say(words);
    return !words;
  }

  /** Photos make albums of their own and files theirs, of ten at most. */
  parts() {
    const asPhoto = (file) => !this.asFile.checked && isPhoto(file);
    const kinds = [["photo", this.files.filter(asPhoto)], ["document", this.files.filter((file) => !asPhoto(file))]];
    return kinds.flatMap(([kind, files]) => {
      const stamp = `${Date.now()}${Math.floor(Math.random() * 1e6)}`;
      const group = (number) => `${stamp}${Math.floor(number / ALBUM)}`;
      const alone = (number) => number % ALBUM === 0 && number === files.length - 1;
      return files.map((file, number) => ({ file, kind, group: alone(number) ? "" : group(number) }));
    });
  }

  async deliver({ file, kind, group }, caption, replyTo) {
    const form = new FormData();
    const told = { kind, caption, media_group_id: group, reply_to: replyTo };
    for (const [name, value] of Object.entries(told)) if (value) form.append(name, value);
    form.append("file", file, file.name);
    try {
      const response = await fetch(this.path, { method: "POST", body: form });
      if (response.ok) return "";
      if (response.status === 413) return tooBig(file);
      if (response.status === 409) return "Этот участник заблокировал бота, поэтому файл не отправился. Продолжите за другого участника.";
      return `Файл «${file.name}» не отправился. Отправьте ещё раз или выберите другой.`;
    } catch {
      return "Нет связи. Проверьте, что демонстрация запущена, и отправьте ещё раз.";
    }
  }
}

const tooBig = (file) => `Файл «${file.name}» больше 50 МБ. Выберите файл поменьше.`;

function problem(file) {
  if (file.size > LIMIT) return tooBig(file);
  return file.size ? "" : `Файл «${file.name}» пустой. Выберите другой.`;
}
