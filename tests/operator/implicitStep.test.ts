/** @file The step before anything is learned: exact where diffusion acts alone, of second order where a potential does too. */
import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { quadraticPotential } from "../../src/energies/quadraticPotential.ts";
import type { GradientFlow } from "../../src/jko/flow.ts";
import { cholesky, inverseLower } from "../../src/linalg/cholesky.ts";
import { identity, matmul, matvec, scale } from "../../src/linalg/matrix.ts";
import { applyAffine } from "../../src/measures/affineMap.ts";
import { gaussian } from "../../src/measures/gaussian.ts";
import { particlesFirst } from "../../src/networks/dual.ts";
import { initialParameters, layoutOf, unpack } from "../../src/networks/parameters.ts";
import { operatorField, operatorParameters } from "../../src/operator/map.ts";
import { normals } from "../../src/random/draw.ts";
import { keyFrom } from "../../src/random/key.ts";
import { fokkerPlanck } from "../../src/systems/fokkerPlanck/flow.ts";
import { ornsteinUhlenbeck } from "../../src/systems/fokkerPlanck/ornsteinUhlenbeck.ts";

tf.enableProdMode(); // silences the banner

/** What a network has learned: nothing, or anything. */
interface Learned {
  readonly weights: (count: number) => Float32Array;
  readonly trustedShare: number;
}

const nothing: Learned = { weights: (count) => new Float32Array(count), trustedShare: 0 };

/** Where the first particles of a density are after one step of a network. */
function stepOf(flow: GradientFlow, { context, logDensity }: Setting, { weights, trustedShare }: Learned) {
  const { dimension: d, tau } = flow;
  const architecture = { dimension: d, widths: [0.5], ridge: 0.02, hidden: 4, code: 4, trustedShare };
  const specs = operatorParameters(architecture);
  const flat = weights(initialParameters(specs, keyFrom(1)).length);
  const count = logDensity.length;
  return tf.tidy(() => {
    const positions = tf.tensor3d(Float32Array.from(context), [1, count, d]);
    const queries = tf.slice(positions, [0, 0, 0], [1, 100, d]);
    const field = operatorField(flow, architecture, {
      parameters: unpack(layoutOf(specs), tf.tensor1d(flat)),
      context: { positions, logDensity: tf.tensor2d(Float32Array.from(logDensity), [1, count]) },
      queries,
    });
    return tf.add(queries, tf.mul(particlesFirst(field.value), tau)).dataSync();
  });
}

type Setting = ReturnType<typeof gaussianSetting>;

/** An elongated Gaussian off the centre, and particles whose mean and covariance are its own. */
function gaussianSetting(d: number) {
  const mean = Array.from({ length: d }, (_, k) => 1.5 - k);
  const covariance = Array.from({ length: d }, (_, i) =>
    Array.from({ length: d }, (_, j) => (i === j ? 0.3 + 0.4 * i : 0.1)),
  );
  const count = 2000;
  const raw = normals(keyFrom(d), count * d);
  const rows = Array.from({ length: count }, (_, n) => Array.from(raw.subarray(n * d, (n + 1) * d)));
  const average = (f: (row: number[]) => number) => rows.reduce((sum, row) => sum + f(row), 0) / count;
  const means = mean.map((_, k) => average((row) => row[k]));
  const moments = mean.map((_, i) =>
    mean.map((_, j) => average((x) => (x[i] - means[i]) * (x[j] - means[j]))),
  );
  const shape = matmul(cholesky(covariance), inverseLower(cholesky(moments)));
  const context = Float64Array.from(
    rows.flatMap((row) =>
      matvec(
        shape,
        row.map((x, k) => x - means[k]),
      ).map((x, k) => x + mean[k]),
    ),
  );
  return { mean, covariance, context, logDensity: gaussian({ mean, covariance }).logDensity(context) };
}

interface Step {
  readonly stiffness: number;
  readonly tau: number;
}

/** The largest distance of a step from the exact one, over the largest displacement. */
function stepError(d: number, { stiffness, tau }: Step, learned = nothing): number {
  const setting = gaussianSetting(d);
  const matrix = scale(identity(d), stiffness);
  const flow = fokkerPlanck({ dimension: d, potential: quadraticPotential({ matrix }), diffusion: 1, tau });
  const moved = stepOf(flow, setting, learned);
  const { map } = ornsteinUhlenbeck({ stiffness: matrix, diffusion: 1 }).jkoStep(setting, tau);
  const before = setting.context.subarray(0, moved.length);
  const exact = applyAffine(map, before);
  const largest = (of: (value: number, i: number) => number) => Math.max(...exact.map(of).map(Math.abs));
  return largest((value, i) => moved[i] - value) / largest((value, i) => value - before[i]);
}

describe.each([1, 2, 3, 5])("the step before training, of a Gaussian in dimension %i", (d) => {
  it.each([0.05, 0.4])("is the exact one of the heat equation, for a step of %f", (tau) => {
    expect(stepError(d, { stiffness: 1e-9, tau })).toBeLessThan(5e-3);
  });

  it("is of second order where a potential acts as well", () => {
    const [coarse, fine] = [0.05, 0.025].map((tau) => stepError(d, { stiffness: 1, tau }));
    expect(coarse).toBeLessThan(0.04);
    expect(Math.log2(coarse / fine)).toBeGreaterThan(1.4);
  });
});

describe.each([1, 2, 5])("gates of random weights, at a Gaussian in dimension %i", (d) => {
  const weights = (count: number) => Float32Array.from(normals(keyFrom(7), count), (x) => 0.3 * x);
  const step = { stiffness: 1e-9, tau: 0.1 };

  it("spoil the step where they always count", () => {
    expect(stepError(d, step, { weights, trustedShare: 0 })).toBeGreaterThan(0.1);
  });

  it("count for nothing where they count by the share that is left unexplained", () => {
    expect(stepError(d, step, { weights, trustedShare: 0.1 })).toBeLessThan(5e-3);
  });
});
