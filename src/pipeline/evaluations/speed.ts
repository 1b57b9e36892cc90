/** @file Seconds a step at equal accuracy: the operator against per-step solvers stopped at the operator's gap. */

import type { GradientFlow } from "../../jko/flow.ts";
import { perStepSolver } from "../../jko/perStep.ts";
import { type PerStepOptions, perStepDefaults, perStepUsual } from "../../jko/perStepSettings.ts";
import type { Solver } from "../../jko/solver.ts";
import { type Cloud, sampleCloud } from "../../measures/cloud.ts";
import { operatorSolver } from "../../operator/solver.ts";
import { foldIn, type Key } from "../../random/key.ts";
import { speedTable } from "../../report/tables.ts";
import type { Evaluation, EvaluationContext, Findings } from "../definition.ts";
import type { KnownStep, KnownSteps } from "./knownSteps.ts";
import { medianAndMax } from "./law.ts";
import { lessPairs } from "./rivalMethods.ts";

/** A per-step solver that the operator is timed against. */
interface Rival {
  /** Name in metrics. */
  readonly name: string;
  readonly label: string;
  readonly options: PerStepOptions & { readonly maximum: number };
}

const rivals: readonly Rival[] = [
  {
    name: "perStep",
    label: "per-step solver, tuned (gradient field, L-BFGS)",
    options: { ...perStepDefaults, maximum: 4 * perStepDefaults.maximum, checkEvery: 1 },
  },
  {
    name: "perStepUsual",
    label: "per-step solver as usual (perceptron 64 × 64, Adam)",
    options: perStepUsual,
  },
];

/** One step by a per-step solver. */
interface RivalStep {
  readonly seconds: number;
  readonly iterations: number;
  /** Whether it came down to the operator's gap. */
  readonly reached: boolean;
}

/** One step of one density by all solvers. */
interface Duel {
  /** `(L(w) − L*)/(0 − L*)` of the operator, over all particles. */
  readonly gap: number;
  readonly seconds: number;
  /** In the order of {@link rivals}. */
  readonly rivals: readonly RivalStep[];
}

/**
 * Times one step of the operator and of per-step solvers on the same particles and engine. The exact step is
 * known, so all have a gap; a per-step solver stops as soon as its own is no larger than the operator's.
 * Compilation is not counted on either side. Where the exact step is affine, as on Gaussians, profiles of Barenblatt and ellipses, the tuned
 * per-step solver's own form holds it, which makes them its easiest cases; products of mixtures are the general one.
 */
export function speedSuite(laws: readonly KnownSteps[]): Evaluation {
  return {
    suite: "speed",
    async run(context) {
      const { perStepDensities } = context.settings.evaluation;
      const findings: Findings[] = [];
      for (const law of laws) {
        const duels: Duel[] = [];
        // The first density warms all programs up and is not counted.
        for (let i = 0; i <= perStepDensities; i++) {
          context.signal.throwIfAborted();
          context.progress(`${law.label}, ${i} of ${perStepDensities}`, i / (perStepDensities + 1));
          const own = foldIn(foldIn(foldIn(context.key, "speed"), law.name), i);
          const duel = await fight(context, law.draw(own, context.problem.flow), own);
          if (i > 0) duels.push(duel);
        }
        findings.push(summarise(context, law, duels));
      }
      return {
        metrics: Object.assign({}, ...findings.map(({ metrics }) => metrics)),
        sections: findings.flatMap(({ sections }) => sections),
      };
    },
  };
}

function summarise(context: EvaluationContext, law: KnownSteps, duels: readonly Duel[]): Findings {
  const { settings, trainingSeconds } = context;
  const { particles } = settings.evaluation;
  const middle = (pick: (duel: Duel) => number) => medianAndMax(duels.map(pick))?.median ?? Number.NaN;
  const seconds = middle((duel) => duel.seconds);
  const results = rivals.map((rival, r) => {
    const secondsPerStep = middle((duel) => duel.rivals[r].seconds);
    return {
      ...rival,
      secondsPerStep,
      iterations: middle((duel) => duel.rivals[r].iterations),
      reached: duels.filter((duel) => duel.rivals[r].reached).length,
      breakEven: trainingSeconds === undefined ? undefined : trainingSeconds / (secondsPerStep - seconds),
    };
  });
  const prefix = `speed.${law.name}`;
  return {
    metrics: {
      [`${prefix}.operator.secondsPerStep`]: seconds,
      [`${prefix}.operator.gap.median`]: middle((duel) => duel.gap),
      ...Object.fromEntries(
        results.flatMap(({ name, secondsPerStep, iterations, reached, breakEven }) => [
          [`${prefix}.${name}.secondsPerStep`, secondsPerStep],
          [`${prefix}.${name}.ratio`, secondsPerStep / seconds],
          [`${prefix}.${name}.iterations`, iterations],
          [`${prefix}.${name}.reachedGap`, reached / duels.length],
          ...(breakEven === undefined ? [] : [[`${prefix}.${name}.breakEvenSteps`, breakEven]]),
        ]),
      ),
    },
    sections: [
      {
        title: `Seconds a step at equal accuracy, ${law.label}`,
        explanation:
          `${duels.length} densities, ${particles} particles. The per-step solvers stop at the operator's own JKO gap, ` +
          "(L − L*)/(0 − L*), where L* is that of the exact step on the same particles.",
        tables: [
          speedTable([
            { method: "learned operator", role: "subject", secondsPerStep: seconds, particles },
            ...results.map(({ label, secondsPerStep }) => ({
              method: label,
              role: "reference" as const,
              secondsPerStep,
              particles,
            })),
          ]),
        ],
        notes: results.map(({ label, iterations, reached, breakEven }) =>
          [
            `The ${label} needed ${iterations} iterations (median); it came down to the operator's gap on ${reached} of ` +
              `${duels.length} densities, and its time elsewhere is that of its best effort.`,
            ...(breakEven === undefined || breakEven < 0
              ? []
              : [
                  `Training took ${Math.round(trainingSeconds as number)} s: against it the operator has paid for itself after ` +
                    `${Math.ceil(breakEven)} steps.`,
                ]),
          ].join(" "),
        ),
      },
    ],
  };
}

async function fight(context: EvaluationContext, known: KnownStep, key: Key): Promise<Duel> {
  const { model, engine, problem, settings } = context;
  if (model === undefined) throw new Error("the speed suite needs a trained operator");
  const { flow } = problem;
  const cloud = sampleCloud(known.rho, foldIn(key, "particles"), settings.evaluation.particles);
  const exact = (particles: Cloud) => objectiveOf(flow, particles, known.step(particles));
  const operator = operatorSolver(engine, model, { context: settings.evaluation.context });
  const fast = await timed(context, operator, cloud);
  const best = exact(cloud);
  const gap = Math.max(1e-6, 1 - fast.step.info.objective / best);
  const steps: RivalStep[] = [];
  for (const { options } of rivals) {
    let goal: number | undefined; // worked out in the step that is not timed
    const objective = (particles: Cloud) => {
      goal ??= exact(particles);
      return goal;
    };
    const target = { tolerance: gap, objective };
    const slow = await timed(
      context,
      perStepSolver(engine, { ...options, ...lessPairs(flow, options), target }),
      cloud,
    );
    const { iterations } = slow.step.info;
    steps.push({
      seconds: slow.seconds,
      iterations,
      // The solver reports its objective on hold-out particles; the goal differs by their sampling error only.
      reached: 1 - slow.step.info.objective / best <= 1.5 * gap || iterations < options.maximum,
    });
  }
  return { gap, seconds: fast.seconds, rivals: steps };
}

/** The same step twice: the first compiles what it needs, the second is timed. */
async function timed<State>(context: EvaluationContext, solver: Solver<State>, cloud: Cloud) {
  const { flow } = context.problem;
  const state = await solver.init(flow, cloud, foldIn(context.key, "duel"));
  await solver.step(flow, cloud, state);
  const began = context.clock();
  const step = await solver.step(flow, cloud, state);
  return { step, seconds: context.clock() - began };
}

/** `L(w) − L(0)` of a Wasserstein step that took these very particles from `before` to `after`. */
function objectiveOf(flow: GradientFlow, before: Cloud, after: Cloud): number {
  const [start, end] = [before, after].map((cloud) => flow.energy.integrand(cloud));
  const change = end.reduce((sum, value, i) => sum + value - start[i], 0);
  const moved = Float64Array.from(after.positions, (x, j) => x - before.positions[j]);
  const distance = moved.reduce((sum, x) => sum + x * x, 0);
  return (change + distance / (2 * flow.tau)) / before.count;
}
