/** @file All solvers of a kinetic equation in one table: error against the exact solution, and seconds. */

import type { Engine } from "../../../engine/engine.ts";
import type { GradientFlow } from "../../../jko/flow.ts";
import { perStepSolver } from "../../../jko/perStep.ts";
import { rollout, type Solver } from "../../../jko/solver.ts";
import { sampleCloud } from "../../../measures/cloud.ts";
import { type GaussianMixture, gaussianMixture } from "../../../measures/mixture.ts";
import { klWithControl } from "../../../metrics/divergence.ts";
import { moments } from "../../../metrics/statistics.ts";
import { slicedSquaredDistance } from "../../../metrics/wasserstein.ts";
import { foldIn } from "../../../random/key.ts";
import { affineJkoSolver } from "../../../systems/kinetic/affine.ts";
import {
  type KineticEquation,
  scoreTransportSolver,
  velocityMatchingSolver,
} from "../../../systems/kinetic/endToEnd.ts";
import type { KineticGaussians } from "../../../systems/kinetic/gaussianMoments.ts";
import { langevinSolver } from "../../../systems/kinetic/langevin.ts";
import type { TrajectoryTraining } from "../../../systems/kinetic/trajectoryField.ts";
import type { Evaluation, EvaluationContext } from "../../definition.ts";
import { type KineticNetwork, kineticNetworkSolver } from "./networks.ts";
import { kineticRivalsReport } from "./rivalsReport.ts";

export interface KineticRivalsOptions {
  /** The exact evolution of every component. */
  readonly system: KineticGaussians;
  readonly equation: KineticEquation;
  readonly initial: GaussianMixture;
  readonly steps: number;
  readonly flowAt: (logDeterminant: "exact" | "linear") => GradientFlow;
  /** Trained anew in every step. */
  readonly network: KineticNetwork;
  /** Trained on whole trajectories. */
  readonly training: Omit<TrajectoryTraining, "steps">;
}

/** What one method did, in the mean over samples. */
export interface KineticStanding {
  readonly id: string;
  readonly label: string;
  /** `100 SW₂²/tr Σ`, with the factor `d` inside `SW₂²`, between particles and the exact solution at the end, in %. */
  readonly distance: number;
  /** `E log f/f*` with the log-densities that particles carry; NaN where they carry none. */
  readonly kl: number;
  /** `‖Σ − Σ*‖/‖Σ*‖` at the end, in %. */
  readonly covariance: number;
  /** For the whole trajectory, training included. */
  readonly seconds: number;
}

interface Rival {
  readonly id: string;
  readonly label: string;
  readonly logDeterminant: "exact" | "linear";
  readonly solver: Solver<unknown>;
}

/**
 * Follows one mixture of Gaussians, whose exact solution is a mixture too, with every solver from the same particles. Where programs are
 * compiled step by step, one step is made before any counts.
 */
export function kineticRivalsSuite(options: KineticRivalsOptions): Evaluation {
  return {
    suite: "kineticRivals",
    async run(context) {
      const rivals = rivalsOf(context.engine, options);
      const { seeds } = context.settings.parameters;
      const courses: Omit<KineticStanding, "id" | "label">[][] = rivals.map(() => []);
      for (let seed = 0; seed < seeds; seed++) {
        for (const [r, rival] of rivals.entries()) {
          context.progress(
            `${rival.label}, sample ${seed + 1} of ${seeds}`,
            (seed + r / rivals.length) / seeds,
          );
          courses[r].push(await followRival(context, options, { rival, seed }));
        }
      }
      const standings = rivals.map(({ id, label }, r): KineticStanding => {
        const mean = (pick: (course: (typeof courses)[0][0]) => number) =>
          courses[r].reduce((sum, course) => sum + pick(course) / seeds, 0);
        return {
          ...{ id, label },
          distance: mean(({ distance }) => distance),
          kl: mean(({ kl }) => kl),
          covariance: mean(({ covariance }) => covariance),
          seconds: mean(({ seconds }) => seconds),
        };
      });
      const floor = await samplingFloor(context, options);
      return {
        metrics: {
          ...Object.fromEntries(
            standings.flatMap(({ id, label: _, ...numbers }) =>
              Object.entries(numbers).flatMap(([name, value]) =>
                Number.isNaN(value) ? [] : [[`kineticRivals.${id}.${name}`, value] as const],
              ),
            ),
          ),
          "kineticRivals.floor": floor,
        },
        sections: kineticRivalsReport(context, options, { standings, floor }),
      };
    },
  };
}

function rivalsOf(engine: Engine, options: KineticRivalsOptions): Rival[] {
  const { network, equation, steps } = options;
  const training = { ...options.training, steps };
  const exact = { logDeterminant: "exact" } as const;
  const jko = kineticNetworkSolver(engine, network);
  const rows: readonly (Omit<Rival, "solver"> & { readonly solver: unknown })[] = [
    { id: "jkoExact", label: "JKO, exact log-det", ...exact, solver: jko },
    { id: "jkoLinear", label: "JKO, linear log-det", logDeterminant: "linear", solver: jko },
    {
      id: "jkoTuned",
      label: "JKO, gradient field by L-BFGS",
      ...exact,
      solver: perStepSolver(engine, { network: { form: "gradient", width: 16 } }),
    },
    { id: "affine", label: "JKO over affine fields, closed form", ...exact, solver: affineJkoSolver() },
    {
      id: "score",
      label: "score matching",
      ...exact,
      solver: kineticNetworkSolver(engine, network, "score"),
    },
    {
      id: "transport",
      label: "score-based transport",
      ...exact,
      solver: scoreTransportSolver(engine, training),
    },
    {
      id: "velocity",
      label: "velocity matching",
      ...exact,
      solver: velocityMatchingSolver(engine, training, equation),
    },
    { id: "langevin", label: "Langevin dynamics", ...exact, solver: langevinSolver({ substeps: 1 }) },
  ];
  return rows.map((row) => ({ ...row, solver: row.solver as Solver<unknown> }));
}

/** Learns everything before its first step, so that a step made for warming up would cost a whole training. */
const endToEnd = new Set(["transport", "velocity"]);

async function followRival(
  context: EvaluationContext,
  options: KineticRivalsOptions,
  { rival, seed }: { readonly rival: Rival; readonly seed: number },
): Promise<Omit<KineticStanding, "id" | "label">> {
  const { initial, steps } = options;
  const flow = options.flowAt(rival.logDeterminant);
  const key = foldIn(foldIn(context.key, "rivals"), seed);
  const cloud = sampleCloud(initial, foldIn(key, "particles"), context.settings.evaluation.particles);
  const run = async (count: number) => {
    let last = cloud;
    for await (const frame of rollout(rival.solver, { flow, cloud }, { steps: count, key })) {
      context.signal.throwIfAborted();
      last = frame.cloud;
    }
    return last;
  };
  if (!endToEnd.has(rival.id)) await run(1);
  const began = context.clock();
  const end = await run(steps);
  const seconds = context.clock() - began;
  const solution = exactSolution(options, steps * flow.tau);
  const own = moments(end.positions, 2).covariance;
  const exact = covarianceOf(solution);
  return {
    seconds,
    distance: distanceTo(context, solution, end.positions),
    kl: end.logDensity.some(Number.isNaN)
      ? Number.NaN
      : klWithControl(end.logDensity, solution.logDensity(Float64Array.from(end.positions))).mean,
    covariance:
      (100 * Math.hypot(...own.flatMap((row, i) => row.map((x, j) => x - exact[i][j])))) /
      Math.hypot(...exact.flat()),
  };
}

/** The mixture of the components as each evolves. */
export function exactSolution({ system, initial }: KineticRivalsOptions, time: number): GaussianMixture {
  const parts = initial.means.map((mean, k) =>
    system.flow({ mean, covariance: initial.covariances[k] }, time),
  );
  return gaussianMixture({
    weights: initial.weights,
    means: parts.map(({ mean }) => mean),
    covariances: parts.map(({ covariance }) => covariance),
  });
}

const samples = 65_536;

/** `100 SW₂²/tr Σ*` in %. */
function distanceTo(
  context: EvaluationContext,
  solution: GaussianMixture,
  positions: ArrayLike<number>,
): number {
  const truth = solution.sample(foldIn(context.key, "truth"), samples);
  const covariance = covarianceOf(solution);
  return (
    (100 * slicedSquaredDistance(Float64Array.from(positions), truth, 16)) /
    (covariance[0][0] + covariance[1][1])
  );
}

/** What as many independent samples of the solution itself are away from it. */
async function samplingFloor(context: EvaluationContext, options: KineticRivalsOptions): Promise<number> {
  const solution = exactSolution(options, options.steps * options.flowAt("exact").tau);
  return distanceTo(
    context,
    solution,
    solution.sample(foldIn(context.key, "floor"), context.settings.evaluation.particles),
  );
}

function covarianceOf({ weights, means, covariances }: GaussianMixture): number[][] {
  const centre = [0, 1].map((i) => weights.reduce((sum, w, k) => sum + w * means[k][i], 0));
  return [0, 1].map((i) =>
    [0, 1].map((j) =>
      weights.reduce(
        (sum, w, k) =>
          sum + w * (covariances[k][i][j] + (means[k][i] - centre[i]) * (means[k][j] - centre[j])),
        0,
      ),
    ),
  );
}
