// Small ways to make and change elements. Values only ever become text or attributes, never markup,
// and nothing is written that is there already: so nothing flickers, and focus and selection stay.

const SVG = "http://www.w3.org/2000/svg";

/** An element: tag, attributes, children (elements or text). */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** Set the text of an element. */
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Set an attribute; null takes it away. */
export function mark(element, name, value) {
  if (value === null) element.removeAttribute(name);
  else if (element.getAttribute(name) !== String(value)) element.setAttribute(name, value);
}

/** Show an element or hide it. */
export function show(element, visible) {
  if (element.hidden === visible) element.hidden = !visible;
}

/** The shape of a state, for eyes that do not see its colour. */
export function shape(state = "unknown") {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "shape");
  svg.setAttribute("aria-hidden", "true");
  svg.append(document.createElementNS(SVG, "use"));
  reshape(svg, state);
  return svg;
}

/** Give a shape another state. */
export function reshape(svg, state) {
  mark(svg, "data-state", state);
  mark(svg.firstElementChild, "href", `#shape-${state}`);
}

/**
 * Make the children of `parent` follow `items`: one child per key, made once, updated in place,
 * moved only when the order changed.
 */
export function follow(parent, items, key, create, update) {
  const known = new Map([...parent.children].map((child) => [child.dataset.key, child]));
  let next = parent.firstElementChild;
  for (const item of items) {
    const id = key(item);
    const child = known.get(id) ?? create(item);
    known.delete(id);
    child.dataset.key = id;
    update(child, item);
    if (child === next) next = next.nextElementSibling;
    else parent.insertBefore(child, next);
  }
  for (const gone of known.values()) gone.remove();
}
