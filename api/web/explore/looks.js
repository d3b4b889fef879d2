// The looks that filters find, newest first: read page by page, shown as they come, up to a bound.

import { askOnce } from "../core/ask.js";
import { useEffect, useState } from "../core/html.js";

const PAGE = 1000;
/** So many are read at most. */
export const MOST = 20_000;
/** What is shown of a look, and what is exported of it. */
export const COLUMNS = ["scheduled_at", "service", "component", "region", "worker", "ok", "reason", "status_code", "total_ms", "detail"];
/** The filters that the API knows, in the order of the form. */
export const FILTERS = ["service", "component", "region", "worker", "check", "ok", "reason"];
const NOTHING = { rows: [], read: false, capped: false, struck: 0, trouble: null };

/** `{rows, read, capped, struck, trouble}` of a query; `read` once there is no more to come. */
export function useLooks(query, again) {
  const [state, set] = useState({ query, ...NOTHING });
  useEffect(() => {
    const given = new AbortController();
    set({ query, ...NOTHING });
    reading(query, given.signal, (found) => given.signal.aborted || set({ query, ...NOTHING, ...found }));
    return () => given.abort();
  }, [query, again]);
  return state.query === query ? state : NOTHING;
}

async function reading(query, signal, tell) {
  let [rows, struck, cursor] = [[], 0, null];
  try {
    do {
      const path = `v1/results?${query}&limit=${PAGE}${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ""}`;
      const page = await askOnce(path, signal);
      const counted = page.items.filter((item) => !item.struck);
      struck += page.items.length - counted.length;
      rows = rows.concat(counted.map(shown));
      cursor = page.next;
      if (cursor && rows.length < MOST) tell({ rows, struck });
    } while (cursor && rows.length < MOST);
    tell({ rows: cursor ? whole(rows) : rows, struck, read: true, capped: Boolean(cursor) });
  } catch (trouble) {
    tell({ rows, struck, read: true, trouble });
  }
}

function shown(item) {
  return Object.fromEntries(["id", ...COLUMNS].map((name) => [name, item[name]]));
}

/** Without those of the last moment, of which some may not have been read. */
function whole(rows) {
  const last = rows.at(-1).scheduled_at;
  return rows.slice(0, rows.findIndex((row) => row.scheduled_at === last) || rows.length);
}

/** From when until when all looks are these, as the API takes it; null of none. */
export function spanOf(rows) {
  if (rows.length === 0) return null;
  const until = new Date(Date.parse(rows[0].scheduled_at) + 1).toISOString();
  return { since: new Date(rows.at(-1).scheduled_at).toISOString(), until };
}
