// Asks the API, and knows what it was told last: an answer that did not change is the same object.

import { useEffect, useState } from "./html.js";
import { root } from "./router.js";
import { words } from "./words.js";

const PATIENCE_MS = 8000;
const LONG_MS = 40_000; // the server gives up a page of results before
const MOST_KEPT = 60;
const kept = new Map();

/** What the server, or its silence, says is wrong: `status` 0 when nothing answered. */
export class Trouble extends Error {
  constructor(sentence, status = 0) {
    super(sentence);
    this.status = status;
  }
}

/** The document at an address of the API, such as `v1/board`; Trouble when there is none. */
export async function ask(path) {
  const before = kept.get(path);
  const answer = await answered(path, before?.etag);
  const at = Date.parse(answer.headers.get("date")) || Date.now();
  if (answer.status === 304) return { ...before, at };
  if (!answer.ok) throw new Trouble(await sentence(answer), answer.status);
  const found = { document: JSON.parse(legible(await answer.text())), etag: answer.headers.get("etag"), at };
  kept.delete(path);
  if (found.etag) kept.set(path, found);
  if (kept.size > MOST_KEPT) kept.delete(kept.keys().next().value);
  return found;
}

/** The answer at an address, for whoever reads it as it comes; `signal` gives it up. */
export async function asking(path, signal) {
  const answer = await answered(path, null, signal);
  if (!answer.ok) throw new Trouble(await sentence(answer), answer.status);
  return answer;
}

/** The document at an address, asked for once and not kept; `signal` gives it up. */
export async function askOnce(path, signal) {
  const answer = await asking(path, AbortSignal.any([signal, AbortSignal.timeout(LONG_MS)]));
  return JSON.parse(legible(await answer.text()));
}

const ESCAPED = /\\\\|\\u00[01][0-9a-f]/gi;
const INVISIBLE = /[\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/**
 * JSON in which nothing that others wrote can turn text around or hide it: control characters and marks
 * of direction become an open box.
 */
export function legible(json) {
  return json.replace(ESCAPED, (found) => (found === "\\\\" ? found : "\u2423")).replace(INVISIBLE, "\u2423");
}

async function answered(path, etag, signal = AbortSignal.timeout(PATIENCE_MS)) {
  const headers = etag ? { "If-None-Match": etag } : {};
  try {
    return await fetch(new URL(path, root), { headers, cache: "no-store", signal });
  } catch {
    throw new Trouble(words.noAnswer);
  }
}

async function sentence(answer) {
  try {
    const problem = await answer.json();
    return problem.detail || problem.title;
  } catch {
    return words.answered(answer.status);
  }
}

/**
 * What is at an address, asked for now, whenever `again` is another value, and every so often.
 * `{found, trouble, heardAt}`; the last answer stays when the next one fails. Null asks nothing.
 */
export function useAsked(path, again = null, everyMs = 0) {
  const [state, set] = useState({ path: null, found: null, trouble: null });
  useEffect(() => {
    if (path === null) return undefined;
    let gone = false;
    const renew = async () => {
      try {
        const { document: found, at } = await ask(path);
        if (!gone) set((old) => (old.found === found && !old.trouble ? old : { path, found, trouble: null, heardAt: at }));
      } catch (trouble) {
        if (!gone) set((old) => ({ ...(old.path === path ? old : { found: null }), path, trouble }));
      }
    };
    renew();
    const timer = everyMs ? setInterval(() => document.hidden || renew(), everyMs) : 0;
    return () => {
      gone = true;
      clearInterval(timer);
    };
  }, [path, again, everyMs]);
  return state.path === path ? state : { found: null, trouble: null };
}
