// A page of cards. Each side of a card is a document of its own in a frame that cannot reach this page; here
// it is put there, made as high as it wants to be, and told how it is to be shown.
"use strict";
(() => {
  const HIGHEST = 3000;
  const sides = new Map();
  const look = () => [deckle.isNight() && "night", deckle.kept.width === "phone" && "phone"].filter(Boolean).join(" ");

  for (const written of document.querySelectorAll(".side noscript")) {
    // Where scripts run, what stands in `noscript` is text: the frame for where they do not.
    const plain = new DOMParser().parseFromString(written.textContent, "text/html").querySelector("iframe");
    const frame = document.createElement("iframe");
    frame.title = plain.title;
    frame.loading = "lazy";
    frame.name = look();
    // Files of a disk are strangers to each other all the same, and a sandbox without this could not load one.
    frame.setAttribute("sandbox", location.protocol === "file:" ? "allow-scripts allow-same-origin" : "allow-scripts");
    frame.src = "../look/card.html";
    sides.set(frame, { text: plain.getAttribute("srcdoc") });
    written.replaceWith(frame);
  }

  const said = document.getElementById("said");
  function say(text) {
    said.textContent = text;
    said.hidden = false;
    clearTimeout(say.timer);
    say.timer = setTimeout(() => { said.hidden = true; }, 6000);
  }

  addEventListener("message", ({ source, data }) => {
    const found = [...sides].find(([frame]) => frame.contentWindow === source);
    if (!found || typeof data !== "object" || data === null) return;
    const [frame, side] = found;
    if (data.deckle === "ready") source.postMessage({ side: side.text }, "*");
    if (data.deckle === "height" && Number.isFinite(data.height)) {
      frame.style.height = `${Math.min(Math.max(data.height, 24), HIGHEST)}px`;
      hold();
    }
    if (data.deckle === "link") say(`In Anki this link opens ${String(data.address).slice(0, 300)}`);
    if (data.deckle === "key") deckle.press(String(data.key));
  });
  deckle.onChange(() => {
    for (const frame of sides.keys()) {
      frame.name = look();
      frame.contentWindow?.postMessage({ look: look() }, "*");
    }
  });

  const cards = [...document.querySelectorAll("article")];
  const barHeight = () => document.querySelector(".bar").getBoundingClientRect().height;
  let chosen = -1;
  // The chosen card, if it is still in sight, else the first one that is.
  function current() {
    const inSight = (card) => {
      const { top, bottom } = card.getBoundingClientRect();
      return bottom > barHeight() + 8 && top < innerHeight - 8;
    };
    if (cards[chosen] && inSight(cards[chosen])) return chosen;
    return Math.max(cards.findIndex(inSight), 0);
  }
  function choose(index) {
    if (!cards[index]) return;
    cards[chosen]?.classList.remove("chosen");
    chosen = index;
    cards[index].classList.add("chosen");
    cards[index].focus({ preventScroll: true });
    cards[index].scrollIntoView({ block: "start" });
    history.replaceState(null, "", `#${cards[index].id}`);
  }
  const follow = (rel) => document.querySelector(`.pages a[rel=${rel}]`)?.click();
  deckle.keys.j = () => (chosen < 0 ? choose(current()) : current() + 1 < cards.length ? choose(current() + 1) : follow("next"));
  deckle.keys.k = () => (current() > 0 ? choose(current() - 1) : follow("prev"));
  deckle.keys[" "] = () => {
    const card = cards[current()];
    // Where all answers are shown, this one is hidden, and the other way round.
    if (card) show(card, !card.classList.contains("turned"));
  };
  const help = document.getElementById("help");
  deckle.keys["?"] = () => {
    const keys = document.getElementById("keys");
    keys.hidden = !keys.hidden;
    help.setAttribute("aria-expanded", String(!keys.hidden));
  };
  help.addEventListener("click", deckle.keys["?"]);
  function show(card, turned) {
    card.classList.toggle("turned", turned);
  }
  for (const button of document.querySelectorAll("button.turn")) {
    button.addEventListener("click", () => show(button.closest("article"), !button.closest("article").classList.contains("turned")));
  }

  // While frames above it find out how high they are, a card stays where it is: the one of the address, or the
  // one that was in sight before the page was written anew.
  let held = null;
  function hold() {
    if (held) scrollBy(0, held.card.getBoundingClientRect().top - held.top);
  }
  for (const name of ["wheel", "keydown", "pointerdown", "touchmove"]) {
    addEventListener(name, () => { held = null; }, { passive: true });
  }
  setTimeout(() => { held = null; }, 5000);
  const asked = cards.findIndex((card) => `#${card.id}` === location.hash);
  if (asked >= 0) choose(asked);
  if (asked >= 0) held = { card: cards[asked], top: cards[asked].getBoundingClientRect().top };
  deckle.onReload(() => {
    const card = cards[current()];
    if (card) sessionStorage.setItem("deckle-at", JSON.stringify({ id: card.id, top: card.getBoundingClientRect().top }));
  });
  try {
    const { id, top } = JSON.parse(sessionStorage.getItem("deckle-at")) ?? {};
    sessionStorage.removeItem("deckle-at");
    const card = cards.find((it) => it.id === id);
    if (card) {
      history.scrollRestoration = "manual";
      held = { card, top };
      hold();
    }
  } catch {
    // Where nothing is kept, the page begins at its top.
  }
})();
