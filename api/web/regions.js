// Where we look from: each region, whether it is fit to speak, and why not.

import { follow, make, reshape, say, shape, show } from "./dom.js";

const STATES = { fit: "well", unfit: "degraded", silent: "unknown" };
const parts = new WeakMap();

/** Draw all regions into the list `parent`. */
export function drawRegions(parent, regions) {
  follow(parent, regions, (region) => region.id, create, update);
}

function create(region) {
  const found = {
    shape: shape(),
    name: make("strong"),
    place: make("span", { class: "place" }),
    fitness: make("span", { class: "fitness" }),
    why: make("span", { class: "why" }),
  };
  const item = make("li", {}, found.shape, make("div", {}, found.name, found.place, make("p", {}, found.fitness, found.why)));
  parts.set(item, found);
  return item;
}

function update(item, region) {
  const found = parts.get(item);
  item.dataset.fitness = region.fitness;
  const losing = region.fitness === "fit" && region.why !== "";
  reshape(found.shape, losing ? "degraded" : STATES[region.fitness] ?? "unknown");
  say(found.name, region.name);
  const how = region.via ? `borrowed (${region.via})` : region.simulated ? "simulated" : "";
  say(found.place, ` ${[region.id, region.country, how].filter(Boolean).join(", ")}`);
  say(found.fitness, region.fitness);
  const struck = (region.strikes ?? []).reduce((sum, strike) => sum + strike.results, 0);
  const told = struck ? `${struck.toLocaleString("en")} results struck` : "";
  const why = [region.why, told, elsewhere(region), together(region)].filter(Boolean).join("; ");
  say(found.why, why && `: ${why}`);
  show(found.why, why !== "");
}

function elsewhere({ place }) {
  return place?.agrees === false ? `its address is in ${place.observed}, not in ${place.claimed}` : "";
}

function together({ together }) {
  return together?.length ? `counts as one vantage point with ${together.join(", ")}` : "";
}
