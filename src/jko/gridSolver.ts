/** @file A scheme on a grid as a solver: it evolves cell averages, and particles show them. */

import { type GridAxis, gridPoints } from "../domains/grid.ts";
import type { Cloud } from "../measures/cloud.ts";
import type { Measure } from "../measures/measure.ts";
import { permutation, uniforms } from "../random/draw.ts";
import { foldIn, type Key } from "../random/key.ts";
import { simulatedInfo } from "./composite.ts";
import type { Solver } from "./solver.ts";

/** An equation on a box that is cut into cells: finite volumes, for one. */
export interface GridScheme {
  readonly axes: readonly GridAxis[];
  /** Cell averages of a measure, the last axis fastest. */
  readonly project: (measure: Measure) => Float64Array;
  /** Cell averages at increasing times, with time steps of at most `maxTimeStep`. */
  readonly evolve: (
    initial: Float64Array,
    options: { readonly times: readonly number[]; readonly maxTimeStep: number },
  ) => { readonly frames: readonly { readonly density: Float64Array }[] };
}

export interface GridState {
  readonly key: Key;
  /** Cell averages. */
  readonly density: Float64Array;
}

/**
 * The scheme from a known initial density. The cloud after a step is a sample of the cells, each particle at a random place in its own,
 * as many in every cell as its mass asks for: particles are drawn anew and not followed, so they have no map.
 *
 * @param options.substeps of every step `τ`.
 */
export function gridSolver(
  scheme: GridScheme,
  options: { readonly initial: Measure; readonly substeps: number },
): Solver<GridState> {
  const corners = gridPoints(scheme.axes, [0]);
  return {
    name: "finite volumes",
    init: async (_flow, _cloud, key) => ({ key, density: scheme.project(options.initial) }),
    async step(flow, cloud, state) {
      const { frames } = scheme.evolve(state.density, {
        times: [flow.tau],
        maxTimeStep: flow.tau / options.substeps,
      });
      const [{ density }] = frames;
      const after = drawn(scheme.axes, { density, corners, count: cloud.count, key: state.key });
      return {
        cloud: after,
        state: { key: foldIn(state.key, "next"), density },
        info: simulatedInfo(flow, { before: cloud, after }, options.substeps),
      };
    },
  };
}

/** Particles at the levels `(i + u)/n` of the cells' cumulative mass, in random order. */
function drawn(
  axes: readonly GridAxis[],
  cells: {
    readonly density: Float64Array;
    readonly corners: Float64Array;
    readonly count: number;
    readonly key: Key;
  },
): Cloud {
  const { density, corners, count, key } = cells;
  const d = axes.length;
  const total = density.reduce((sum, value) => sum + value, 0);
  const [start] = uniforms(foldIn(key, "level"), 1);
  const places = uniforms(foldIn(key, "place"), count * d);
  const order = permutation(foldIn(key, "order"), count);
  const positions = new Float64Array(count * d);
  const logDensity = new Float64Array(count);
  let cell = 0;
  let reached = density[0] / total;
  for (let i = 0; i < count; i++) {
    const level = (i + start) / count;
    while (reached < level && cell + 1 < density.length) reached += density[++cell] / total;
    const at = order[i];
    axes.forEach(({ low, high, cells: n }, a) => {
      positions[at * d + a] = corners[cell * d + a] + ((high - low) / n) * places[i * d + a];
    });
    logDensity[at] = Math.log(density[cell]);
  }
  return { dimension: d, count, positions, logDensity };
}
