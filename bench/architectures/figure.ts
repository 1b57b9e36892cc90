/** @file The figure of the study: a panel a kind of densities, a curve an architecture. */

import { figure } from "../../src/report/figure.ts";
import { lineChart } from "../../src/report/lineChart.ts";
import { type Findings, sentenceCase } from "./findings.ts";

const [width, height, gap] = [620, 340, 16];

/** Errors against the number of steps, median over densities and mean over seeds. */
export function figureOf(findings: Findings): string {
  const { tests, variants, steps } = findings;
  const panels = tests.map((test) =>
    lineChart({
      title: sentenceCase(test.label),
      x: { label: "JKO steps" },
      y: { label: "L²-UVP against the exact JKO chain (%)", type: "log" },
      width,
      height,
      series: variants.map((variant) => ({
        name: variant.label,
        ...(variant.name === "implicit" ? { dash: "dotted" as const, colour: "#1c2024" } : {}),
        points: Array.from(
          { length: steps },
          (_, k) => [k + 1, findings.error(test, variant, k + 1)] as const,
        ),
      })),
    }),
  );
  const rows = Math.ceil(panels.length / 2);
  return figure(
    {
      width: 2 * width + gap,
      height: rows * (height + gap) - gap,
      label: "Errors of the architectures against the number of steps, a panel a kind of densities",
    },
    ...panels.map((panel, i) => {
      const [x, y] = [(i % 2) * (width + gap), Math.floor(i / 2) * (height + gap)];
      return panel.replace("<svg ", `<svg x="${x - 8}" y="${y - 8}" `); // a panel has its own white space around it
    }),
  );
}
