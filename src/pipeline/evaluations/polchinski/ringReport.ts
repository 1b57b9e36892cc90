/** @file What a ring along Polchinski's flow looked like: the two-point function, the modes, and how the start was sampled. */

import { methodColours, palette } from "../../../report/colours.ts";
import type { LineChartSpec } from "../../../report/lineChart.ts";
import type { TableSpec } from "../../../report/tables.ts";
import type { Findings } from "../../definition.ts";
import type { Mixing, RingCourse, RingFrame, RingPolchinskiOptions } from "./ring.ts";

type Chart = LineChartSpec & { readonly explanation: string };

interface RingOutcome {
  readonly acceptance: number;
  readonly mixing: readonly Mixing[];
  readonly courses: readonly RingCourse[];
}

export function ringFindings(options: RingPolchinskiOptions, found: RingOutcome): Findings {
  const { field, chains, draws, tau } = options;
  const { acceptance, mixing, courses } = found;
  const metrics: Record<string, number> = {
    "ring.sampling.acceptance": acceptance,
    "ring.sampling.rhat": Math.max(...mixing.map(({ rhat }) => rhat)),
    "ring.sampling.worth": Math.min(...mixing.map(({ worth }) => worth)),
  };
  for (const { id, frames, seconds } of courses) {
    metrics[`ring.${id}.twoPoint`] = Math.max(...frames.map(twoPointError));
    metrics[`ring.${id}.modes`] = Math.max(...frames.map(modeError));
    metrics[`ring.${id}.folded`] = frames.reduce((sum, { folded }) => sum + folded, 0);
    metrics[`ring.${id}.uncertified`] = frames.filter(({ certified }) => !certified).length;
    metrics[`ring.${id}.secondsPerStep`] = seconds / (frames.length - 1);
  }
  return {
    metrics,
    sections: [
      {
        title: `A ring of ${field.dimension} sites`,
        explanation:
          `${chains * draws} particles from Hamiltonian Monte Carlo on σ₀, moved by JKO steps of τ = ${tau} in the modes of the lattice Laplacian. Second moments obey the exact law ` +
          "Σₜ = RₜR₀⁻¹ Σ₀ R₀⁻¹Rₜ + RₜR₀⁻¹Cₜ, here from those of the very particles: the sampling error of the start is in both.",
        tables: [samplingTable(found, options), errorTable(courses)],
        charts: [twoPointChart(courses[0]), modeChart(courses[0]), errorChart(courses)],
      },
    ],
  };
}

/** Largest error of the two-point function, as a part of `G(0)`. */
function twoPointError({ twoPoint, exactTwoPoint }: RingFrame): number {
  return Math.max(...twoPoint.map((g, r) => Math.abs(g - exactTwoPoint[r]))) / exactTwoPoint[0];
}

/** Largest relative error of a mode's variance. */
function modeError({ variances, exactVariances }: RingFrame): number {
  return Math.max(...variances.map((value, k) => Math.abs(value / exactVariances[k] - 1)));
}

const right = { align: "right" } as const;

function samplingTable(
  { mixing, acceptance }: RingOutcome,
  { chains, draws }: RingPolchinskiOptions,
): TableSpec {
  return {
    title: "How the start was sampled",
    explanation: `${chains} chains of ${draws} draws, of whose proposals ${(100 * acceptance).toFixed(0)} % were accepted. R̂ compares the halves of all chains; the worth is the number of independent draws with the same error of the mean.`,
    rowHeading: "Quantity",
    columns: [
      { label: "mean", ...right },
      { label: "R̂", ...right },
      { label: "worth", ...right },
    ],
    rows: mixing.map(({ name, mean, rhat, worth }) => ({
      label: name,
      cells: [mean, rhat.toFixed(4), Math.round(worth)],
    })),
  };
}

function errorTable(courses: readonly RingCourse[]): TableSpec {
  return {
    title: "Largest errors over the whole way (%)",
    explanation:
      "Of the two-point function as a part of G(0), and of each mode's variance as a part of itself. The time step makes the variance of a fast mode too large by a part of about Aτ/4, A being its eigenvalue.",
    rowHeading: "Method",
    columns: [
      { label: "two-point function", ...right },
      { label: "modes", ...right },
    ],
    rows: courses.map(({ name, frames }) => ({
      label: name,
      role: "subject" as const,
      cells: [100 * Math.max(...frames.map(twoPointError)), 100 * Math.max(...frames.map(modeError))],
    })),
  };
}

function twoPointChart({ frames, name }: RingCourse): Chart {
  const last = frames.length - 1;
  const shown = [...new Set([0, 1, 2, 3].map((k) => Math.round((k * last) / 3)))];
  return {
    title: "The two-point function",
    explanation: `Dots: particles (${name}). Dotted lines: the exact law.`,
    x: { label: "distance r, in sites" },
    y: { label: "G(r)" },
    series: shown.flatMap((k, c) => [
      {
        name: `t = ${Number(frames[k].time.toFixed(3))}`,
        colour: palette[c % palette.length],
        dots: true,
        points: frames[k].twoPoint.map((g, r) => [r, g] as const),
      },
      {
        name: "",
        place: "above" as const,
        colour: methodColours.exact,
        dash: "dotted" as const,
        points: frames[k].exactTwoPoint.map((g, r) => [r, g] as const),
      },
    ]),
    width: 760,
    height: 400,
  };
}

function modeChart({ frames, name }: RingCourse): Chart {
  const n = frames[0].variances.length;
  // One mode of every wave: those of one wave are alike.
  const shown = Array.from({ length: n }, (_, k) => k).filter((k) => k % 2 === 0 || k === n - 1);
  return {
    title: "Variances of the modes",
    explanation: `Coloured: particles (${name}). Dotted: the exact law. Short waves go first.`,
    x: { label: "time t" },
    y: { label: "variance", type: "log" },
    series: shown.flatMap((k, c) => [
      {
        name: `wave ${Math.ceil(k / 2)}`,
        colour: palette[c % palette.length],
        points: frames.map(({ time, variances }) => [time, variances[k]] as const),
      },
      {
        name: "",
        place: "above" as const,
        colour: methodColours.exact,
        dash: "dotted" as const,
        points: frames.map(({ time, exactVariances }) => [time, exactVariances[k]] as const),
      },
    ]),
    width: 760,
    height: 400,
  };
}

function errorChart(courses: readonly RingCourse[]): Chart {
  return {
    title: "Error of the two-point function",
    explanation: "Largest over all distances, as a part of G(0).",
    x: { label: "time t" },
    y: { label: "error (%)" },
    series: courses.map(({ name, colour, frames }) => ({
      name,
      colour,
      points: frames.map((frame) => [frame.time, 100 * twoPointError(frame)] as const),
    })),
    width: 760,
    height: 320,
  };
}
