// Puts the page together: who is there, whose news is asked for, what a link to the bot does.

import { Chat } from "/chat.js";
import { startClock } from "/clock.js";
import { Guide } from "/guide.js";
import { ask, byId, make, payloadOf, popup } from "/kit.js";
import { Letters } from "/letters.js";

// A browser keeps six connections to one host: the waiting ones must leave room for what the reader does.
const WAITING = 4;
const LONG = 25;
const PAUSE = 1500;
const PEOPLE_PAUSE = 4000;

const chats = new Map();
const waiting = new Set();
let failures = 0;

const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

function connected(yes) {
  failures = yes ? 0 : failures + 1;
  byId("state").hidden = failures < 2;
}

/** Ask for news for ever; a hidden page and the chats over the limit ask briefly, and rest between. */
async function follow(source, place) {
  for (;;) {
    const long = !document.hidden && place < WAITING;
    const stop = new AbortController();
    waiting.add(stop);
    try {
      source.take(await ask(source.path(long ? LONG : 0), stop.signal));
      connected(true);
      if (!long) await pause(document.hidden ? PAUSE * 3 : PAUSE);
    } catch (error) {
      if (error.name !== "AbortError") {
        connected(false);
        await pause(PAUSE);
      }
    } finally {
      waiting.delete(stop);
    }
  }
}

function choose(address, near) {
  const payload = payloadOf(address);
  if (payload === null) return false;
  const dialog = byId("chooser");
  const people = [...chats.values()].map((chat) => {
    const open = () => {
      dialog.close();
      byId("letter").close();
      select(String(chat.person.id));
      chat.send(`/start ${payload}`);
    };
    const label = chat.person.part ? `${chat.name} — ${chat.person.part.toLowerCase()}` : chat.name;
    return make("button", { class: chat === near ? "primary" : "", on: { click: open } }, label);
  });
  const cancel = make("button", { class: "quiet", on: { click: () => dialog.close() } }, "Отменить");
  popup(dialog, make("div", { class: "sheet" }, make("h2", { id: "chooser-title" }, "Открыть как…"), ...people, cancel));
  return true;
}

function select(key) {
  for (const tab of byId("tabs").children) {
    const chosen = tab.dataset.key === key;
    tab.setAttribute("aria-pressed", String(chosen));
    if (!chosen) continue;
    tab.classList.remove("news");
    tab.scrollIntoView({ block: "nearest", inline: "nearest" });
  }
  for (const column of document.querySelectorAll(".column")) column.classList.toggle("chosen", column.dataset.key === key);
  const chat = chats.get(Number(key));
  if (chat) chat.list.scrollTop = chat.list.scrollHeight;
}

function addTab(key, label) {
  const tab = make("button", { on: { click: () => select(key) } }, label);
  tab.dataset.key = key;
  tab.setAttribute("aria-pressed", "false");
  const mail = byId("tabs").querySelector('[data-key="mail"]');
  byId("tabs").insertBefore(tab, mail);
  return () => tab.getAttribute("aria-pressed") === "true" || tab.classList.add("news");
}

function addPerson(person) {
  const key = String(person.id);
  const chat = new Chat(person, choose, addTab(key, person.part || person.first_name));
  chat.element.dataset.key = key;
  chats.set(person.id, chat);
  byId("chats").append(chat.element);
  if (chats.size === 1) select(key);
  follow(chat, chats.size - 1);
}

async function followPeople() {
  for (;;) {
    try {
      const people = await ask("/sandbox/people");
      const there = new Set(people.map((person) => person.id));
      // Nobody ever leaves: somebody missing means that the demo was started anew, with other people.
      if ([...chats.keys()].some((id) => !there.has(id))) return location.reload();
      for (const person of people) if (!chats.has(person.id)) addPerson(person);
      connected(true);
    } catch {
      connected(false);
    }
    await pause(PEOPLE_PAUSE);
  }
}

document.addEventListener("visibilitychange", () => {
  if (document.hidden) for (const stop of waiting) stop.abort();
});
byId("mail").dataset.key = "mail";
const letters = new Letters(choose, addTab("mail", "Почта"));
follow(letters, WAITING);
followPeople();
startClock();
new Guide(chats, select);
