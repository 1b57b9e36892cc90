/** @file Landau steps by per-step networks: the closed form where there is one, conservation in Float64, dissipation. */

import * as tf from "@tensorflow/tfjs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ndarray } from "../../../src/engine/array.ts";
import { type Engine, openEngine } from "../../../src/engine/engine.ts";
import { moveCloud, velocityOf } from "../../../src/jko/move.ts";
import { jkoObjective } from "../../../src/jko/objective.ts";
import { perStepSolver } from "../../../src/jko/perStep.ts";
import { rollout } from "../../../src/jko/solver.ts";
import { sampleCloud } from "../../../src/measures/cloud.ts";
import { gaussianMixture } from "../../../src/measures/mixture.ts";
import { normals } from "../../../src/random/draw.ts";
import { keyFrom } from "../../../src/random/key.ts";
import { landauAffineJkoSolver } from "../../../src/systems/landau/affine.ts";
import { landau } from "../../../src/systems/landau/flow.ts";

let engine: Engine;
beforeAll(async () => {
  tf.enableProdMode();
  engine = await openEngine("onnx", { threads: 1 });
});
afterAll(() => engine.dispose());

const mixture = gaussianMixture({
  weights: [0.4, 0.6],
  means: [
    [1.5, 0],
    [-0.6, 0.4],
  ],
  deviations: [0.5, 0.8],
});
const meanSquare = (values: ArrayLike<number>, count: number) =>
  Array.from(values).reduce((sum, x) => sum + x * x, 0) / count;

const kernels = [
  ["Maxwell's molecules", { exponent: 0 }],
  ["Coulomb's force", { exponent: -3, softening: 0.3 }],
] as const;

describe.each(kernels)("Landau steps, %s", (_name, kernel) => {
  const make = (logDeterminant: "exact" | "linear") =>
    landau({ dimension: 2, constant: 1 / 16, tau: 0.2, logDeterminant, ...kernel });
  const cloud = sampleCloud(mixture, keyFrom(1), 800);

  it.each(["exact", "linear"] as const)("have one objective on tensors and in Float64: %s", async (mode) => {
    const flow = make(mode);
    const n = 60;
    const few = sampleCloud(mixture, keyFrom(2), n);
    const value = normals(keyFrom(3), 2 * n);
    const jacobian = normals(keyFrom(4), 4 * n);
    const program = engine.jit(
      (x: tf.Tensor3D, l: tf.Tensor2D, w: tf.Tensor3D, J: tf.Tensor4D) =>
        jkoObjective(
          flow,
          { positions: x, logDensity: l },
          { value: tf.transpose(w, [2, 0, 1]), tangent: tf.transpose(J, [3, 2, 0, 1]) },
        ).perParticle,
      { precision: "float64" },
    );
    const perParticle = await program(
      ndarray(few.positions, [1, n, 2]),
      ndarray(few.logDensity, [1, n]),
      ndarray(value, [1, n, 2]),
      ndarray(jacobian, [1, n, 2, 2]),
    );
    const velocity = velocityOf(flow, few, { value, jacobian });
    const { info } = moveCloud(flow, few, { velocity, portion: 1, iterations: 0 });
    expect(info.smallestDeterminant).toBeGreaterThan(0.05);
    const mean = Array.from(perParticle.data).reduce((sum, x) => sum + x, 0) / n;
    expect(Math.abs(mean - info.objective)).toBeLessThan(1e-7 * Math.abs(info.objective));
  });

  it("of an affine network are those of the closed form", async () => {
    const flow = make("linear");
    const few = sampleCloud(mixture, keyFrom(1), 300);
    const solver = perStepSolver(engine, {
      network: { form: "affine" },
      optimizer: { kind: "lbfgs", particles: 300 },
      holdOut: 0,
      maximum: 20,
    });
    const learned = await solver.step(flow, few, await solver.init(flow, few, keyFrom(0)));
    const exact = await landauAffineJkoSolver().step(flow, few, null);
    const distance = (a: ArrayLike<number>, b: ArrayLike<number>) =>
      Math.sqrt(
        meanSquare(
          Array.from(a, (x, k) => x - b[k]),
          300,
        ),
      );
    const moved = distance(exact.cloud.positions, few.positions);
    expect(distance(learned.cloud.positions, exact.cloud.positions) / moved).toBeLessThan(2e-3);
    expect(learned.info.objective / exact.info.objective).toBeCloseTo(1, 4);
  });

  it("of a perceptron lower the objective, keep the mean, and heat by exactly τ² E|U|²", async () => {
    const flow = make("exact");
    const solver = perStepSolver(engine, {
      network: { form: "mlp", hidden: [16, 16] },
      optimizer: { kind: "lbfgs", particles: 600 },
      maximum: 15,
    });
    let before = cloud;
    for await (const frame of rollout(solver, { flow, cloud }, { steps: 2, key: keyFrom(0) })) {
      if (frame.info === null) continue;
      expect(frame.info.objective).toBeLessThan(0);
      expect(frame.info.energyChange).toBeLessThan(0);
      expect(frame.info.portion).toBe(1);
      const shift = Float64Array.from(frame.cloud.positions, (x, k) => x - before.positions[k]);
      for (const a of [0, 1]) {
        const drift = shift.filter((_, k) => k % 2 === a).reduce((sum, x) => sum + x, 0) / 800;
        expect(Math.abs(drift)).toBeLessThan(1e-13);
      }
      const heat = meanSquare(frame.cloud.positions, 800) - meanSquare(before.positions, 800);
      expect(Math.abs(heat - meanSquare(shift, 800))).toBeLessThan(1e-12);
      before = frame.cloud;
    }
  });
});
