/** @file The section of a report on SVGD on the line. */

import { methodColours } from "../../../report/colours.ts";
import type { Dash, LineChartSpec } from "../../../report/lineChart.ts";
import type { ReportSection } from "../../../report/report.ts";
import type { TableSpec } from "../../../report/tables.ts";
import type { SteinCurve, SteinLineFindings, SteinLineOptions } from "./line.ts";

type Chart = LineChartSpec & { readonly explanation: string };

const looks: Readonly<Record<string, { readonly colour: string; readonly dash?: Dash }>> = {
  local: { colour: methodColours.exact },
  laplace: { colour: methodColours.operator },
  gaussian: { colour: methodColours.perStep },
  plain: { colour: methodColours.euler },
};

export function steinLineReport(options: SteinLineOptions, found: SteinLineFindings): ReportSection[] {
  const { course, curves, rippled } = found;
  return [
    {
      title: "Relaxation on the line",
      explanation:
        "Mean-field equations of SVGD by finite volumes that lose entropy at the rate of the squared Stein discrepancy, and particles with the special " +
        `kernel, which asked for a gradient of V ${course.gradients} times. The special kernel is K = a(x) k(x−y) a(y) with a = exp(V−V₀/2); with k = ½exp(−|z|) its linearisation has a gap λ, ` +
        "and the relative entropy is below exp(−λt) times its initial value at all times.",
      tables: [spectrumTable(options, found)],
      charts: [
        decayChart(options, found, curves),
        rippleChart(rippled),
        spectrumChart(found),
        bandwidthChart(found),
      ],
    },
  ];
}

function seriesOf(curves: readonly SteinCurve[]): LineChartSpec["series"] {
  return curves.map(({ id, name, frames }) => ({
    name,
    ...looks[id],
    points: frames.map(({ time, relativeEntropy }) => [time, relativeEntropy] as const),
  }));
}

function decayChart(
  { finalTime, particles }: SteinLineOptions,
  { laplace, course }: SteinLineFindings,
  curves: readonly SteinCurve[],
): Chart {
  const start = curves[0].frames[0].relativeEntropy;
  const every = Math.max(1, Math.round((course.points.length - 1) / 16));
  return {
    title: "Relative entropy from a shifted Gaussian",
    explanation: `Dots: ${particles} particles with the density that they carry.`,
    x: { label: "time t" },
    y: { label: "KL(ρ|π) (nats)", type: "log" },
    series: [
      ...seriesOf(curves),
      {
        name: "bound exp(−λt)",
        colour: methodColours.identity,
        dash: "dashed",
        points: [0, finalTime].map((t) => [t, start * Math.exp(-laplace[1] * t)] as const),
      },
      {
        name: "particles",
        colour: methodColours.floor,
        dash: "dotted",
        dots: true,
        points: course.points.filter((_, k) => k % every === 0).map(({ time, kl }) => [time, kl] as const),
      },
    ],
    width: 760,
    height: 420,
  };
}

function rippleChart(rippled: readonly SteinCurve[]): Chart {
  return {
    title: "Relative entropy from fine ripples",
    explanation:
      "Smooth kernels do not see what is finer than they are wide: without a gap there is no rate.",
    x: { label: "time t" },
    y: { label: "KL(ρ|π) (nats)", type: "log" },
    series: seriesOf(rippled),
    width: 760,
    height: 420,
  };
}

function spectrumChart({ laplace, gaussian }: SteinLineFindings): Chart {
  const falling = (values: Float64Array) =>
    [...values.slice(1)]
      .reverse()
      .slice(0, 60)
      .map((value, k) => [k + 1, value] as const)
      .filter(([, value]) => value > 1e-14);
  return {
    title: "Spectrum of the linearisation",
    explanation:
      "Eigenvalues from the largest down: with the Laplace kernel they stay above the gap (dotted), with the Gaussian they fall to zero.",
    x: { label: "number of the eigenvalue" },
    y: { label: "decay rate (1/time)", type: "log", domain: [1e-14, 10] },
    series: [
      { name: "Laplace k", ...looks.laplace, points: falling(laplace) },
      { name: "Gaussian k", ...looks.gaussian, points: falling(gaussian) },
    ],
    references: [{ axis: "y", value: laplace[1] }],
    width: 760,
    height: 380,
  };
}

function bandwidthChart({ gaps, local }: SteinLineFindings): Chart {
  return {
    title: "Gap against the width of the kernel",
    explanation: "As k becomes Dirac's measure, the gap becomes that of the local equation, 1/Z.",
    x: { label: "bandwidth h (length)", type: "log" },
    y: { label: "gap λ (1/time)" },
    series: [
      {
        name: "exp(−|z|/h)/2h",
        ...looks.laplace,
        dots: true,
        points: gaps.map(({ bandwidth, gap }) => [bandwidth, gap] as const),
      },
    ],
    references: [{ axis: "y", value: local[1], label: "local limit", at: "right" }],
    width: 760,
    height: 340,
  };
}

function spectrumTable({ localRate }: SteinLineOptions, found: SteinLineFindings): TableSpec {
  const first = [1, 2, 3, 4];
  const right = { align: "right" } as const;
  const row = (label: string, values: ArrayLike<number>) => ({
    label,
    cells: first.map((k) => values[k]),
  });
  return {
    title: "Smallest eigenvalues after that of constants (1/time)",
    explanation: `The local equation's in theory: n/Z = ${first.map((n) => ((n * localRate) / 2).toFixed(4)).join(", ")}. Its relative entropy falls at the rate ${found.localRate.toFixed(4)}; ${localRate.toFixed(4)} in theory.`,
    rowHeading: "Kernel",
    columns: first.map((k) => ({ label: `λ${"₁₂₃₄"[k - 1]}`, ...right })),
    rows: [
      row("local limit", found.local),
      row("special, k = ½exp(−|z|)", found.laplace),
      row("special, Gaussian k", found.gaussian),
    ],
  };
}
