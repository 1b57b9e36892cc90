/** @file Every recording rule against the kernel that it stands for: values, gradients and second derivatives. */
import * as tf from "@tensorflow/tfjs";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { NdArray } from "../../src/engine/array.ts";
import { type EngineName, openEngine } from "../../src/engine/engine.ts";
import { rules } from "../../src/engine/kernels/rules.ts";
import { type Case, cases } from "./cases.ts";
import { graphics, reference, withTensorFlow } from "./engines.ts";

/** Which engine is held against which: compiled rules against kernels, TensorFlow's kernels against the plain ones. */
const comparisons: readonly (readonly [EngineName, EngineName])[] = [
  ["onnx", reference],
  ...graphics.map((name) => [name, reference] as const),
  ...(withTensorFlow ? ([[reference, "tfjs-cpu"]] as const) : []),
];

beforeAll(() => {
  tf.enableProdMode();
});
afterEach(() => {
  expect(tf.memory().numTensors).toBe(0);
});

test("the table has a row for every rule", () => {
  expect(Object.keys(cases).sort()).toEqual(Object.keys(rules).sort());
});

describe.each(comparisons)("%s against %s", async (...names) => {
  const [engine, truth] = await Promise.all(names.map((name) => openEngine(name, { threads: 1 })));
  afterAll(() => engine.dispose());

  describe.each(Object.entries(cases))("%s", (kernel, rows) => {
    test.each(rows.map((row) => [row.title, row] as const))("%s", async (_, row) => {
      const f = withDerivatives(row);
      const expected = (await truth.jit(f)(...row.args)) as NdArray[];
      const actual = (await engine.jit(f)(...row.args)) as NdArray[];
      expect(actual.length).toBe(expected.length);
      actual.forEach((array, index) => {
        expectClose(array, expected[index], precisions[engine.name]);
      });
      expect(await kernelsOf(row)).toContain(kernel);
    });
  });
});

/** The value, the gradient of a weighted sum of it, and the gradient of a weighted sum of that. */
function withDerivatives({ f, args, differentiate, twice = true }: Case): (...x: tf.Tensor[]) => tf.Tensor[] {
  const active = differentiate ?? args.map((_, index) => index);
  return (...x) => {
    const values = [f(...x)].flat();
    if (active.length === 0) return values;
    const first = (...y: tf.Tensor[]): tf.Tensor[] =>
      tf.grads((...z: tf.Tensor[]) => {
        const all = [...x];
        active.forEach((index, k) => {
          all[index] = z[k];
        });
        return weightedSum([f(...all)].flat());
      })(y);
    const chosen = active.map((index) => x[index]);
    const second = twice ? tf.grads((...y: tf.Tensor[]) => weightedSum([...first(...y), ...y]))(chosen) : [];
    return [...values, ...first(...chosen), ...second];
  };
}

/** A sum with a different weight for every entry, so that no two of them can be confused. */
function weightedSum(tensors: readonly tf.Tensor[]): tf.Scalar {
  const sums = tensors.map((x, k) => {
    const weights = Float32Array.from({ length: x.size }, (_, i) => Math.cos(1.3 * i + k));
    return tf.sum(tf.mul(x, tf.tensor(weights, x.shape)));
  });
  return tf.addN(sums) as tf.Scalar;
}

interface Precision {
  /** Of what is finite, in units of the largest number. */
  readonly tolerance: number;
  /** Whether what is no number stays none. */
  readonly keepsNaN: boolean;
}

/** Where less is promised than the rounding of float32: WGSL promises sines and cosines to 2⁻¹¹, and nothing of what is no number. */
const precisions: Partial<Record<EngineName, Precision>> = {
  "onnx-webgpu": { tolerance: 2 ** -11, keepsNaN: false },
};

function expectClose(
  actual: NdArray,
  expected: NdArray,
  { tolerance, keepsNaN }: Precision = { tolerance: 2e-6, keepsNaN: true },
): void {
  expect(actual.shape).toEqual(expected.shape);
  expect(actual.data.constructor).toBe(expected.data.constructor);
  const scale = 1 + Math.max(0, ...Array.from(expected.data, Math.abs).filter(Number.isFinite));
  actual.data.forEach((value, index) => {
    const reference = expected.data[index];
    if (Number.isFinite(reference)) expect(Math.abs(value - reference)).toBeLessThan(tolerance * scale);
    else if (keepsNaN || !Number.isNaN(reference)) expect(value).toBe(reference);
  });
}

async function kernelsOf({ f, args }: Case): Promise<string[]> {
  const profile = await tf.profile(() => {
    tf.tidy(() => {
      const tensors = args.map(({ data, shape }) =>
        tf.tensor(data, [...shape], data instanceof Int32Array ? "int32" : "float32"),
      );
      f(...tensors);
    });
    return tf.scalar(0) as unknown as tf.TensorContainer;
  });
  tf.dispose(profile.result as tf.Tensor);
  return profile.kernelNames;
}
