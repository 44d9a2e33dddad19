// Sends files in pieces: a broken line goes on where it stopped. Without this script the plain form sends them whole.
"use strict";
(() => {
  if (!window.fetch || !window.AbortSignal || !AbortSignal.timeout) return; // an old browser sends the plain form
  const PAUSES = [1000, 2000, 4000, 8000];
  const MB = 1048576;
  const sleep = (time) => new Promise((done) => { setTimeout(done, time); });
  const size = (bytes) => (bytes / MB).toFixed(1).replace(".", ",");
  const make = (name, words, parent) => {
    const made = document.createElement(name);
    if (words) made.textContent = words;
    parent.append(made);
    return made;
  };

  const TIMEOUT = 120000; // a piece over the slowest line

  class Refused extends Error {}
  class Lost extends Error {}
  class Busy extends Error {}

  async function ask(form, url, method, body, type) {
    const seal = form.querySelector('[name="csrf"]').value;
    const answer = await fetch(url, { method, body, signal: AbortSignal.timeout(TIMEOUT), headers: { "X-CSRF": seal, "Content-Type": type } });
    const text = await answer.text();
    let told = {};
    try { told = JSON.parse(text); } catch (_) { told = {}; }
    if (answer.status === 404 && method === "PUT") throw new Lost();
    if (told.problem && answer.status < 500) throw new Refused(told.problem);
    if (answer.ok || (answer.status === 409 && "offset" in told)) return told;
    if (told.problem && answer.status === 503) throw new Busy(told.problem);
    if (answer.status >= 500 || answer.status === 429) throw new Error("again");
    throw new Refused(told.problem || "Файл не загрузился. Обновите страницу и попробуйте ещё раз.");
  }

  function row(form, file) {
    const box = make("div", "", form.querySelector(".coming"));
    if (file.type.startsWith("image/") && file.type !== "image/heic") {
      const picture = make("img", "", box);
      picture.className = "preview";
      picture.alt = "";
      picture.src = URL.createObjectURL(file);
    }
    const words = make("p", "", box);
    const bar = make("progress", "", box);
    bar.max = file.size;
    bar.value = 0;
    bar.setAttribute("aria-label", `Загрузка файла ${file.name}`);
    const tell = (text) => { words.textContent = text; };
    let anew = "";
    const done = (bytes) => {
      if (bytes < bar.value) anew = "Загрузку пришлось начать заново. ";
      bar.value = bytes;
      tell(`${anew}${file.name}: загружено ${size(bytes)} из ${size(file.size)} МБ`);
    };
    return { box, bar, tell, done };
  }

  async function pieces(form, file, shown) {
    const begun = await ask(form, form.dataset.pieces, "POST", JSON.stringify({ name: file.name, size: file.size }), "application/json");
    let offset = begun.offset;
    shown.done(offset);
    for (;;) {
      const url = `${form.dataset.piece}${begun.id}?offset=${offset}`;
      const told = await ask(form, url, "PUT", file.slice(offset, offset + begun.piece), "application/octet-stream");
      if (told.done) return;
      offset = told.offset;
      shown.done(offset);
    }
  }

  async function patient(form, file, shown) {
    let before = -1;
    for (let tries = 0; ; tries += 1) {
      try {
        await pieces(form, file, shown);
        shown.box.remove();
        return true;
      } catch (fault) {
        if (fault instanceof Refused) {
          shown.bar.remove();
          shown.tell(`⚠️ ${fault.message}`);
          return false;
        }
        // The server forgot the half, and begins anew at once.
        if (fault instanceof Lost && tries < PAUSES.length) continue;
        if (shown.bar.value > before) tries = 0;
        before = shown.bar.value;
        const there = `Загружено ${size(shown.bar.value)} из ${size(file.size)} МБ.`;
        if (tries >= PAUSES.length) {
          shown.tell(fault instanceof Busy
            ? `${fault.message} ${there} Через минуту нажмите «Продолжить».`
            : `Связь прервалась. ${there} Нажмите «Продолжить», когда сеть появится.`);
          await pressed(shown.box);
          tries = 0;
        } else {
          shown.tell(`${fault instanceof Busy ? "Сейчас загружают много файлов" : "Связь прервалась"}, пробуем ещё раз. ${there}`);
          await sleep(PAUSES[tries]);
        }
      }
    }
  }

  function pressed(box) {
    return new Promise((go) => {
      const button = make("button", "Продолжить", box);
      button.type = "button";
      button.addEventListener("click", () => { button.remove(); go(); }, { once: true });
    });
  }

  async function renew(form) {
    const answer = await fetch(location.pathname, { headers: { Accept: "text/html" } });
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    const list = `#document-${form.dataset.document} :is(.files, .empty)`;
    for (const place of [list, "main > progress", "#progress-words"]) {
      const now = document.querySelector(place);
      const then = fresh.querySelector(place);
      if (now && then) now.replaceWith(then);
    }
  }

  /** The browser's own «Choose Files» speaks its own language: the label is the button, the input stays for the keyboard. */
  function dress(form, input) {
    const label = form.querySelector("label");
    form.classList.add("picking");
    label.classList.add("button");
    label.after(input);
    if (!matchMedia("(pointer: coarse)").matches) return null;
    const camera = document.createElement("input");
    Object.assign(camera, { type: "file", accept: "image/*", id: `${input.id}-camera` });
    camera.setAttribute("capture", "environment");
    const snap = document.createElement("label");
    Object.assign(snap, { htmlFor: camera.id, className: "button plain", textContent: "Сфотографировать" });
    input.after(snap, camera);
    return camera;
  }

  document.querySelectorAll("form.upload").forEach((form) => {
    const input = form.querySelector('input[type="file"]');
    const button = form.querySelector("button");
    const camera = dress(form, input);
    const all = [input, camera].filter(Boolean);
    const able = (yes) => all.forEach((one) => { one.disabled = !yes; });
    const go = async () => {
      const files = all.flatMap((one) => [...one.files]);
      if (!files.length) return;
      able(false);
      let sent = false;
      for (const file of files) sent = (await patient(form, file, row(form, file))) || sent;
      if (sent) await renew(form).catch(() => location.reload());
      able(true);
      all.forEach((one) => { one.value = ""; });
    };
    form.addEventListener("submit", (event) => { event.preventDefault(); go(); });
    all.forEach((one) => one.addEventListener("change", go));
    button.hidden = true;
  });
})();
