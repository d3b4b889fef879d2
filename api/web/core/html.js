// Elements as tagged templates: values only ever become text, attributes or listeners, never markup.

import htm from "../vendor/htm.js";
import { useMemo as useKept } from "../vendor/hooks.js";
import { Component, h } from "../vendor/preact.js";
import { spoken } from "./language.js";

export { render } from "../vendor/preact.js";
export { useEffect, useLayoutEffect, useRef, useState } from "../vendor/hooks.js";

/** `html\`<p>${text}</p>\`` */
export const html = htm.bind(h);

/** What is computed anew only when one of `on` is another one, or another language is spoken. */
export function useMemo(compute, on) {
  return useKept(compute, [...on, spoken.turns]);
}

/** A view that is drawn again only when one of its properties is another one, or another language is spoken. */
export function memo(View) {
  return class extends Component {
    shouldComponentUpdate(next) {
      if (this.turns !== spoken.turns) return true;
      const names = Object.keys(next);
      return names.length !== Object.keys(this.props).length || names.some((name) => next[name] !== this.props[name]);
    }

    render(props) {
      this.turns = spoken.turns;
      return h(View, props);
    }
  };
}
