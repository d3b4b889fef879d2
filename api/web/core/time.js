// Times are shown on the viewer's clock, with UTC in the title.

import { html } from "./html.js";
import { intl } from "./language.js";
import { words } from "./words.js";

const TIME = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
const PRECISE = { ...TIME, second: "2-digit" };
const DAY = { day: "numeric", month: "short", calendar: "gregory" };
const UTC_DAY = { ...DAY, weekday: "short", timeZone: "UTC" };

/** `14:32`, on the viewer's clock. */
export function time(text, precise = false) {
  return intl("DateTimeFormat", precise ? PRECISE : TIME).format(new Date(text));
}

/** `14:32`, with the day before it when that is not today; `precise` adds seconds. */
export function clock(text, precise = false) {
  const moment = new Date(text);
  const at = time(moment, precise);
  return moment.toDateString() === new Date().toDateString() ? at : words.dayAndTime(day(moment), at);
}

/** `2026-03-01 14:32:07 UTC` */
export function utc(text) {
  return `${new Date(text).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

/** The day of a moment, such as `1 Mar`. */
export function day(text) {
  const moment = new Date(text);
  return words.calendar ? words.calendar.day(moment.getDate(), moment.getMonth()) : intl("DateTimeFormat", DAY).format(moment);
}

/** The day of UTC that a text such as `2026-03-01` names. */
export function utcDay(text) {
  const moment = new Date(`${text}T00:00:00Z`);
  const [date, month, weekday] = [moment.getUTCDate(), moment.getUTCMonth(), moment.getUTCDay()];
  return words.calendar ? words.calendar.weekday(weekday, date, month) : intl("DateTimeFormat", UTC_DAY).format(moment);
}

/** A moment on the viewer's clock, with UTC where one points. */
export function Moment({ at, precise = false }) {
  return html`<time datetime=${at} title=${utc(at)}>${clock(at, precise)}</time>`;
}

/** `40 s`, `12 min`, `3 h 5 min`, `2 d 4 h`: the two largest units that say something. */
export function length(ms) {
  const { seconds: s, minutes: min, hours: h, days: d } = words.units;
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return s(seconds);
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return min(minutes);
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return pair(h(hours), minutes % 60, min);
  return pair(d(Math.floor(hours / 24)), hours % 24, h);
}

function pair(large, small, unit) {
  return small ? words.units.pair(large, unit(small)) : large;
}

/** Milliseconds as `210 ms` or `1.25 s`. */
export function quick(ms) {
  return ms >= 1000 ? words.units.exactly(ms / 1000) : words.units.milliseconds(Math.round(ms));
}
