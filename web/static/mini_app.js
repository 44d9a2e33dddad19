// Inside Telegram: take over its theme and let the server check who opened the page. Outside nothing happens.
"use strict";
(() => {
  const keep = (name, value) => { try { sessionStorage.setItem(name, value); } catch { /* it may be switched off */ } };
  const kept = (name) => { try { return sessionStorage.getItem(name) || ""; } catch { return ""; } };
  // Telegram puts tgWebAppData, tgWebAppThemeParams, tgWebAppVersion and tgWebAppPlatform into the fragment, once.
  const given = new URLSearchParams(location.hash.slice(1));
  const data = given.get("tgWebAppData") || kept("init-data");
  if (!data) return;
  const theme = given.get("tgWebAppThemeParams") || kept("theme");
  keep("init-data", data);
  keep("theme", theme);

  const root = document.documentElement;
  const isColour = (text) => /^#[0-9a-f]{6}$/i.test(text || "");
  const light = (colour) => {
    const parts = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16) / 255)
      .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return parts[0] * 0.2126 + parts[1] * 0.7152 + parts[2] * 0.0722;
  };
  const readable = (one, ...others) => others.every((other) => {
    const [dim, bright] = [light(one), light(other)].sort((a, b) => a - b);
    return (bright + 0.05) / (dim + 0.05) >= 4.5;
  });
  const own = (name) => {
    const colour = getComputedStyle(root).getPropertyValue(name).trim();
    return /^#[0-9a-f]{3}$/i.test(colour) ? colour.replace(/[0-9a-f]/gi, "$&$&") : colour;
  };
  const set = (colours) => Object.entries(colours).forEach(([name, colour]) => root.style.setProperty(name, colour));

  // A theme that people made may be unreadable: what is not readable stays as our own light or dark theme has it.
  const wear = (colours) => {
    const { bg_color: card, text_color: text, button_color: accent, button_text_color: label } = colours;
    if (!isColour(card)) return;
    root.dataset.theme = light(card) < 0.18 ? "dark" : "light";
    const back = isColour(colours.secondary_bg_color) ? colours.secondary_bg_color : card;
    if (!isColour(text) || !readable(text, card, back) || !readable(own("--bad"), card, back)) return;
    const soft = [colours.hint_color, own("--soft")].find((one) => isColour(one) && readable(one, card, back));
    const pairs = [[accent, label], [own("--accent"), own("--on-accent")], [text, card]];
    const pair = pairs.find(([one, on]) => isColour(one) && isColour(on) && readable(one, card, back, on));
    set({ "--card": card, "--back": back, "--text": text, "--soft": soft || text });
    set({ "--accent": pair[0], "--on-accent": pair[1] });
  };
  try { wear(JSON.parse(theme || "{}")); } catch { /* no theme, then our own */ }
  document.querySelectorAll("[data-outside]").forEach((one) => { one.hidden = true; });

  const tell = (type) => {
    if (window.TelegramWebviewProxy) window.TelegramWebviewProxy.postEvent(type, "{}");
    else if (window.parent !== window) {
      window.parent.postMessage(JSON.stringify({ eventType: type, eventData: {} }), "https://web.telegram.org");
    }
  };
  tell("web_app_ready");
  tell("web_app_expand");

  const body = document.body.dataset;
  if (!body.miniApp || kept(`asked:${body.miniApp}`) === data) return;
  keep(`asked:${body.miniApp}`, data);
  const headers = { "X-CSRF": body.seal, "Content-Type": "text/plain" };
  // 204: the page is open now. 200: it asks on, and its forms need the new seal that came back.
  fetch(body.miniApp, { method: "POST", headers, body: data }).then(async (answer) => {
    if (answer.status === 204) location.reload();
    if (answer.status !== 200) return;
    body.seal = await answer.text();
    document.querySelectorAll('input[name="csrf"]').forEach((one) => { one.value = body.seal; });
  }).catch(() => {});
})();
