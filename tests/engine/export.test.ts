/** @file Exported models: open dimensions, standard operators, and refusals that name the operation. */
import * as tf from "@tensorflow/tfjs";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { type NdArray, scalar } from "../../src/engine/array.ts";
import { openEngine } from "../../src/engine/engine.ts";
import { type ExportOptions, exportOnnx } from "../../src/engine/export.ts";
import { nativeRuntime } from "../../src/engine/runtimes.ts";
import { expressionOf, printed, proportionOf, type SizeSymbol } from "../../src/engine/sizes.ts";
import { numbers } from "./cases.ts";
import { reference } from "./engines.ts";

beforeAll(() => {
  tf.enableProdMode();
});
afterEach(() => {
  expect(tf.memory().numTensors).toBe(0);
});

const weights = Float32Array.from({ length: 12 }, (_, i) => Math.sin(i));

/** What an operator does: queries look at a context through a kernel, a small network moves them. */
function transport(
  context: tf.Tensor,
  queries: tf.Tensor,
  tau: tf.Tensor,
): { moved: tf.Tensor; mean: tf.Tensor } {
  const [batch, count, d] = queries.shape;
  const mean = tf.mean(context, 1, true);
  const centred = tf.sub(context, mean);
  const scores = tf.matMul(tf.sub(queries, mean), centred, false, true);
  const attention = tf.softmax(tf.sub(scores, tf.expandDims(tf.sum(tf.square(centred), -1), 1)));
  const slopes = tf.matMul(attention, centred);
  const features = tf.concat([queries, slopes, tf.onesLike(queries)], -1);
  const flat = tf.reshape(features, [batch * count, 3 * d]);
  const move = tf.reshape(tf.tanh(tf.matMul(flat, tf.tensor2d(weights, [3 * d, d]))), [batch, count, d]);
  const pairs = tf.sub(tf.expandDims(queries, 2), tf.expandDims(context, 1)); // [batch, count, context, d]
  const repulsion = tf.div(tf.sum(pairs, 2), context.shape[1] as number);
  return { moved: tf.add(queries, tf.mul(tau, tf.add(move, repulsion))), mean };
}

function argumentsOf(batch: number, context: number, queries: number): readonly [NdArray, NdArray, NdArray] {
  return [numbers([batch, context, 2]), numbers([batch, queries, 2], { phase: 1 }), scalar(0.1)];
}

const options: ExportOptions = {
  inputNames: ["context", "queries", "tau"],
  outputNames: ["moved", "mean"],
  dimensionNames: ["batch", "particles", "targets"],
  metadata: { name: "transport" },
};

describe("exportOnnx", () => {
  test("one model serves sizes that it was not made from", async () => {
    const model = await exportOnnx(
      transport,
      { a: argumentsOf(2, 5, 7), b: argumentsOf(3, 11, 13), check: argumentsOf(5, 17, 19) },
      options,
    );
    expect(Buffer.from(model).includes("com.microsoft")).toBe(false);
    const runtime = await nativeRuntime({ threads: 1 });
    const session = await runtime.openSession(model);
    expect([...session.inputNames]).toEqual(["context", "queries", "tau"]);
    expect(session.inputMetadata[0]).toMatchObject({ shape: ["batch", "particles", 2] });
    expect(session.outputMetadata[0]).toMatchObject({ shape: ["batch", "targets", 2] });
    const eager = await openEngine(reference);
    for (const sizes of [argumentsOf(1, 1, 1), argumentsOf(4, 23, 6), argumentsOf(2, 5, 7)]) {
      const [context, queries, tau] = sizes.map(
        ({ data, shape }) => new runtime.Tensor("float32", data, shape),
      );
      const { moved, mean } = await session.run({ context, queries, tau });
      const expected = await eager.jit(transport)(...sizes);
      expect(moved.dims).toEqual(expected.moved.shape);
      expect(mean.dims).toEqual(expected.mean.shape);
      (moved.data as Float32Array).forEach((value, index) => {
        expect(value).toBeCloseTo(expected.moved.data[index], 5);
      });
    }
    await session.release();
  });

  test("an input that nothing depends on stays an input", async () => {
    const f = (x: tf.Tensor, _y: tf.Tensor) => tf.square(x);
    const at = (n: number) => [numbers([n]), numbers([3])] as const;
    const sizes = { a: at(5), b: at(7), check: at(11) };
    const names = { inputNames: ["x", "y"], outputNames: ["z"], dimensionNames: ["n"] };
    const session = await (await nativeRuntime()).openSession(await exportOnnx(f, sizes, names));
    expect([...session.inputNames]).toEqual(["x", "y"]);
    await session.release();
  });

  test("a gradient is exported as well", async () => {
    const f = (x: tf.Tensor) =>
      tf.grad((y: tf.Tensor) =>
        tf.mean(
          tf.square(
            tf.pad(tf.tile(y, [3, 1]), [
              [0, 0],
              [1, 2],
            ]),
          ),
        ),
      )(x);
    const at = (n: number) => [numbers([n, 2])] as const;
    const names = { inputNames: ["x"], outputNames: ["slope"], dimensionNames: ["n"] };
    await expect(exportOnnx(f, { a: at(5), b: at(7), check: at(11) }, names)).resolves.toBeInstanceOf(
      Uint8Array,
    );
  });

  test("what cannot serve all sizes is named", async () => {
    const at = (n: number) => [numbers([n])] as const;
    const sizes = { a: at(5), b: at(7), check: at(11) };
    const names = { inputNames: ["x"], outputNames: ["y"], dimensionNames: ["n"] };
    const positions = (x: tf.Tensor) => tf.mul(x, tf.range(0, x.size, 1));
    await expect(exportOnnx(positions, sizes, names)).rejects.toThrowErrorMatchingInlineSnapshot(
      `[Error: exportOnnx: the node Constant of shapes [5], [7], [11] cannot serve all sizes: its values depend on the sizes.]`,
    );
    const unlike = (x: tf.Tensor) => (x.size === 7 ? tf.sin(x) : tf.cos(x));
    await expect(exportOnnx(unlike, sizes, names)).rejects.toThrowErrorMatchingInlineSnapshot(
      `[Error: exportOnnx: the node Cos of shapes [5], [7], [11] cannot serve all sizes: the recordings do different things here.]`,
    );
    const irregular = (x: tf.Tensor) => tf.slice(x, 0, x.size === 5 ? 2 : 4);
    await expect(exportOnnx(irregular, sizes, names)).rejects.toThrowErrorMatchingInlineSnapshot(
      `[Error: exportOnnx: the node Slice of shapes [2], [4], [4] cannot serve all sizes: the size 2, 4, 4 is no product of open dimensions.]`,
    );
  });

  test("names must fit", async () => {
    const at = (n: number) => [numbers([n])] as const;
    const sizes = { a: at(5), b: at(7), check: at(11) };
    const names = { inputNames: ["x"], outputNames: ["y"], dimensionNames: [] };
    await expect(exportOnnx(tf.sin as (x: tf.Tensor) => tf.Tensor, sizes, names)).rejects.toThrow(
      "exportOnnx: dimensionNames must name the 1 open dimensions (sizes 5/7/11), got [].",
    );
  });
});

describe("formulas for sizes", () => {
  const symbols: readonly SizeSymbol[] = [
    { name: "n", input: 0, axis: 0, sizes: [5, 7, 11] },
    { name: "m", input: 1, axis: 0, sizes: [13, 17, 19] },
  ];
  const formula = (...sizes: [number, number, number]) => {
    const expression = expressionOf(sizes, symbols);
    return expression && printed(expression);
  };

  test("are the simplest that fit", () => {
    expect(formula(4, 4, 4)).toBe(4);
    expect(formula(5, 7, 11)).toBe("n");
    expect(formula(39, 51, 57)).toBe("3*m");
    expect(formula(65, 119, 209)).toBe("n*m");
    expect(formula(50, 98, 242)).toBe("2*n*n");
    expect(formula(4, 6, 10)).toBe("n-1");
    expect(formula(5, 7, 12)).toBeUndefined();
  });

  test("recognise counts and their inverses among constants", () => {
    expect(proportionOf([5, 7, 11], symbols)).toMatchObject({ factor: 1, inverse: false });
    expect(
      proportionOf([2 / 65, 2 / 119, 2 / 209].map(Math.fround) as [number, number, number], symbols),
    ).toMatchObject({
      factor: 2,
      inverse: true,
    });
    expect(proportionOf([1, 2, 4], symbols)).toBeUndefined();
  });
});
