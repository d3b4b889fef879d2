// A file of this page may not come: the network changed while it was asked for, or the server was away. Then
// the page is asked for again, later each time. It stands in the page itself, for any file may be the one.

(() => {
  const SOON_MS = 1000;
  const MOST_MS = 60_000;
  const told = {
    en: "Part of this page did not come. Asking again…",
    az: "Bu səhifənin bir hissəsi gəlmədi. Yenidən soruşulur…",
    ar: "لم يصل جزء من هذه الصفحة. يُطلب من جديد…",
  };
  let waiting = false;
  let begun = false;

  /** The page is whole; what fails from now on is for itself to mend. */
  globalThis.begun = () => {
    begun = true;
    if (!waiting) keep(0);
  };

  /** How often it was asked for in vain. */
  function kept() {
    try {
      return Number(sessionStorage.getItem("again"));
    } catch {
      return 3; // nothing may be kept here: eight seconds each time
    }
  }

  function keep(times) {
    try {
      sessionStorage.setItem("again", times);
    } catch {
      // as above
    }
  }

  function failed() {
    if (waiting) return;
    waiting = true;
    say();
    later(kept());
  }

  function say() {
    const place = document.querySelector("h1");
    if (begun || !place) return;
    place.textContent = told[document.documentElement.lang] ?? told.en;
  }

  function later(times) {
    setTimeout(() => ask(times), Math.min(MOST_MS, SOON_MS * 2 ** times));
  }

  async function ask(times) {
    try {
      await fetch(location.href, { method: "HEAD", cache: "no-store" });
    } catch {
      return later(Math.min(times + 1, 3)); // nobody is there, and going would leave a page of the browser's
    }
    keep(times + 1);
    location.reload();
  }

  addEventListener("error", ({ target, error }) => {
    if (target instanceof Element ? target.matches("script, link[rel=stylesheet]") : !begun && error instanceof TypeError) failed();
  }, true);
  addEventListener("unhandledrejection", ({ reason }) => begun || !(reason instanceof TypeError) || failed());
})();
