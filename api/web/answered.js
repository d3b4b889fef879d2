// Where each region was answered from: asked for only while it is open, and at a modest pace.

import { follow, make, mark, reshape, say, shape, show } from "./dom.js";
import { trouble } from "./feed.js";
import { clock, tell, timeElement } from "./time.js";

const EVERY_MS = 20000;
const PATIENCE_MS = 5000;
const COLUMNS = ["Region", "Country", "Network", "Edge", "Went well"];
const KINDS = [["edge", "edge"], ["asn", "network AS"], ["country", "country"]]; // the closest to the target first

const parts = new WeakMap();

/** A closed section; opened, it asks where `service` was answered from. */
export function makeAnswered(service) {
  const address = `v1/services/${encodeURIComponent(service.id)}/answered-from`;
  const found = {
    address,
    finding: make("p", { class: "finding" }, "Asking…"),
    missing: make("p", { class: "quiet" }),
    trouble: make("p", { class: "quiet", role: "status" }),
    since: timeElement(),
    table: make("table"),
    rows: make("tbody"),
    service,
    regions: [],
    told: null,
    heardAt: null,
    asking: false,
    timer: 0,
  };
  const link = make("a", { href: address }, "As JSON");
  const caption = make("caption", {}, "Looks that were answered since ", found.since, ", the newest 5,000 at most. ", link);
  const head = make("tr", {}, ...COLUMNS.map((name) => make("th", { scope: "col" }, name)));
  found.table.append(caption, make("thead", {}, head), found.rows);
  show(found.table, false);
  const title = make("summary", {}, "Answered from");
  const section = make("details", { class: "answered" }, title, found.finding, found.table, found.missing, found.trouble);
  section.addEventListener("toggle", () => ask(section));
  parts.set(section, found);
  return section;
}

/** Let the section know the service and all regions as they are now. */
export function drawAnswered(section, service, regions) {
  const found = parts.get(section);
  Object.assign(found, { service, regions });
  mark(section.firstElementChild, "aria-label", `${service.name} answered from`);
  if (found.told) draw(found);
}

async function ask(section) {
  const found = parts.get(section);
  clearTimeout(found.timer);
  if (found.asking || !section.open || !section.isConnected || document.hidden) return;
  found.asking = true;
  try {
    const answer = await fetch(found.address, { cache: "no-store", signal: AbortSignal.timeout(PATIENCE_MS) });
    if (!answer.ok) throw new Error(await trouble(answer));
    found.told = await answer.json();
    found.heardAt = new Date().toISOString();
    draw(found);
    say(found.trouble, "");
  } catch (error) {
    failed(found, error instanceof TypeError || error.name === "TimeoutError" ? "The server does not answer" : error.message);
  } finally {
    found.asking = false;
    found.timer = setTimeout(ask, EVERY_MS, section);
  }
}

document.addEventListener("visibilitychange", () => document.querySelectorAll(".answered[open]").forEach(ask));

function failed(found, why) {
  show(found.finding, found.told !== null);
  say(found.trouble, `${why}.${found.heardAt ? ` What you see is from ${clock(found.heardAt, true)}.` : ""}`);
}

function draw(found) {
  const { groups, since } = found.told;
  const names = new Map(found.regions.map((region) => [region.id, region.name]));
  show(found.finding, true);
  say(found.finding, finding(groups));
  show(found.table, groups.length > 0);
  tell(found.since, since);
  follow(found.rows, groups, (group) => JSON.stringify(place(group)), makeRow, (row, group) =>
    drawRow(row, group, names.get(group.region) ?? group.region));
  const answered = new Set(groups.map((group) => group.region));
  const silent = found.service.regions.filter((region) => !answered.has(region)).map((region) => names.get(region) ?? region);
  show(found.missing, groups.length > 0 && silent.length > 0);
  say(found.missing, `No look of ${silent.join(", ")} was answered.`);
}

function place({ region, country, asn, edge }) {
  return [region, country, asn, edge];
}

function makeRow() {
  const share = make("td", {}, make("span", { class: "share" }, shape(), make("span")));
  return make("tr", {}, make("th", { scope: "row" }), make("td"), make("td"), make("td"), share);
}

function drawRow(row, group, region) {
  const [name, country, network, edge, share] = row.cells;
  say(name, region);
  drawKnown(country, group.country);
  drawKnown(network, group.asn && `AS${group.asn}`);
  drawKnown(edge, group.edge);
  const good = group.looks - group.failed;
  const [form, words] = share.firstElementChild.children;
  reshape(form, group.failed === 0 ? "well" : good === 0 ? "bad" : "degraded");
  say(words, `${percent(good, group.looks)} of\u00a0${group.looks}`);
}

function drawKnown(td, value) {
  say(td, value || "not known");
  mark(td, "class", value ? null : "quiet");
}

/** A share in whole percent: only all is 100 %, only none is 0 %. */
function percent(some, all) {
  const floor = Math.floor((100 * some) / all);
  return some > 0 && floor === 0 ? "under 1\u00a0%" : `${floor}\u00a0%`;
}

/** What the table says, in one sentence. */
function finding(groups) {
  if (groups.length === 0) return "Nothing is known: no look was answered in the last ten minutes.";
  const failing = groups.filter((group) => group.failed > 0);
  const looks = sum(groups, "looks");
  if (failing.length === 0) return `None of ${looks} answered looks failed.`;
  const failed = sum(failing, "failed");
  if (groups.every(({ country, asn, edge }) => !country && !asn && !edge)) return `${failed} of ${looks} answered looks failed; none was placed yet.`;
  const shared = KINDS.find(([kind]) => tellsApart(kind, failing, groups));
  if (!shared) return `${failed} of ${looks} answered looks failed; no edge, network or country tells them apart.`;
  const [kind, words] = shared;
  const there = sum(groups.filter((group) => group[kind] === failing[0][kind]), "looks");
  const value = `${words}${kind === "asn" ? "" : " "}${failing[0][kind]}`;
  const who = failed === 1 ? "The one failing look was" : `All ${failed} failing looks were`;
  return `${who} answered from ${value}, which answered ${there} of ${looks} looks.`;
}

/** Whether all that fail were answered from one such place, and something was answered from elsewhere. */
function tellsApart(kind, failing, groups) {
  const value = failing[0][kind];
  return Boolean(value) && failing.every((group) => group[kind] === value) && groups.some((group) => group[kind] !== value);
}

function sum(groups, count) {
  return groups.reduce((total, group) => total + group[count], 0);
}
