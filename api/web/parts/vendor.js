// The vendor's own word beside ours, as its status page was read last. It changes no verdict.

import { useAsked } from "../core/ask.js";
import { html, useMemo } from "../core/html.js";
import { clock } from "../core/time.js";
import { words } from "../core/words.js";
import { Original } from "./original.js";

const EVERY_MS = 30_000;

/** What each vendor says, by service: `{state, since, titles}`. */
export function useVendors(again) {
  const { found } = useAsked("v1/advice", again, EVERY_MS);
  return useMemo(() => new Map(found?.targets.map((one) => [one.id, one.vendor_says])), [found]);
}

/** What the vendor says, in a sentence; empty where its page is not read. `state` is ours. */
export function vendorSentence(says, state) {
  if (!says || says.state === "unheard") return "";
  const titles = html`<${Original} text=${says.titles.join("; ")} />`;
  if (says.state === "incident") return words.vendor.incident(says.since && clock(says.since), titles);
  if (says.state === "maintenance") return words.vendor.maintenance(titles);
  return state === "well" ? words.vendor.wellToo : words.vendor.wellStill;
}

/** The sentence, and a link to the page when that is a web address at all. */
export function Vendor({ says, state, page }) {
  const sentence = vendorSentence(says, state);
  const link = page && /^https?:\/\//.test(page.url);
  if (!sentence && !link) return null;
  return html`<p class="vendor" data-says=${says?.state ?? "unheard"}>${sentence} ${link && html`<a rel="noreferrer noopener" target="_blank" href=${page.url}>${words.vendorPage}</a>`}</p>`;
}
