// Component by region: a grid that arrow keys walk through. Each cell tells its state by shape, colour and words.

import { html, memo } from "../core/html.js";
import { words } from "../core/words.js";
import { Shape } from "./shape.js";

const MANY = 9; // more columns than this have their names written upwards

/**
 * `cells` is a Map of "component region" to `{state, lines}`: lines explain it. `onCell(component, region)`
 * makes cells choosable; `chosen` is the key of the one that is.
 */
export function Matrix({ name, components, regions, cells, onCell = null, chosen = "" }) {
  const many = regions.length > MANY;
  return html`
    <div class="scroll" tabindex=${many ? 0 : null} role=${many ? "group" : null} aria-label=${many ? words.world(name) : null}>
      <table class="matrix" role="grid" aria-label=${words.matrixName(name)} data-many=${many ? "" : null} data-columns=${Math.min(regions.length, 60)} onKeyDown=${walk}>
        <colgroup><col class="first" />${regions.map(() => html`<col />`)}</colgroup>
        <thead><tr role="row"><td role="gridcell"></td>${regions.map((region) => html`<${Head} key=${region.id} region=${region} />`)}</tr></thead>
        <tbody>
          ${components.map((component, row) => html`
            <tr key=${component.id} role="row"><th scope="row">${component.label ?? component.name}</th>
              ${regions.map((region, column) => {
                const key = `${component.id} ${region.id}`;
                return html`<${Cell} key=${region.id} component=${component} region=${region} cell=${cells.get(key)}
                  first=${row + column === 0} onCell=${onCell} chosen=${chosen === key} />`;
              })}
            </tr>`)}
        </tbody>
      </table>
    </div>`;
}

function Head({ region }) {
  const fit = !region.fitness || region.fitness === "fit";
  const title = fit ? `${region.name} (${region.id})` : `${words.regionIs(region.name, words.fitness[region.fitness])}: ${region.why}`;
  return html`<th scope="col" data-fitness=${region.fitness ?? "fit"} title=${title}><span>${region.name}</span>${!fit && html`<small>${words.fitness[region.fitness]}</small>`}</th>`;
}

const Cell = memo(({ component, region, cell, first, onCell, chosen }) => {
  const state = cell?.state ?? "none";
  const what = words.cell(component.name, region.name, words.states[state]);
  const lines = [what, ...(cell?.lines ?? [])];
  return html`<td role="gridcell">
    <button type="button" class="cell" data-state=${state} tabindex=${first ? 0 : -1} aria-label=${lines.join(". ")} data-tip=${lines.join("\n")}
      aria-pressed=${onCell ? String(chosen) : null} onClick=${onCell && (() => onCell(component, region))}><${Shape} state=${state} /></button></td>`;
});

const STEPS = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] };

function walk(event) {
  const step = STEPS[event.key];
  const button = event.target.closest("button.cell");
  if (!step || !button) return;
  const side = document.documentElement.dir === "rtl" ? -1 : 1;
  const row = button.closest("tr");
  const rows = row.parentElement.rows;
  const next = rows[row.sectionRowIndex + step[0]]?.cells[button.parentElement.cellIndex + step[1] * side]?.querySelector("button");
  if (!next) return;
  event.preventDefault();
  for (const one of event.currentTarget.querySelectorAll(".cell[tabindex='0']")) one.setAttribute("tabindex", "-1");
  next.setAttribute("tabindex", "0");
  next.focus();
}
