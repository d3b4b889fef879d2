// Where a place is on the map: the projection Natural Earth (Patterson 2011, polynomial by Savric et al.).

import { EQUATOR, SCALE, WIDTH } from "../vendor/world.js";

/** The point of a place in degrees. */
export function project(longitude, latitude) {
  const lambda = (longitude * Math.PI) / 180;
  const phi = (latitude * Math.PI) / 180;
  const two = phi * phi;
  const four = two * two;
  const x = lambda * (0.8707 - 0.131979 * two + four * (-0.013791 + four * (0.003971 * two - 0.001529 * four)));
  const y = phi * (1.007226 + two * (0.015085 + four * (-0.044475 + 0.028874 * two - 0.005916 * four)));
  return [WIDTH / 2 + SCALE * x, EQUATOR - SCALE * y];
}

/** Points pushed apart until none is closer than `gap` to another: neighbours stay neighbours. */
export function spread(points, gap) {
  const found = points.map(([x, y]) => [x, y]);
  for (let round = 0; round < 24; round += 1) if (!push(found, gap)) break;
  return found;
}

function push(points, gap) {
  let moved = false;
  for (let one = 0; one < points.length; one += 1) {
    for (let other = one + 1; other < points.length; other += 1) {
      const dx = points[other][0] - points[one][0] || 0.1;
      const dy = points[other][1] - points[one][1] || 0.1 * (one - other);
      const apart = Math.hypot(dx, dy);
      if (apart >= gap) continue;
      const half = (gap - apart) / 2 / apart;
      points[one] = [points[one][0] - dx * half, points[one][1] - dy * half];
      points[other] = [points[other][0] + dx * half, points[other][1] + dy * half];
      moved = true;
    }
  }
  return moved;
}
