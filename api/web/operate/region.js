// One region: how it does, and a table of its workers.

import { html, useState } from "../core/html.js";
import { Moment, clock } from "../core/time.js";
import { words } from "../core/words.js";
import { Original } from "../parts/original.js";
import { Shape } from "../parts/shape.js";
import { act } from "./acting.js";
import { Act, Cell, Once } from "./controls.js";

const STATES = { fit: "well", unfit: "unfit", silent: "silent" };
const COLUMNS = ["worker", "state", "version", "heard", "outbox", "clock", "from"];

/** A region; `hosts` are all workers, of whom some may share a machine. */
export function Region({ region, workers, hosts, queue, may, changed }) {
  const columns = may ? [...COLUMNS, "acts"] : COLUMNS;
  const id = `region-${region.id}`;
  return html`
    <section class="region" aria-labelledby=${id} data-key=${region.id}>
      <h2 id=${id}><${Shape} state=${STATES[region.fitness] ?? "unknown"} /> ${region.name} <small>${region.id}</small></h2>
      <ul class="facts">${about(region, queue).map((one) => html`<li>${one}</li>`)}</ul>
      ${workers.length === 0 ? html`<p class="quiet">${words.workers.nobody}</p>` : html`
        <table class="cards"><caption class="unseen">${words.workers.caption(region.name)}</caption>
          <thead><tr>${columns.map((name) => html`<th scope="col">${words.workers.columns[name]}</th>`)}</tr></thead>
          <tbody>${workers.map((worker) => html`<${Worker} key=${worker.worker} worker=${worker} hosts=${hosts} may=${may} changed=${changed} />`)}</tbody>
        </table>`}
    </section>`;
}

/** What else is to be known of a region, in a few words each. */
function about(region, queue) {
  const { place, together, via, trouble_why: trouble } = region;
  const said = words.workers;
  return [
    [said.fitness[region.fitness] ?? region.fitness, region.why && html`: <${Original} text=${region.why} />`],
    queue && said.queue(queue.waiting, Math.round(queue.waiting_s)),
    trouble && html`<${Original} text=${trouble} />`,
    !via && `${said.claimed(place.claimed)}, ${said.observed(place.observed)}${place.agrees === false ? ` (${said.disagrees})` : ""}`,
    via && said.borrowed(via),
    together.length > 0 && said.together(together),
  ].filter(Boolean);
}

function Worker({ worker, hosts, may, changed }) {
  const { columns } = words.workers;
  const { vitals, joined } = worker;
  const standing = joined ? words.workers.states[joined.state] : "";
  const shared = sharing(worker, hosts);
  return html`<tr data-key=${worker.worker} data-state=${joined?.state ?? worker.fitness}>
    <th scope="row" data-label=${columns.worker}>${worker.worker}</th>
    <${Cell} label=${columns.state}>${standing && html`<strong>${standing}</strong> `}${words.workers.fitness[worker.fitness] ?? ""}${worker.why && html`: <${Original} text=${worker.why} />`}
      ${joined?.skew && html`<p class="quiet"><${Original} text=${joined.skew} /></p>`}
      ${shared.length > 0 && html`<p class="quiet">${words.workers.sharesHost(shared)}</p>`}<//>
    <${Cell} label=${columns.version}>${vitals?.version ?? words.operate.none}<//>
    <${Cell} label=${columns.heard}>${worker.heard_at ? html`<${Moment} at=${worker.heard_at} precise=${true} />` : words.workers.neverHeard}<//>
    <${Cell} label=${columns.outbox}>${outbox(vitals)}<//>
    <${Cell} label=${columns.clock}>${offset(vitals?.clock_ahead_ms)}<//>
    <${Cell} label=${columns.from}>${[worker.ip_country, worker.asn && `AS${worker.asn}`].filter(Boolean).join(", ") || words.operate.none}<//>
    ${may && html`<${Cell} class="acts" label=${columns.acts}><${Acts} worker=${worker} changed=${changed} /><//>`}
  </tr>`;
}

/** Other workers on its machine. */
function sharing(worker, hosts) {
  const machine = machineOf(worker);
  return machine ? hosts.filter((one) => one !== worker && machineOf(one) === machine).map((one) => one.worker) : [];
}

/** The hash of its machine's start, which containers of one machine have in common. */
function machineOf({ vitals }) {
  return vitals?.standpoint?.split(".")[1] ?? "";
}

function outbox(vitals) {
  if (vitals?.outbox_reports === undefined) return words.operate.none;
  const kept = vitals.outbox_reports ? words.workers.kept(vitals.outbox_reports) : words.workers.keptNothing;
  return vitals.dropped_reports ? `${kept}, ${words.workers.givenUp(vitals.dropped_reports)}` : kept;
}

function offset(ms) {
  if (ms === undefined || ms === null) return words.operate.none;
  const { ahead, behind, exact, milliseconds } = words.workers;
  if (ms === 0) return exact;
  return (ms > 0 ? ahead : behind)(milliseconds(Math.abs(ms)));
}

/** What can be done with a worker that joined. */
function Acts({ worker, changed }) {
  const [line, set] = useState(null);
  const { region, worker: name, joined } = worker;
  const said = words.workers;
  if (!joined) return html`<span class="quiet">${said.notJoined}</span>`;
  const path = `v1/workers/${region}/${name}`;
  const doing = (method, where) => async () => {
    await act(method, where);
    changed();
  };
  const renew = async () => {
    const { document: found } = await act("POST", "v1/invitations", { region, worker: name });
    set(found);
    changed();
  };
  const leaving = joined.state === "draining" || joined.state === "drained";
  const revoked = joined.state === "revoked";
  return html`
    ${!revoked && (leaving ? html`<${Act} label=${said.undrain} about=${name} run=${doing("DELETE", `${path}/drain`)} />`
      : html`<${Act} label=${said.drain} about=${name} question=${said.drainAsk(name)} run=${doing("POST", `${path}/drain`)} />
        <${Act} label=${said.renew} about=${name} run=${renew} />`)}
    ${!revoked && html`<${Act} label=${said.revoke} about=${name} question=${said.revokeAsk(name)} danger=${true} run=${doing("POST", `${path}/revoke`)} />`}
    ${(revoked || leaving) && html`<${Act} label=${said.remove} about=${name} question=${said.removeAsk(name)} danger=${true} run=${doing("DELETE", path)} />`}
    ${line && html`<${Once} title=${said.renewal(name, clock(line.expires_at, true))} text=${line.line} note=${line.note && said.note(line.note)} done=${() => set(null)} />`}`;
}
