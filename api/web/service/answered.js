// Where each region was answered from: regions that fail together often share a place that answers them.

import { useAsked } from "../core/ask.js";
import { html } from "../core/html.js";
import { list } from "../core/language.js";
import { percent } from "../core/states.js";
import { clock } from "../core/time.js";
import { words } from "../core/words.js";
import { Shape } from "../parts/shape.js";

const EVERY_MS = 20_000;
const KINDS = ["edge", "asn", "country"]; // the closest to the target first

/** `looking` are the regions of the service, `names` what regions are called. */
export function Answered({ id, looking, names }) {
  const { found, trouble } = useAsked(`v1/services/${encodeURIComponent(id)}/answered-from`, null, EVERY_MS);
  if (!found) return html`<p class="quiet">${trouble ? trouble.message : words.looking}</p>`;
  const { groups, since } = found;
  const { answeredFrom } = words;
  const answered = new Set(groups.map((group) => group.region));
  const missing = looking.filter((region) => !answered.has(region)).map((region) => names.get(region) ?? region);
  return html`
    <div class="answered">
      <p class="finding">${finding(groups)}</p>
      ${groups.length > 0 && html`
        <div class="scroll" tabindex="0" role="group" aria-label=${answeredFrom.title}><table class="figures">
          <caption>${answeredFrom.caption(clock(since))}</caption>
          <thead><tr>${answeredFrom.columns.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
          <tbody>${groups.map((group) => html`<${Row} key=${JSON.stringify([group.region, group.country, group.asn, group.edge])} group=${group} name=${names.get(group.region) ?? group.region} />`)}</tbody>
        </table></div>
        ${missing.length > 0 && html`<p class="quiet">${answeredFrom.missing(list(words.many(missing, 12)))}</p>`}`}
      ${trouble && html`<p class="quiet" role="status">${trouble.message}</p>`}
    </div>`;
}

function Row({ group, name }) {
  const good = group.looks - group.failed;
  const state = group.failed === 0 ? "well" : good === 0 ? "bad" : "degraded";
  const known = [group.country, group.asn && `AS${group.asn}`, group.edge];
  return html`<tr><th scope="row">${name}</th>
    ${known.map((value) => html`<td class=${value ? null : "quiet"}>${value || words.answeredFrom.notKnown}</td>`)}
    <td><span class="share"><${Shape} state=${state} /> ${words.answeredFrom.of(percent(good, group.looks), group.looks)}</span></td></tr>`;
}

/** What the table says, in one sentence. */
function finding(groups) {
  const said = words.answeredFrom;
  if (groups.length === 0) return said.nothing;
  const failing = groups.filter((group) => group.failed > 0);
  const looks = sum(groups, "looks");
  if (failing.length === 0) return said.noneFailed(looks);
  const failed = sum(failing, "failed");
  if (groups.every(({ country, asn, edge }) => !country && !asn && !edge)) return said.unplaced(failed, looks);
  const kind = KINDS.find((one) => tellsApart(one, failing, groups));
  if (!kind) return said.nothingShared(failed, looks);
  const value = failing[0][kind];
  return said.shared(failed, said.kinds[kind](value), sum(groups.filter((group) => group[kind] === value), "looks"), looks);
}

/** Whether all that fail were answered from one such place, and something was answered from elsewhere. */
function tellsApart(kind, failing, groups) {
  const value = failing[0][kind];
  return Boolean(value) && failing.every((group) => group[kind] === value) && groups.some((group) => group[kind] !== value);
}

function sum(groups, count) {
  return groups.reduce((total, group) => total + group[count], 0);
}
