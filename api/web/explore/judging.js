// Incidents of a span: as a replay finds them, and as they are kept.

import { Trouble, askOnce, asking, legible } from "../core/ask.js";
import { words } from "../core/words.js";

const PAGE = 100;
const MOST_PAGES = 20;

/** The incidents of a replay, told how it goes on; Trouble when it was refused or ended early. */
export async function judged(query, signal, tell) {
  const answer = await asking(`v1/replay?${query}`, signal);
  const found = new Map();
  let last = null;
  for await (const line of lines(answer)) {
    last = JSON.parse(legible(line));
    if (last.type === "progress") tell(last);
    if (last.type === "problem") throw new Trouble(last.detail);
    if (last.type === "incident") found.set(last.id, { ...found.get(last.id), ...merged(found.get(last.id), last) });
  }
  if (last?.type !== "end") throw new Trouble(words.noAnswer);
  return [...found.values()].filter(({ event }) => event !== "withdrawn");
}

const WIDE = ["none", "unknown", "regional", "component", "system_wide"];

/** An incident with another line of its life: the widest that it was stays. */
function merged(before, line) {
  const wider = !before || WIDE.indexOf(line.scope) > WIDE.indexOf(before.peak);
  const over = line.event === "resolved";
  return { ...line, opened_at: before?.opened_at ?? line.at, peak: wider ? line.scope : before.peak, end: over ? line.ended_by ?? line.at : null };
}

/** The lines of an answer, as they come. */
async function* lines(answer) {
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (let { value, done } = await reader.read(); !done; { value, done } = await reader.read()) {
    const parts = (rest + value).split("\n");
    rest = parts.pop();
    yield* parts.filter(Boolean);
  }
  if (rest) yield rest;
}

/** The incidents that are kept and were open in a span. */
export async function stored({ since, until }, signal) {
  const found = [];
  let cursor = "";
  for (let page = 0; page < MOST_PAGES && cursor !== null; page += 1) {
    const told = await askOnce(`v1/incidents?limit=${PAGE}${cursor && `&cursor=${encodeURIComponent(cursor)}`}`, signal);
    found.push(...told.items.map((one) => ({ ...one, end: one.ended_by ?? one.resolved_at })));
    cursor = told.next;
  }
  const [begin, end] = [Date.parse(since), Date.parse(until)];
  return found.filter((one) => !one.withdrawn && Date.parse(one.started_by) < end && (one.end === null || Date.parse(one.end) > begin));
}
