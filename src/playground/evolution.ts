/** @file An evolution as the playground shows it: the operator's roll-out, and the reference at the same times. */

import type { GradientFlow } from "../jko/flow.ts";
import { type Frame, rollout } from "../jko/solver.ts";
import { type Cloud, sampleCloud } from "../measures/cloud.ts";
import { gaussianMixture } from "../measures/mixture.ts";
import type { FieldEvaluator } from "../operator/evaluator.ts";
import { solverOver } from "../operator/solver.ts";
import { foldIn, keyFrom } from "../random/key.ts";
import type { InitialDensity, PanelFrame, PlaygroundFrame } from "./protocol.ts";
import { type Course, referenceOf } from "./reference.ts";

/**
 * Evolves a density, a frame at each request, the initial one first. The learned steps are those of the operator's solver everywhere
 * else: divided where a whole one would fold, refused where it would not lower the objective, log-densities in Float64.
 *
 * @param clock seconds since some moment.
 */
export async function* evolution(
  operator: { readonly flow: GradientFlow; readonly evaluate: FieldEvaluator; readonly context: number },
  start: {
    readonly run: number;
    readonly density: InitialDensity;
    readonly particles: number;
    readonly seed: number;
  },
  clock: () => number,
): AsyncGenerator<PlaygroundFrame, void, void> {
  const { flow, evaluate, context } = operator;
  const { run, density, particles, seed } = start;
  const mixture = gaussianMixture(density);
  const key = keyFrom(seed);
  const sampling = foldIn(key, "particles");
  const initial = sampleCloud(mixture, sampling, particles);
  const reference = referenceOf(flow).begin({ measure: mixture, cloud: initial, key: sampling });
  const frames = rollout(
    solverOver(evaluate, { context }),
    { flow, cloud: initial },
    { steps: Number.POSITIVE_INFINITY, key: foldIn(key, "context") },
  );
  for (let step = 0; ; step++) {
    const begin = clock();
    const next: IteratorResult<Frame, void> = await frames.next();
    if (next.done) return;
    const milliseconds = step === 0 ? 0 : 1000 * (clock() - begin);
    const { cloud, info, time } = next.value;
    yield {
      ...{ run, step, time, milliseconds, portion: info?.portion ?? 1, pieces: info?.pieces ?? 0 },
      learned: panel(flow, cloud),
      reference: beside(flow, reference(time)),
    };
  }
}

/** A solution on a grid knows its energy without an error of sampling. */
function beside(flow: GradientFlow, { cloud, energy }: ReturnType<Course>): PanelFrame {
  const shown = panel(flow, cloud);
  return energy === undefined ? shown : { ...shown, energy, energyError: 0 };
}

function panel({ energy }: GradientFlow, cloud: Cloud): PanelFrame {
  const { count } = cloud;
  const values = energy.integrand(cloud);
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return {
    positions: Float32Array.from(cloud.positions),
    logDensity: Float32Array.from(cloud.logDensity),
    energy: mean,
    energyError: Math.sqrt(squares / Math.max(1, count - 1) / count),
  };
}
