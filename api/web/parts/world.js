// The world with the regions that look: each place tells its state by form and colour. Arrow keys walk
// from place to place; beneath it the same stands in words.

import { html, memo, useMemo, useRef } from "../core/html.js";
import { words } from "../core/words.js";
import { BORDERS, HEIGHT, LAND, WIDTH } from "../vendor/world.js";
import { project, spread } from "./projection.js";
import { PATHS } from "./shape.js";
import { useWidth } from "./width.js";

const SIZE_PX = 17;
const LEAST_PX = 13;
const MOST_NAMED = 8;
const STATES = ["bad", "degraded", "unfit", "silent", "unknown", "well"];

const Land = memo(() => html`<g class="land" aria-hidden="true"><path d=${LAND} /><path class="borders" d=${BORDERS} /></g>`);

/** `places` are regions with a `state`; `you` is `{latitude, longitude}` where that is known. */
export function World({ places, you = null, name }) {
  const box = useRef(null);
  const width = useWidth(box);
  const pixel = WIDTH / width;
  const known = places.filter((place) => place.latitude !== null && place.longitude !== null);
  const size = (width < 520 ? LEAST_PX : SIZE_PX) * pixel;
  const where = known.map(({ id, longitude, latitude }) => `${id} ${longitude} ${latitude}`).join();
  const points = useMemo(
    () => spread(known.map(({ longitude, latitude }) => project(longitude, latitude)), size * 1.06), [where, size]);
  const marks = known.map((place, number) => ({ place, point: points[number] }));
  const order = marks.toSorted((one, other) => one.point[0] - other.point[0]);
  if (known.length === 0) return html`<p class="quiet places"><${InWords} places=${places} known=${known} /></p>`;
  return html`
    <figure class="world">
      <svg ref=${box} viewBox="0 0 ${WIDTH} ${HEIGHT}" role="group" aria-label=${words.world(name)} onKeyDown=${walk}>
        <${Land} />
        ${you?.latitude != null && html`<${You} you=${you} pixel=${pixel} />`}
        ${order.map(({ place, point }, number) =>
          html`<${Place} key=${place.id} place=${place} x=${point[0]} y=${point[1]} size=${size} first=${number === 0} />`)}
      </svg>
      <figcaption><${InWords} places=${places} known=${known} /></figcaption>
    </figure>`;
}

const Place = memo(({ place, x, y, size, first }) => {
  const { state } = place;
  const what = [place.name, words.states[state], place.via ? words.borrowed : "", place.simulated ? words.simulated : "", place.why ?? ""];
  const told = what.filter(Boolean).join("\n");
  const scale = size / 16;
  return html`
    <g class="place" data-state=${state} data-region=${place.id} data-borrowed=${place.via ? "" : null} role="img" tabindex=${first ? 0 : -1}
       aria-label=${told.replaceAll("\n", words.comma)} data-tip=${told} transform="translate(${x.toFixed(1)} ${y.toFixed(1)}) scale(${scale.toFixed(3)})">
      ${place.via && html`<circle class="ring" r="11" />`}
      <${Form} state=${state} />
      <path class="sign" d=${PATHS[state] ?? ""} transform="translate(-8 -8)" />
    </g>`;
});

/** Well and what is not heard is round, what is wrong has corners, what is unfit stands on one. */
function Form({ state }) {
  if (state === "bad") return html`<rect class="form" x="-8.5" y="-8.5" width="17" height="17" rx="3" />`;
  if (state === "degraded") return html`<path class="form" d="M0-9 9.4 7.6H-9.4Z" />`;
  if (state === "unfit") return html`<path class="form" d="M0-9.5 9.5 0 0 9.5-9.5 0Z" />`;
  return html`<circle class="form" r=${state === "none" ? 3 : 7.5} />`;
}

function You({ you, pixel }) {
  const [x, y] = project(you.longitude, you.latitude);
  return html`<g class="you" role="img" aria-label=${words.you} data-tip=${words.you} transform="translate(${x} ${y}) scale(${pixel})">
    <circle r="15" /><path d="M-20 0h8M12 0h8M0-20v8M0 12v8" /></g>`;
}

function InWords({ places, known }) {
  const lines = STATES.map((state) => [state, places.filter((place) => place.state === state).map(({ name }) => name)])
    .filter(([, names]) => names.length)
    .map(([state, names]) => words.regionsAre(words.states[state], words.many(names, MOST_NAMED)));
  const off = places.filter((place) => !known.includes(place) && place.state !== "none").map(({ name }) => name);
  if (off.length && known.length) lines.push(words.regionsAre(words.offMap, words.many(off, MOST_NAMED)));
  return lines.map((line) => html`<span key=${line}>${line}. </span>`);
}

function walk(event) {
  const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
  if (!step) return;
  const all = [...event.currentTarget.querySelectorAll(".place")];
  const next = all[(all.indexOf(document.activeElement) + step + all.length) % all.length];
  if (!next) return;
  event.preventDefault();
  for (const one of all) one.setAttribute("tabindex", one === next ? "0" : "-1");
  next.focus();
}

