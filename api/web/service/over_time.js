// Component by region, now or at a moment of the past: the slider scrubs by mouse, touch and keys.

import { useAsked } from "../core/ask.js";
import { html, useMemo } from "../core/html.js";
import { number } from "../core/language.js";
import { choose } from "../core/router.js";
import { places, reasonName, seen } from "../core/states.js";
import { Moment, clock, day } from "../core/time.js";
import { words } from "../core/words.js";
import { Matrix } from "../parts/matrix.js";
import { Reason, reasonOf } from "../parts/sentence.js";
import { Strip } from "../parts/strip.js";
import { World } from "../parts/world.js";

const EVERY_MS = 60_000;
const DAY_MS = 86_400_000;

/** `at` is the moment of the address; without it the present is shown. */
export function OverTime({ service, regions, span, at, live }) {
  const path = `v1/services/${encodeURIComponent(service.id)}/cells?since=${span}`;
  const past = useAsked(path, live.changes, EVERY_MS).found;
  const number = past && at ? frameOf(past, at) : -1;
  const now = number < 0;
  const cells = useMemo(() => (now ? present(service) : then(past, number)), [now, service, past, number]);
  const shown = now ? regions : regions.map((region) => ({ ...region, fitness: "fit", why: "" }));
  const listed = [...cells].map(([key, cell]) => ({ region: key.split(" ")[1], state: cell.state }));
  return html`
    <div class="over-time">
      <${Matrix} name=${service.name} components=${service.components} regions=${shown} cells=${cells} />
      <div class="then">
        <${Scrub} past=${past} number=${number} service=${service} regions=${regions} />
        <${World} places=${places(shown, listed, service.regions)} name=${service.name} />
      </div>
    </div>`;
}

/** The slider below the strip, and what was said at its moment. */
function Scrub({ past, number: step, service, regions }) {
  if (!past) return html`<div class="scrub" aria-busy="true"></div>`;
  const last = past.starts.length;
  const value = step < 0 ? last : step;
  const [since, until] = [Date.parse(past.since), Date.parse(past.until)];
  const said = step < 0 ? null : saidAt(past, Date.parse(past.starts[step]) + past.step_ms);
  const when = step < 0 ? words.now : frameName(past, step);
  const sentence = step < 0 ? words.seenNow : said ? reasonOf(said, service, regions) : words.nothingSaid;
  const move = (event) => choose({ at: past.starts[Number(event.target.value)] ?? "" });
  return html`
    <div class="scrub">
      <${Strip} spans=${past.said} since=${since} until=${until} name=${service.name} />
      <input type="range" min="0" max=${last} step="1" value=${value} aria-label=${words.scrub} title=${words.scrubHelp}
        aria-valuetext=${words.sliderValue(when, sentence)} onInput=${move} />
      <p class="when"><strong>${step < 0 ? words.now : html`<${Moment} at=${past.starts[step]} />`}</strong>
        ${step >= 0 && html`<button type="button" class="plain" onClick=${() => choose({ at: "" })}>${words.backToNow}</button>`}</p>
      <p class="quiet">${step < 0 ? words.seenNow : words.seenThen(...edges(past, step))}</p>
      <p class="quiet">${step < 0 ? words.scrubHelp : said ? words.saidThen(html`<${Reason} line=${said} service=${service} regions=${regions} />`) : words.nothingSaid}</p>
    </div>`;
}

function frameOf({ starts }, at) {
  const moment = Date.parse(at);
  return starts.findLastIndex((start) => Date.parse(start) <= moment);
}

function edges({ starts, step_ms: step }, number) {
  const begin = Date.parse(starts[number]);
  return [clock(begin), clock(begin + step)];
}

function frameName({ starts, step_ms: step }, number) {
  return step >= DAY_MS ? day(starts[number]) : clock(starts[number]);
}

function saidAt({ said }, moment) {
  return said.findLast(({ at }) => Date.parse(at) < moment) ?? null;
}

/** What the verdict rests on. */
function present({ verdict }) {
  return new Map(verdict.cells.map((cell) => [`${cell.component} ${cell.region}`, { state: cell.state, lines: linesOf(cell) }]));
}

/** What a cell has to say, line by line. */
export function linesOf(cell) {
  const all = cell.ok + cell.bad;
  const reasons = Object.entries(cell.reasons).map(([reason, count]) => `${number(count)} × ${reasonName(reason)}`);
  return [all ? words.looks(cell.bad, all) : "", reasons.join(words.comma), cell.why].filter(Boolean);
}

function then({ cells }, number) {
  return new Map(cells.map(({ component, region, good, bad }) => [
    `${component} ${region}`,
    { state: seen(good[number], bad[number]), lines: [words.frameLine(bad[number], good[number] + bad[number])] },
  ]));
}
