// How wide something is drawn, so that what must be legible keeps its size.

import { useEffect, useState } from "../core/html.js";

const STEP_PX = 20;

/** How many pixels wide the element of a ref is, in steps, also when that changes. */
export function useWidth(box) {
  const [width, set] = useState(600);
  useEffect(() => {
    if (!box.current) return undefined;
    const watch = new ResizeObserver(([{ contentRect }]) => set(Math.max(200, Math.round(contentRect.width / STEP_PX) * STEP_PX)));
    watch.observe(box.current);
    return () => watch.disconnect();
  }, []);
  return width;
}
