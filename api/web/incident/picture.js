// The map as a picture of its own, for sharing: the drawing with its colours written into it.

const NAMESPACE = "http://www.w3.org/2000/svg";
const WRITTEN = ["fill", "stroke", "stroke-width", "stroke-dasharray", "stroke-linecap", "stroke-linejoin", "display"];
const MARGIN = 24;
const HEAD = 56;

/** Let the browser save the map that is shown, below `title`. */
export function save(name, title) {
  const shown = document.querySelector(".world svg");
  const text = new XMLSerializer().serializeToString(drawn(shown, title, document.querySelector(".step")?.textContent ?? ""));
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "image/svg+xml" }));
  link.download = name;
  link.click();
  setTimeout(URL.revokeObjectURL, 1000, link.href);
}

/** A drawing that needs no style sheet. */
export function drawn(shown, title, below) {
  const { width, height } = shown.viewBox.baseVal;
  const copy = shown.cloneNode(true);
  const originals = shown.querySelectorAll("*");
  copy.querySelectorAll("*").forEach((element, number) => {
    const style = getComputedStyle(originals[number]);
    for (const property of WRITTEN) element.setAttribute(property, style.getPropertyValue(property));
    for (const attribute of ["class", "data-tip", "tabindex"]) element.removeAttribute(attribute);
  });
  copy.setAttribute("x", MARGIN);
  copy.setAttribute("y", HEAD);
  copy.setAttribute("width", width);
  copy.setAttribute("height", height);
  const found = make("svg", { viewBox: `0 0 ${width + 2 * MARGIN} ${height + HEAD + 2 * MARGIN}`, "font-family": "system-ui, sans-serif" });
  const style = getComputedStyle(document.body);
  found.append(
    make("rect", { width: "100%", height: "100%", fill: style.backgroundColor }),
    make("text", { x: MARGIN, y: 36, "font-size": 22, "font-weight": 650, fill: style.color }, title),
    copy,
    make("text", { x: MARGIN, y: height + HEAD + MARGIN, "font-size": 14, fill: style.color }, below),
  );
  return found;
}

function make(tag, attributes, text = "") {
  const element = document.createElementNS(NAMESPACE, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.textContent = text;
  return element;
}
