/** @file Collisions: moments and products of matrices against plain sums over pairs, Jacobians against differences, what is conserved. */

import * as tf from "@tensorflow/tfjs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ndarray } from "../../src/engine/array.ts";
import { type Engine, openEngine } from "../../src/engine/engine.ts";
import type { Cloud } from "../../src/measures/cloud.ts";
import { type LandauMobility, landauMobility } from "../../src/mobilities/landau.ts";
import { pairApply } from "../../src/mobilities/landauPairs.ts";
import type { FieldArrays } from "../../src/mobilities/mobility.ts";
import { randomBatches } from "../../src/mobilities/randomBatches.ts";
import { normals } from "../../src/random/draw.ts";
import { foldIn, keyFrom } from "../../src/random/key.ts";

let engine: Engine;
beforeAll(async () => {
  tf.enableProdMode();
  engine = await openEngine("onnx", { threads: 1 });
});
afterAll(() => engine.dispose());

/** Particles about `(1, 1, …)`, wider in the first coordinate. */
function cloudOf(d: number, count: number, seed = 1): Cloud {
  const positions = normals(keyFrom(seed), count * d).map((x, i) => 1 + (i % d === 0 ? 1.5 : 0.8) * x);
  return { dimension: d, count, positions, logDensity: new Float64Array(count) };
}

/** `w_f(x) = Σ_k B_fk x_k + sin(c_f·x)`, with its Jacobian. */
function smoothField(d: number) {
  const [B, c] = ["matrix", "waves"].map((label) => normals(foldIn(keyFrom(7), label), d * d));
  const phase = (x: ArrayLike<number>, f: number) => {
    let sum = 0;
    for (let k = 0; k < d; k++) sum += c[f * d + k] * x[k];
    return sum;
  };
  const value = (x: ArrayLike<number>) =>
    Array.from({ length: d }, (_, f) => {
      let sum = Math.sin(phase(x, f));
      for (let k = 0; k < d; k++) sum += B[f * d + k] * x[k];
      return sum;
    });
  const slope = (x: ArrayLike<number>, k: number, f: number) =>
    B[f * d + k] + c[f * d + k] * Math.cos(phase(x, f));
  const at = ({ positions, count }: Cloud): FieldArrays => {
    const points = Array.from({ length: count }, (_, i) => positions.subarray(i * d, (i + 1) * d));
    const jacobian = points.flatMap((x) =>
      Array.from({ length: d * d }, (_, m) => slope(x, Math.floor(m / d), m % d)),
    );
    return { value: Float64Array.from(points.flatMap(value)), jacobian: Float64Array.from(jacobian) };
  };
  return { value, at };
}

/** `mean_j A(x − v_j)(ω − w_j)` at any point, by the definition of `A`. */
function collisions({ kernel }: LandauMobility, cloud: Cloud, w: ArrayLike<number>) {
  const { dimension: d, count: n, positions: v } = cloud;
  return (x: ArrayLike<number>, omega: readonly number[]) => {
    const sum = new Array<number>(d).fill(0);
    for (let j = 0; j < n; j++) {
      const z = Array.from({ length: d }, (_, a) => x[a] - v[j * d + a]);
      const square = z.reduce((total, za) => total + za * za, 0);
      if (square === 0) continue;
      const size = kernel.constant * kernel.mass * (square + kernel.softening ** 2) ** (kernel.exponent / 2);
      for (let a = 0; a < d; a++) {
        for (let b = 0; b < d; b++) {
          const entry = size * ((a === b ? square : 0) - z[a] * z[b]);
          sum[a] += (entry * (omega[b] - w[j * d + b])) / n;
        }
      }
    }
    return sum;
  };
}

/** The greatest difference over the greatest size. */
function defect(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [difference, size] = [0, 0];
  for (let i = 0; i < a.length; i++) {
    difference = Math.max(difference, Math.abs(a[i] - b[i]));
    size = Math.max(size, Math.abs(b[i]));
  }
  return difference / size;
}

/** `w·𝓑[w]` and `∇·𝓑[w]` at every particle. */
function actionAndDivergence(field: FieldArrays, moved: FieldArrays, d: number) {
  const n = field.value.length / d;
  const over = (length: number, term: (i: number, k: number) => number) =>
    Float64Array.from({ length: n }, (_, i) => {
      let sum = 0;
      for (let k = 0; k < length; k++) sum += term(i, k);
      return sum;
    });
  return {
    action: over(d, (i, k) => field.value[i * d + k] * moved.value[i * d + k]),
    divergence: over(d, (i, k) => moved.jacobian[(i * d + k) * d + k]),
  };
}

/** `apply` on a batch of clouds, compiled in double precision. */
async function onTensors(mobility: LandauMobility, clouds: readonly Cloud[], fields: readonly FieldArrays[]) {
  const [{ dimension: d, count: n }] = clouds;
  const joined = (parts: readonly ArrayLike<number>[]) =>
    Float64Array.from(parts.flatMap((x) => Array.from(x)));
  const apply = engine.jit(
    (x: tf.Tensor3D, w: tf.Tensor3D, jacobian: tf.Tensor4D) => {
      const field = {
        value: tf.transpose(w, [2, 0, 1]) as tf.Tensor3D,
        tangent: tf.transpose(jacobian, [3, 2, 0, 1]) as tf.Tensor4D,
      };
      const moved = mobility.apply(field, { positions: x, logDensity: tf.sum(x, 2) as tf.Tensor2D });
      return {
        value: tf.transpose(moved.value, [1, 2, 0]),
        jacobian: tf.transpose(moved.tangent, [2, 3, 1, 0]),
      };
    },
    { precision: "float64" },
  );
  const batch = clouds.length;
  const result = await apply(
    ndarray(joined(clouds.map((cloud) => cloud.positions)), [batch, n, d]),
    ndarray(joined(fields.map((field) => field.value)), [batch, n, d]),
    ndarray(joined(fields.map((field) => field.jacobian)), [batch, n, d, d]),
  );
  return clouds.map((_, b) => ({
    value: result.value.data.subarray(b * n * d, (b + 1) * n * d),
    jacobian: result.jacobian.data.subarray(b * n * d * d, (b + 1) * n * d * d),
  }));
}

describe.each([2, 3, 5, 10])("moments in %i dimensions", (d) => {
  const mobility = landauMobility({ constant: 0.3, exponent: 0, mass: 0.7 });
  const [cloud, other] = [cloudOf(d, 150), cloudOf(d, 150, 2)];
  const [field, otherField] = [cloud, other].map(smoothField(d).at);

  it("are sums over pairs: velocity, action, divergence and Jacobian to 1e-12, in Float64 and on tensors", async () => {
    const [first, second] = await onTensors(mobility, [cloud, other], [field, otherField]);
    for (const [at, w, moved] of [
      [cloud, field, mobility.applyArrays(field, cloud)],
      [cloud, field, first],
      [other, otherField, second],
    ] as const) {
      const exact = pairApply(mobility.kernel, w, at);
      expect(defect(moved.value, exact.value)).toBeLessThan(1e-12);
      expect(defect(moved.jacobian, exact.jacobian)).toBeLessThan(1e-12);
      const [ours, theirs] = [moved, exact].map((velocity) => actionAndDivergence(w, velocity, d));
      expect(defect(ours.action, theirs.action)).toBeLessThan(1e-12);
      expect(defect(ours.divergence, theirs.divergence)).toBeLessThan(1e-12);
    }
  });
});

const kernels = [
  [2, -3, 0],
  [3, -3, 0],
  [3, -3, 0.2],
  [3, -2, 0],
  [2, -1, 0.1],
  [2, 0, 0],
  [3, 1, 0],
  [5, 0.5, 0],
] as const;

describe.each(kernels)("sums over pairs, d = %i, γ = %f, ε = %f", (d, exponent, softening) => {
  const mobility = landauMobility({ constant: 0.3, exponent, softening });
  const cloud = cloudOf(d, 120);
  const { value, at } = smoothField(d);
  const field = at(cloud);

  it("are those of the definition, and the Jacobian is the slope for a particle among others at rest", () => {
    const moved = mobility.applyArrays(field, cloud);
    const of = collisions(mobility, cloud, field.value);
    const h = 1e-5;
    for (let i = 0; i < cloud.count; i += 17) {
      const x = cloud.positions.subarray(i * d, (i + 1) * d);
      const [exact, own] = [of(x, value(x)), Array.from(moved.value).slice(i * d, (i + 1) * d)];
      expect(defect(own, exact)).toBeLessThan(1e-12);
      for (let k = 0; k < d; k++) {
        const [up, down] = [h, -h].map((s) => {
          const y = x.map((xa, a) => (a === k ? xa + s : xa));
          // A particle does not meet itself: the sum at a shifted point would have it as a neighbour.
          const self = collisions(
            mobility,
            { ...cloud, count: 1, positions: Float64Array.from(x) },
            value(x),
          )(y, value(y));
          return of(y, value(y)).map((u, f) => u - self[f] / cloud.count);
        });
        const slope = up.map((u, f) => (u - down[f]) / (2 * h));
        const row = Array.from(moved.jacobian).slice((i * d + k) * d, (i * d + k + 1) * d);
        expect(defect(row, slope)).toBeLessThan(1e-5);
      }
    }
    expect(defect(mobility.velocities(field.value, cloud), moved.value)).toBeLessThan(1e-14);
  });

  it("are what products of matrices give, to 1e-7", async () => {
    const [moved] = await onTensors(mobility, [cloud], [field]);
    const exact = mobility.applyArrays(field, cloud);
    expect(defect(moved.value, exact.value)).toBeLessThan(1e-7);
    expect(defect(moved.jacobian, exact.jacobian)).toBeLessThan(1e-7);
  });

  it("keep momentum and energy, do not see a + βv, and dissipate any other field", () => {
    const moved = mobility.applyArrays(field, cloud);
    const size = Math.max(...Array.from(moved.value, Math.abs));
    for (let a = 0; a < d; a++) {
      let sum = 0;
      for (let i = a; i < moved.value.length; i += d) sum += moved.value[i];
      expect(Math.abs(sum / cloud.count / size)).toBeLessThan(1e-13);
    }
    let [work, action] = [0, 0];
    for (let k = 0; k < moved.value.length; k++) {
      work += cloud.positions[k] * moved.value[k];
      action += field.value[k] * moved.value[k];
    }
    expect(Math.abs(work / cloud.count / size)).toBeLessThan(1e-13);
    expect(action).toBeGreaterThan(0);
    const still = {
      value: cloud.positions.map((x, k) => (k % d) - 0.7 * x),
      jacobian: Float64Array.from({ length: cloud.count * d * d }, (_, k) =>
        Math.floor(k / d) % d === k % d ? -0.7 : 0,
      ),
    };
    const none = mobility.applyArrays(still, cloud);
    expect(Math.max(...Array.from(none.value, Math.abs)) / size).toBeLessThan(1e-13);
    const steepest = Math.max(...Array.from(moved.jacobian, Math.abs));
    expect(Math.max(...Array.from(none.jacobian, Math.abs)) / steepest).toBeLessThan(1e-12);
  });
});

describe("products of matrices", () => {
  it("are cut into tiles where particles are many", async () => {
    const mobility = landauMobility({ constant: 0.3, exponent: -3, softening: 0.1 });
    const clouds = [cloudOf(2, 800), cloudOf(2, 800, 2)];
    const fields = clouds.map(smoothField(2).at);
    const moved = await onTensors(mobility, clouds, fields);
    clouds.forEach((cloud, b) => {
      const exact = mobility.applyArrays(fields[b], cloud);
      expect(defect(moved[b].value, exact.value)).toBeLessThan(1e-7);
      expect(defect(moved[b].jacobian, exact.jacobian)).toBeLessThan(1e-7);
    });
  });
});

describe("gradients on tensors", () => {
  it.each([0, -3])("are those of central differences, γ = %i", async (exponent) => {
    const mobility = landauMobility({ constant: 0.3, exponent });
    const cloud = cloudOf(3, 24);
    const x = ndarray(cloud.positions, [1, 24, 3]);
    const linear = normals(keyFrom(3), 9);
    const loss = (matrix: tf.Tensor2D, positions: tf.Tensor3D) => {
      const points = tf.reshape(tf.transpose(positions, [2, 0, 1]), [3, 24]);
      const value = tf.reshape(tf.sin(tf.matMul(matrix, points)), [3, 1, 24]) as tf.Tensor3D;
      const slope = tf.reshape(tf.cos(tf.matMul(matrix, points)), [3, 1, 1, 24]);
      const tangent = tf.mul(slope, tf.reshape(matrix, [3, 3, 1, 1])) as tf.Tensor4D;
      const moved = mobility.apply({ value, tangent }, { positions, logDensity: tf.zeros([1, 24]) });
      const action = tf.sum(tf.mul(value, moved.value));
      return tf.add(action, tf.sum(tf.square(moved.tangent))) as tf.Scalar;
    };
    const of = engine.jit(loss, { precision: "float64" });
    const slopes = engine.jit(
      (matrix: tf.Tensor2D, positions: tf.Tensor3D) =>
        tf.grad((m: tf.Tensor) => loss(m as tf.Tensor2D, positions))(matrix),
      { precision: "float64" },
    );
    const gradient = (await slopes(ndarray(linear, [3, 3]), x)).data;
    const h = 1e-5;
    for (let k = 0; k < 9; k++) {
      const at = async (by: number) =>
        (
          await of(
            ndarray(
              linear.map((b, m) => (m === k ? b + by : b)),
              [3, 3],
            ),
            x,
          )
        ).data[0];
      const difference = ((await at(h)) - (await at(-h))) / (2 * h);
      expect(Math.abs(gradient[k] - difference)).toBeLessThan(1e-5 * (1 + Math.abs(difference)));
    }
  });
});

describe("random batches", () => {
  const cloud = cloudOf(2, 90);
  const field = smoothField(2).at(cloud);

  it.each([0, -3])("have the whole cloud's sums for their expectation, γ = %i", (exponent) => {
    const mobility = landauMobility({ constant: 0.3, exponent, softening: 0.3 });
    const whole = mobility.applyArrays(field, cloud);
    const shuffles = 1500;
    const mean = new Float64Array(field.value.length);
    const square = new Float64Array(field.value.length);
    for (let s = 0; s < shuffles; s++) {
      const key = foldIn(keyFrom(5), s);
      const { value } = randomBatches(mobility, { size: 12, key }).applyArrays(field, cloud);
      for (let k = 0; k < mean.length; k++) {
        mean[k] += value[k] / shuffles;
        square[k] += value[k] ** 2 / shuffles;
      }
    }
    const deviations = mean.map((m, k) => (m - whole.value[k]) / Math.sqrt((square[k] - m ** 2) / shuffles));
    // 180 deviations of a standard normal.
    expect(Math.max(...Array.from(deviations, Math.abs))).toBeLessThan(4.2);
    const chi = deviations.reduce((sum, t) => sum + t * t, 0) / mean.length;
    expect(chi).toBeLessThan(1.6);
  });

  it("keep momentum and energy, are the cloud itself where they hold it, and cut it evenly", () => {
    const mobility = landauMobility({ constant: 0.3, exponent: -3 });
    const { value } = randomBatches(mobility, { size: 7, key: keyFrom(2) }).applyArrays(field, cloud);
    let [sum, work] = [0, 0];
    for (let k = 0; k < value.length; k++) {
      sum += k % 2 === 0 ? value[k] : 0;
      work += value[k] * cloud.positions[k];
    }
    expect(Math.abs(sum)).toBeLessThan(1e-12);
    expect(Math.abs(work)).toBeLessThan(1e-12);
    const all = randomBatches(mobility, { size: 90, key: keyFrom(2) }).applyArrays(field, cloud);
    expect(all.value).toEqual(mobility.applyArrays(field, cloud).value);
    const batched = landauMobility({ constant: 0.3, exponent: -3, batches: { size: 7, key: keyFrom(2) } });
    expect(batched.applyArrays(field, cloud).value).toEqual(value);
    expect(defect(batched.velocities(field.value, cloud), value)).toBeLessThan(1e-14);
    const odd = { ...cloud, count: 3, positions: cloud.positions.subarray(0, 6) };
    const three = randomBatches(mobility, { size: 2, key: keyFrom(2) }).applyArrays(
      { value: field.value, jacobian: field.jacobian },
      odd,
    );
    expect(Array.from(three.value).every(Number.isFinite)).toBe(true);
  });
});

describe("landauMobility", () => {
  it("refuses what is no kernel and fields of another cloud", () => {
    expect(() => landauMobility({ constant: 0, exponent: 0 })).toThrow("constant must be positive");
    expect(() => landauMobility({ constant: 1, exponent: -5 })).toThrow("exponent must be above");
    const mobility = landauMobility({ constant: 1, exponent: 0 });
    const cloud = cloudOf(2, 10);
    expect(() => mobility.applyArrays({ value: [1, 2], jacobian: [] }, cloud)).toThrow("20 values");
    expect(() => randomBatches(mobility, { size: 1, key: keyFrom(0) })).toThrow("at least 2");
  });
});
