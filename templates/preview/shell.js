// A side of a card is written into this document, which is nobody's but the card's: its policy lets nothing
// out, and it cannot reach the page around it. The page has it once this says that it is there.
"use strict";
addEventListener("message", (event) => {
  if (event.source !== parent || typeof event.data?.side !== "string") return;
  document.open();
  document.write(event.data.side);
  document.close();
}, { once: true });
parent.postMessage({ deckle: "ready" }, "*");
