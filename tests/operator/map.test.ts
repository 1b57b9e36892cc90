import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { doubleWellPotential } from "../../src/energies/doubleWellPotential.ts";
import { quadraticPotential } from "../../src/energies/quadraticPotential.ts";
import type { GradientFlow } from "../../src/jko/flow.ts";
import { identity } from "../../src/linalg/matrix.ts";
import { gaussian } from "../../src/measures/gaussian.ts";
import { jacobians, particlesFirst } from "../../src/networks/dual.ts";
import { initialParameters, layoutOf, unpack } from "../../src/networks/parameters.ts";
import type { Architecture } from "../../src/operator/form.ts";
import { operatorField, operatorParameters } from "../../src/operator/map.ts";
import { normals } from "../../src/random/draw.ts";
import { keyFrom, split } from "../../src/random/key.ts";
import { fokkerPlanck } from "../../src/systems/fokkerPlanck/flow.ts";
import { porousMedium } from "../../src/systems/porousMedium/flow.ts";

/** Weights far from their gentle start, so that every term of the Jacobian counts. */
function strongParameters(architecture: Architecture) {
  const specs = operatorParameters(architecture);
  const flat = initialParameters(specs, keyFrom(1));
  const noise = normals(keyFrom(2), flat.length);
  return { layout: layoutOf(specs), flat: flat.map((value, i) => value + 0.1 * noise[i]) };
}

function field(
  d: number,
  inputs: { context: Float64Array; logDensity: Float64Array; queries: Float64Array; well?: boolean },
) {
  const architecture: Architecture = {
    dimension: d,
    widths: [0.25, 0.5, 1],
    ridge: 0.02,
    hidden: 8,
    code: 8,
  };
  const potential = inputs.well
    ? doubleWellPotential({ dimension: d, height: 0.25, halfWidth: 1 })
    : quadraticPotential({ matrix: identity(d) });
  const flow = fokkerPlanck({ dimension: d, potential, diffusion: 1, tau: 0.1 });
  const { layout, flat } = strongParameters(architecture);
  return tf.tidy(() => {
    const result = operatorField(flow, architecture, {
      parameters: unpack(layout, tf.tensor1d(flat)),
      context: {
        positions: tf.tensor3d(Float32Array.from(inputs.context), [1, inputs.logDensity.length, d]),
        logDensity: tf.tensor2d(Float32Array.from(inputs.logDensity), [1, inputs.logDensity.length]),
      },
      queries: tf.tensor3d(Float32Array.from(inputs.queries), [1, inputs.queries.length / d, d]),
    });
    return { value: particlesFirst(result.value).dataSync(), tangent: jacobians(result).dataSync() };
  });
}

tf.enableProdMode(); // silences the banner

describe.each([1, 2, 3])("the operator's field in dimension %i", (d) => {
  const [contextKey, queryKey] = split(keyFrom(d), 2);
  const shape = Array.from({ length: d }, (_, i) =>
    Array.from({ length: d }, (_, j) => (i === j ? 0.5 + 0.3 * i : 0.1)),
  );
  const rho = gaussian({ mean: new Array(d).fill(0.4), covariance: shape });
  const context = rho.sample(contextKey, 97);
  const logDensity = rho.logDensity(context);
  const queries = rho.sample(queryKey, 5);

  it("carries its exact Jacobian", () => {
    const step = 1e-2;
    const { tangent } = field(d, { context, logDensity, queries, well: true });
    for (let k = 0; k < d; k++) {
      const shifted = (h: number) => queries.map((x, i) => (i % d === k ? x + h : x));
      const [ahead, behind] = [step, -step].map(
        (h) => field(d, { context, logDensity, queries: shifted(h), well: true }).value,
      );
      for (let i = 0; i < 5; i++) {
        for (let j = 0; j < d; j++) {
          const difference = (ahead[i * d + j] - behind[i * d + j]) / (2 * step);
          // Central differences of float32 values: step² truncation and 1e-6/step rounding.
          expect(Math.abs(tangent[(i * d + k) * d + j] - difference)).toBeLessThan(
            4e-3 * (1 + Math.abs(difference)),
          );
        }
      }
    }
  });

  it("vanishes at the steady state, whatever the network says", () => {
    const steady = gaussian({ mean: new Array(d).fill(0), covariance: identity(d) });
    const points = steady.sample(contextKey, 97);
    const { value, tangent } = field(d, { context: points, logDensity: steady.logDensity(points), queries });
    expect(Math.max(...value.map(Math.abs))).toBeLessThan(1e-4);
    expect(Math.max(...tangent.map(Math.abs))).toBeLessThan(1e-3);
  });

  it("bounds what one particle with a wrong carried density can do", () => {
    const steady = gaussian({ mean: new Array(d).fill(0), covariance: identity(d) });
    const points = steady.sample(contextKey, 400);
    const wrong = steady.logDensity(points);
    wrong[0] += 20;
    const { value } = field(d, { context: points, logDensity: wrong, queries: points });
    // The spread of μ is that of one particle in 400, and no slope exceeds its bound over the narrowest width.
    const spread = (2 * 20) / 400;
    expect(Math.max(...value.map(Math.abs))).toBeGreaterThan(0);
    expect(Math.max(...value.map(Math.abs))).toBeLessThan((12 * spread) / 0.25);
  });

  it("does not depend on the order of the context", () => {
    const reversed = Float64Array.from(context, (_, i) => context[(96 - Math.floor(i / d)) * d + (i % d)]);
    const a = field(d, { context, logDensity, queries });
    const b = field(d, { context: reversed, logDensity: logDensity.slice().reverse(), queries });
    a.value.forEach((value, i) => {
      expect(b.value[i]).toBeCloseTo(value, 4);
    });
  });

  it("does not depend on the density's normalisation", () => {
    const a = field(d, { context, logDensity, queries });
    const b = field(d, { context, logDensity: logDensity.map((value) => value + 3), queries });
    a.value.forEach((value, i) => {
      expect(b.value[i]).toBeCloseTo(value, 3);
    });
  });
});

describe("a batch of densities", () => {
  const potential = doubleWellPotential({ dimension: 2, height: 0.25, halfWidth: 1 });
  const taus = [0.05, 0.1, 0.2];
  it.each([
    { flow: fokkerPlanck({ dimension: 2, potential, diffusion: 1, tau: 0.1 }) },
    { flow: porousMedium({ dimension: 2, potential, exponent: 2, tau: 0.1 }) },
  ])("each with a step of its own is given the field that it is given alone, $flow.name", ({ flow }) => {
    const architecture: Architecture = { dimension: 2, widths: [0.5, 1], ridge: 0.02, hidden: 8, code: 8 };
    const { layout, flat } = strongParameters(architecture);
    const points = tf.tensor3d(Float32Array.from(normals(keyFrom(5), 3 * 40 * 2)), [3, 40, 2]);
    const logDensity = tf.tensor2d(Float32Array.from(normals(keyFrom(6), 3 * 40)), [3, 40]);
    const at = (own: GradientFlow, [first, count]: readonly [number, number], tau?: tf.Tensor2D) => {
      const context = {
        positions: tf.slice(points, [first, 0, 0], [count, -1, -1]),
        logDensity: tf.slice(logDensity, [first, 0], [count, -1]),
      };
      const queries = tf.add(context.positions, 0.1) as tf.Tensor3D;
      const parameters = unpack(layout, tf.tensor1d(flat));
      return operatorField(own, architecture, { parameters, context, queries, ...(tau && { tau }) });
    };
    tf.tidy(() => {
      const together = at(flow, [0, 3], tf.tensor2d(taus, [3, 1]));
      for (let index = 0; index < 3; index++) {
        const alone = at({ ...flow, tau: taus[index] }, [index, 1]);
        const value = tf.sub(tf.slice(together.value, [0, index, 0], [-1, 1, -1]), alone.value);
        const tangent = tf.sub(tf.slice(together.tangent, [0, 0, index, 0], [-1, -1, 1, -1]), alone.tangent);
        expect(tf.max(tf.abs(alone.tangent)).dataSync()[0]).toBeGreaterThan(0.1);
        expect(tf.max(tf.abs(value)).dataSync()[0]).toBeLessThan(1e-4);
        expect(tf.max(tf.abs(tangent)).dataSync()[0]).toBeLessThan(1e-3);
      }
    });
  });
});
