/** @file Seconds a step at equal accuracy: the operator against a per-step solver stopped at the operator's gap. */

import type { GradientFlow } from "../../jko/flow.ts";
import { moveCloud } from "../../jko/move.ts";
import { perStepDefaults, perStepSolver } from "../../jko/perStep.ts";
import type { Solver } from "../../jko/solver.ts";
import type { Matrix } from "../../linalg/matrix.ts";
import { type Cloud, sampleCloud } from "../../measures/cloud.ts";
import type { Gaussian } from "../../measures/gaussian.ts";
import { operatorSolver } from "../../operator/solver.ts";
import { foldIn } from "../../random/key.ts";
import { speedTable } from "../../report/tables.ts";
import { type OrnsteinUhlenbeck, ornsteinUhlenbeck } from "../../systems/fokkerPlanck/ornsteinUhlenbeck.ts";
import { affineVelocity } from "../../systems/fokkerPlanck/solvers.ts";
import type { Evaluation, EvaluationContext } from "../definition.ts";
import { heldOutGaussian } from "./gaussians.ts";
import { medianAndMax } from "./law.ts";

/** One step of one density by both solvers. */
interface Duel {
  /** `(L(w) − L*)/(0 − L*)` of the operator, over all particles. */
  readonly gap: number;
  readonly operatorSeconds: number;
  readonly perStepSeconds: number;
  readonly iterations: number;
  /** Whether the per-step solver came down to the operator's gap. */
  readonly reached: boolean;
}

/**
 * Times one step of the operator and of the per-step solver on the same particles and engine. The exact step is
 * known, so both have a gap; the per-step solver stops as soon as its own is no larger than the operator's.
 * Compilation is not counted on either side.
 */
export function speedSuite(options: { readonly stiffness: Matrix; readonly diffusion: number }): Evaluation {
  return {
    suite: "speed",
    async run(context) {
      const { settings, problem, trainingSeconds } = context;
      const system = ornsteinUhlenbeck(options);
      const duels: Duel[] = [];
      const { perStepDensities } = settings.evaluation;
      // The first density warms both programs up and is not counted.
      for (let i = 0; i <= perStepDensities; i++) {
        context.signal.throwIfAborted();
        context.progress(`density ${i} of ${perStepDensities}`, i / (perStepDensities + 1));
        const rho = heldOutGaussian(foldIn(foldIn(context.key, "gaussian"), i), problem.flow.dimension);
        const duel = await fight(context, system, { rho, index: i });
        if (i > 0) duels.push(duel);
      }
      const middle = (pick: (duel: Duel) => number) => medianAndMax(duels.map(pick))?.median ?? Number.NaN;
      const operatorSeconds = middle((duel) => duel.operatorSeconds);
      const perStepSeconds = middle((duel) => duel.perStepSeconds);
      const breakEven =
        trainingSeconds === undefined ? undefined : trainingSeconds / (perStepSeconds - operatorSeconds);
      const reached = duels.filter((duel) => duel.reached).length;
      return {
        metrics: {
          "speed.operator.secondsPerStep": operatorSeconds,
          "speed.perStep.secondsPerStep": perStepSeconds,
          "speed.ratio": perStepSeconds / operatorSeconds,
          "speed.perStep.iterations": middle((duel) => duel.iterations),
          "speed.perStep.reachedGap": reached / duels.length,
          "speed.operator.gap.median": middle((duel) => duel.gap),
          ...(breakEven === undefined ? {} : { "speed.breakEvenSteps": breakEven }),
        },
        sections: [
          {
            title: "Seconds a step at equal accuracy",
            explanation:
              `${duels.length} Gaussians of law (a), ${settings.evaluation.particles} particles. The per-step solver stops at the ` +
              "operator's own JKO gap, (L − L*)/(0 − L*), where L* is that of the exact step on the same particles.",
            tables: [
              speedTable([
                {
                  method: "learned operator",
                  role: "subject",
                  secondsPerStep: operatorSeconds,
                  particles: settings.evaluation.particles,
                },
                {
                  method: "per-step solver",
                  role: "reference",
                  secondsPerStep: perStepSeconds,
                  particles: settings.evaluation.particles,
                },
              ]),
            ],
            notes: [
              `The per-step solver needed ${middle((duel) => duel.iterations)} iterations (median); it came down to the operator's gap ` +
                `on ${reached} of ${duels.length} densities, and its time elsewhere is that of its best effort.`,
              ...(breakEven === undefined
                ? []
                : [
                    `Training took ${Math.round(trainingSeconds as number)} s: it has paid for itself after ${Math.ceil(breakEven)} steps.`,
                  ]),
            ],
          },
        ],
      };
    },
  };
}

async function fight(
  context: EvaluationContext,
  system: OrnsteinUhlenbeck,
  density: { readonly rho: Gaussian; readonly index: number },
): Promise<Duel> {
  const { model, engine, problem, settings, key } = context;
  if (model === undefined) throw new Error("the speed suite needs a trained operator");
  const { flow } = problem;
  const { rho, index } = density;
  const own = foldIn(foldIn(key, "speed"), index);
  const cloud = sampleCloud(rho, foldIn(own, "particles"), settings.evaluation.particles);
  const exact = (particles: Cloud) => exactObjective(system, rho, { flow, cloud: particles });
  const operator = operatorSolver(engine, model, { context: settings.evaluation.context });
  const fast = await timed(context, operator, cloud);
  const best = exact(cloud);
  const gap = Math.max(1e-6, 1 - fast.step.info.objective / best);
  const perStep = perStepSolver(engine, {
    maximum: 4 * perStepDefaults.maximum,
    checkEvery: 1,
    target: { tolerance: gap, objective: (holdOut) => exact(holdOut) },
  });
  const slow = await timed(context, perStep, cloud);
  const { objective, iterations } = slow.step.info;
  return {
    gap,
    operatorSeconds: fast.seconds,
    perStepSeconds: slow.seconds,
    iterations,
    // The solver reports its objective on hold-out particles; the goal differs by their sampling error only.
    reached: 1 - objective / best <= 1.5 * gap || iterations < 4 * perStepDefaults.maximum,
  };
}

async function timed<State>(context: EvaluationContext, solver: Solver<State>, cloud: Cloud) {
  const { flow } = context.problem;
  const state = await solver.init(flow, cloud, foldIn(context.key, "duel"));
  const began = context.clock();
  const step = await solver.step(flow, cloud, state);
  return { step, seconds: context.clock() - began };
}

/** `L(w*) − L(0)` of the exact step over these very particles. */
function exactObjective(
  system: OrnsteinUhlenbeck,
  rho: Gaussian,
  at: { readonly flow: GradientFlow; readonly cloud: Cloud },
): number {
  const { flow, cloud } = at;
  const { map } = system.jkoStep(rho, flow.tau);
  const velocity = affineVelocity(map, cloud, flow.tau);
  return moveCloud(flow, cloud, { velocity, portion: 1, iterations: 0 }).info.objective;
}
