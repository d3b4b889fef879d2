// The languages of the page, and which of them it is: by `?lang=`, else by what was chosen before, else
// by the browser. Read before anything is painted, so no module; the words are fetched along with the rest.

(() => {
  /**
   * `whole` says that nothing is missing, so that English is not fetched beside it. `numbers` and `and` are
   * for browsers that know a language by name only, as Chromium does Azerbaijani; `lists` has the commas of
   * the sentences that come from the server.
   */
  const languages = {
    en: { name: "English", dir: "ltr", whole: true, lists: "en-GB" },
    az: { name: "Azərbaycanca", dir: "ltr", whole: true, numbers: "tr", and: " və " },
    ar: { name: "العربية", dir: "rtl", whole: false },
  };
  const base = (wish) => wish.split("-")[0].toLowerCase();
  const asked = new URLSearchParams(location.search).get("lang") ?? "";
  const wishes = [asked, remembered() ?? "", ...navigator.languages, "en"];
  const language = wishes.map(base).find((one) => Object.hasOwn(languages, one));
  document.documentElement.lang = language;
  document.documentElement.dir = languages[language].dir;
  for (const { href } of document.querySelectorAll("link[rel=modulepreload][href$='/words.js']")) {
    for (const one of languages[language].whole ? [language] : ["en", language]) {
      const link = document.createElement("link");
      link.rel = "modulepreload";
      link.href = href.replace(/\.js$/, `/${one}.js`);
      document.head.append(link);
    }
  }
  globalThis.languages = languages;

  function remembered() {
    try {
      return localStorage.getItem("language");
    } catch {
      return null;
    }
  }
})();
