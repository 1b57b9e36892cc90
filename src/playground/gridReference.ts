/** @file The equation on a grid as a reference, with particles that follow its velocity. */

import type { GridAxis } from "../domains/grid.ts";
import type { Energy } from "../energies/energy.ts";
import type { Cloud } from "../measures/cloud.ts";
import { volumesOf } from "../pipeline/volumesOf.ts";
import { aggregationDiffusionVolumes } from "../systems/aggregationDiffusion/finiteVolumes.ts";
import { halfWidth } from "./drawing.ts";
import type { Reference } from "./reference.ts";

/** A quarter wider than the window, in cells along each side; sums over pairs of cells are what an interaction costs. */
const cells = { local: 100, interacting: 50 };

/** Times in a step `τ` at which particles learn the velocity anew. */
const substeps = 8;

/** Finite volumes for the flow of an energy in the plane. */
export function gridReference(energy: Energy, tau: number): Reference {
  const count = energy.interaction === undefined ? cells.local : cells.interacting;
  const axis: GridAxis = { low: -1.25 * halfWidth, high: 1.25 * halfWidth, cells: count };
  const box = [axis, axis];
  const volumes = volumesOf(energy, box);
  const { velocity } = aggregationDiffusionVolumes({ energy, box });
  const after = (density: Float64Array, step: number) =>
    volumes.evolve(density, { times: [step], maxTimeStep: Math.max(step, Number.MIN_VALUE) }).frames[0];
  return {
    kind: "volumes",
    least: "stationary" in volumes ? after(volumes.stationary, 0).freeEnergy : undefined,
    begin({ measure, cloud: initial }) {
      let state = after(volumes.project(measure), 0);
      let field = velocity(state.density);
      let cloud = initial;
      let now = 0;
      return (time) => {
        const parts = Math.ceil((substeps * (time - now)) / tau - 1e-9);
        for (let k = 0; k < parts; k++) {
          const step = (time - now) / (parts - k);
          const next = after(state.density, step);
          const fields = [field, velocity(next.density)];
          cloud = followed(cloud, { axis, fields, step });
          [state, field, now] = [next, fields[1], now + step];
        }
        return {
          cloud: { ...cloud, logDensity: logarithmAt(axis, state.density, cloud) },
          energy: state.freeEnergy,
        };
      };
    },
  };
}

/** Particles after a step along a velocity that is known at its two ends, by Heun's method. */
function followed(
  cloud: Cloud,
  by: { readonly axis: GridAxis; readonly fields: readonly Float64Array[]; readonly step: number },
): Cloud {
  const { axis, fields, step } = by;
  const positions = new Float64Array(cloud.positions);
  for (let i = 0; i < cloud.count; i++) {
    const [x, y] = [positions[2 * i], positions[2 * i + 1]];
    const before = [0, 1].map((k) => interpolated(axis, fields[0], { x, y, of: 2, k }));
    const there = { x: x + step * before[0], y: y + step * before[1] };
    const after = [0, 1].map((k) => interpolated(axis, fields[1], { ...there, of: 2, k }));
    positions[2 * i] += 0.5 * step * (before[0] + after[0]);
    positions[2 * i + 1] += 0.5 * step * (before[1] + after[1]);
  }
  return { ...cloud, positions };
}

/** Densities below are as good as none, and have a logarithm. */
const leastDensity = 1e-12;

function logarithmAt(axis: GridAxis, density: Float64Array, { positions, count }: Cloud): Float64Array {
  return Float64Array.from({ length: count }, (_, i) => {
    const place = { x: positions[2 * i], y: positions[2 * i + 1], of: 1, k: 0 };
    return Math.log(Math.max(leastDensity, interpolated(axis, density, place)));
  });
}

/** The bilinear interpolation between centres of component `k` of a field of `of` components. */
function interpolated(
  { low, high, cells: n }: GridAxis,
  field: Float64Array,
  at: { readonly x: number; readonly y: number; readonly of: number; readonly k: number },
): number {
  const locate = (z: number) => {
    const place = Math.min(n - 1, Math.max(0, (n * (z - low)) / (high - low) - 0.5));
    const cell = Math.min(n - 2, Math.floor(place));
    return [cell, place - cell];
  };
  const [[row, u], [column, v]] = [locate(at.x), locate(at.y)];
  const value = (r: number, c: number) => field[(r * n + c) * at.of + at.k];
  const across = (r: number) => (1 - v) * value(r, column) + v * value(r, column + 1);
  return (1 - u) * across(row) + u * across(row + 1);
}
