// One tooltip for all cells: it comes with the pointer, with focus or with a tap, and goes with Escape.

import { make } from "./dom.js";

const tip = document.getElementById("tip");
let owner = null;

/** Let an element explain itself: `lines()` gives the lines to show. */
export function explain(element, lines) {
  const open = () => appear(element, lines());
  element.addEventListener("pointerenter", open);
  element.addEventListener("focus", open);
  element.addEventListener("click", open);
  element.addEventListener("pointerleave", () => document.activeElement !== element && vanish(element));
  element.addEventListener("blur", () => vanish(element));
}

function appear(element, lines) {
  owner = element;
  tip.replaceChildren(...lines.map((line) => make("p", {}, line)));
  tip.hidden = false;
  const cell = element.getBoundingClientRect();
  const box = tip.getBoundingClientRect();
  const left = Math.min(Math.max(8, cell.left + cell.width / 2 - box.width / 2), innerWidth - box.width - 8);
  const above = cell.top - box.height - 8;
  tip.style.left = `${left}px`;
  tip.style.top = `${above > 8 ? above : cell.bottom + 8}px`;
}

function vanish(element) {
  if (owner === element) tip.hidden = true;
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") tip.hidden = true;
});
addEventListener("scroll", () => (tip.hidden = true), { passive: true, capture: true });
