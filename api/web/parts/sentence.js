// Verdicts in a few words, put together from what they consist of. In English the server has said it
// already, and a test holds this to that; where a reason exists as text alone, its English sentence stays.

import { html } from "../core/html.js";
import { capital, list, spoken } from "../core/language.js";
import { length } from "../core/time.js";
import { words } from "../core/words.js";
import { causeName } from "./circumstances.js";
import { Original } from "./original.js";

const HERE = "here";
const MOST_NAMED = 3;

/** What is said of a service, as an element; `regions` are the board's. */
export function Headline({ service, regions }) {
  const composed = sentenceOf(service, regions);
  return composed === null ? html`<${Original} text=${service.headline} />` : capitalised(composed);
}

/** The same as text, for titles. */
export function headlineOf(service, regions) {
  const composed = sentenceOf(service, regions);
  return composed === null ? service.headline : capitalised(composed);
}

/** Of one of several disruptions that go on at once. */
export function disruptionOf(one, service, regions) {
  return isServers() ? one.headline : capitalised(found(one, setting(service, regions)));
}

/** All of it in one sentence, and what it means: `{headline, advice}`; of a board. */
export function summaryOf(board, now) {
  if (isServers()) return { headline: board.headline, advice: board.advice };
  const [headline, advice = ""] = summed(board);
  if (!board.coordinator.silent || board.services.length === 0) return { headline: capital(headline), advice };
  const long = length(now - Date.parse(board.coordinator.heard_at));
  return { headline: words.summary.dated(long, headline), advice: words.summary.datedAdvice };
}

/** Which services are down because of something; `services` are the board's by id. */
export function cascadeOf(cascade, services) {
  if (isServers()) return cascade.headline;
  const names = cascade.services.map((id) => services.get(id)?.name ?? id);
  return words.summary.cascade(names, causeName(cascade, services));
}

/** What was said at a moment, or in a line of an incident: `service` may have left the configuration. */
export function reasonOf(line, service, regions) {
  if (isServers() || !service) return line.reason;
  if (line.event === "ending") return words.calm;
  if (line.scope === "none") return words.verdict.wellAgain;
  if (line.regions.length === 0) return capital(words.scopes[line.scope]);
  const state = line.severity === "degraded" ? "degraded" : "bad";
  return capitalised(found({ ...line, state }, setting(service, regions)));
}

/** The same as an element. */
export function Reason({ line, service, regions }) {
  const text = reasonOf(line, service, regions);
  return text === line.reason ? html`<${Original} text=${text} />` : text;
}

/** On how many regions a verdict rests, by its evidence; empty where the server's reason says it. */
export function basisOf({ evidence }, regions) {
  if (isServers() || !evidence.regions) return "";
  const { bad, heard, enabled } = evidence.regions;
  const names = new Map(regions.map(({ id, name }) => [id, name]));
  const apart = ["unfit", "silent"].map((state) => [state, Object.keys(evidence[state] ?? {})]).filter(([, ids]) => ids.length);
  return [words.verdict.basis(bad, heard, enabled), ...apart.map(([state, ids]) => `${words.regionsAre(words.states[state], ids.map((id) => names.get(id) ?? id))}.`)].join(" ");
}

function isServers() {
  return spoken.code === "en";
}

/** Only where a name does not come first: `claude.ai` stays what it is. */
function capitalised({ text, named }) {
  return named ? text : capital(text);
}

/** What the words need to know around a service: who looks, and who is fit to speak. */
export function setting(service, regions) {
  const looking = regions.filter(({ id }) => service.regions.includes(id));
  return {
    service,
    looking,
    heard: looking.filter(({ fitness }) => fitness === "fit").length,
    isHere: looking.length === 1 && looking[0].id === HERE,
  };
}

/** `{text, named}`; null where only the server knows why. */
function sentenceOf(service, regions) {
  if (isServers()) return null;
  return composed(service, setting(service, regions));
}

/** As the server says it, from the same facts. */
export function composed(service, around) {
  const { verdict, disruptions } = service;
  if (disruptions.length === 0) return said(verdict, service, around);
  const widest = disruptions.find(({ scope }) => scope === verdict.scope) ?? disruptions[0];
  const first = found({ ...widest, confidence: verdict.confidence, at: verdict.at }, around);
  const more = disruptions.length - 1;
  return more ? { ...first, text: words.verdict.more(first.text, more) } : first;
}

function said(verdict, service, around) {
  if (verdict.scope === "none") return service.state === "well" ? plain(wellSaid(around)) : null;
  if (verdict.scope !== "unknown" || located(verdict)) return found({ ...verdict, state: service.state }, around);
  const why = unknownWhy(verdict, around);
  return why && plain(words.verdict[why]);
}

function wellSaid({ isHere, heard, looking }) {
  return isHere ? words.verdict.wellHere : words.verdict.well(words.verdict.share(heard, looking.length));
}

function unknownWhy(verdict, { looking, heard, isHere }) {
  if (verdict.at === null) return "notYet";
  if (looking.every(({ at }) => at === null)) return "awaited";
  if (heard === 0) return isHere ? "nobodyHere" : "nobody";
  return verdict.severity === "operational" ? null : "tooLittle";
}

function located({ regions, confidence }) {
  return regions.length > 0 && confidence > 0;
}

function plain(text) {
  return { text, named: false };
}

/** One disruption: `{scope, state, slow, regions, components}`. */
function found(one, around) {
  const what = subject(one.components, around.service);
  const where = whereOf(one, around);
  const text = words.verdict.found(what, words.verdict.verbs[verbOf(one)], where);
  return { text: one.scope === "unknown" ? words.verdict.wider(text) : text, named: what !== "" };
}

function verbOf({ slow, state, scope }) {
  if (slow) return "slow";
  if (state === "degraded") return "degraded";
  return scope === "component" || scope === "system_wide" ? "down" : "bad";
}

/** The components that fail; nothing when that is all of them. */
function subject(ids, { components }) {
  if (ids.length === 0 || components.every(({ id }) => ids.includes(id))) return "";
  if (ids.length > MOST_NAMED) return words.verdict.parts(ids.length, components.length);
  const labels = new Map(components.map(({ id, label, name }) => [id, label ?? name]));
  return list(ids.map((id) => labels.get(id) ?? id));
}

function whereOf({ regions, scope }, { looking, heard, isHere }) {
  const { verdict } = words;
  const [some, total] = [regions.length, looking.length];
  const partly = scope === "regional" || scope === "unknown";
  if (isHere) return verdict.here;
  if (partly && some === 1) return verdict.one(looking.find(({ id }) => id === regions[0])?.name ?? regions[0], total);
  if (partly || some < heard) return verdict.some(verdict.share(some, total));
  return some >= total ? verdict.everywhere : verdict.everywhereSeen(verdict.share(some, total));
}

/** The headline of a board, and what to make of it. */
export function summed({ services, regions }) {
  const { summary } = words;
  if (services.length === 0) return summary.nothing;
  const of = (state) => services.filter((one) => one.state === state);
  const [bad, degraded, unknown] = [of("bad"), of("degraded"), of("unknown")];
  if (bad.length + degraded.length > 0) return [troubled(bad, degraded, services, regions)];
  if (unknown.length === 0) return [summary.well(services.map(({ name }) => name))];
  if (services.every(({ verdict }) => verdict.at === null)) return summary.starting;
  if (regions.length > 0 && regions.every(({ fitness }) => fitness === "silent")) return summary.allSilent;
  if (regions.length > 0 && regions.every(({ fitness }) => fitness !== "fit")) return summary.allUnfit;
  if (unknown.length === 1) return [summary.unknown(unknown[0].name)];
  const partly = unknown.some(({ verdict }) => verdict.scope === "none");
  return [summary[partly ? "partly" : "unknowns"](unknown.length, services.length)];
}

function troubled(bad, degraded, services, regions) {
  const all = [...bad, ...degraded];
  if (all.length === 1) {
    const text = composed(all[0], setting(all[0], regions))?.text ?? all[0].headline;
    return words.summary.alone(all[0].name, text);
  }
  return [["bad", bad], ["degraded", degraded]].filter(([, some]) => some.length)
    .map(([state, some]) => (some.length === 1 ? words.summary.is[state](some[0].name) : words.summary.are[state](some.length, services.length)))
    .join(words.comma);
}
