// Component by region: a grid that arrow keys walk through. Each cell tells its state by shape, colour and words.

import { follow, make, mark, reshape, say, shape } from "./dom.js";
import { explain } from "./tip.js";

export const WORDS = { well: "well", degraded: "degraded", bad: "disrupted", unknown: "not known", none: "not looked at" };

const MANY = 9; // more columns than this have their names written upwards
const details = new WeakMap();

/** An empty matrix. */
export function makeMatrix() {
  const table = make(
    "table",
    { role: "grid" },
    make("thead", {}, make("tr", { "data-key": "head" }, make("td"))),
    make("tbody"),
  );
  table.addEventListener("keydown", walk);
  return make("div", { class: "scroll" }, table);
}

/** Draw a service's cells; columns are the regions that look at it. */
export function drawMatrix(box, service, allRegions) {
  const table = box.firstElementChild;
  const regions = allRegions.filter((region) => service.regions.includes(region.id));
  const cells = new Map(service.cells.map((cell) => [`${cell.component} ${cell.region}`, cell]));
  table.style.setProperty("--columns", regions.length);
  mark(table, "data-many", regions.length > MANY ? "" : null);
  mark(table, "aria-label", `${service.name} by component and region`);
  const head = table.tHead.rows[0];
  const corner = { id: "", name: "", fitness: "fit" };
  follow(head, [corner, ...regions], (region) => region.id, makeHead, drawHead);
  follow(table.tBodies[0], service.components, (component) => component.id, makeRow, (row, component) => {
    say(row.cells[0], component.label);
    follow(row, [null, ...regions], (region) => region?.id ?? "", makeCell, (td, region) => {
      if (region) drawCell(td, component, region, cells.get(`${component.id} ${region.id}`));
    });
  });
  if (!table.querySelector("[tabindex='0']")) table.querySelector("button")?.setAttribute("tabindex", "0");
}

function makeHead(region) {
  return region.id === "" ? make("td") : make("th", { scope: "col" }, make("span"), make("small"));
}

function drawHead(th, region) {
  if (region.id === "") return;
  say(th.firstElementChild, region.name);
  say(th.lastElementChild, region.fitness === "fit" ? "" : region.fitness);
  mark(th, "data-fitness", region.fitness);
  mark(th, "title", region.fitness === "fit" ? `${region.name} (${region.id})` : `${region.name} is ${region.fitness}: ${region.why}`);
}

function makeRow() {
  return make("tr", {}, make("th", { scope: "row", "data-key": "" }));
}

function makeCell() {
  const button = make("button", { type: "button", tabindex: "-1", class: "cell" }, shape());
  explain(button, () => details.get(button));
  return make("td", {}, button);
}

function drawCell(td, component, region, cell) {
  const button = td.firstElementChild;
  const state = cell?.state ?? "none";
  reshape(button.firstElementChild, state);
  mark(button, "data-state", state);
  const lines = tellCell(component, region, cell);
  details.set(button, lines);
  mark(button, "aria-label", lines.join(". "));
}

/** What a cell has to say, line by line. */
function tellCell(component, region, cell) {
  const lines = [`${component.name} from ${region.name}: ${WORDS[cell?.state ?? "none"]}`];
  if (!cell) return lines;
  if (cell.ok + cell.bad > 0) lines.push(`${cell.bad} bad of ${cell.ok + cell.bad} looks`);
  const reasons = Object.entries(cell.reasons).map(([reason, count]) => `${count} × ${reason.replaceAll("_", " ")}`);
  if (reasons.length) lines.push(reasons.join(", "));
  if (cell.why) lines.push(cell.why);
  return lines;
}

const STEPS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

function walk(event) {
  const step = STEPS[event.key];
  const td = event.target.closest("td");
  if (!step || !td || event.altKey || event.ctrlKey || event.metaKey) return;
  const row = td.parentElement;
  const to = row.parentElement.rows[row.sectionRowIndex + step[0]]?.cells[td.cellIndex + step[1]];
  const button = to?.querySelector("button");
  event.preventDefault();
  if (!button) return;
  event.target.setAttribute("tabindex", "-1");
  button.setAttribute("tabindex", "0");
  button.focus();
}
