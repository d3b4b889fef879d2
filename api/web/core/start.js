// The page: one view at a time, kept in step with the server, and it says so when it cannot.

import { Explore } from "../explore/explore.js";
import { Replay } from "../explore/replay.js";
import { Incident } from "../incident/incident.js";
import { Incidents } from "../incident/list.js";
import { Operate } from "../operate/operate.js";
import { Overview } from "../overview/overview.js";
import { Bottom, Notice, Top, doubt } from "../parts/frame.js";
import { start as startTips } from "../parts/tip.js";
import { Service } from "../service/service.js";
import { html, render } from "./html.js";
import { start, useLive } from "./live.js";
import { useRoute } from "./router.js";
import { useLanguage, words } from "./words.js";

/** A view by the first part of its address; some have another for one of what they list. */
const VIEWS = {
  overview: [Overview], services: [null, Service], incidents: [Incidents, Incident], explore: [Explore, Replay], operate: [Operate, Operate],
};

function Page() {
  useLanguage();
  const live = useLive();
  const route = useRoute();
  const View = VIEWS[route.view]?.[route.id ? 1 : 0] ?? Nowhere;
  return html`
    <${Top} view=${route.view} live=${live} />
    <${View} key=${`${route.view} ${route.id}`} id=${route.id} live=${live} />
    ${live.board && html`<${Bottom} />`}
    <${Notice} sentence=${doubt(live)} />`;
}

function Nowhere() {
  return html`<main id="main"><h1>${words.noSuchView}</h1></main>`;
}

const page = document.getElementById("page");
page.replaceChildren();
render(html`<${Page} />`, page);
startTips();
start();
globalThis.begun?.();
