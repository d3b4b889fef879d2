// Looks by group: how many, how many failed, how long they took; each group leads to its looks.

import { html, useMemo } from "../core/html.js";
import { address } from "../core/router.js";
import { percent, reasonName } from "../core/states.js";
import { words } from "../core/words.js";
import { Trend } from "./chart.js";
import { keysOf } from "./commands.js";

/** Groups in the order of the SQL that is offered: `{key, values, rows, looks, failed, p50, p95}`. */
export function groupsOf(rows, by) {
  const found = new Map();
  for (const row of rows) {
    const values = keysOf(by).map((name) => row[name]);
    const key = values.join(" ");
    if (!found.has(key)) found.set(key, { key, values, rows: [] });
    found.get(key).rows.push(row);
  }
  return [...found.values()].map(summed).sort((one, other) =>
    other.failed - one.failed || other.looks - one.looks || (one.key < other.key ? -1 : 1));
}

function summed(group) {
  const times = group.rows.map((row) => row.total_ms).filter((ms) => ms !== null).sort((one, other) => one - other);
  const failed = group.rows.filter(({ ok }) => !ok).length;
  return { ...group, looks: group.rows.length, failed, p50: quantile(times, 0.5), p95: quantile(times, 0.95) };
}

/** Between two values in proportion, as `quantile_cont` of SQL; null of none. */
export function quantile(sorted, share) {
  if (sorted.length === 0) return null;
  const place = (sorted.length - 1) * share;
  const below = Math.floor(place);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (sorted[above] - sorted[below]) * (place - below);
}

/** The table of groups. */
export function Groups({ rows, by, since, until, params, names }) {
  const groups = useMemo(() => groupsOf(rows, by), [rows, by]);
  const title = words.explore.groups[by];
  const ms = (value) => (value === null ? words.nothing : words.explore.ms(value));
  return html`
    <div class="scroll" tabindex="0" role="group" aria-label=${words.explore.groupsTitle(title)}><table class="figures groups">
      <thead><tr><th scope="col">${words.explore.filters[by]}</th>${words.explore.groupColumns.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
      <tbody>${groups.map((group) => {
        const name = nameOf(group, by, names);
        return html`<tr key=${group.key} data-group=${group.key}>
          <th scope="row"><a href=${into(group, by, params)}>${name}</a></th>
          <td>${words.explore.count(group.looks)}</td><td>${words.explore.count(group.failed)}</td><td>${percent(group.failed, group.looks)}</td>
          <td>${ms(group.p50)}</td><td>${ms(group.p95)}</td><td><${Trend} rows=${group.rows} since=${since} until=${until} name=${name} /></td></tr>`;
      })}</tbody>
    </table></div>`;
}

/** The view of this group alone. */
function into({ values }, by, params) {
  const one = Object.fromEntries(keysOf(by).map((name, place) => [name, values[place]]));
  return address("explore", "", { ...Object.fromEntries(params), ...one, by: "" });
}

function nameOf({ values }, by, names) {
  if (by === "reason") return reasonName(values[0]);
  return values.map((value) => names.get(value) ?? value).join(": ");
}
