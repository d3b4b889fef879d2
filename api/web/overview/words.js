// The sentences of this folder, a file for each language.

import { speak } from "../core/words.js";

await speak(new URL("./words/", import.meta.url));
