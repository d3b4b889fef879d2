// A look right now: ordered at once, and told as the results come.

import { ask } from "../core/ask.js";
import { html, useEffect, useState } from "../core/html.js";
import { words } from "../core/words.js";
import { Original } from "../parts/original.js";
import { Shape } from "../parts/shape.js";
import { act } from "./acting.js";
import { Refused, useDoing } from "./controls.js";

const AGAIN_MS = 700;
const STATES = { waiting: "none", ordered: "none", refused: "unknown", expired: "unknown" };

/** A button that has looks made, and what came of them. `asked` is the body of `POST /v1/looks`. */
export function LookNow({ asked, label, about, names }) {
  const doing = useDoing();
  const [job, set] = useState(null);
  const over = !job || job.over;
  useEffect(() => {
    if (over) return undefined;
    let gone = false;
    const timer = setInterval(async () => {
      try {
        const { document: found } = await ask(`v1/looks/${job.id}`);
        if (!gone) set(found);
      } catch {
        // the next time
      }
    }, AGAIN_MS);
    return () => {
      gone = true;
      clearInterval(timer);
    };
  }, [job?.id, over]);
  const look = async () => {
    const found = await doing.run(() => act("POST", "v1/looks", asked));
    if (found) set(found.document);
  };
  const came = job ? job.looks.filter(({ state }) => state !== "waiting" && state !== "ordered").length : 0;
  return html`<div class="look"><button type="button" class="plain" aria-label=${`${label}: ${about}`} disabled=${doing.busy || !over} onClick=${look}>${label}</button>
    <span class="quiet" role="status">${job && words.checks.came(came, job.looks.length)}</span>
    <${Refused} trouble=${doing.trouble} />
    ${job && html`<ul class="came" data-over=${String(job.over)}>${job.looks.map((one) => html`<${Look} key=${`${one.check} ${one.region}`} look=${one} names=${names} whole=${Boolean(asked.service)} />`)}</ul>`}</div>`;
}

function Look({ look, names, whole }) {
  const { state, result, why, region, check } = look;
  const seen = result ? (result.ok ? "well" : "bad") : STATES[state];
  const told = result ? result.detail || words.checks.states.seen : why || words.checks.states[state];
  return html`<li data-state=${state}><${Shape} state=${seen} /><span><strong>${names.get(region) ?? region}</strong>${whole && ` ${check}`} <${Original} text=${told} /></span></li>`;
}
