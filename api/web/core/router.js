// Each view has an address of its own, and what is chosen in it is in the query: all of it can be shared.

import { useEffect, useState } from "./html.js";

/** Where Outscope lies, also below a path of a proxy: this file is in web/core/. */
export const root = new URL("../../", import.meta.url);

const listeners = new Set();
let route = read();

function read() {
  const path = location.pathname.slice(root.pathname.length);
  const [view, id] = path.split("/").map(decode);
  return { view: view || "overview", id: id ?? "", params: new URLSearchParams(location.search) };
}

function decode(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function tell() {
  route = read();
  for (const listener of listeners) listener(route);
}

/** The address of a view: `address("services", "claude", {at})`; "overview" has the bare one. */
export function address(view, id = "", params = {}) {
  const path = view === "overview" ? "" : id ? `${view}/${encodeURIComponent(id)}` : view;
  const found = new URL(path, root);
  const lang = new URLSearchParams(location.search).get("lang");
  for (const [name, value] of Object.entries({ ...params, lang })) if (value) found.searchParams.set(name, value);
  return found.href;
}

/** Put what is chosen into the address, without a step in the history; empty values leave it. */
export function choose(chosen) {
  const found = new URL(location.href);
  for (const [name, value] of Object.entries(chosen)) {
    if (value) found.searchParams.set(name, value);
    else found.searchParams.delete(name);
  }
  if (found.href === location.href) return;
  history.replaceState(null, "", found);
  tell();
}

/** The view that is open: `{view, id, params}`. */
export function useRoute() {
  const [found, set] = useState(route);
  useEffect(() => {
    listeners.add(set);
    set(route);
    return () => listeners.delete(set);
  }, []);
  return found;
}

function isView(url) {
  const path = url.pathname.slice(root.pathname.length);
  return url.href.startsWith(root.href) && /^(|incidents|explore(\/replay)?|operate|(services|incidents|operate)\/[^/]+)$/.test(path);
}

function follow(event) {
  const link = event.target.closest?.("a[href]");
  if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const url = new URL(link.href);
  if (link.target || link.hasAttribute("download") || !isView(url)) return;
  if (url.hash && url.pathname === location.pathname) return;
  event.preventDefault();
  if (url.href !== location.href) history.pushState(null, "", url);
  tell();
  scrollTo(0, 0);
}

addEventListener("click", follow);
addEventListener("popstate", tell);
