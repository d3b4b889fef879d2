// Looks as a table of which only what is in sight is drawn. All rows are equally high, so where one stands is
// a multiplication: a library that measures rows would need as much code around it as this is.

import { html, useEffect, useLayoutEffect, useMemo, useRef, useState } from "../core/html.js";
import { choose } from "../core/router.js";
import { reasonName } from "../core/states.js";
import { clock, utc } from "../core/time.js";
import { words } from "../core/words.js";
import { Shape } from "../parts/shape.js";
import { COLUMNS } from "./looks.js";

const ROW_PX = 30;
const SPARE = 12;
const USUAL = "-scheduled_at";

/** The table, in the order that `sort` names: a column, with `-` before it from the largest on. */
export function Rows({ rows, sort }) {
  const box = useRef(null);
  const [sight, see] = useState([0, 40]);
  const ordered = useMemo(() => inOrder(rows, sort), [rows, sort]);
  const look = () => {
    const first = Math.max(0, Math.floor(box.current.scrollTop / ROW_PX) - SPARE);
    const last = first + Math.ceil(box.current.clientHeight / ROW_PX) + 2 * SPARE;
    see((old) => (old[0] === first && old[1] === last ? old : [first, last]));
  };
  useLayoutEffect(() => {
    const watch = new ResizeObserver(look);
    watch.observe(box.current);
    return () => watch.disconnect();
  }, []);
  useEffect(() => {
    if (box.current.scrollTop > ordered.length * ROW_PX) box.current.scrollTop = 0;
    look();
  }, [ordered]);
  const [first, last] = [Math.min(sight[0], ordered.length), Math.min(sight[1], ordered.length)];
  return html`
    <div class="rows" ref=${box} tabindex="0" role="group" aria-label=${words.explore.rowsTitle} onScroll=${look}>
      <table aria-rowcount=${ordered.length + 1}>
        <colgroup>${COLUMNS.map((name) => html`<col key=${name} data-column=${name} />`)}</colgroup>
        <thead><tr aria-rowindex="1">${COLUMNS.map((name) => html`<${Head} key=${name} name=${name} sort=${sort} />`)}</tr></thead>
        <tbody>
          <${Space} rows=${first} />
          ${ordered.slice(first, last).map((row, place) => html`<${Row} key=${row.id} row=${row} number=${first + place + 2} />`)}
          <${Space} rows=${ordered.length - last} />
        </tbody>
      </table>
    </div>`;
}

/** Room for rows that are not drawn. */
function Space({ rows }) {
  const room = useRef(null);
  useLayoutEffect(() => {
    if (room.current) room.current.style.height = `${rows * ROW_PX}px`;
  }, [rows]);
  return rows > 0 && html`<tr class="space" aria-hidden="true"><td colspan=${COLUMNS.length} ref=${room}></td></tr>`;
}

function Head({ name, sort }) {
  const [up, down] = [sort === name, sort === `-${name}`];
  const turn = () => choose({ sort: turned(name, down) });
  return html`<th scope="col" aria-sort=${up ? "ascending" : down ? "descending" : null}>
    <button type="button" onClick=${turn}>${words.explore.columns[name]}<span aria-hidden="true">${up ? " ▲" : down ? " ▼" : ""}</span></button></th>`;
}

function turned(name, down) {
  const wanted = down ? name : `-${name}`;
  return wanted === USUAL ? "" : wanted;
}

function Row({ row, number }) {
  const { scheduled_at: at, total_ms: ms } = row;
  return html`<tr aria-rowindex=${number} data-id=${row.id}>
    <td><time datetime=${at} title=${utc(at)}>${clock(at, true)}</time></td>
    <td>${row.service}</td><td>${row.component}</td><td>${row.region}</td><td>${row.worker}</td>
    <td><span class="share"><${Shape} state=${row.ok ? "well" : "bad"} />${words.explore.states[row.ok]}</span></td>
    <td>${reasonName(row.reason)}</td><td>${row.status_code ?? words.nothing}</td>
    <td>${ms === null ? words.nothing : words.explore.ms(ms)}</td><td class="detail" title=${row.detail}><bdi>${row.detail}</bdi></td></tr>`;
}

/** Rows in an order; what is not known comes last. They come newest first. */
function inOrder(rows, sort) {
  const name = sort.replace(/^-/, "");
  if (sort === USUAL || !COLUMNS.includes(name)) return rows;
  const way = sort.startsWith("-") ? -1 : 1;
  return rows.toSorted((one, other) => {
    const [a, b] = [one[name], other[name]];
    if (a === b) return 0;
    if (a === null || b === null) return a === null ? 1 : -1;
    return a < b ? -way : way;
  });
}
