// Asks the server for the overview every two seconds while the page is seen, and says what it heard.

const EVERY_MS = 2000;
const PATIENCE_MS = 5000;

/**
 * Start asking. `heard(overview, now)` gets each new document and the server's time in ms; `same(now)` is called
 * when nothing changed; `failed(count, why)` when the server gave no answer, or an answer of trouble.
 */
export function start({ heard, same, failed }) {
  let etag = null;
  let failures = 0;
  let timer = 0;
  let asking = false;

  async function ask() {
    if (asking || document.hidden) return;
    asking = true;
    clearTimeout(timer);
    try {
      const answer = await fetch("v1/overview", {
        headers: etag ? { "If-None-Match": etag } : {},
        cache: "no-store",
        signal: AbortSignal.timeout(PATIENCE_MS),
      });
      if (answer.status !== 304 && !answer.ok) throw new Error(await trouble(answer));
      const now = Date.parse(answer.headers.get("date")) || Date.now();
      if (answer.status === 304) same(now);
      else {
        const overview = await answer.json();
        etag = answer.headers.get("etag");
        heard(overview, now);
      }
      failures = 0;
    } catch (error) {
      failures += 1;
      failed(failures, error instanceof TypeError || error.name === "TimeoutError" ? "" : error.message);
    } finally {
      asking = false;
      if (!document.hidden) timer = setTimeout(ask, EVERY_MS);
    }
  }

  document.addEventListener("visibilitychange", () => (document.hidden ? clearTimeout(timer) : ask()));
  ask();
}

/** What the server says is wrong, in its own words when it has some. */
export async function trouble(answer) {
  try {
    return (await answer.json()).title;
  } catch {
    return `The server answered ${answer.status}`;
  }
}
