/** @file Trees and host arrays. */
import { describe, expect, test } from "vitest";
import { ndarray, scalar } from "../../src/engine/array.ts";
import { flatten, isArrayLeaf, unflatten } from "../../src/engine/tree.ts";

const tree = { weights: [scalar(1), scalar(2)], nested: { empty: [], b: scalar(3) } };

describe("trees", () => {
  test("come apart in order, with the way to each leaf", () => {
    const { leaves, paths } = flatten(tree, isArrayLeaf);
    expect(leaves.map(({ data }) => data[0])).toEqual([1, 2, 3]);
    expect(paths).toEqual(["weights[0]", "weights[1]", "nested.b"]);
  });

  test("go together again with other leaves", () => {
    expect(unflatten(tree, isArrayLeaf, ["a", "b", "c"])).toEqual({
      weights: ["a", "b"],
      nested: { empty: [], b: "c" },
    });
  });

  test("have equal structures only if nesting and names are equal", () => {
    const structure = (value: unknown) => flatten(value, isArrayLeaf).structure;
    const x = scalar(0);
    const different = [
      x,
      [x],
      [[x]],
      [x, x],
      { a: x },
      { b: x },
      { a: [x] },
      [[], x],
      [[x], []],
      { "a:*": x },
    ];
    expect(new Set(different.map(structure)).size).toBe(different.length);
    expect(structure({ a: [x] })).toBe(structure({ a: [scalar(9)] }));
  });

  test("say where something else stands", () => {
    expect(() => flatten({ a: [scalar(1), 2] }, isArrayLeaf)).toThrow(
      "a[1] must be an array or a tree of arrays, got the number 2 (write scalar(2)).",
    );
    expect(() => flatten({ a: new Float32Array(2) }, isArrayLeaf)).toThrow(
      "got a Float32Array (write ndarray(buffer, shape)).",
    );
    expect(() => flatten({ a: undefined }, isArrayLeaf)).toThrow(
      "a must be an array or a tree of arrays, got undefined.",
    );
  });
});

test("an array's buffer has as many elements as its shape", () => {
  expect(() => ndarray(new Float32Array(5), [2, 3])).toThrow(
    "ndarray: the buffer must hold 6 elements for shape [2,3], got 5.",
  );
  expect(ndarray(new Float32Array(1), []).shape).toEqual([]);
});
