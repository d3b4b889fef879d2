// The overview: what is down, how far it reaches, since when, and whether it concerns you.

import { useAsked } from "../core/ask.js";
import { html, useMemo } from "../core/html.js";
import { useRoute } from "../core/router.js";
import { rank } from "../core/states.js";
import { Moment, clock } from "../core/time.js";
import { words } from "../core/words.js";
import { Cascades, causesOf, goesOn, useAnnounced, worksOf } from "../parts/circumstances.js";
import { doubt, useTitle } from "../parts/frame.js";
import { summaryOf } from "../parts/sentence.js";
import { Shape } from "../parts/shape.js";
import { useVendors } from "../parts/vendor.js";
import { FirstRun, isAlone } from "./first_run.js";
import { Here } from "./here.js";
import { OpenIncidents } from "./incidents.js";
import { Services } from "./list.js";
import { Reach } from "./reach.js";
import { Regions } from "./regions.js";

const HERE_MS = 60_000;
const STRIPS_MS = 60_000;
const MINUTE_MS = 60_000;

/** The view. */
export function Overview({ live }) {
  const { params } = useRoute();
  const { board } = live;
  const here = useAsked("v1/here", live.changes, HERE_MS).found;
  const vendors = useVendors(live.changes);
  const strips = useAsked(board?.configuration == null ? null : "v1/strips", live.changes, STRIPS_MS).found;
  const around = useAround(board, live.now);
  const chosen = board && (board.services.find(({ id }) => id === params.get("service")) ?? worstOf(board.services));
  return html`
    <main id="main" aria-busy=${board === null}>
      <div class="head"><${Summary} live=${live} />${board?.services.length > 0 && html`<${Here} here=${here} />`}</div>
      ${board && isAlone(board) && html`<${FirstRun} board=${board} />`}
      ${chosen && html`
        <div class="board">
          <${Reach} service=${chosen} regions=${board.regions} here=${here} vendor=${vendors.get(chosen.id)} live=${live} />
          <div class="first">
            <${Services} services=${board.services} strips=${strips} here=${here} vendors=${vendors} around=${around} chosen=${chosen.id} params=${params} />
            <${OpenIncidents} board=${board} now=${live.now} />
          </div>
        </div>`}
      ${board && board.regions.length > 0 && html`<${Regions} regions=${board.regions} />`}
    </main>`;
}

/** What is around disruptions, by service; the same object as long as nothing of it changed. */
function useAround(board, now) {
  const announced = useAnnounced().found;
  const minute = Math.floor(now / MINUTE_MS);
  return useMemo(() => {
    const [services, incidents] = [board?.services ?? [], board?.incidents ?? []];
    const current = (announced?.items ?? []).filter((one) => goesOn(one, now)); // nightly windows of many services are thousands
    const within = incidents.filter(({ maintenance }) => maintenance);
    const works = services.map(({ id }) => [id, worksOf(id, within, current, now)]);
    return {
      causes: causesOf(incidents),
      works: new Map(works.filter(([, some]) => some.length)),
      byId: new Map(services.map((one) => [one.id, one])),
      regions: new Map(board?.regions.map((region) => [region.id, region.name])),
      looking: board?.regions ?? [],
    };
  }, [board?.services, board?.incidents, board?.regions, announced, minute]);
}

function worstOf(services) {
  return services.reduce((found, one) => (found && rank(found.state) <= rank(one.state) ? found : one), null);
}

function Summary({ live }) {
  const { board } = live;
  const state = board?.state ?? "unknown";
  const said = board && summaryOf(board, live.now);
  const lost = live.failures > 1;
  const headline = board ? (lost ? words.asOf(clock(board.judged_at ?? live.heardAt, true), said.headline) : said.headline)
    : live.failures ? words.noAnswerYet : words.looking;
  const doubted = doubt(live) !== null;
  useTitle(doubted ? "unknown" : state, doubted ? words.outOfDate : headline);
  return html`
    <div class="summary" data-state=${doubted ? "unknown" : state}>
      <${Shape} state=${doubted ? "unknown" : state} large=${true} />
      <div>
        <h1 id="headline" aria-live="polite">${headline}</h1>
        <div id="cascades" aria-live="polite">${board && html`<${Cascades} cascades=${board.cascades} services=${new Map(board.services.map((one) => [one.id, one]))} />`}</div>
        ${said?.advice && html`<p id="advice">${said.advice}</p>`}
        <p class="quiet" id="judged">${board?.judged_at ? words.lastJudged(html`<${Moment} at=${board.judged_at} precise=${true} />`) : "\u00a0"}</p>
      </div>
    </div>`;
}
