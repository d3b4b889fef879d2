// Draws the world once: Natural Earth's countries at 1:110 million, projected, as two paths.
// Run by renew.py in a folder that has the packages; prints a module.

import { readFileSync } from "node:fs";
import { geoNaturalEarth1, geoPath } from "d3-geo";
import { feature, mesh } from "topojson-client";

const WIDTH = 960;
const NORTH = 84;
const SOUTH = -57;
const SCALE = WIDTH / 2 / (0.8707 * Math.PI);

const projection = geoNaturalEarth1().scale(SCALE).translate([WIDTH / 2, 0]).precision(0.3);
const top = projection([0, NORTH])[1];
const height = Math.round(projection([0, SOUTH])[1] - top);
projection.translate([WIDTH / 2, -top]).clipExtent([[0, 0], [WIDTH, height]]);

const topology = JSON.parse(readFileSync("node_modules/world-atlas/countries-110m.json"));
const draw = geoPath(projection).digits(1);
const countries = topology.objects.countries;
const land = draw(feature(topology, topology.objects.land));
const borders = draw(mesh(topology, countries, (one, other) => one !== other));
const middle = -top;

console.log(`// The world: Natural Earth 1:110m (public domain) by world-atlas 2.0.2, in the projection Natural Earth.
// Written by infra/web/renew.py; do not edit.

export const WIDTH = ${WIDTH};
export const HEIGHT = ${height};
/** Pixels a unit of the projection, and where the equator is. */
export const SCALE = ${SCALE.toFixed(4)};
export const EQUATOR = ${middle.toFixed(2)};
/** London, Tokyo and Santiago as the projection places them: points are held against these. */
export const PROOF = ${JSON.stringify(
  [[-0.13, 51.5], [139.7, 35.7], [-70.7, -33.5]].map((place) => [...place, ...projection(place).map((n) => Number(n.toFixed(1)))]),
)};
export const LAND = "${land}";
export const BORDERS = "${borders}";`);
