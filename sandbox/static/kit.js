// Small tools of the page: elements, requests, toasts, and text that is safe to show.

export const byId = (id) => document.getElementById(id);

export function make(tag, properties = {}, ...children) {
  const { class: name, on = {}, ...rest } = properties;
  const element = Object.assign(document.createElement(tag), rest);
  if (name) element.className = name;
  for (const [event, listener] of Object.entries(on)) element.addEventListener(event, listener);
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

const SHAPES = {
  clip: "M13.5 7.5 8 13a3.2 3.2 0 0 1-4.6-4.6l6-6a2.1 2.1 0 0 1 3 3l-6 6a1 1 0 0 1-1.5-1.5L10 5",
  menu: "M2.5 4h11M2.5 8h11M2.5 12h11",
  send: "M2 2.5 14.5 8 2 13.5 4 8zM4 8h5",
};

/** Return a line drawing; drawn here, so that it looks alike whatever fonts there are. */
export function icon(name) {
  const space = "http://www.w3.org/2000/svg";
  const picture = document.createElementNS(space, "svg");
  picture.setAttribute("viewBox", "0 0 16 16");
  picture.setAttribute("class", "icon");
  picture.setAttribute("aria-hidden", "true");
  const line = document.createElementNS(space, "path");
  line.setAttribute("d", SHAPES[name]);
  picture.append(line);
  return picture;
}

export async function ask(path, signal) {
  const response = await fetch(path, { signal, cache: "no-store" });
  if (!response.ok) throw new Error(String(response.status));
  return response.json();
}

/** Post JSON or a form; a failure is told to the reader, and the result is null. */
export async function post(path, body) {
  const form = body instanceof FormData;
  try {
    const response = await fetch(path, {
      method: "POST",
      body: form ? body : JSON.stringify(body),
      headers: form ? {} : { "Content-Type": "application/json" },
    });
    if (response.ok) return await response.json();
    toast(response.status === 413 ? "Файл слишком большой. Выберите поменьше." : "Не отправилось. Попробуйте ещё раз.");
  } catch {
    toast("Нет связи. Проверьте, что демонстрация запущена, и отправьте ещё раз.");
  }
  return null;
}

export function toast(text, place = byId("toasts")) {
  const note = make("div", { class: "toast" }, text);
  place.append(note);
  while (place.children.length > 3) place.firstChild.remove();
  setTimeout(() => note.classList.add("gone"), 4000);
  setTimeout(() => note.remove(), 4400);
}

export function popup(dialog, ...content) {
  dialog.replaceChildren(...content);
  // A click on the dimmed surroundings lands on the dialog itself. The handler returns nothing: false would cancel
  // what every click inside is for.
  dialog.onclick = (event) => {
    if (event.target === dialog) dialog.close();
  };
  if (!dialog.open) dialog.showModal();
}

export function alertBox(text) {
  const dialog = byId("alert");
  const close = make("button", { class: "primary", on: { click: () => dialog.close() } }, "Понятно");
  popup(dialog, make("div", { class: "sheet" }, make("p", {}, text), close));
}

export function size(bytes) {
  if (bytes < 1024) return `${bytes} Б`;
  const units = [["МБ", 1024 * 1024], ["КБ", 1024]];
  const [unit, scale] = units.find(([, least]) => bytes >= least);
  return `${(bytes / scale).toLocaleString("ru", { maximumFractionDigits: bytes / scale < 10 ? 1 : 0 })} ${unit}`;
}

export function plural(number, one, few, many) {
  const form = new Intl.PluralRules("ru").select(number);
  return `${number} ${form === "one" ? one : form === "few" ? few : many}`;
}

/** Return what a link to the bot passes to it, or null for any other link. */
export function payloadOf(address) {
  let url;
  try {
    url = new URL(address);
  } catch {
    return null;
  }
  const toBot = url.hostname === "t.me" || url.protocol === "tg:";
  return toBot ? url.searchParams.get("start") : null;
}

const TAGS = new Set("B STRONG I EM U INS S STRIKE DEL CODE PRE A BLOCKQUOTE TG-SPOILER SPAN BR".split(" "));
const ADDRESS = /(https?:\/\/[^\s<>«»"]+[^\s<>«»".,;:!?)])/;

/** Return nodes of a message: only the marks of Telegram stay, bare addresses become links. */
export function rich(html) {
  const source = new DOMParser().parseFromString(html, "text/html").body;
  return cleaned(source, false);
}

export function linked(text) {
  return text.split(ADDRESS).map((piece, index) => (index % 2 ? link(piece, piece) : piece));
}

function cleaned(node, inLink) {
  const result = document.createDocumentFragment();
  for (const child of node.childNodes) {
    if (child.nodeType === Node.TEXT_NODE) {
      result.append(...(inLink ? [child.data] : linked(child.data)));
    } else if (child.nodeType === Node.ELEMENT_NODE) {
      const inside = cleaned(child, inLink || ["A", "CODE", "PRE"].includes(child.tagName));
      result.append(TAGS.has(child.tagName) ? wrapped(child, inside) : inside);
    }
  }
  return result;
}

function wrapped(original, inside) {
  if (original.tagName === "A") return link(original.getAttribute("href") ?? "", inside);
  const copy = document.createElement(original.tagName);
  if (original.tagName === "TG-SPOILER") copy.addEventListener("click", () => copy.classList.add("open"));
  copy.append(inside);
  return copy;
}

function link(address, inside) {
  if (!/^(https?:|mailto:|tel:|tg:)/i.test(address)) return make("span", {}, inside);
  return make("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, inside);
}
