// What Anki's reviewer has around a card, for a side of a card in a preview: day and night, play buttons,
// masks on pictures, and the names that card templates call. It runs in the card's own document.
"use strict";
(() => {
  const root = document.documentElement;
  const tell = (message) => { if (parent !== window) parent.postMessage(message, "*"); };

  // --- How it is shown. The name of the frame says it before anything else can.
  function show(look) {
    const is = (word) => look.split(" ").includes(word);
    root.classList.toggle("night-mode", is("night"));
    document.body.classList.toggle("nightMode", is("night"));
    document.body.classList.toggle("night_mode", is("night"));
    // As AnkiDroid calls itself.
    for (const name of ["mobile", "android"]) root.classList.toggle(name, is("phone"));
    root.classList.add("js");
  }
  const dark = matchMedia("(prefers-color-scheme: dark)").matches ? "night" : "";
  show(parent === window ? dark : window.name);
  addEventListener("message", (event) => {
    if (event.source === parent && typeof event.data?.look === "string") show(event.data.look);
  });

  // --- What card templates call. What would go to Anki goes nowhere.
  globalThis.pycmd = () => {};
  globalThis.bridgeCommand = () => {};
  globalThis.ankiPlatform = "desktop";
  globalThis.onUpdateHook = [];
  globalThis.onShownHook = [];
  globalThis.anki = { imageOcclusion: { setup: drawMasks }, setupImageCloze: drawMasks };
  addEventListener("DOMContentLoaded", () => {
    for (const hook of [...onUpdateHook, ...onShownHook]) hook();
  });

  // --- How high it is. A card that is as high as its window, and a bit, would grow for ever.
  let last = null;
  function measure() {
    const bottoms = [...document.body.children].map((it) => it.getBoundingClientRect().bottom + scrollY);
    const content = Math.ceil(Math.max(root.getBoundingClientRect().height, ...bottoms));
    const grows = last && last.width === innerWidth && last.window !== innerHeight
      && Math.abs((content - last.content) - (innerHeight - last.window)) < 2;
    last = { width: innerWidth, window: innerHeight, content };
    if (!grows) tell({ deckle: "height", height: content });
  }
  new ResizeObserver(measure).observe(document.body);
  addEventListener("load", measure, true);
  addEventListener("resize", measure);
  document.fonts?.ready.then(measure);

  // --- Keys and links belong to the page around.
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (event.target instanceof Element && event.target.closest("input, textarea, select, button, [contenteditable]")) return;
    if (["j", "k", "n", "w", "a", "/", "?", " "].includes(event.key)) {
      event.preventDefault();
      tell({ deckle: "key", key: event.key });
    }
  });
  addEventListener("click", (event) => {
    const link = event.target instanceof Element && event.target.closest("a");
    if (!link) return;
    if (link.matches(".replay-button")) {
      event.preventDefault();
      play(link);
    } else if (/^https?:/i.test(link.getAttribute("href") ?? "")) {
      event.preventDefault();
      tell({ deckle: "link", address: link.href });
    }
  });

  // --- Sound.
  let sounding = null;
  function play({ dataset }) {
    sounding?.pause();
    if (dataset.deckleSound) {
      sounding = new Audio(dataset.deckleSound);
      sounding.play().catch(() => {});
    } else if (dataset.deckleSay && globalThis.speechSynthesis) {
      const wanted = dataset.deckleLanguage.toLowerCase();
      // Some voices send what they speak to a server.
      const voices = speechSynthesis.getVoices().filter((it) => it.localService);
      const fit = voices.find((it) => it.lang.toLowerCase() === wanted)
        ?? voices.find((it) => it.lang.slice(0, 2).toLowerCase() === wanted.slice(0, 2));
      if (!fit) return;
      const said = new SpeechSynthesisUtterance(dataset.deckleSay);
      said.voice = fit;
      speechSynthesis.cancel();
      speechSynthesis.speak(said);
    }
  }

  // --- Masks on pictures, as shapes above the picture; where and how large, the elements of clozes say in parts
  // of it.
  function drawMasks() {
    const box = document.getElementById("image-occlusion-container");
    const canvas = document.getElementById("image-occlusion-canvas");
    const picture = box?.querySelector("img");
    if (!canvas || !picture) return;
    const SPACE = "http://www.w3.org/2000/svg";
    const drawing = document.createElementNS(SPACE, "svg");
    drawing.id = "deckle-masks";
    drawing.setAttribute("aria-label", "masks");
    canvas.after(drawing);
    const color = (name, other) => getComputedStyle(canvas).getPropertyValue(name).trim() || other;
    const border = (name, other) => (color(name, other).match(/^([\d.]+)px\s+(.+)$/) ?? [null, "1", "#212121"]).slice(1);

    function shape(data, width, height) {
      const part = (name, whole) => (parseFloat(data[name]) || 0) * whole;
      const made = (name, attributes) => {
        const element = document.createElementNS(SPACE, name);
        for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
        return element;
      };
      const [left, top] = [part("left", width), part("top", height)];
      // In parts of a turn, ten thousand of them. Polygons are never turned.
      const turn = (parseFloat(data.angle) || 0) * 0.036;
      const turned = turn ? { transform: `rotate(${turn} ${left} ${top})` } : {};
      switch (data.shape) {
        case "rect":
          return made("rect", { x: left, y: top, width: part("width", width), height: part("height", height), ...turned });
        case "ellipse": {
          const [rx, ry] = [part("rx", width), part("ry", height)];
          return made("ellipse", { cx: left + rx, cy: top + ry, rx, ry, ...turned });
        }
        case "polygon": {
          const points = (data.points ?? "").split(" ").map((point) => point.split(",").map(Number));
          return made("polygon", { points: points.map(([x, y]) => `${x * width},${y * height}`).join(" ") });
        }
        case "text": {
          const size = (parseFloat(data.fontSize) || 0.06) * height * (parseFloat(data.scale) || 1);
          const text = made("text", { x: left, y: top + 0.79 * size, "font-size": size, "font-family": "Arial, sans-serif", ...turned });
          text.textContent = data.text ?? "";
          return text;
        }
        default:
          return null;
      }
    }

    function draw() {
      const width = picture.naturalWidth || picture.clientWidth;
      const height = picture.naturalHeight || picture.clientHeight;
      if (!width || !height) return;
      const [around, place] = [box.getBoundingClientRect(), picture.getBoundingClientRect()];
      const lengths = { left: place.left - around.left - box.clientLeft, top: place.top - around.top - box.clientTop, width: place.width, height: place.height };
      for (const [key, value] of Object.entries(lengths)) drawing.style[key] = `${value}px`;
      drawing.setAttribute("viewBox", `0 0 ${width} ${height}`);
      drawing.setAttribute("preserveAspectRatio", "none");
      drawing.replaceChildren();
      // A border is as wide on every picture.
      const pixel = width / (place.width || width);
      const kinds = [
        [".cloze-inactive[data-shape]", "inactive", "#ffeba2", "1px #212121"],
        [".cloze[data-shape]", "active", "#ff8e8e", "1px #212121"],
        [".cloze-highlight[data-shape]", "highlight", "#ff8e8e00", "1px #ff8e8e"],
      ];
      for (const [selector, kind, fill, line] of kinds) {
        for (const { dataset } of document.querySelectorAll(selector)) {
          const isLabel = dataset.shape === "text";
          if (kind === "inactive" && dataset.occludeinactive !== "1" && !isLabel) continue;
          const mask = shape(dataset, width, height);
          if (!mask) continue;
          const own = kind === "inactive" || isLabel ? dataset.fill : null;
          mask.setAttribute("fill", own ?? (isLabel ? "#000000" : color(`--${kind}-shape-color`, fill)));
          if (!isLabel) {
            const [thick, paint] = border(`--${kind}-shape-border`, line);
            mask.setAttribute("stroke", paint);
            mask.setAttribute("stroke-width", thick * pixel);
          }
          mask.setAttribute("class", `deckle-mask-${isLabel ? "label" : kind}`);
          drawing.append(mask);
          if (isLabel) {
            const size = Number(mask.getAttribute("font-size"));
            const ground = document.createElementNS(SPACE, "rect");
            const sizes = { x: mask.getAttribute("x"), y: mask.getAttribute("y") - 0.79 * size, fill: "#ffffff",
              width: mask.getBBox().width + 5 * pixel, height: 1.2 * size, class: "deckle-mask-label" };
            for (const [key, value] of Object.entries(sizes)) ground.setAttribute(key, value);
            if (mask.hasAttribute("transform")) ground.setAttribute("transform", mask.getAttribute("transform"));
            mask.before(ground);
          }
        }
      }
    }
    if (picture.complete) draw();
    picture.addEventListener("load", draw);
    new ResizeObserver(draw).observe(picture);
    document.getElementById("toggle")?.addEventListener("click", () => {
      drawing.style.visibility = drawing.style.visibility === "hidden" ? "" : "hidden";
    });
  }
})();
