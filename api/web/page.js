// The page: keeps what is shown in step with the server, and says so when it cannot.

import { mark, say, show } from "./dom.js";
import { start } from "./feed.js";
import { drawIncidents, tick } from "./incidents.js";
import { drawRegions } from "./regions.js";
import { drawServices } from "./services.js";
import { doubt, sign, summarise } from "./summary.js";
import { clock, length } from "./time.js";

const at = (id) => document.getElementById(id);
const main = at("main");
const notice = at("notice");

let last = null;
let heardAt = null;

function draw(overview, now) {
  last = overview;
  summarise(overview);
  drawServices(at("services"), overview);
  show(at("no-incidents"), overview.incidents.length === 0);
  drawIncidents(at("incidents"), overview, now);
  drawRegions(at("regions"), overview.regions);
  show(main, overview.configuration !== null);
  show(at("footer"), true);
}

function heard(overview, now) {
  draw(overview, now);
  same(now);
}

function same(now) {
  heardAt = new Date().toISOString();
  tick(at("incidents"), now);
  summarise(last);
  const { heard_at: coordinator, silent_after_ms: patience } = last.coordinator;
  const silence = coordinator === null ? 0 : now - Date.parse(coordinator);
  if (silence <= patience && !last.coordinator.silent) return fresh();
  stale(`Out of date: this is how it was ${length(silence)} ago, at ${clock(coordinator, true)}. The coordinator has been silent since.`);
}

function failed(count, why) {
  if (count < 2 && heardAt) return;
  const cause = why ? `${why}.` : "The server does not answer.";
  const since = heardAt ? ` What you see is from ${clock(heardAt, true)}.` : "";
  stale(`${cause}${since} Trying again every two seconds.`);
  doubt(heardAt ? `As of ${clock(heardAt, true)}: ${last.headline}` : "No answer yet");
}

function fresh() {
  if (notice.hidden) return;
  show(notice, false);
  mark(document.body, "data-stale", null);
}

function stale(sentence) {
  say(notice, sentence);
  show(notice, true);
  mark(document.body, "data-stale", "");
  sign("unknown", "Out of date");
}

start({ heard, same, failed });
