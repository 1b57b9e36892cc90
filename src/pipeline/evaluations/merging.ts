/** @file Two bumps that grow into one another under nonlinear diffusion, against the equation by finite volumes. */

import { cellCenters, type GridAxis } from "../../domains/grid.ts";
import { rollout } from "../../jko/solver.ts";
import { type Cloud, sampleCloud } from "../../measures/cloud.ts";
import type { Measure } from "../../measures/measure.ts";
import { superposition } from "../../measures/superposition.ts";
import { relativeGridError } from "../../metrics/kernelGrid.ts";
import { fieldEvaluator } from "../../operator/evaluator.ts";
import { operatorSolver, type Piece } from "../../operator/solver.ts";
import { foldIn, type Key } from "../../random/key.ts";
import { pictureOf } from "../../report/densityGrid.ts";
import { densityPanels } from "../../report/densityPanels.ts";
import { type BarenblattSystem, barenblattSystem } from "../../systems/porousMedium/barenblatt.ts";
import type { Evaluation, EvaluationContext } from "../definition.ts";
import { densityCourse, equationOnGrid, type GridFrame } from "../densityCourse.ts";

/**
 * Where the bumps are, what part of the mass is in each, and their ages. Their supports overlap: a gap shrinks to nothing in finite time, but the image
 * of a gap under a smooth map is a gap.
 */
const bumps = { centres: [-0.8, 0.9], weights: [0.45, 0.55], ages: [0.2, 0.35] };

/**
 * The operator's density on a grid while two bumps whose supports overlap become one, against the equation's. What an exact step would miss
 * is told apart by a single bump, whose JKO steps and evolution are known in closed form.
 *
 * @param options.exponent `m`.
 * @param options.steps at which densities are compared, ascending.
 */
export function mergingBumps(options: {
  readonly exponent: number;
  readonly steps: readonly number[];
}): Evaluation {
  return {
    suite: "merging",
    async run(context) {
      const { dimension, tau } = context.problem.flow;
      const system = barenblattSystem({ dimension, exponent: options.exponent });
      const initial = mergingMeasure(system);
      const box = boxFor(system, tau * (options.steps.at(-1) as number));
      const times = options.steps.map((step) => step * tau);
      const exact = equationOnGrid(context.problem.flow, initial, { box, times });
      const { frames, cloud } = await evolve(context, { initial, box, exact, steps: options.steps });
      const errors = frames.map(({ error = Number.NaN }) => 100 * error);
      const alone = options.steps.map((steps) => 100 * lagOfSteps(system, { box, steps, tau }));
      const metrics = Object.fromEntries(
        options.steps.flatMap((step, k) => [
          [`merging.operator.${step}`, errors[k]],
          [`merging.timeStep.${step}`, alone[k]],
        ]),
      );
      return {
        metrics: {
          ...metrics,
          "merging.mass": 100 * Math.max(...frames.map(({ mass }) => Math.abs(mass - 1))),
        },
        sections: [
          {
            title: "Two bumps that merge",
            explanation:
              `Two bumps of compact support, which overlap a little, become one over ${options.steps.at(-1)} steps. The operator's density on ${box[0].cells} × ${box[1].cells} cells, by inversion of its ` +
              `map from ${cloud.count} particles, is held against the equation by finite volumes on the same cells: ‖ρ − ρ_equation‖/‖ρ_equation‖ in L², in %. ` +
              "The second row is what exact JKO steps miss of a single bump of the same age, which is the error of the time step alone.",
            tables: [
              {
                title: "Relative L² distance from the equation, %",
                rowHeading: "",
                columns: options.steps.map((step) => ({
                  label: `t = ${Number((step * tau).toPrecision(3))}`,
                  align: "right" as const,
                })),
                rows: [
                  { label: "learned operator", cells: errors },
                  { label: "exact steps, one bump", cells: alone },
                ],
              },
            ],
            panels: [panelsOf({ box, frames, exact })],
          },
        ],
      };
    },
  };
}

function mergingMeasure(system: BarenblattSystem): Measure {
  const { centres, weights, ages } = bumps;
  const components = centres.map((x, k) =>
    system.measure(system.scaleOfAge(ages[k]), [x, ...new Array<number>(system.dimension - 1).fill(0)]),
  );
  return superposition({ weights, components });
}

/** Cells along each side. */
const cells = 96;

/** A square that the support has not left at the last time: no wider than one bump of the whole mass at each centre. */
function boxFor(system: BarenblattSystem, time: number): GridAxis[] {
  const reach = system.radius * system.scaleOfAge(Math.max(...bumps.ages) + time);
  const half = 1.1 * (Math.max(...bumps.centres.map(Math.abs)) + reach);
  return Array.from({ length: system.dimension }, () => ({ low: -half, high: half, cells }));
}

async function evolve(
  context: EvaluationContext,
  course: {
    readonly initial: Measure;
    readonly box: readonly GridAxis[];
    readonly exact: readonly Float64Array[] | undefined;
    readonly steps: readonly number[];
  },
): Promise<{ readonly frames: GridFrame[]; readonly cloud: Cloud }> {
  const { model, engine, settings, problem } = context;
  if (model === undefined) throw new Error("merging bumps need a trained operator");
  const key: Key = foldIn(context.key, "merging");
  const { particles, context: size } = settings.evaluation;
  const cloud = sampleCloud(course.initial, foldIn(key, "particles"), particles);
  const pieces: (readonly Piece[])[] = [];
  const solver = operatorSolver(engine, model, { context: size, observe: (made) => pieces.push(made) });
  const last = course.steps.at(-1) as number;
  for await (const { step } of rollout(solver, { flow: problem.flow, cloud }, { steps: last, key })) {
    context.signal.throwIfAborted();
    context.progress(`step ${step} of ${last}`, (0.3 * step) / last);
  }
  const frames = await densityCourse({
    flow: problem.flow,
    evaluate: fieldEvaluator(engine, model),
    initial: course.initial,
    steps: pieces,
    shown: course.steps,
    box: course.box,
    exact: course.exact,
    progress: (fraction) => context.progress("inverting the map on the grid", 0.3 + 0.7 * fraction),
  });
  return { frames, cloud };
}

/** The distance between a single bump after exact JKO steps and the same bump after as much time. */
function lagOfSteps(
  system: BarenblattSystem,
  at: { readonly box: readonly GridAxis[]; readonly steps: number; readonly tau: number },
): number {
  const { box, steps, tau } = at;
  const start = system.scaleOfAge(bumps.ages[0]);
  let scale = start;
  for (let k = 0; k < steps; k++) scale = system.jkoStep(scale, tau);
  const centres = cellCenters(box);
  return relativeGridError(
    system.density(centres, scale),
    system.density(centres, system.flow(start, steps * tau)),
  );
}

function panelsOf(shown: {
  readonly box: readonly GridAxis[];
  readonly frames: readonly GridFrame[];
  readonly exact: readonly Float64Array[] | undefined;
}) {
  const { box, frames, exact } = shown;
  const window = [box[0].low, box[0].high] as const;
  const title = "Densities while two bumps merge";
  const svg = densityPanels({
    extent: { x: window, y: window },
    contours: true,
    densityLabel: "density ρ",
    frames: frames.map(({ time, density }, k) => ({
      label: `t = ${Number(time.toPrecision(3))}`,
      panels: [
        { title: "learned operator", density: pictureOf(density) },
        ...(exact === undefined ? [] : [{ title: "equation, finite volumes", density: pictureOf(exact[k]) }]),
      ],
    })),
  });
  return { title, svg };
}
