/** @file Tridiagonal elimination agrees with dense elimination and scales to long systems. */

import { describe, expect, it } from "vitest";
import { solve } from "../../src/linalg/lu.ts";
import { solveCyclicTridiagonal, solveTridiagonal } from "../../src/linalg/tridiagonal.ts";
import { uniforms } from "../../src/random/draw.ts";
import { foldIn, keyFrom } from "../../src/random/key.ts";

function randomSystem(n: number) {
  const [lower, upper, b] = [0, 1, 2].map((label) => uniforms(foldIn(keyFrom(1), label), n));
  const main = lower.map((value, i) => 0.1 + value + upper[i]);
  return { lower, main, upper, b };
}

describe("solveTridiagonal", () => {
  it.each([1, 2, 5, 30])("agrees with dense elimination for n = %i", (n) => {
    const { lower, main, upper, b } = randomSystem(n);
    const dense = Array.from({ length: n }, (_, i) =>
      Array.from({ length: n }, (_, j) =>
        i === j ? main[i] : j === i - 1 ? lower[i] : j === i + 1 ? upper[i] : 0,
      ),
    );
    const expected = solve(dense, Array.from(b));
    solveTridiagonal({ lower, main, upper }, b).forEach((value, i) => {
      expect(value).toBeCloseTo(expected[i], 12);
    });
  });

  it("leaves a residual of round-off for n = 100,000", () => {
    const { lower, main, upper, b } = randomSystem(100_000);
    const x = solveTridiagonal({ lower, main, upper }, b);
    let worst = 0;
    for (let i = 0; i < b.length; i++) {
      const left = i > 0 ? lower[i] * x[i - 1] : 0;
      const right = i + 1 < b.length ? upper[i] * x[i + 1] : 0;
      worst = Math.max(worst, Math.abs(left + main[i] * x[i] + right - b[i]));
    }
    expect(worst).toBeLessThan(1e-12);
  });

  it("refuses bands of different lengths", () => {
    const band = new Float64Array(3);
    expect(() => solveTridiagonal({ lower: band, main: band, upper: band }, new Float64Array(2))).toThrow(
      "all bands must have the length 2 of b, got 3, 3, 3",
    );
  });
});

describe("solveCyclicTridiagonal", () => {
  it.each([3, 4, 30])("agrees with dense elimination for n = %i", (n) => {
    const { lower, main, upper, b } = randomSystem(n);
    const dense = Array.from({ length: n }, (_, i) => {
      const row = new Array<number>(n).fill(0);
      row[i] += main[i];
      row[(i + n - 1) % n] += lower[i];
      row[(i + 1) % n] += upper[i];
      return row;
    });
    const expected = solve(dense, Array.from(b));
    solveCyclicTridiagonal({ lower, main, upper }, b).forEach((value, i) => {
      expect(value).toBeCloseTo(expected[i], 11);
    });
  });

  it("refuses a circle of two", () => {
    const two = () => Float64Array.of(1, 1);
    expect(() => solveCyclicTridiagonal({ lower: two(), main: two(), upper: two() }, two())).toThrow("got 2");
  });
});
