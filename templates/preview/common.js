// What all pages of the preview do: day or night, and a new look when `deckle preview --watch` wrote them
// anew. Pages are opened from disk as well as from a server, where nothing can be fetched; so what may
// change is a script that is loaded again and again.
"use strict";
const deckle = (() => {
  const root = document.documentElement;
  const THEMES = ["auto", "day", "night"];
  const kept = { theme: "auto", width: "desktop", answers: "shown" };
  try {
    Object.assign(kept, JSON.parse(localStorage.getItem("deckle-preview")) ?? {});
  } catch {
    // Where nothing is kept, each page begins as the first one.
  }
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const changes = [];
  const reloads = [];
  const isNight = () => kept.theme === "night" || (kept.theme === "auto" && dark.matches);

  function show() {
    root.classList.add("has-scripts");
    root.classList.toggle("night", isNight());
    root.classList.toggle("day", !isNight());
    root.classList.toggle("phone", kept.width === "phone");
    root.classList.toggle("ask", kept.answers === "hidden");
    const label = (id, text) => {
      const button = document.getElementById(id);
      if (button) button.textContent = text;
    };
    label("theme", { auto: "Theme: system", day: "Theme: day", night: "Theme: night" }[kept.theme] ?? "Theme");
    label("width", kept.width === "phone" ? "Width: phone" : "Width: window");
    label("answers", kept.answers === "hidden" ? "Answers: on demand" : "Answers: shown");
    changes.forEach((change) => change());
  }

  function turn(name, values) {
    kept[name] = values[(values.indexOf(kept[name]) + 1) % values.length];
    try {
      localStorage.setItem("deckle-preview", JSON.stringify(kept));
    } catch {
      // As above.
    }
    show();
  }

  const turns = {
    theme: () => turn("theme", THEMES),
    width: () => turn("width", ["desktop", "phone"]),
    answers: () => turn("answers", ["shown", "hidden"]),
  };
  // What a frame says is pressed may be the name of anything.
  const keys = { __proto__: null, n: turns.theme, w: turns.width, a: turns.answers };
  keys["/"] = () => document.querySelector("input[type=search]")?.focus();

  // Returns whether the key was for us.
  function press(key) {
    keys[key]?.();
    return key in keys;
  }

  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (event.target instanceof Element && event.target.closest("input, select, textarea, button")) return;
    if (press(event.key)) event.preventDefault();
  });
  dark.addEventListener("change", show);
  addEventListener("DOMContentLoaded", () => {
    for (const [id, turn] of Object.entries(turns)) document.getElementById(id)?.addEventListener("click", turn);
    show();
    askAgain(0);
  });
  show();

  function askAgain(wait) {
    setTimeout(() => {
      const script = document.createElement("script");
      script.src = `${root.dataset.root}stamp.js?${Date.now()}`;
      script.onload = () => script.remove();
      // It is just being written, or the folder is gone.
      script.onerror = () => { script.remove(); askAgain(3000); };
      document.head.append(script);
    }, wait);
  }

  globalThis.deckleStamp = ({ live, pages }) => {
    if (!live) return;
    const stamp = pages[root.dataset.page];
    if (stamp === undefined) {
      location.href = `${root.dataset.root}index.html`;
    } else if (stamp === root.dataset.stamp || !isFirst(stamp)) {
      askAgain(1000);
    } else {
      reloads.forEach((act) => act());
      location.reload();
    }
  };

  // Whether this is the first time that a page is loaded again to get there: a server between may go on
  // sending the old one.
  function isFirst(stamp) {
    try {
      const key = `deckle-reloaded ${root.dataset.page}`;
      if (sessionStorage.getItem(key) === stamp) return false;
      sessionStorage.setItem(key, stamp);
      return true;
    } catch {
      return false;
    }
  }

  return { kept, isNight, keys, press, onChange: (act) => changes.push(act), onReload: (act) => reloads.push(act) };
})();
