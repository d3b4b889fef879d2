// Keeps the board in step with the server: events say that something changed, and a slow clock asks
// anyway, so that counts go on and a server that is gone is noticed. A hidden page does neither.

import { ask } from "./ask.js";
import { useEffect, useState } from "./html.js";
import { root } from "./router.js";

const EVERY_MS = 5000;
const AGAIN_MS = 1000; // documents are renewed twice a second at most: one may be older than the event
const COME_BACK_MS = 10_000;
const EVENTS = ["verdict", "fitness", "acknowledgement", "reset", "ready", ...["opened", "updated", "ending", "resolved", "revised", "withdrawn", "explained"].map((one) => `incident.${one}`)];

/** `stream`: opening, live, lost. `failures` in a row; `changes` counts events and what followed. */
let state = { board: null, now: 0, heardAt: null, stream: "opening", failures: 0, trouble: null, changes: 0 };
const listeners = new Set();
let source = null;
let timer = 0;
let asking = false;
let wanted = false;
let comeBack = 0;

function put(change) {
  state = { ...state, ...change };
  for (const listener of listeners) listener(state);
}

/** The state of all, and of our connection. */
export function useLive() {
  const [found, set] = useState(state);
  useEffect(() => {
    listeners.add(set);
    set(state);
    return () => listeners.delete(set);
  }, []);
  return found;
}

async function renew() {
  if (document.hidden) return;
  if (asking) {
    wanted = true;
    return;
  }
  asking = true;
  wanted = false;
  clearTimeout(timer);
  try {
    const { document: board, at } = await ask("v1/board");
    put({ board: joined(state.board, board), now: at, heardAt: Date.now(), failures: 0, trouble: null });
  } catch (trouble) {
    put({ failures: state.failures + 1, trouble });
  } finally {
    asking = false;
    clearTimeout(timer);
    timer = setTimeout(renew, wanted ? 200 : state.failures ? 2000 : EVERY_MS);
  }
}

/** The new board, with the very services, regions and incidents of the old one where they say the same. */
export function joined(old, board) {
  if (!old || old === board) return board;
  const parts = ["services", "regions", "incidents"].map((name) => [name, same(old[name], board[name])]);
  return { ...board, ...Object.fromEntries(parts) };
}

function same(old, fresh) {
  const known = new Map(old.map((one) => [one.id, one]));
  const found = fresh.map((one) => (alike(known.get(one.id), one) ? known.get(one.id) : one));
  return found.length === old.length && found.every((one, place) => one === old[place]) ? old : found;
}

function alike(old, fresh) {
  return old !== undefined && print(old) === print(fresh);
}

const UNSEEN = new Set(["at", "looks_every_s"]);
const prints = new WeakMap();

/** What is seen of it, as text: when it was judged is not. */
function print(one) {
  if (!prints.has(one)) prints.set(one, JSON.stringify(one, (name, value) => (UNSEEN.has(name) ? undefined : name === "confidence" ? Math.round(value * 100) : value)));
  return prints.get(one);
}

function happened() {
  renew();
  setTimeout(() => {
    put({ changes: state.changes + 1 });
    renew();
  }, AGAIN_MS);
}

function open() {
  clearTimeout(comeBack);
  if (source || document.hidden) return;
  source = new EventSource(new URL("v1/events", root));
  source.addEventListener("open", () => put({ stream: "live" }));
  for (const name of EVENTS) source.addEventListener(name, name === "ready" ? () => renew() : happened);
  source.addEventListener("error", () => {
    put({ stream: "lost" });
    if (source?.readyState !== EventSource.CLOSED) return; // it comes back by itself
    close();
    comeBack = setTimeout(open, COME_BACK_MS);
  });
}

function close() {
  source?.close();
  source = null;
}

function turned() {
  if (document.hidden) {
    clearTimeout(timer);
    clearTimeout(comeBack);
    close();
  } else {
    open();
    renew();
  }
}

/** Begin; once a page. */
export function start() {
  document.addEventListener("visibilitychange", turned);
  addEventListener("online", renew);
  turned();
}
