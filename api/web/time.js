// Times are shown on the viewer's clock, with UTC in the title.

import { make, mark, say } from "./dom.js";

const CLOCK = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const PRECISE = new Intl.DateTimeFormat(undefined, {
  hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23",
});
const DAY = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });

/** `14:32`, with the day before it when that is not today; `precise` adds seconds. */
export function clock(text, precise = false) {
  const moment = new Date(text);
  const time = (precise ? PRECISE : CLOCK).format(moment);
  return moment.toDateString() === new Date().toDateString() ? time : `${DAY.format(moment)}, ${time}`;
}

/** `2026-03-01 14:32:07 UTC` */
export function utc(text) {
  return `${new Date(text).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

/** A <time> element for later use with `tell`. */
export function timeElement() {
  return make("time");
}

/** Let a <time> element tell a moment. */
export function tell(element, text, precise = false) {
  mark(element, "datetime", text);
  mark(element, "title", utc(text));
  say(element, clock(text, precise));
}

/** `40 s`, `12 min`, `3 h 5 min`, `2 d 4 h`: the two largest units that say something. */
export function length(ms) {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return pair(hours, "h", minutes % 60, "min");
  return pair(Math.floor(hours / 24), "d", hours % 24, "h");
}

function pair(large, largeUnit, small, smallUnit) {
  return small ? `${large} ${largeUnit} ${small} ${smallUnit}` : `${large} ${largeUnit}`;
}
