// How it widened and narrowed: step by step on the map and in the matrix, by slider, keys or the play button.

import { html, useEffect, useMemo, useState } from "../core/html.js";
import { choose } from "../core/router.js";
import { places } from "../core/states.js";
import { Moment, clock } from "../core/time.js";
import { words } from "../core/words.js";
import { Matrix } from "../parts/matrix.js";
import { Reason, reasonOf } from "../parts/sentence.js";
import { World } from "../parts/world.js";
import { linesOf } from "../service/over_time.js";

const STEP_MS = 1200;

/** `step` is the one of the address, from 1; the widest without it. `onCell` is told which cell is chosen. */
export function Replay({ evidence, service, regions, step, chosen, onCell }) {
  const { lines, names } = evidence;
  const number = Math.min(Math.max(Number.parseInt(step ?? widest(lines), 10) || 1, 1), lines.length) - 1;
  const [playing, play] = useState(false);
  useEffect(() => {
    if (!playing) return undefined;
    const timer = setTimeout(() => (number < lines.length - 1 ? choose({ step: String(number + 2) }) : play(false)), STEP_MS);
    return () => clearTimeout(timer);
  }, [playing, number, lines.length]);
  const line = lines[number];
  const found = useMemo(() => drawn(line, regions), [line, regions]);
  const begin = () => {
    if (!playing && number === lines.length - 1) choose({ step: "1" });
    play(!playing);
  };
  const move = (event) => {
    play(false);
    choose({ step: event.target.value });
  };
  return html`
    <div class="replay">
      <div class="player">
        <button type="button" class="plain" onClick=${begin} disabled=${lines.length < 2}>${playing ? words.incident.pause : words.incident.play}</button>
        <input type="range" min="1" max=${lines.length} step="1" value=${number + 1} aria-label=${words.incident.step} onInput=${move}
          aria-valuetext=${words.incident.stepValue(number + 1, lines.length, clock(line.at, true), reasonOf(line, service, regions))} />
        <span class="quiet">${words.incident.stepOf(number + 1, lines.length)}</span>
      </div>
      <p class="step"><strong><${Moment} at=${line.at} precise=${true} /></strong> <span class="scope">${words.scopes[line.scope] ?? line.scope}</span> <${Reason} line=${line} service=${service} regions=${regions} /></p>
      ${found.cells.size === 0 && html`<p class="quiet">${words.incident.noCells}</p>`}
      <div class="over-time">
        <div class="then"><${World} places=${found.places} name=${names.service} /></div>
        ${found.cells.size > 0 && html`<${Matrix} name=${names.service} components=${found.components(names)} regions=${found.looking} cells=${found.cells}
          onCell=${onCell} chosen=${chosen ? `${chosen.component.id} ${chosen.region.id}` : ""} />`}
      </div>
    </div>`;
}

const WIDE = ["none", "unknown", "regional", "component", "system_wide"];

/** The step, from 1, at which it reached farthest; the last of a kind. */
function widest(lines) {
  const ranks = lines.map(({ scope, regions, components }) => WIDE.indexOf(scope) * 1e6 + regions.length * components.length);
  return ranks.lastIndexOf(Math.max(...ranks)) + 1;
}

/** A line of the timeline as map and matrix; without a verdict, only which regions it reached. */
function drawn(line, regions) {
  const cells = line.verdict?.cells ?? [];
  const { unfit = {}, silent = {} } = line.verdict?.evidence ?? {};
  const then = regions.map((region) => ({ ...region, ...fitness(region.id, unfit, silent) }));
  const looking = new Set(cells.map((cell) => cell.region));
  const reached = line.regions.map((region) => ({ region, state: line.severity === "degraded" ? "degraded" : "bad" }));
  return {
    cells: new Map(cells.map((cell) => [`${cell.component} ${cell.region}`, { state: cell.state, lines: linesOf(cell) }])),
    places: places(then, cells.length ? cells : reached, null),
    looking: then.filter((region) => looking.has(region.id)),
    components: (names) => [...new Set(cells.map((cell) => cell.component))].map((id) => ({ id, name: names.components[id] ?? id })),
  };
}

function fitness(id, unfit, silent) {
  if (id in unfit) return { fitness: "unfit", why: unfit[id] };
  return id in silent ? { fitness: "silent", why: silent[id] } : { fitness: "fit", why: "" };
}
