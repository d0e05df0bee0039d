// Finding cards. Their texts lie in scripts of a few thousand cards each, which are loaded when somebody
// looks for something, and not before.
"use strict";
(() => {
  const MOST = 200;
  const form = document.getElementById("find");
  const found = document.getElementById("found");
  const decks = document.getElementById("decks");
  const parts = [];
  let head = null;

  const load = (path) => new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = path;
    script.onload = () => { script.remove(); resolve(); };
    script.onerror = () => { script.remove(); reject(new Error(path)); };
    document.head.append(script);
  });
  globalThis.deckleHead = (it) => { head = it; };
  globalThis.deckleCards = (number, cards) => { parts[number] = cards; };

  function element(name, text, className) {
    const made = document.createElement(name);
    if (text !== undefined) made.textContent = text;
    if (className) made.className = className;
    return made;
  }
  function fill(name, values) {
    for (const [value, text] of values) {
      const option = element("option", text);
      option.value = value;
      form.elements[name].append(option);
    }
  }

  function row([page, anchor, type, flag, state, tags, question, answer, place]) {
    const [path, deck] = head.pages[page];
    const item = element("li");
    const link = element("a", question || "(no text)");
    link.href = `${path}#${anchor}`;
    item.append(link, element("span", answer, "answer"));
    const facts = [deck, head.types[type], place, ...tags.map((it) => head.tags[it])];
    if (flag) facts.push(`${head.flags[flag]} flag`);
    if (state) facts.push(head.states[state]);
    item.append(element("span", facts.filter(Boolean).join(" · "), "facts"));
    return item;
  }

  // Whoever asks again while files are read sees what was asked for last.
  let latest = 0;
  async function find() {
    latest += 1;
    const own = latest;
    await ready;
    const asked = Object.fromEntries(new FormData(form));
    const words = asked.q.toLowerCase().split(/\s+/).filter(Boolean);
    const wishes = ["type", "tag", "flag", "state"].filter((it) => asked[it] !== "");
    const any = words.length > 0 || wishes.length > 0;
    const query = new URLSearchParams(Object.entries(asked).filter(([, value]) => value));
    history.replaceState(null, "", any ? `?${query}` : location.pathname);
    found.hidden = !any;
    decks.hidden = any;
    if (!any) return;
    found.replaceChildren(element("p", "Looking"));
    const list = element("ol");
    let count = 0;
    for (let number = 0; number < head.parts; number += 1) {
      if (!parts[number]) await load(`search/${number}.js`);
      if (own !== latest) return;
      for (const card of parts[number]) {
        const [page, , type, flag, state, tags, question, answer, place] = card;
        if (asked.type !== "" && type !== Number(asked.type)) continue;
        if (asked.tag !== "" && !tags.includes(Number(asked.tag))) continue;
        if (asked.flag !== "" && flag !== Number(asked.flag)) continue;
        if (asked.state !== "" && state !== Number(asked.state)) continue;
        const text = [question, answer, place, head.pages[page][1], ...tags.map((it) => head.tags[it])].join("\n").toLowerCase();
        if (!words.every((word) => text.includes(word))) continue;
        count += 1;
        if (count <= MOST) list.append(row(card));
      }
    }
    const shown = count > MOST ? `, of which the first ${MOST} are listed` : "";
    const told = [element("p", `${count} ${count === 1 ? "card" : "cards"}${shown}`), list];
    if (head.left > 0) told.push(element("p", `${head.left} more cards are too many to be looked through here.`));
    found.replaceChildren(...told);
  }

  // Files may just be written anew, or were not put where the pages are.
  const look = () => find().catch(() => {
    found.hidden = false;
    found.replaceChildren(element("p", "The texts of the cards cannot be read; load the page again."));
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    look();
  });
  for (const name of ["type", "tag", "flag", "state"]) form.elements[name].addEventListener("change", look);

  const ready = load("search/head.js").then(() => {
    fill("type", head.types.map((it, index) => [index, it]));
    fill("tag", head.tags.map((it, index) => [index, it]));
    fill("flag", head.flags.map((it, index) => [index, it]).slice(1));
    fill("state", head.states.map((it, index) => [index, it]).slice(1));
    const query = new URLSearchParams(location.search);
    for (const [name, value] of query) if (form.elements[name]) form.elements[name].value = value;
    if ([...query.values()].some(Boolean)) look();
  });
  ready.catch(() => {});
})();
