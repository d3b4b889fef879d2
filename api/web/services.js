// Each service: its verdict in one sentence, why, and the matrix.

import { drawAnswered, makeAnswered } from "./answered.js";
import { follow, make, reshape, say, shape, show } from "./dom.js";
import { drawMatrix, makeMatrix } from "./matrix.js";
import { tell, timeElement } from "./time.js";

const parts = new WeakMap();

/** Draw all services into `parent`. */
export function drawServices(parent, overview) {
  follow(parent, overview.services, (service) => service.id, create, (article, service) =>
    update(article, service, overview.regions));
}

function create(service) {
  const found = {
    shape: shape(),
    name: make("a", { href: `v1/services/${encodeURIComponent(service.id)}` }),
    sentence: make("span"),
    since: make("span", { class: "since" }, " since "),
    time: timeElement(),
    disruptions: make("ul", { class: "disruptions" }),
    reason: make("p", { class: "reason" }),
    confidence: make("span", { class: "confidence" }),
    page: make("a", { class: "vendor", rel: "noreferrer noopener", target: "_blank" }, "Vendor's status page"),
    answered: makeAnswered(service),
    matrix: makeMatrix(),
  };
  found.since.append(found.time);
  const title = make("h2", { id: `service-${service.id}` }, found.name);
  const verdict = make("p", { class: "verdict" }, found.sentence, found.since);
  const article = make(
    "article",
    { class: "service", "aria-labelledby": `service-${service.id}` },
    make("div", { class: "said" }, found.shape, make("div", {}, title, verdict, found.disruptions, found.reason), found.page),
    found.matrix,
    found.answered,
  );
  parts.set(article, found);
  return article;
}

function update(article, service, regions) {
  const found = parts.get(article);
  reshape(found.shape, service.state);
  say(found.name, service.name);
  say(found.sentence, service.headline);
  show(found.since, service.since !== null);
  if (service.since) tell(found.time, service.since);
  show(found.disruptions, service.disruptions.length > 1);
  drawDisruptions(found.disruptions, service.disruptions);
  say(found.reason, reason(service));
  show(found.reason, found.reason.textContent !== "");
  show(found.page, safeLink(found.page, service.status_page));
  drawMatrix(found.matrix, service, regions);
  drawAnswered(found.answered, service, regions);
}

/** Each of several disruptions that go on at once, in a line of its own. */
function drawDisruptions(list, disruptions) {
  follow(list, disruptions, ({ components, regions }) => `${components} ${regions}`, makeDisruption, (item, { state, headline }) => {
    reshape(item.firstElementChild, state);
    say(item.lastElementChild, headline);
  });
}

function makeDisruption() {
  return make("li", {}, shape(), make("span"));
}

/** Why, and how sure; nothing more to say when all is well. */
function reason(service) {
  const { at, scope, reason: why, confidence } = service.verdict;
  if (scope === "none" || at === null || why === "") return "";
  const sentence = `${why[0].toUpperCase()}${why.slice(1)}${/[.!?]$/.test(why) ? "" : "."}`;
  return scope === "unknown" ? sentence : `${sentence} Confidence ${Math.round(confidence * 100)} %.`;
}

/** Point the link at the page, when that is a web address at all. */
function safeLink(link, page) {
  if (!page || !/^https?:\/\//.test(page.url)) return false;
  link.href = page.url;
  return true;
}
