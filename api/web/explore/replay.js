// What would have been said of the same results by another rule, or with other thresholds, beside what was said.

import { html, useEffect, useMemo, useRef, useState } from "../core/html.js";
import { address, choose, root, useRoute } from "../core/router.js";
import { clock } from "../core/time.js";
import { words } from "../core/words.js";
import { doubt, useTitle } from "../parts/frame.js";
import { quoted } from "./commands.js";
import { Lanes, differences } from "./lanes.js";
import { judged, stored } from "./judging.js";
import { Command } from "./take.js";
import "./words.js";

const RULES = ["outscope", "openstatus", "uptimepage", "route53", "sentry", "gatus", "llmstatus", "dynatrace", "oneuptime", "thousandeyes", "blameit"];
const SETTINGS = "judge.alarm_share=0.99, judge.resolve_after=2m";
const NOTHING = { state: "none" };

/** The view. What is chosen is in the address; it begins when somebody presses the button. */
export function Replay({ live }) {
  const { params } = useRoute();
  const now = useMemo(() => asked(params), [params]);
  const [found, set] = useState(NOTHING);
  const running = useRef(null);
  useTitle(doubt(live) ? "unknown" : live.board?.state ?? "unknown", words.replay.title);
  useEffect(() => () => running.current?.abort(), []);
  const end = () => {
    running.current?.abort();
    set(NOTHING);
  };
  const begin = async () => {
    running.current?.abort();
    const given = new AbortController();
    running.current = given;
    const tell = (state) => given.signal.aborted || set({ now, ...state });
    tell({ state: "running", seconds: 0 });
    try {
      const span = fixed(now);
      const theirs = await judged(queryOf({ ...now, ...span }), given.signal, (progress) => tell({ state: "running", ...progress }));
      tell({ state: "done", span, theirs, ours: await stored(span, given.signal) });
    } catch (trouble) {
      tell({ state: "trouble", trouble });
    }
  };
  if (!live.board) return html`<main id="main" aria-busy="true"><h1>${live.trouble ? live.trouble.message : words.looking}</h1></main>`;
  const done = found.state === "done" && found.now === now;
  return html`
    <main id="main" class="explore">
      <p class="back"><a href=${address("explore")}>← ${words.explore.title}</a></p>
      <h1>${words.replay.title}</h1>
      <p class="quiet">${words.replay.help}</p>
      <${Form} now=${now} running=${found.state === "running"} onBegin=${begin} onEnd=${end} />
      <p class="found" id="replayed" role="status" data-state=${done || found.state !== "done" ? found.state : "none"}>${said(found, done, now)}</p>
      ${done && html`<${Result} found=${found} now=${now} board=${live.board} />`}
    </main>`;
}

function asked(params) {
  const rule = params.get("rule") || "outscope";
  return { rule, since: params.get("since") || "6h", until: params.get("until") ?? "", set: params.get("set") ?? "" };
}

const UNIT_MS = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/** The span as two moments, so that both sides are of the same one. */
function fixed({ since, until }) {
  const moment = (text) => (/^\d+[smhdw]$/.test(text) ? new Date(Date.now() - Number.parseInt(text, 10) * UNIT_MS[text.at(-1)]).toISOString() : text);
  return { since: moment(since), until: until ? moment(until) : new Date().toISOString() };
}

/** The query of the API. */
function queryOf({ rule, since, until, set }) {
  return new URLSearchParams({ rule, since, until, ...(set && rule === "outscope" && { set }) }).toString();
}

function said({ state, seconds, results, trouble }, done, { rule }) {
  if (state === "running") return words.replay.running(seconds ?? 0, results);
  if (state === "trouble") return trouble.message;
  return done ? words.replay.done(words.replay.rules[rule] ?? rule) : "";
}

function Form({ now, running, onBegin, onEnd }) {
  const set = (name) => (event) => choose({ [name]: event.target.value.trim(), ...(name === "span" && { since: event.target.value, until: "" }), span: "" });
  const usual = now.since in words.replay.spans;
  return html`
    <form class="filters" aria-label=${words.replay.form} onSubmit=${(event) => event.preventDefault()}>
      <label>${words.explore.filters.since} <select name="span" value=${now.since} onChange=${set("span")}>
        ${Object.entries(words.replay.spans).map(([key, told]) => html`<option key=${key} value=${key} selected=${key === now.since}>${told}</option>`)}
        ${!usual && html`<option value=${now.since} selected>${now.since}</option>`}</select></label>
      <label>${words.replay.rule} <select name="rule" value=${now.rule} onChange=${set("rule")}>
        ${RULES.map((name) => html`<option key=${name} value=${name} selected=${name === now.rule}>${words.replay.rules[name] ?? name}</option>`)}</select></label>
      ${now.rule === "outscope" && html`<label class="wide">${words.replay.set} <input name="set" value=${now.set} placeholder=${SETTINGS} autocomplete="off" spellcheck="false" onChange=${set("set")} /></label>`}
      ${running
        ? html`<button type="button" class="plain" name="end" onClick=${onEnd}>${words.replay.end}</button>`
        : html`<button type="button" class="plain" name="begin" onClick=${onBegin}>${words.replay.begin}</button>`}
    </form>`;
}

function Result({ found, now, board }) {
  const { ours, theirs, span } = found;
  const name = words.replay.rules[now.rule] ?? now.rule;
  const told = now.rule === "outscope" && now.set ? words.replay.with(now.set) : name;
  const names = new Map(board.services.map((one) => [one.id, one.name]));
  const sentences = differences(ours, theirs, span, names, told);
  const query = queryOf({ ...now, ...span });
  const flags = [["--rule", now.rule], ...(now.rule === "outscope" ? settings(now.set) : [])];
  const commands = {
    command: `outscope dataset span --since ${span.since} --until ${span.until} &&\n  outscope replay span --config span/outscope.yaml ${flags.map(([flag, value]) => `${flag} ${quoted(value)}`).join(" ")}`,
    curl: `curl -sSfN ${quoted(new URL(`v1/replay?${query}`, root).href)}`,
  };
  return html`
    <section aria-labelledby="lanes-title"><h2 id="lanes-title">${words.replay.lanes}</h2>
      <p>${words.replay.counts(ours.length, theirs.length, told)}</p>
      <${Lanes} ours=${ours} theirs=${theirs} span=${span} names=${names} told=${told} />
      <p class="quiet">${words.replay.span(clock(span.since, true), clock(span.until, true))}</p></section>
    <section aria-labelledby="differences-title"><h2 id="differences-title">${words.replay.differences}</h2>
      <ul class="differences">${sentences.map((sentence, number) => html`<li key=${number}>${sentence}</li>`)}</ul></section>
    <section class="take" aria-labelledby="same-title"><h2 id="same-title">${words.explore.take}</h2>
      ${Object.entries(commands).map(([key, command]) => html`<${Command} key=${key} name=${key} command=${command} title=${words.replay.commands[key]} />`)}</section>`;
}

function settings(text) {
  return text.split(",").map((part) => part.trim()).filter(Boolean).map((part) => ["--set", part]);
}
