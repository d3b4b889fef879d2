// The view for analysts: looks by filters, over time, by group, one by one, and all of it to take away.

import { html, useMemo, useState } from "../core/html.js";
import { address, useRoute } from "../core/router.js";
import { clock } from "../core/time.js";
import { words } from "../core/words.js";
import { doubt, useTitle } from "../parts/frame.js";
import { Chart } from "./chart.js";
import { Filters, chosen } from "./filters.js";
import { Groups } from "./groups.js";
import { MOST, spanOf, useLooks } from "./looks.js";
import { Rows } from "./rows.js";
import { Take } from "./take.js";
import "./words.js";

/** The view. */
export function Explore({ live }) {
  const { params } = useRoute();
  const now = useMemo(() => chosen(params), [params]);
  const [again, ask] = useState(0);
  const looks = useLooks(now.query, again);
  useTitle(doubt(live) ? "unknown" : live.board?.state ?? "unknown", words.explore.title);
  if (!live.board) return html`<main id="main" aria-busy="true"><h1>${live.trouble ? live.trouble.message : words.looking}</h1></main>`;
  const span = spanOf(looks.rows);
  const [since, until] = span ? [Date.parse(span.since), Date.parse(span.until)] : [0, 0];
  const names = new Map([...live.board.services, ...live.board.regions].map(({ id, name }) => [id, name]));
  return html`
    <main id="main" class="explore">
      <h1>${words.explore.title}</h1>
      <p class="quiet">${words.explore.help} <a href=${address("explore", "replay")}>${words.replay.link}</a></p>
      <${Filters} now=${now} board=${live.board} rows=${looks.rows} onAsk=${() => ask(again + 1)} />
      <p class="found" id="found" role="status" data-read=${looks.read}>${said(looks)}</p>
      ${looks.rows.length > 0 && html`
        <section aria-labelledby="chart-title"><h2 id="chart-title">${words.explore.chartTitle}</h2><${Chart} rows=${looks.rows} since=${since} until=${until} /></section>
        ${now.by && html`<section aria-labelledby="groups-title"><h2 id="groups-title">${words.explore.groupsTitle(words.explore.groups[now.by])}</h2>
          <${Groups} rows=${looks.rows} by=${now.by} since=${since} until=${until} params=${params} names=${names} /></section>`}
        <section aria-labelledby="rows-title"><h2 id="rows-title">${words.explore.rowsTitle}</h2>
          <${Rows} rows=${looks.rows} sort=${now.sort} /><p class="quiet">${words.explore.rowsHelp}</p></section>
        ${looks.read && !looks.trouble && html`<${Take} now=${now} rows=${looks.rows} />`}`}
    </main>`;
}

function said({ rows, read, capped, struck, trouble }) {
  if (trouble) return trouble.message;
  if (!read) return words.explore.reading(rows.length);
  const left = struck > 0 ? ` ${words.explore.struck(struck)}` : "";
  if (rows.length === 0) return `${words.explore.none}${left}`;
  const failed = rows.filter(({ ok }) => !ok).length;
  const { since, until } = spanOf(rows);
  return `${words.explore.found(rows.length, failed, clock(since, true), clock(until, true))}${capped ? ` ${words.explore.capped(MOST)}` : ""}${left}`;
}
