// The mailbox: the list of letters, newest first, and one letter opened.

import { answerForm, writeLetter } from "/compose.js";
import { byId, icon, linked, make, plural, popup, size } from "/kit.js";

export class Letters {
  constructor(onLink, onNew) {
    this.onLink = onLink;
    this.onNew = onNew;
    this.after = 0;
    this.loaded = false;
    this.senders = [];
    this.addresses = [];
    this.write = byId("write-letter");
    this.write.addEventListener("click", () => writeLetter(this.addresses, this.senders));
  }

  path(seconds) {
    return `/sandbox/letters?after=${this.after}&wait=${seconds}`;
  }

  take(answer) {
    // The demo was started anew: its mailbox is empty again.
    if (answer.count < this.after) {
      this.after = 0;
      this.senders = [];
      byId("letters").replaceChildren();
      this.tell(0);
      return;
    }
    const first = !this.loaded;
    this.loaded = true;
    this.readable = answer.readable;
    this.addresses = answer.write_to;
    this.write.hidden = !this.readable;
    for (const letter of answer.letters) {
      this.senders = [...new Set([...this.senders, ...letter.to])];
      byId("letters").prepend(this.row(letter));
      this.after = Math.max(this.after, letter.id);
    }
    this.tell(answer.count);
    if (answer.letters.length && !first) this.onNew();
  }

  tell(count) {
    byId("no-letters").hidden = count > 0;
    byId("mail-count").textContent = count ? plural(count, "письмо", "письма", "писем") : "писем нет";
  }

  row(letter) {
    const files = letter.attachments.length;
    const button = make(
      "button",
      { class: "row new" },
      make("strong", {}, letter.subject || "Без темы"),
      make("small", {}, `Кому: ${letter.to.join(", ")}`),
      files ? make("small", {}, icon("clip"), ` ${plural(files, "файл", "файла", "файлов")}`) : null,
    );
    button.addEventListener("click", () => {
      button.classList.remove("new");
      this.open(letter);
    });
    return make("li", {}, button);
  }

  open(letter) {
    const dialog = byId("letter");
    const close = make("button", { class: "quiet", ariaLabel: "Закрыть письмо", on: { click: () => dialog.close() } }, "✕");
    const files = letter.attachments.map((file, number) =>
      make(
        "a",
        { class: "file", href: `/sandbox/letters/${letter.id}/attachments/${number}`, download: file.name },
        icon("clip"),
        ` ${file.name}`,
        make("small", {}, ` ${size(file.size)}`),
      ),
    );
    popup(
      dialog,
      make(
        "article",
        {},
        make("header", {}, make("h2", { id: "letter-subject" }, letter.subject || "Без темы"), close),
        make("p", { class: "fact" }, make("span", {}, "От"), letter.headers.From ?? letter.from),
        make("p", { class: "fact" }, make("span", {}, "Кому"), letter.to.join(", ")),
        files.length ? make("div", { class: "files" }, ...files) : null,
        letter.html ? this.frame(letter.html) : this.plain(letter.text),
        this.readable ? this.answer(letter, dialog) : null,
      ),
    );
  }

  answer(letter, dialog) {
    const place = make("div", { class: "answer" });
    const open = () => {
      const { element, focus } = answerForm(letter, this.senders, () => dialog.close());
      place.replaceChildren(element);
      element.scrollIntoView({ block: "nearest" });
      focus();
    };
    place.append(make("button", { class: "primary", on: { click: open } }, "Ответить"));
    return place;
  }

  frame(html) {
    const frame = make("iframe", { title: "Текст письма" });
    // No scripts inside; the same origin lets the page hear clicks on links.
    frame.sandbox = "allow-same-origin allow-popups allow-popups-to-escape-sandbox";
    frame.addEventListener("load", () => {
      const inside = frame.contentDocument;
      inside.addEventListener("click", (event) => this.follow(event));
      frame.style.height = `${inside.documentElement.scrollHeight + 2}px`;
    });
    frame.srcdoc = html;
    return frame;
  }

  plain(text) {
    return make("div", { class: "plain", on: { click: (event) => this.follow(event) } }, ...linked(text));
  }

  follow(event) {
    const link = event.target.closest?.("a[href]");
    if (!link) return;
    event.preventDefault();
    if (!this.onLink(link.href)) window.open(link.href, "_blank", "noopener,noreferrer");
  }
}
