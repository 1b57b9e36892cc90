/** @file The section of a report on densities that relax on the circle. */

import { wrapped } from "../../../domains/phaseSpace.ts";
import type { Cloud } from "../../../measures/cloud.ts";
import { numberText } from "../../../report/axes.ts";
import { methodColours, palette } from "../../../report/colours.ts";
import { type DensityCurve, densityCurves } from "../../../report/densityCurves.ts";
import type { LineChartSpec } from "../../../report/lineChart.ts";
import type { ReportSection } from "../../../report/report.ts";
import type { TableSpec } from "../../../report/tables.ts";
import { densityAt } from "../../../systems/kuramoto/spectral.ts";
import type { CircleCourse, CircleRelaxationFindings, CircleRelaxationOptions } from "./relaxation.ts";

type Chart = LineChartSpec & { readonly explanation: string };

const turn = 2 * Math.PI;
const styles = {
  quantiles: { name: "JKO, quantiles", colour: methodColours.operator, dash: "dashed" },
  network: { name: "JKO, network", colour: methodColours.floor, dash: "dotted" },
  oscillators: { name: "oscillators", colour: methodColours.identity, dash: "solid" },
} as const;

export function relaxationReport(
  options: CircleRelaxationOptions,
  findings: CircleRelaxationFindings,
): readonly ReportSection[] {
  const { model, tau, quantiles, particles, oscillators } = options;
  return [
    {
      title: "Relaxation",
      explanation:
        `K = ${model.coupling}, m = ${model.secondHarmonic}, from two clusters, by steps of τ = ${tau}: ${quantiles} quantiles exactly, ${particles} particles by a ` +
        `network trained anew in each step, ${oscillators} oscillators by Heun's scheme; and the equation by 64 Fourier modes.`,
      tables: [distanceTable(options, findings), rateTable(findings)],
      charts: [energyChart(findings), decayChart(findings)],
      panels: [{ title: "Densities", svg: densityFigure(options, findings) }],
    },
  ];
}

function distanceTable(
  { times }: CircleRelaxationOptions,
  { courses, observedOrder }: CircleRelaxationFindings,
): TableSpec {
  return {
    title: "Total variation from the equation",
    explanation: `Half the integral of |q − q_ref|. When τ is halved the error of the first Fourier mode at the end falls by 2 to the ${numberText(observedOrder)}.`,
    rowHeading: "Method",
    columns: times.map((time) => ({ label: `t = ${time}`, align: "right" as const })),
    rows: courses
      .filter(({ id }) => id !== "oscillators")
      .map(({ id, distances }) => ({
        label: styles[id].name,
        cells: distances.map((value) => numberText(value)),
      })),
  };
}

function rateTable({ decays }: CircleRelaxationFindings): TableSpec {
  return {
    title: "Rates of the end, m = 0",
    rowHeading: "K",
    columns: ["measured (1/time)", "gap λ (1/time)", "ratio"].map((label) => ({
      label,
      align: "right" as const,
    })),
    rows: decays.map(({ coupling, rate, gap }) => ({
      label: String(coupling),
      cells: [rate, gap, rate / gap].map((value) => numberText(value, 6)),
    })),
  };
}

function energyChart({ courses, referenceEnergies }: CircleRelaxationFindings): Chart {
  return {
    title: "Free energy in time",
    explanation: "½∫q log q − (K/2)∫q W∗q.",
    x: { label: "time t" },
    y: { label: "free energy F(q)" },
    series: [
      { name: "Fourier modes", colour: methodColours.exact, points: referenceEnergies },
      ...courses
        .filter(({ id }) => id !== "oscillators")
        .map(({ id, energies }) => ({
          name: styles[id].name,
          colour: styles[id].colour,
          dash: styles[id].dash,
          points: energies,
        })),
    ],
    width: 640,
    height: 360,
  };
}

function decayChart({ decays }: CircleRelaxationFindings): Chart {
  const shown = decays.filter(({ gap }) => gap > 0.1 && gap < 2);
  const end = 14 / Math.max(...shown.map(({ gap }) => gap));
  return {
    title: "The last perturbation dies out at the rate of the gap",
    explanation:
      "Dots: |r(t) − r| of the equation from a steady state with a twentieth less order. Lines: its value at ten relaxation times, continued to either side at the rate λ.",
    x: { label: "time t", domain: [0, end] },
    y: { label: "|r(t) − r|", type: "log", domain: [1e-9, 0.1] },
    series: shown.flatMap(({ coupling, gap, points }, i) => {
      const colour = palette[i % palette.length];
      const [time, value] = points.find(([t]) => t >= 10 / gap - 1e-9) ?? points[0];
      const at = (t: number) => [t, value * Math.exp(-gap * (t - time))] as const;
      return [
        { name: `K = ${coupling}`, colour, points: [at(0), at(end)] },
        {
          name: "",
          colour,
          dots: "alone" as const,
          points: points.filter(([t], k) => t <= end && k % 2 === 0),
        },
      ];
    }),
    width: 640,
    height: 380,
  };
}

const bins = 48;

function densityFigure(
  { times }: CircleRelaxationOptions,
  { references, courses }: CircleRelaxationFindings,
): string {
  const angles = Float64Array.from({ length: 201 }, (_, i) => (turn * i) / 200);
  return densityCurves({
    axis: "phase θ (radians)",
    densityLabel: "density q(θ)",
    frames: times.map((time, k) => ({
      label: `t = ${time}`,
      curves: [
        ...courses.map((course) => curveOf(course, course.clouds[k])),
        {
          name: "Fourier modes",
          colour: methodColours.perStep,
          points: Array.from(densityAt(references[k], angles), (q, i) => [angles[i], q] as const),
        },
      ].toSorted((a, b) => rank(a) - rank(b)),
    })),
  });
}

/** The reference lies under the dashes of the others, and over the steps of the histogram. */
function rank({ name }: DensityCurve): number {
  return [styles.oscillators.name, "Fourier modes"].indexOf(name) + 1 || 3;
}

function curveOf({ id }: CircleCourse, cloud: Cloud): DensityCurve {
  const { name, colour, dash } = styles[id];
  if (id === "oscillators") return { name, colour, dash, points: histogram(cloud) };
  const points = Array.from(
    cloud.positions,
    (x, i) => [wrapped(x, turn), Math.exp(cloud.logDensity[i])] as const,
  ).sort(([a], [b]) => a - b);
  const stride = Math.max(1, Math.floor(points.length / 250));
  return { name, colour, dash, points: points.filter((_, i) => i % stride === 0) };
}

/** A density of bins as the outline of its steps. */
function histogram({ positions, count }: Cloud): (readonly [number, number])[] {
  const heights = new Float64Array(bins);
  for (let i = 0; i < count; i++)
    heights[Math.min(bins - 1, Math.floor((bins * wrapped(positions[i], turn)) / turn))] +=
      bins / (turn * count);
  return Array.from(heights, (height, b) => [
    [(turn * b) / bins, height] as const,
    [(turn * (b + 1)) / bins, height] as const,
  ]).flat();
}
