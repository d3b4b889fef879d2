// How the language that is chosen counts, lists and names, and how another one is chosen while the page stays.

const { languages } = globalThis;

/** All there are, as `[code, {name, dir}]`. */
export const LANGUAGES = Object.entries(languages);

/** `code` of the language, `locale` with what the browser knows of the viewer's region, `turns` counts changes. */
export const spoken = { code: document.documentElement.lang, locale: "", turns: 0 };

const known = new Map();
settle(spoken.code);

function settle(code) {
  const asked = new URLSearchParams(location.search).get("lang") ?? "";
  const wishes = [asked, ...navigator.languages].filter((wish) => wish.split("-")[0].toLowerCase() === code);
  spoken.code = code;
  spoken.locale = wishes.find(isLocale) ?? code;
  known.clear();
}

function isLocale(text) {
  try {
    return Intl.getCanonicalLocales(text).length === 1;
  } catch {
    return false;
  }
}

/** Which languages' words are fetched for one: English too where that one is not whole. */
export function needed(code) {
  return languages[code].whole ? [code] : ["en", code];
}

/** Show the language from now on, and the next time; its words are there already. */
export function turn(code) {
  settle(code);
  spoken.turns += 1;
  document.documentElement.lang = code;
  document.documentElement.dir = languages[code].dir;
  try {
    localStorage.setItem("language", code);
  } catch {
    // where nothing may be kept, the choice lasts as long as the page
  }
}

/** Something of Intl for the language, made once for each: `intl("PluralRules")`. */
export function intl(kind, options = {}, locale = spoken.locale) {
  const key = `${kind} ${JSON.stringify(options)}`;
  if (!known.has(key)) known.set(key, new Intl[kind](locale, options));
  return known.get(key);
}

/** A number, with so many digits behind the mark. */
export function number(value, digits = 0) {
  const options = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  return intl("NumberFormat", options, languages[spoken.code].numbers ?? spoken.locale).format(value);
}

/** A count with its word: `plural(3, { one: "# look", other: "# looks" })`. */
export function plural(count, forms) {
  return (forms[intl("PluralRules").select(count)] ?? forms.other).replace("#", number(count));
}

/** Names as one: `A, B and C`. */
export function list(names) {
  const { and, lists } = languages[spoken.code];
  if (!and) return intl("ListFormat", {}, lists ?? spoken.locale).format(names);
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")}${and}${names.at(-1)}`;
}

/** The first letter large, as the language has it. */
export function capital(text) {
  return `${text.slice(0, 1).toLocaleUpperCase(spoken.locale)}${text.slice(1)}`;
}
