// Open incidents: what, between which two looks it began, and for how long.

import { follow, make, mark, reshape, say, shape, show } from "./dom.js";
import { length, tell, timeElement } from "./time.js";

const parts = new WeakMap();

/** Draw the open incidents into `parent`; `now` is the server's time in ms. */
export function drawIncidents(parent, overview, now) {
  const services = new Map(overview.services.map((service) => [service.id, service]));
  const regions = new Map(overview.regions.map((region) => [region.id, region.name]));
  follow(parent, overview.incidents, (incident) => incident.id, create, (article, incident) =>
    update(article, incident, services.get(incident.service), regions));
  tick(parent, now);
}

/** Let the durations go on. */
export function tick(parent, now) {
  for (const article of parent.children) {
    const { lasts } = parts.get(article);
    say(lasts, `for ${length(now - Date.parse(lasts.dataset.from))}`);
  }
}

function create(incident) {
  const found = {
    shape: shape(),
    title: make("a", { href: `/v1/incidents/${encodeURIComponent(incident.id)}` }),
    lasts: make("span", { class: "lasts" }),
    began: make("span"),
    after: timeElement(),
    by: timeElement(),
    between: make("span"),
    reach: make("p", { class: "reach" }),
    calm: make("p", { class: "quiet" }, "Well again. It is closed when that lasts."),
  };
  found.between.append("between ", found.after, " and ");
  found.began.append("Began ", found.between, found.by);
  const article = make(
    "article",
    { class: "incident" },
    found.shape,
    make("div", {}, make("h3", {}, found.title), make("p", { class: "quiet" }, found.began, ", ", found.lasts), found.reach, found.calm),
  );
  parts.set(article, found);
  return article;
}

function update(article, incident, service, regions) {
  const found = parts.get(article);
  const calm = service?.state === "well";
  reshape(found.shape, calm ? "well" : incident.severity === "degraded" ? "degraded" : "bad");
  say(found.title, `${service?.name ?? incident.service}: ${SCOPES[incident.scope] ?? incident.scope}`);
  show(found.calm, calm);
  show(found.between, incident.started_after !== null);
  if (incident.started_after) tell(found.after, incident.started_after, true);
  tell(found.by, incident.started_by, true);
  mark(found.lasts, "data-from", incident.started_by);
  say(found.reach, reach(incident, service, regions));
}

const SCOPES = {
  regional: "regional disruption",
  component: "a component is down everywhere",
  system_wide: "system-wide disruption",
  unknown: "reach not known at the moment",
  none: "over, if it stays that way",
};

/** Which components fail in which regions, by name. */
function reach(incident, service, regions) {
  const names = new Map(service?.components.map((component) => [component.id, component.name]));
  const what = incident.components.map((id) => names.get(id) ?? id).join(", ");
  const where = incident.regions.map((id) => regions.get(id) ?? id).join(", ");
  return [what, where].filter(Boolean).join(" in ");
}
