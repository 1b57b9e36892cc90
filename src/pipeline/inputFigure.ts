/** @file The figure of a roll-out, and its densities as numbers, in the units of the input. */

import { type HostTensors, writeSafetensors } from "../checkpoints/safetensors.ts";
import type { Samples } from "../datasets/samples.ts";
import { restorePositions, type Standardised } from "../datasets/standardise.ts";
import { writeAtomically } from "../files/atomic.ts";
import type { Frame } from "../jko/solver.ts";
import { pictureOf } from "../report/densityGrid.ts";
import { svgToPng } from "../report/rasterise.ts";
import { trajectoryFigure } from "../report/trajectoryFigure.ts";
import type { DensityOnGrid } from "./inputDensity.ts";

/** The density at several times, in the units of the input. Beyond the plane there is no such figure. */
export async function writeFigure(
  output: string,
  course: {
    readonly samples: Samples;
    readonly standardised: Standardised;
    readonly frames: readonly Frame[];
    readonly grid: DensityOnGrid | undefined;
  },
): Promise<Record<string, string>> {
  const { samples, standardised, frames, grid } = course;
  const { dimension, columns, points } = samples;
  if (dimension !== 1 && dimension !== 2) return {};
  const shown = grid === undefined ? undefined : inputUnits(grid, standardised);
  const svg = trajectoryFigure({
    dimension,
    axes: columns,
    frames: frames.map(({ time, cloud }, k) => ({
      time,
      positions: restorePositions(cloud.positions, standardised),
      ...shown?.frames[k],
    })),
    ...(shown === undefined ? {} : { extent: shown.extent }),
    data: points,
  });
  const base = output.replace(/\.[^./\\]*$/, "");
  await writeAtomically(`${base}.svg`, svg);
  await writeAtomically(`${base}.png`, svgToPng(svg));
  if (grid === undefined || shown === undefined) return { svg: `${base}.svg`, png: `${base}.png` };
  await writeSafetensors(`${base}-density.safetensors`, gridTensors(grid, standardised), {
    axes: columns.join(","),
  });
  return { svg: `${base}.svg`, png: `${base}.png`, density: `${base}-density.safetensors` };
}

/** From the operator's coordinates, the last axis fastest, to the figure's: input units, rows of constant y. */
function inputUnits({ box, frames }: DensityOnGrid, { mean, scale }: Standardised) {
  const window = (a: number) => [mean[a] + scale[a] * box[a].low, mean[a] + scale[a] * box[a].high] as const;
  const jacobian = scale.reduce((product, s) => product * s, 1);
  const { cells } = box[0];
  const extent = { x: window(0), y: box.length === 2 ? window(1) : ([0, 1] as const) };
  return {
    extent,
    frames: frames.map(({ density }) => {
      if (box.length === 1) {
        const width = (extent.x[1] - extent.x[0]) / cells;
        return {
          curve: Array.from(
            density,
            (value, i) => [extent.x[0] + (i + 0.5) * width, value / jacobian] as const,
          ),
        };
      }
      return { density: pictureOf(density.map((value) => value / jacobian)) };
    }),
  };
}

/** `density` `[frames, cells, …]` with the first coordinate first, `time` `[frames]`, and the cell centres of each axis. */
function gridTensors({ box, frames }: DensityOnGrid, { mean, scale }: Standardised): HostTensors {
  const jacobian = scale.reduce((product, s) => product * s, 1);
  const density = Float64Array.from(
    frames.flatMap((frame) => Array.from(frame.density, (value) => value / jacobian)),
  );
  const axes = box.map(({ low, high, cells }, a) => [
    `axis${a}`,
    {
      shape: [cells],
      data: Float64Array.from(
        { length: cells },
        (_, i) => mean[a] + scale[a] * (low + ((i + 0.5) * (high - low)) / cells),
      ),
    },
  ]);
  return {
    density: { shape: [frames.length, ...box.map(({ cells }) => cells)], data: density },
    time: { shape: [frames.length], data: Float64Array.from(frames, ({ time }) => time) },
    ...Object.fromEntries(axes),
  };
}
