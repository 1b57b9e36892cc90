/** @file What a relaxation to equilibrium looked like: numbers, tables and figures. */

import { methodColours } from "../../../report/colours.ts";
import type { Point } from "../../../report/densityGrid.ts";
import type { ReportSection } from "../../../report/report.ts";
import type { Findings } from "../../definition.ts";
import type { Relaxation, RelaxationOptions } from "./relaxation.ts";
import {
  colours,
  coordinateName,
  marginalSection,
  methods,
  names,
  phaseSection,
} from "./relaxationFigures.ts";

export function relaxationFindings(options: RelaxationOptions, found: Relaxation): Findings {
  const metrics: Record<string, number> = {
    "relaxation.rises": found.rises,
    "relaxation.uncertified": found.uncertified,
    "relaxation.secondsPerStep": found.seconds,
    "relaxation.jko.klError": found.last.standardError,
  };
  for (const method of methods) {
    const course = found[method];
    const [first, last] = [course.divergence[0][1], course.divergence[course.divergence.length - 1][1]];
    metrics[`relaxation.${method}.klStart`] = first;
    metrics[`relaxation.${method}.klEnd`] = last;
    metrics[`relaxation.${method}.rate`] = course.decay?.rate ?? Number.NaN;
    metrics[`relaxation.${method}.determination`] = course.decay?.determination ?? Number.NaN;
    for (const [a, { distance, floor }] of course.marginals.entries()) {
      metrics[`relaxation.${method}.totalVariation.${coordinateName(options, a)}`] = distance;
      metrics[`relaxation.${method}.totalVariationFloor.${coordinateName(options, a)}`] = floor;
    }
    metrics[`relaxation.${method}.totalVariation.max`] = Math.max(
      ...course.marginals.map(({ distance }) => distance),
    );
  }
  metrics["relaxation.rateRatio"] = metrics["relaxation.jko.rate"] / metrics["relaxation.langevin.rate"];
  // The end counts with what its estimate may still hide: two standard errors.
  metrics["relaxation.jko.fall"] =
    metrics["relaxation.jko.klStart"] /
    (Math.abs(metrics["relaxation.jko.klEnd"]) + 2 * found.last.standardError);
  return {
    metrics,
    sections: [decaySection(options, found), marginalSection(options, found), phaseSection(options, found)],
  };
}

function decaySection(options: RelaxationOptions, found: Relaxation): ReportSection {
  const { network, particles, reference, steps, flow } = options;
  const [low, high] = options.straight.map((part) => part * found.jko.divergence[0][1]);
  const { decay } = found.jko;
  const line: Point[] =
    decay === undefined
      ? []
      : found.jko.divergence
          .filter(([, y]) => y <= high && y >= low)
          .map(([t]) => [t, 2 * decay.at(t)] as const);
  return {
    title: "Relative entropy to the equilibrium",
    explanation:
      `${steps} steps of Δt = ${flow.tau}. A tanh network ${network.hidden.length}×${network.hidden[0]} with ` +
      (network.optimizer === "adam"
        ? `${network.iterations} iterations of Adam a step on ${particles} particles`
        : `at most ${network.iterations} iterations of L-BFGS a step on ${particles} particles, a quarter of which only say when to stop`) +
      "; its relative entropy is the mean of ℓ − log f∞ with E[f∞/f] = 1 for a control. Langevin dynamics with " +
      `${reference.particles} particles, counted in cells.`,
    notes: [
      "Structure of the density that is finer than the network resolves stays in the log-densities that the particles carry, and its " +
        "entropy is where the curve of the network ends; counting in cells does not see it.",
    ],
    tables: [
      {
        title: "Decay of the relative entropy",
        explanation: `The rate is that of an exponential through the values between ${options.straight[1]} and ${options.straight[0]} of the first one.`,
        rowHeading: "Method",
        columns: [
          { label: "at the start" },
          { label: "at the end" },
          { label: "rate" },
          { label: "R²" },
          { label: "energy rises" },
          { label: "seconds a step" },
        ],
        rows: methods.map((method) => {
          const { divergence, decay } = found[method];
          const isJko = method === "jko";
          return {
            label: names[method],
            role: isJko ? ("subject" as const) : ("reference" as const),
            cells: [
              divergence[0][1],
              divergence[divergence.length - 1][1],
              decay?.rate ?? null,
              decay?.determination ?? null,
              isJko ? found.rises : null,
              isJko ? found.seconds : null,
            ],
          };
        }),
      },
    ],
    charts: [
      {
        title: "Relative entropy in time",
        explanation: "The dotted line has the slope of the fit, and is drawn above it.",
        x: { label: "time" },
        y: { label: "KL(f | f∞)", type: "log" },
        series: [
          ...methods.map((method) => ({
            name: names[method],
            colour: colours[method],
            points: found[method].divergence,
            dash: method === "jko" ? ("solid" as const) : ("dashed" as const),
          })),
          ...(line.length < 2
            ? []
            : [
                {
                  name: `slope −${found.jko.decay?.rate.toFixed(2)}`,
                  colour: methodColours.identity,
                  dash: "dotted" as const,
                  points: line,
                },
              ]),
        ],
        width: 620,
        height: 340,
      },
      {
        title: "Free energy in time",
        x: { label: "time" },
        y: { label: "E(f)" },
        series: [{ name: names.jko, colour: colours.jko, points: found.energies }],
        width: 520,
        height: 300,
      },
    ],
  };
}
