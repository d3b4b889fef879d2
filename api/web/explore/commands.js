// What is shown as commands of a shell: `outscope export`, its SQL, and DuckDB without Outscope.

import { root } from "../core/router.js";
import { COLUMNS, FILTERS, spanOf } from "./looks.js";

const FILE = "looks.parquet";
const PLAIN = /^[\w.,:/=@%+-]+$/;
const SUMMARY = ["count(*) AS looks", "count(*) FILTER (NOT ok) AS failed", "round(quantile_cont(total_ms, 0.5), 1) AS p50_ms", "round(quantile_cont(total_ms, 0.95), 1) AS p95_ms"];
const KEYS = { component: ["service", "component"] };

/** The columns of what looks are grouped by. */
export function keysOf(by) {
  return KEYS[by] ?? [by];
}

/** The address of an export of exactly these looks. */
export function exportOf(now, rows, format) {
  const found = new URL("v1/exports/results", root);
  const asked = { format, columns: COLUMNS.join(","), ...now.filters, ...spanOf(rows) };
  for (const [name, value] of Object.entries(asked)) found.searchParams.set(name, value);
  return found.href;
}

/** `{export, sql, duckdb}`: what is copied. */
export function commandsOf(now, rows) {
  const taken = exporting(now, rows);
  return {
    export: taken,
    sql: `${taken} &&\n  outscope sql --from ${FILE} "${question(now, "results")}"`,
    duckdb: `curl -sSfo ${FILE} ${quoted(exportOf(now, rows, "parquet"))} &&\n  duckdb -c "${question(now, `'${FILE}'`)}"`,
  };
}

function exporting(now, rows) {
  const { since, until } = spanOf(rows);
  const told = FILTERS.filter((name) => name !== "ok" && now.filters[name]).map((name) => [`--${name}`, now.filters[name]]);
  const flags = now.filters.ok ? [now.filters.ok === "true" ? "--ok" : "--failed"] : [];
  const url = root.href.replace(/\/$/, "");
  const given = [["--url", url], ...told, ["--since", since], ["--until", until], ["--columns", COLUMNS.join(",")], ["--out", FILE]];
  return ["outscope export results", ...flags, ...given.map(([name, value]) => `${name} ${quoted(value)}`)].join(" ");
}

/** The SQL of what is shown: made of our own words alone, none of which means anything to a shell. */
function question({ by, sort }, from) {
  if (by) return `SELECT ${[...keysOf(by), ...SUMMARY].join(", ")} FROM ${from} GROUP BY ALL ORDER BY failed DESC, looks DESC, ${keysOf(by).join(", ")}`;
  const name = sort.replace(/^-/, "");
  const column = COLUMNS.includes(name) ? name : COLUMNS[0];
  return `SELECT * FROM ${from} ORDER BY ${column}${sort.startsWith("-") ? " DESC" : ""} NULLS LAST`;
}

/** A value as one word of a shell. */
export function quoted(text) {
  return PLAIN.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
