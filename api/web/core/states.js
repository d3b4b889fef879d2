// States: which word, which shape, and what is worse than what. Colour is never alone.

import { number } from "./language.js";
import { words } from "./words.js";

/** From the worst on. */
const ORDER = ["bad", "degraded", "unknown", "well", "none"];

/** How bad a state is: 0 is the worst. */
export function rank(state) {
  return ORDER.indexOf(state);
}

/** The worst of states; none when there are none. */
export function worst(states) {
  return states.reduce((found, state) => (rank(state) < rank(found) ? state : found), "none");
}

/** Each region of a service as one state: of its cells, or why it does not vote. */
export function places(regions, cells, looking) {
  const seen = new Map();
  for (const { region, state } of cells) seen.set(region, [...(seen.get(region) ?? []), state]);
  return regions.map((region) => ({ ...region, state: stateOf(region, seen.get(region.id), looking) }));
}

function stateOf(region, states, looking) {
  if (looking && !looking.includes(region.id)) return "none";
  if (region.fitness === "unfit" || region.fitness === "silent") return region.fitness;
  const voting = (states ?? []).filter((state) => state !== "unknown");
  return voting.length ? worst(voting) : states ? "unknown" : "none";
}

/** What counts of looks say, where no verdict was kept: amber from 5 % that fail, red from half. */
export function seen(good, bad) {
  const all = good + bad;
  if (all === 0) return "unknown";
  if (bad * 20 < all) return "well";
  return bad * 2 >= all ? "bad" : "degraded";
}

/** A share in percent: only all is 100 %, only none is 0 %. */
export function percent(some, all) {
  if (!all) return words.nothing;
  const share = (100 * some) / all;
  if (some === all || some === 0) return words.percent(number(share));
  if (share > 99) return words.percent(number(Math.floor(share * 100) / 100, 2));
  return share < 1 ? words.under1 : words.percent(number(Math.floor(share)));
}

/** An incident's colour. */
export function severityState({ severity }) {
  return severity === "degraded" ? "degraded" : "bad";
}

/** Why a look failed, in words. */
export function reasonName(reason) {
  return words.reasons[reason] ?? reason.replaceAll("_", " ");
}
