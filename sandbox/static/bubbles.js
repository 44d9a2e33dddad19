// One bubble of a chat: the words, the files, the buttons, and what it replies to. An album is one bubble.

import { icon, make, rich, size } from "/kit.js";

/** Draw a message, or all messages of an album; `actions` has press, reply and jump. */
export function draw(messages, actions) {
  const [first] = messages;
  const body = make("div", { class: "text" });
  if (first.reply_to) body.append(quote(first.reply_to, actions));
  const pictures = messages.filter((message) => message.file?.image);
  if (pictures.length) body.append(make("div", { class: pictures.length > 1 ? "pictures" : "pictures single" }, ...pictures.map(thumbnail)));
  for (const message of messages) body.append(...[link(message.file), words(message)].filter(Boolean));
  const rows = (first.buttons ?? []).map((row) => make("div", { class: "buttons" }, ...row.map((button) => key(first, button, actions))));
  const reply = make("button", { class: "reply", on: { click: () => actions.reply(first) } }, "Ответить");
  return make("div", { class: `bubble ${first.from}` }, body, ...rows, reply);
}

/** Say in one line what a message is, for who replies to it. */
export function brief(message) {
  return message.text?.trim().split("\n")[0] || message.file?.name || "Файл";
}

function quote(replied, actions) {
  const jump = () => actions.jump(replied.message_id);
  return make("button", { class: "quote", title: "Показать сообщение", on: { click: jump } }, brief(replied));
}

function thumbnail({ file }) {
  const picture = make("img", { src: file.url, alt: file.name || "Фото", loading: "lazy" });
  return make("a", { href: file.url, target: "_blank", rel: "noopener noreferrer", title: "Открыть целиком" }, picture);
}

/** A picture sent as a photo needs no name; anything else is a link with its name and size. */
function link(file) {
  if (!file || (file.image && file.kind === "photo")) return null;
  const name = make("b", {}, file.name || "Файл");
  const about = make("span", {}, name, make("small", {}, size(file.size || 0)));
  return make("a", { class: "attached", href: file.url, download: file.name || "file" }, icon("clip"), about);
}

function words(message) {
  const edited = message.edited && message.from === "person" ? make("small", { class: "edited" }, "изменено") : null;
  if (!message.html && !edited) return null;
  // Telegram shows the command and keeps what the link passed to itself.
  const passed = message.from === "person" && message.text?.startsWith("/start ");
  return make("div", { class: "words" }, passed ? "/start" : rich(message.html || ""), edited);
}

function key(message, button, actions) {
  const address = button.url || button.web_app;
  if (address) return make("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, `${button.text} ↗`);
  const element = make("button", {}, button.text);
  element.addEventListener("click", async () => {
    element.classList.add("busy");
    await actions.press(message, button);
    element.classList.remove("busy");
  });
  return element;
}
