// Ninety days, each a button with a name: its height and mark tell how far it reached, its colour how bad it was.

import { useAsked } from "../core/ask.js";
import { html, useLayoutEffect, useRef } from "../core/html.js";
import { address, choose } from "../core/router.js";
import { percent } from "../core/states.js";
import { length, utcDay } from "../core/time.js";
import { words } from "../core/words.js";

const EVERY_MS = 300_000;
const SCOPES = ["none", "regional", "component", "system_wide"];

/** `chosen` is the day of the address, such as `2026-03-01`. */
export function Days({ id, chosen, changes }) {
  const told = useAsked(`v1/services/${encodeURIComponent(id)}/days`, changes, EVERY_MS).found;
  const box = useRef(null);
  useLayoutEffect(() => {
    if (told) box.current.scrollLeft = box.current.scrollWidth; // where they do not all fit, today is seen
  }, [told !== null]);
  if (!told) return html`<div class="days" aria-busy="true"></div>`;
  const found = told.days.find(({ day }) => day === chosen) ?? told.days.at(-1);
  return html`
    <div class="days" ref=${box} role="group" aria-label=${words.days.title} onKeyDown=${walk}>
      ${told.days.map((day) => html`<${Bar} key=${day.day} day=${day} chosen=${day === found} />`)}
    </div>
    <${Told} day=${found} />
    <ul class="key">${[...SCOPES, "nothing"].map((scope) => html`<li><i class="bar" data-scope=${scope}></i>${words.days.legend[scope]}</li>`)}</ul>`;
}

function Bar({ day, chosen }) {
  const name = words.days.name(utcDay(day.day), said(day), day.uptime === null ? "" : percent(day.good, day.good + day.bad));
  return html`<button type="button" class="day" data-state=${day.state} data-scope=${scopeOf(day)} tabindex=${chosen ? 0 : -1}
    aria-pressed=${String(chosen)} aria-label=${name} data-tip=${name} onClick=${() => choose({ day: day.day })}><i class="bar" data-scope=${scopeOf(day)}></i></button>`;
}

function scopeOf({ state, scope }) {
  return scope === "none" && state === "unknown" ? "nothing" : scope;
}

function said(day) {
  if (day.scope !== "none" || day.disrupted_ms) return words.days.disrupted(words.days.legend[day.scope], length(day.disrupted_ms));
  return day.state === "unknown" ? words.days.nothing : words.days.well;
}

function Told({ day }) {
  const all = day.good + day.bad;
  return html`
    <p class="day-told" role="status"><strong>${utcDay(day.day)}</strong>: ${said(day)}. ${all > 0 && words.days.counts(day.good, all)}
      ${day.incidents.length > 0 && html` ${words.days.incidents} ${day.incidents.map((incident, number) => html`${number ? words.comma : ""}<a href=${address("incidents", incident)}>${words.days.one(incident)}</a>`)}.`}
      <span class="quiet"> ${words.days.utc}</span></p>`;
}

function walk(event) {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  const next = step && (step > 0 ? document.activeElement.nextElementSibling : document.activeElement.previousElementSibling);
  if (!next) return;
  event.preventDefault();
  next.click();
  next.focus();
}
