// The clock of the demo: what time the bot thinks it is, and buttons that move it on.

import { ask, byId, make, post } from "/kit.js";

const STEPS = [["+2 минуты", 2], ["+1 час", 60], ["+1 день", 1440], ["+1 неделя", 10080]];
const FORMAT = { day: "numeric", month: "long", hour: "2-digit", minute: "2-digit", timeZone: "Europe/Moscow" };

const EVERY = 3000; // milliseconds

let ahead = 0;

function show() {
  byId("clock-now").textContent = new Date(Date.now() + ahead).toLocaleString("ru-RU", FORMAT);
}

function take(told) {
  ahead = new Date(told.now).getTime() - Date.now();
  show();
}

/** Ask again: another tab, or the story, may have moved the time. */
async function look() {
  if (document.hidden) return;
  try {
    take(await ask("/sandbox/clock"));
  } catch {
    // The line of the state tells that there is no connection.
  }
}

async function move(minutes, button) {
  button.disabled = true;
  const told = await post("/sandbox/clock", { minutes });
  button.disabled = false;
  if (told) take(told);
}

export async function startClock() {
  const steps = STEPS.map(([label, minutes]) => {
    const button = make("button", { on: { click: () => move(minutes, button) } }, label);
    return button;
  });
  byId("clock-steps").append(...steps);
  try {
    take(await ask("/sandbox/clock"));
  } catch {
    return; // a sandbox without a clock of its own
  }
  byId("clock").hidden = false;
  setInterval(look, EVERY);
  document.addEventListener("visibilitychange", look);
}
