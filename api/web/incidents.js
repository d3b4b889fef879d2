// Open incidents: what, between which two looks it began, for how long, and what it may have to do with others.

import { follow, make, mark, reshape, say, shape, show } from "./dom.js";
import { length, tell, timeElement } from "./time.js";

const parts = new WeakMap();

/** Draw the open incidents into `parent`; `now` is the server's time in ms. */
export function drawIncidents(parent, overview, now) {
  const services = new Map(overview.services.map((service) => [service.id, service]));
  const regions = new Map(overview.regions.map((region) => [region.id, region.name]));
  follow(parent, overview.incidents, (incident) => incident.id, create, (article, incident) =>
    update(article, incident, services, regions));
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
    title: make("a", { href: `v1/incidents/${encodeURIComponent(incident.id)}` }),
    lasts: make("span", { class: "lasts" }),
    began: make("span"),
    after: timeElement(),
    by: timeElement(),
    between: make("span"),
    reach: make("p", { class: "reach" }),
    comes: make("p", { class: "quiet" }, "Intermittent: it came and went several times within an hour."),
    shared: make("p", { class: "quiet" }),
    cause: make("a"),
    evidence: make("a", { href: `v1/incidents/${encodeURIComponent(incident.id)}/evidence` }, "evidence"),
    calm: make("p", { class: "quiet" }, "Well again. It is closed when that lasts."),
  };
  found.between.append("between ", found.after, " and ");
  found.began.append("Began ", found.between, found.by);
  found.shared.append("Most likely shares its cause with ", found.cause, ": they began together.");
  const article = make(
    "article",
    { class: "incident" },
    found.shape,
    make(
      "div",
      {},
      make("h3", {}, found.title),
      make("p", { class: "quiet" }, found.began, ", ", found.lasts, " · ", found.evidence),
      found.reach,
      found.comes,
      found.shared,
      found.calm,
    ),
  );
  parts.set(article, found);
  return article;
}

function update(article, incident, services, regions) {
  const found = parts.get(article);
  const service = services.get(incident.service);
  const calm = isCalm(incident, service);
  reshape(found.shape, calm ? "well" : incident.severity === "degraded" ? "degraded" : "bad");
  say(found.title, `${service?.name ?? incident.service}: ${SCOPES[incident.scope] ?? incident.scope}`);
  show(found.calm, calm);
  show(found.between, incident.started_after !== null);
  if (incident.started_after) tell(found.after, incident.started_after, true);
  tell(found.by, incident.started_by, true);
  mark(found.lasts, "data-from", incident.started_by);
  say(found.reach, reach(incident, service, regions));
  show(found.comes, incident.intermittent);
  show(found.shared, incident.cause !== null);
  if (incident.cause) {
    mark(found.cause, "href", `v1/incidents/${encodeURIComponent(incident.cause.id)}`);
    say(found.cause, `an incident of ${services.get(incident.cause.service)?.name ?? incident.cause.service}`);
  }
}

/** Whether nothing that it reaches fails any more, though something else of the service may. */
function isCalm(incident, service) {
  if (!service || service.state === "well") return service?.state === "well";
  const reached = service.cells.filter(
    (cell) => incident.components.includes(cell.component) && incident.regions.includes(cell.region));
  return reached.length > 0 && reached.every((cell) => cell.state === "well");
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
