/** @file The sections of a report on steady states of the Kuramoto–Daido model. */

import { numberText } from "../../../report/axes.ts";
import { methodColours } from "../../../report/colours.ts";
import type { LineChartSpec, Series } from "../../../report/lineChart.ts";
import type { ReportSection } from "../../../report/report.ts";
import type { TableSpec } from "../../../report/tables.ts";
import { reducedFreeEnergy, settledState } from "../../../systems/kuramoto/equilibria.ts";
import { linearThreshold } from "../../../systems/kuramoto/thresholds.ts";
import type { StatesFindings, StatesOptions } from "./states.ts";

type Chart = LineChartSpec & { readonly explanation: string };

const right = { align: "right" } as const;
const digits = (value: number) => numberText(value, 6);

export function statesReport(options: StatesOptions, findings: StatesFindings): readonly ReportSection[] {
  return [
    {
      title: "Steady states",
      explanation:
        "Steady states are q ∝ exp 2K(r₁ cos θ + m r₂ cos 2θ) with order parameters that solve rₙ = ⟨cos nθ⟩. Where the least free energy " +
        "becomes less than that of the uniform density order sets in, at K_c(m).",
      tables: [transitionTable(findings), thresholdTable(findings), gapTable(findings)],
      charts: [landscapeChart(), diagramChart(findings)],
    },
    {
      title: "Hysteresis",
      explanation:
        `Between ½ and ${numberText(findings.thresholds.last, 4)} the transition is discontinuous. At m = ${options.hysteresis.secondHarmonic} the uniform state is stable ` +
        "until K = 1, and the ordered one down to its fold. The equation itself is followed, by 64 Fourier modes: the coupling changes by small " +
        "steps, and at each the solution goes on from where it was, with a kick of 0.001 to its first mode, until it rests.",
      charts: [hysteresisChart(options, findings)],
    },
  ];
}

function transitionTable({ transitions }: StatesFindings): TableSpec {
  return {
    title: "Critical couplings",
    rowHeading: "m",
    columns: ["K_c", "r₁ there", "r₂ there", "stability is lost at", "fold"].map((label) => ({
      label,
      ...right,
    })),
    rows: transitions.map(({ secondHarmonic, coupling, state, fold }) => ({
      label: String(secondHarmonic),
      cells: [
        digits(coupling),
        ...[state.first, state.second].map((r) => numberText(r)),
        digits(linearThreshold(secondHarmonic)),
        fold === undefined ? "none" : digits(fold),
      ],
    })),
  };
}

function thresholdTable({ thresholds }: StatesFindings): TableSpec {
  const rows: readonly (readonly [string, string, number])[] = [
    [
      "continuous until",
      "the order that grows out of the uniform state begins to grow backwards",
      thresholds.tricritical,
    ],
    [
      "first harmonic loses first until",
      "1/m falls below 1: the second harmonic loses stability before the first",
      1,
    ],
    [
      "discontinuous until",
      "the ordered state no longer beats the uniform one before it loses stability",
      thresholds.last,
    ],
  ];
  return {
    title: "Thresholds of m",
    rowHeading: "The transition is",
    columns: [{ label: "m", ...right }, { label: "since beyond it" }],
    rows: rows.map(([label, reason, value]) => ({ label, cells: [digits(value), reason] })),
  };
}

function gapTable({ gaps }: StatesFindings): TableSpec {
  return {
    title: "Spectral gaps",
    explanation: "The rate at which the slowest perturbation of the ordered state dies out, rotations apart.",
    rowHeading: "K",
    columns: ["m", "r₁", "gap λ (1/time)"].map((label) => ({ label, ...right })),
    rows: gaps.map(({ state, gap }) => ({
      label: String(state.coupling),
      cells: [String(state.secondHarmonic), digits(state.first), digits(gap)],
    })),
  };
}

function landscapeChart(): Chart {
  const couplings = [0.8, 1, 1.2];
  const colours = [methodColours.operator, methodColours.floor, methodColours.perStep];
  const at = (coupling: number, first: number) =>
    reducedFreeEnergy({ coupling, secondHarmonic: 0 }, { first, second: 0 });
  const minima = couplings.map((coupling) => settledOrder(coupling));
  return {
    title: "Free energy against order, m = 0",
    explanation: "F_K(r) = Kr² − log I₀(2Kr); dots: its minima. At K = 1 the uniform state stops being one.",
    x: { label: "order parameter r", domain: [0, 0.9] },
    y: { label: "F_K(r)", domain: [-0.05, 0.12] },
    series: [
      ...couplings.map((coupling, i) => ({
        name: `K = ${coupling}`,
        colour: colours[i],
        points: Array.from({ length: 181 }, (_, k) => [k / 200, at(coupling, k / 200)] as const),
      })),
      ...couplings.map((coupling, i) => ({
        name: "",
        colour: colours[i],
        dots: "alone" as const,
        points: [[minima[i], at(coupling, minima[i])] as const],
      })),
    ],
    width: 640,
    height: 380,
  };
}

/** The order of least free energy without a second harmonic: none up to `K = 1`. */
function settledOrder(coupling: number): number {
  return coupling <= 1 ? 0 : settledState({ coupling, secondHarmonic: 0 }).first;
}

function diagramChart({ diagram, thresholds, transitions }: StatesFindings): Chart {
  return {
    title: "Phase diagram",
    explanation:
      "Below both curves the uniform density has the least free energy. Between the fold and K_c the ordered state is metastable, between K_c and 1/m or 1 the uniform one.",
    x: { label: "strength m of the second harmonic" },
    y: { label: "coupling K", domain: [0.45, 1.1] },
    series: [
      {
        name: "critical K(m)",
        colour: methodColours.operator,
        points: diagram.map(({ secondHarmonic, coupling }) => [secondHarmonic, coupling] as const),
      },
      {
        name: "min(1, 1/m)",
        colour: methodColours.exact,
        dash: "dashed",
        points: diagram.map(
          ({ secondHarmonic }) => [secondHarmonic, linearThreshold(secondHarmonic)] as const,
        ),
      },
      {
        name: "fold",
        colour: methodColours.perStep,
        dash: "dotted",
        points: diagram.flatMap(({ secondHarmonic, fold }) =>
          fold === undefined ? [] : [[secondHarmonic, fold] as const],
        ),
      },
      {
        name: "",
        colour: methodColours.operator,
        dots: "alone",
        points: transitions.map(({ secondHarmonic, coupling }) => [secondHarmonic, coupling] as const),
      },
    ],
    references: [
      { axis: "x", value: thresholds.tricritical, label: "½" },
      { axis: "x", value: 1, label: "1" },
      { axis: "x", value: thresholds.last, label: `m* = ${numberText(thresholds.last, 4)}` },
    ],
    width: 640,
    height: 380,
  };
}

function hysteresisChart({ hysteresis }: StatesOptions, { branches, sweeps }: StatesFindings): Chart {
  const [low, high] = hysteresis.couplings;
  return {
    title: `Order against coupling, m = ${hysteresis.secondHarmonic}`,
    explanation:
      "Lines: steady states by continuation, dashed where they are unstable. Dots: where the equation comes to rest.",
    x: { label: "coupling K", domain: [low, high] },
    y: { label: "order parameter r₁", domain: [0, 0.75] },
    series: [
      ...branches
        .filter(({ kind }) => kind === "uniform" || kind === "synchronised")
        .flatMap(({ points }) => segments(points)),
      ...sweeps.map(({ direction, points }) => ({
        name: direction === "up" ? "K rising" : "K falling",
        colour: direction === "up" ? methodColours.perStep : methodColours.operator,
        dots: "alone" as const,
        points: points.toSorted(([a], [b]) => a - b),
      })),
    ],
    width: 640,
    height: 400,
  };
}

/** Stretches of a branch of one stability each; neighbours meet at a point that both have. */
function segments(points: StatesFindings["branches"][number]["points"]): readonly Series[] {
  const starts = points.flatMap((point, i) =>
    i === 0 || point.unstable > 0 !== points[i - 1].unstable > 0 ? [i] : [],
  );
  return starts.map((start, k) => {
    const stretch = points.slice(Math.max(0, start - 1), starts[k + 1] ?? points.length);
    return {
      name: "",
      colour: methodColours.exact,
      dash: points[start].unstable > 0 ? "dashed" : "solid",
      points: stretch.map(({ coupling, first }) => [coupling, first] as const),
    };
  });
}
