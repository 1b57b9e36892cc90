/** @file The contract of `jit`: the same on every engine. */
import * as tf from "@tensorflow/tfjs";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { InputError } from "../../src/check/check.ts";
import { type NdArray, ndarray, scalar } from "../../src/engine/array.ts";
import { type Engine, type EngineName, openEngine } from "../../src/engine/engine.ts";
import { probeEngines } from "../../src/engine/probe.ts";
import { numbers } from "./cases.ts";
import { engines, isEager, reference } from "./engines.ts";

type Weights = { w: tf.Tensor; b: tf.Tensor };

function descend({ w, b }: Weights, x: tf.Tensor, rate: tf.Tensor): { loss: tf.Tensor; weights: Weights } {
  const loss = (w: tf.Tensor, b: tf.Tensor): tf.Scalar =>
    tf.mean(tf.square(tf.tanh(tf.add(tf.matMul(x, w), b)))) as tf.Scalar;
  const { value, grads } = tf.valueAndGrads(loss)([w, b]);
  const [dw, db] = grads;
  return { loss: value, weights: { w: tf.sub(w, tf.mul(dw, rate)), b: tf.sub(b, tf.mul(db, rate)) } };
}

const start = () => ({ w: numbers([3, 2]), b: numbers([2], { phase: 1 }) });

/** The loss of `descend`, written out. */
function meanSquaredTanh({ w, b }: { w: NdArray; b: NdArray }, x: NdArray): number {
  let sum = 0;
  for (let row = 0; row < 5; row++) {
    for (let column = 0; column < 2; column++) {
      let z = b.data[column];
      for (let k = 0; k < 3; k++) z += x.data[3 * row + k] * w.data[2 * k + column];
      sum += Math.tanh(z) ** 2;
    }
  }
  return sum / 10;
}

beforeAll(() => {
  tf.enableProdMode();
});

describe.each(engines)("%s", (name: EngineName) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await openEngine(name);
  });
  afterEach(() => {
    expect(tf.memory().numTensors).toBe(0);
    expect(tf.getBackend()).toBe("cpu");
  });
  afterAll(() => engine.dispose());

  test("a step of gradient descent takes and gives trees", async () => {
    const step = engine.jit(descend);
    const x = numbers([5, 3], { phase: 2 });
    const first = await step(start(), x, scalar(0.1));
    const second = await step(first.weights, x, scalar(0.1));
    expect(first.weights.w.shape).toEqual([3, 2]);
    expect(second.loss.shape).toEqual([]);
    expect(second.loss.data[0]).toBeLessThan(first.loss.data[0]);
    expect(first.loss.data[0]).toBeCloseTo(meanSquaredTanh(start(), x), 5);
  });

  test("is compiled once for each combination of shapes, also when calls overlap", async () => {
    const step = engine.jit(descend);
    const call = (n: number) => step(start(), numbers([n, 3]), scalar(0.1));
    await Promise.all([call(5), call(5), call(5)]);
    expect(step.statistics().compilations).toBe(1);
    await call(4);
    await call(5);
    expect(step.statistics().compilations).toBe(2);
    if (!isEager(name)) expect(step.statistics().nodes).toBeGreaterThan(20);
    expect(step.statistics().compileMilliseconds).toBeGreaterThan(0);
  });

  // CUDA adds up long sums in the order in which blocks of threads end.
  test.skipIf(name === "onnx-cuda")("gives the same bytes for the same arguments", async () => {
    const step = engine.jit(descend);
    const results = [];
    for (let k = 0; k < 3; k++) results.push(await step(start(), numbers([20_000, 3]), scalar(0.1)));
    expect(results[1]).toEqual(results[0]);
    expect(results[2]).toEqual(results[0]);
  });

  test("results that are arguments, constants, or the same twice have buffers of their own", async () => {
    const captured = tf.tensor1d([5, 6, 7]);
    const f = engine.jit((x: tf.Tensor) => ({ x, again: x, captured, sum: tf.sum(x), twice: tf.sum(x) }));
    const x = numbers([3]);
    const result = await f(x);
    captured.dispose();
    expect(result.x.data).toEqual(x.data);
    expect(Array.from(result.captured.data)).toEqual([5, 6, 7]);
    expect(result.sum).toEqual(result.twice);
    const buffers = [x, ...Object.values(result)].map(({ data }) => data.buffer);
    expect(new Set(buffers).size).toBe(6);
  });

  test("an argument that is not used, an empty tree, and a scalar result", async () => {
    const f = engine.jit((x: tf.Tensor, _unused: tf.Tensor, _empty: Record<string, tf.Tensor>) => [
      tf.sum(x),
    ]);
    const [sum] = await f(ndarray(Float32Array.of(1, 2), [2]), numbers([7]), {});
    expect(sum).toEqual(scalar(3));
    const constant = engine.jit(() => tf.scalar(4));
    expect(await constant()).toEqual(scalar(4));
  });

  test("int32 arguments select, and truth values come back as int32", async () => {
    const f = engine.jit((x: tf.Tensor, i: tf.Tensor) => ({
      rows: tf.gather(x, i),
      positive: tf.greater(x, 0),
      next: tf.add(i, tf.scalar(1, "int32")),
    }));
    const result = await f(ndarray(Float32Array.of(-1, 2, 3), [3, 1]), ndarray(Int32Array.of(2, 0), [2]));
    expect(Array.from(result.rows.data)).toEqual([3, -1]);
    expect(result.positive).toEqual(ndarray(Int32Array.of(0, 1, 1), [3, 1]));
    expect(result.next).toEqual(ndarray(Int32Array.of(3, 1), [2]));
  });

  test("a captured tensor is copied, not moved, and frozen", async () => {
    let captured = tf.tensor1d([1, 2]);
    const f = engine.jit((x: tf.Tensor) => tf.mul(x, captured));
    const x = ndarray(Float32Array.of(1, 1), [2]);
    expect(Array.from((await f(x)).data)).toEqual([1, 2]);
    expect(Array.from(captured.dataSync())).toEqual([1, 2]);
    captured.dispose();
    captured = tf.tensor1d([3, 4]);
    expect(Array.from((await f(x)).data)).toEqual(isEager(name) ? [3, 4] : [1, 2]);
    captured.dispose();
  });

  test("gradients nest: a score inside a loss that is differentiated in its parameters", async () => {
    const loss = (x: tf.Tensor, a: tf.Tensor): tf.Scalar => {
      const potential = (y: tf.Tensor) => tf.sum(tf.mul(a, tf.pow(y, 4)));
      return tf.sum(tf.square(tf.grad(potential)(x))); // Σ (4 a x³)²
    };
    const f = engine.jit((x: tf.Tensor, a: tf.Tensor) => tf.grad((b: tf.Tensor) => loss(x, b))(a));
    const slope = await f(ndarray(Float32Array.of(1, 2), [2]), scalar(0.5));
    expect(slope.data[0]).toBeCloseTo(2 * 0.5 * 16 * (1 + 64), 2);
  });

  test("what f throws passes through, and nothing stays behind", async () => {
    const f = engine.jit((x: tf.Tensor) => {
      const slope = tf.grad((y: tf.Tensor) => {
        const square = tf.square(y);
        if (x.shape[0] === 2) throw new RangeError("two is too few");
        return tf.sum(square);
      });
      return slope(x);
    });
    await expect(f(numbers([2]))).rejects.toThrow(new RangeError("two is too few"));
    expect(f.statistics().compilations).toBe(isEager(name) ? 1 : 0);
    expect((await f(numbers([3]))).shape).toEqual([3]);
  });

  test("an asynchronous function is refused", async () => {
    const f = engine.jit((async (x: tf.Tensor) => x) as unknown as (x: tf.Tensor) => tf.Tensor, {
      name: "late",
    });
    await expect(f(numbers([2]))).rejects.toThrowErrorMatchingInlineSnapshot(
      `[InputError: late: a compiled function must be synchronous, got one that returns a promise.]`,
    );
  });

  test("arguments of the wrong kind are named", async () => {
    const f = engine.jit((s: { x: tf.Tensor }) => s.x, { name: "step" });
    const bad = (x: unknown) => f({ x } as never);
    await expect(bad(3)).rejects.toThrow(
      "[0].x must be an array or a tree of arrays, got the number 3 (write scalar(3))",
    );
    await expect(bad(ndarray(Float64Array.of(1), [1]))).rejects.toThrow(
      "step: argument [0].x must hold a Float32Array (or an Int32Array), since it runs in float32, got a Float64Array.",
    );
    await expect(bad({ data: Float32Array.of(1), shape: [2] })).rejects.toThrow(
      "step: argument [0].x must hold 2 elements for shape [2], got 1.",
    );
  });
});

describe("products with a summand", () => {
  const product = (w: tf.Tensor, x: tf.Tensor) => tf.matMul(w as tf.Tensor2D, x as tf.Tensor2D, true, false);
  const args = [numbers([3, 4]), numbers([3, 5], { phase: 1 }), numbers([4, 1], { phase: 2 })] as const;

  test("are one operation, unless the product is needed by itself", async () => {
    const engine = await openEngine("onnx");
    const plain = await openEngine("tfjs-cpu");
    const sum = (w: tf.Tensor, x: tf.Tensor, b: tf.Tensor) => tf.add(product(w, x), b);
    const both = (w: tf.Tensor, x: tf.Tensor, b: tf.Tensor) =>
      tf.mul(tf.add(b, product(w, x)), product(w, x));
    for (const [f, nodes] of [
      [sum, 1],
      [both, 3],
    ] as const) {
      const compiled = engine.jit(f);
      const [actual, expected] = [await compiled(...args), await plain.jit(f)(...args)];
      expect(compiled.statistics().nodes).toBe(nodes);
      actual.data.forEach((value, i) => {
        expect(value).toBeCloseTo(expected.data[i], 5);
      });
    }
    await engine.dispose();
  });
});

describe("double precision", () => {
  test.each(engines.filter((name) => !isEager(name)))("%s computes in it", async (name) => {
    const engine = await openEngine(name);
    const f = engine.jit((x: tf.Tensor) => tf.grad((y: tf.Tensor) => tf.sum(tf.mul(tf.exp(y), 0.1)))(x), {
      precision: "float64",
    });
    const { data } = await f(ndarray(Float64Array.of(0.3, 1, -2), [3]));
    expect(data).toBeInstanceOf(Float64Array);
    [0.3, 1, -2].forEach((x, i) => {
      expect(data[i]).toBeCloseTo(0.1 * Math.exp(x), 14);
    });
    await engine.dispose();
  });

  test("reaches the functions that the runtime has in single precision only", async () => {
    const engine = await openEngine("onnx");
    const inside = [-1, -0.999, -0.3, -1e-9, 0, 1e-5, 0.5, 0.99, 1];
    const real = [...inside, -1e300, -70, -3, 2, 50, 1e9];
    const rows: [(x: tf.Tensor) => tf.Tensor, (x: number) => number, readonly number[]][] = [
      [tf.tan, Math.tan, inside],
      [tf.sinh, Math.sinh, [...inside, -20, 20]],
      [tf.cosh, Math.cosh, [...inside, -20, 20]],
      [tf.asinh, Math.asinh, [...inside, -70, 50]],
      [tf.acosh, Math.acosh, [1, 1.001, 3, 1e9]],
      [tf.atanh, Math.atanh, inside.filter((x) => Math.abs(x) < 1)],
      [tf.atan, Math.atan, real],
      [tf.asin, Math.asin, inside],
      [tf.acos, Math.acos, inside],
      [tf.expm1, Math.expm1, [...inside, -30, 30]],
      [tf.log1p, Math.log1p, [...inside.slice(1), 1e9]],
      [(x) => tf.atan2(tf.sub(x, 1), x), (x) => Math.atan2(x - 1, x), inside],
    ];
    for (const [f, exact, points] of rows) {
      const { data } = await engine.jit(f, { precision: "float64" })(
        ndarray(Float64Array.from(points), [points.length]),
      );
      points.forEach((x, i) => {
        expect(Math.abs(data[i] - exact(x))).toBeLessThan(1e-14 * (1 + Math.abs(exact(x))));
      });
    }
    const erf = engine.jit((x: tf.Tensor) => tf.erf(x), { precision: "float64" });
    await expect(erf(ndarray(Float64Array.of(1), [1]))).rejects.toThrow(
      "tf.erf cannot be compiled in precision",
    );
    await engine.dispose();
  });

  test.each(engines.filter(isEager))("is refused by %s", async (name) => {
    const engine = await openEngine(name);
    const f = engine.jit((x: tf.Tensor) => x, { precision: "float64", name: "f" });
    await expect(f(ndarray(Float64Array.of(1), [1]))).rejects.toThrow(
      'f: TensorFlow.js computes in float32 only; choose an ONNX engine for precision "float64".',
    );
  });
});

describe("choosing an engine", () => {
  test("auto takes the native runtime where it is installed", async () => {
    const engine = await openEngine("auto");
    expect(engine.name).toBe("onnx");
    expect(engine.detail).toMatch(/^onnxruntime-node \d+\.\d+\.\d+, cpu, \d threads?$/);
  });

  test("a missing engine that is asked for by name is an error that says what to do", async () => {
    const missing = reference === "tfjs-node-gpu" ? "tfjs-node" : "tfjs-node-gpu";
    const attempt = openEngine(missing);
    await expect(attempt).rejects.toThrow(InputError);
    await expect(attempt).rejects.toThrow(/Run "npm run setup:(gpu|tfjs-node)", or choose the engine onnx\./);
    await expect(openEngine("onx" as EngineName)).rejects.toThrow('Did you mean "onnx"?');
  });

  test.each([
    ["cuda", 'run "npm run setup:cuda", or choose the engine onnx'],
    ["webgpu", "a graphics driver with Vulkan"],
  ] as const)("%s is there, or the error says what it needs", async (provider, remedy) => {
    const attempt = openEngine(`onnx-${provider}`);
    const outcome = await attempt.then(({ detail }) => detail, String);
    if (outcome.startsWith("onnxruntime-node ")) expect(outcome).toContain(`, ${provider},`);
    else {
      expect(outcome).toContain(
        `InputError: engine onnx-${provider}: the provider ${provider} could not be opened`,
      );
      expect(outcome).toContain(remedy);
    }
  });

  test("the probe runs a program on each", async () => {
    const probes = await probeEngines();
    const byName = Object.fromEntries(probes.map((probe) => [probe.name, probe]));
    expect(byName["onnx"].available).toBe(true);
    expect(byName["onnx-wasm"].available).toBe(true);
    expect(byName["tfjs-cpu"].available).toBe(true);
    expect(byName["tfjs-node"]).toMatchObject(
      reference === "tfjs-node"
        ? {
            available: true,
            detail: expect.stringMatching(/^tfjs-node 4\.22\.0, TensorFlow 2\.\d+\.\d+, cpu/),
          }
        : { available: false, remedy: expect.stringContaining('Run "npm run setup:tfjs-node", or choose') },
    );
    expect(byName["tfjs-node-gpu"].available).toBe(reference === "tfjs-node-gpu");
  });
});
