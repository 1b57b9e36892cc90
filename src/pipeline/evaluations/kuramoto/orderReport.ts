/** @file The section of a report on the order of Kuramoto's model. */

import { numberText } from "../../../report/axes.ts";
import { methodColours } from "../../../report/colours.ts";
import type { LineChartSpec } from "../../../report/lineChart.ts";
import type { ReportSection } from "../../../report/report.ts";
import type { TableSpec } from "../../../report/tables.ts";
import { settledState } from "../../../systems/kuramoto/equilibria.ts";
import type { OrderFinding, OrderOptions } from "./order.ts";

type Chart = LineChartSpec & { readonly explanation: string };

const ways: readonly {
  readonly name: string;
  readonly colour: string;
  /** Of its dots: several ways find the same order, and their dots lie on one another. */
  readonly radius: number;
  readonly order: (finding: OrderFinding) => number;
}[] = [
  {
    name: "oscillators",
    colour: methodColours.perStep,
    radius: 6,
    order: ({ oscillators }) => oscillators.mean,
  },
  {
    name: "JKO, quantiles",
    colour: methodColours.operator,
    radius: 4.2,
    order: ({ quantiles }) => quantiles,
  },
  { name: "JKO, network", colour: methodColours.floor, radius: 2.4, order: ({ network }) => network },
  { name: "Fourier modes", colour: methodColours.euler, radius: 3, order: ({ spectral }) => spectral },
];

export function orderReport(
  options: OrderOptions,
  findings: readonly OrderFinding[],
): readonly ReportSection[] {
  return [
    {
      title: "Order against coupling, m = 0",
      explanation:
        `Five ways to the order that is in equilibrium. Self-consistency solves r = I₁(2Kr)/I₀(2Kr); the equation is followed by 64 Fourier modes from r near 0 until it rests; ${options.oscillators} oscillators are ` +
        `averaged over ${options.relaxations} relaxation times (20 units of time at least) by Heun's scheme, after five relaxation times; JKO steps of a tenth of the relaxation time are made ${options.steps} times on ${options.quantiles} ` +
        `quantiles, exactly, and on ${options.particles} particles by a network that is trained anew in each. Particles start quiet, with four fifths of the order. Near K = 1 relaxation is slow and ` +
        "the order of finitely many oscillators fluctuates: their standard error is by means over eighths of the record.",
      tables: [orderTable(findings)],
      charts: [curveChart(findings), errorChart(findings)],
    },
  ];
}

function orderTable(findings: readonly OrderFinding[]): TableSpec {
  return {
    title: "The order parameter r",
    rowHeading: "K",
    columns: [
      "self-consistency",
      "Fourier modes",
      "oscillators",
      "standard error",
      "JKO, quantiles",
      "JKO, network",
    ].map((label) => ({ label, align: "right" as const })),
    rows: findings.map(({ state, spectral, oscillators, quantiles, network }) => ({
      label: String(state.coupling),
      cells: [
        ...[state.first, spectral].map((r) => numberText(r, 7)),
        numberText(oscillators.mean, 4),
        numberText(oscillators.error, 2),
        ...[quantiles, network].map((r) => numberText(r, 4)),
      ],
    })),
  };
}

function curveChart(findings: readonly OrderFinding[]): Chart {
  const last = Math.max(...findings.map(({ state }) => state.coupling));
  const couplings = [0.8, 1, ...Array.from({ length: 60 }, (_, i) => 1 + (last - 1) * ((i + 1) / 60) ** 2)];
  return {
    title: "Order in equilibrium",
    explanation: "Line: self-consistency. Rings and dots that lie on one another: three kinds of particles.",
    x: { label: "coupling K", domain: [0.8, last + 0.05] },
    y: { label: "order parameter r", domain: [0, 1] },
    series: [
      {
        name: "self-consistency",
        colour: methodColours.exact,
        points: couplings.map((coupling) => [
          coupling,
          coupling <= 1 ? 0 : settledState({ coupling, secondHarmonic: 0 }).first,
        ]),
      },
      ...ways.slice(0, 3).map(({ name, colour, radius, order }) => ({
        name,
        colour,
        radius,
        dots: "alone" as const,
        points: findings.map((finding) => [finding.state.coupling, order(finding)] as const),
      })),
    ],
    width: 640,
    height: 380,
  };
}

function errorChart(findings: readonly OrderFinding[]): Chart {
  return {
    title: "Difference from self-consistency",
    explanation: "That of the Fourier modes is what is left of the relaxation.",
    x: { label: "coupling K" },
    y: { label: "|r − r(K)|", type: "log" },
    series: ways.map(({ name, colour, order }) => ({
      name,
      colour,
      dots: true,
      points: findings.map((finding) => [
        finding.state.coupling,
        Math.max(1e-15, Math.abs(order(finding) - finding.state.first)),
      ]),
    })),
    width: 640,
    height: 380,
  };
}
