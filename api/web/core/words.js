// Every sentence of the page, in the language that is chosen. Beside each file `words.js` lies a folder
// `words` with a file for each language, whose default export is an object of sentences.

import { useEffect, useState } from "../vendor/hooks.js";
import { needed, spoken, turn } from "./language.js";

/** The words that are shown; another language puts its own in their place. */
export const words = {};

const { languages } = globalThis;
const folders = [];
const listeners = new Set();

/** Join the sentences of a folder such as `service/words/`. Awaited, so that whoever imports them has them. */
export async function speak(folder) {
  if (!(folder instanceof URL)) return void join(words, folder); // English alone
  folders.push(folder);
  join(words, await read(folder, spoken.code));
}

/** Speak another language, with everything that is shown and chosen left as it is. */
export async function change(code) {
  const found = await Promise.all(folders.map((folder) => read(folder, code)));
  turn(code);
  for (const one of found) join(words, one);
  for (const listener of listeners) listener(spoken.turns);
}

/** Draw again when another language is spoken. */
export function useLanguage() {
  const [, set] = useState(spoken.turns);
  useEffect(() => {
    listeners.add(set);
    return () => listeners.delete(set);
  }, []);
  return spoken.code;
}

/** The sentences of a folder in a language; in English what that one has not, and then from left to right. */
async function read(folder, code) {
  const load = (one) => import(new URL(`${one}.js`, folder).href);
  const modules = await Promise.all(needed(code).map((one) => load(one).catch(() => load("en"))));
  const foreign = languages[code].dir === "rtl" ? modules.slice(0, -1) : [];
  return modules.reduce((found, module) => join(found, foreign.includes(module) ? isolated(module.default) : module.default), {});
}

/** The same sentences, each with its own direction among text of another: else `321 looks` is read `looks 321`. */
function isolated(sentences) {
  const own = ([name, told]) => [name, isGroup(told) ? isolated(told) : typeof told === "function" ? (...given) => apart(told(...given)) : apart(told)];
  return Object.fromEntries(Object.entries(sentences).map(own));
}

function apart(told) {
  if (Array.isArray(told)) return told.map(apart);
  return typeof told === "string" && told !== "" ? `\u2066${told}\u2069` : told;
}

function isGroup(told) {
  return told !== null && typeof told === "object" && !Array.isArray(told);
}

/** Put what is in `more` over what is in `found`, group by group. */
function join(found, more) {
  for (const [name, value] of Object.entries(more)) {
    found[name] = isGroup(value) ? join(found[name] ? { ...found[name] } : {}, value) : value;
  }
  return found;
}

await speak(new URL("./words/", import.meta.url));
