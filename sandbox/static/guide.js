// The tour: what to do now, for whom, and the next step once it is done; and the button that fills in sample data.

import { ask, byId, make, post } from "/kit.js";

const LOOK = 1500; // milliseconds

/** Each step: whose chat it is in, what to do, and the words in a chat by which it is done. */
const STEPS = [
  ["Клиент", "нажмите «Открыть ссылку»: центр прислал её клиенту.", "Клиент", /^\/start sc_/],
  ["Клиент", "ответьте боту и нажмите «Отправить». Ученик: Соколова Любовь Андреевна, 8 933 933-33-33, sokolova.l@yandex.ru", "Клиент", /Заявка №\s?\S+ принята/],
  ["Почта", "откройте письмо ученику и ссылку на Telegram, выберите Любовь Соколову. Цифры телефона: 3333. Заполните и отправьте анкету.", "Ученик", /Анкета отправлена/],
  ["Куратор", "нажмите «Открыть ссылку», напишите /queue и нажмите «Подтвердить».", "Куратор", /Подтверждена/],
  ["Менеджер", "нажмите «Открыть ссылку», под уведомлением о заявке нажмите «Оплачено».", "Менеджер", /✅ (Оплата за .*отмечена|Записали: .*оплат)/],
  ["Куратор", "переведите время на 2 минуты вперёд, напишите /admit и зачислите ученика.", "Ученик", /Доступ к обучению открыт/],
];

export class Guide {
  /** `chats` are by id; `show` brings a part to the front. */
  constructor(chats, show) {
    this.chats = chats;
    this.show = show;
    this.at = -1;
    this.words = make("p", { role: "status", ariaLive: "polite" });
    this.where = make("button", { class: "primary", on: { click: () => this.point() } }, "Показать, где");
    this.fill = make("button", { on: { click: () => this.start() } }, "Наполнить данными");
    this.bar = make("progress", { hidden: true, ariaLabel: "Наполнение данными" });
    this.told = make("span", { class: "told", role: "status" });
    byId("guide").append(this.words, this.bar, this.told, this.where, this.fill);
    byId("guide").hidden = false;
    setInterval(() => this.look(), LOOK);
    this.look();
    this.follow(false);
  }

  chat(part) {
    return [...this.chats.values()].find((chat) => chat.person.part === part);
  }

  /** A later step that is done stands for those before it: an answered question may lose its words. */
  look() {
    const done = STEPS.map(([, , part, words]) => Boolean(this.chat(part)?.says(words)));
    const at = Math.max(this.at, done.lastIndexOf(true) + 1);
    if (at === this.at) return;
    this.at = at;
    const step = STEPS[at];
    this.where.hidden = !step;
    const text = step ? ` ${step[0]}: ${step[1]}` : " Вы прошли путь от заявки до зачисления.";
    this.words.replaceChildren(make("strong", {}, step ? `Шаг ${at + 1} из ${STEPS.length}.` : "Готово."), text);
  }

  point() {
    const [part] = STEPS[this.at];
    const chat = this.chat(part);
    const element = chat?.element ?? byId("mail");
    this.show(element.dataset.key);
    element.scrollIntoView({ block: "nearest", inline: "nearest" });
    element.classList.add("pointed");
    setTimeout(() => element.classList.remove("pointed"), 2500);
  }

  async start() {
    this.fill.disabled = true;
    if (await post("/sandbox/fill", {})) this.follow(true);
    else this.fill.disabled = false;
  }

  /** Tell how far the filling is, until it is over. */
  async follow(asked) {
    let told;
    try {
      told = await ask("/sandbox/fill");
    } catch {
      if (asked) setTimeout(() => this.follow(true), LOOK);
      else this.fill.hidden = true; // a sandbox without sample data
      return;
    }
    const running = told.state === "running";
    this.bar.hidden = !running;
    this.bar.max = told.whole;
    this.bar.value = told.done;
    this.told.textContent = told.words;
    this.fill.hidden = running || told.state === "done";
    this.fill.disabled = false;
    if (running) setTimeout(() => this.follow(true), LOOK / 3);
  }
}
