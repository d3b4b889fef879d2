// One tooltip for everything that has `data-tip`: it comes with the pointer, with focus or with a tap, and
// goes with Escape. The same words are in the element's label, so it is hidden from screen readers.

const EDGE = 8;
let tip = null;
let owner = null;

function appear(element) {
  owner = element;
  const lines = element.dataset.tip.split("\n").map((line) => {
    const p = document.createElement("p");
    p.textContent = line;
    return p;
  });
  tip.replaceChildren(...lines);
  tip.hidden = false;
  const cell = element.getBoundingClientRect();
  const box = tip.getBoundingClientRect();
  const left = Math.min(Math.max(EDGE, cell.left + cell.width / 2 - box.width / 2), innerWidth - box.width - EDGE);
  const above = cell.top - box.height - EDGE;
  tip.style.left = `${left}px`;
  tip.style.top = `${above > EDGE ? above : cell.bottom + EDGE}px`;
}

function vanish() {
  owner = null;
  tip.hidden = true;
}

function over(event) {
  const found = event.target.closest?.("[data-tip]");
  if (found) appear(found);
  else if (owner && owner !== document.activeElement) vanish();
}

/** Begin; once a page. */
export function start() {
  tip = document.getElementById("tip");
  for (const kind of ["pointerover", "focusin", "click"]) document.addEventListener(kind, over);
  document.addEventListener("focusout", vanish);
  document.addEventListener("keydown", ({ key }) => key === "Escape" && vanish());
  addEventListener("scroll", vanish, { passive: true, capture: true });
}
