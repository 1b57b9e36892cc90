import { describe, expect, it } from "vitest";
import { failures, judgeMetrics } from "../../src/pipeline/result.ts";

const expected = {
  error: { max: 0.5, reason: "twice the sampling floor" },
  order: { min: 0.9, max: 1.1, reason: "the scheme is of first order" },
};

describe("metrics against their bounds", () => {
  it("passes inside, and on the bound", () => {
    const judged = judgeMetrics({ error: 0.5, order: 1, other: 3 }, expected);
    expect(judged).toEqual({
      error: { value: 0.5, max: 0.5, reason: "twice the sampling floor", passed: true },
      order: { value: 1, min: 0.9, max: 1.1, reason: "the scheme is of first order", passed: true },
      other: { value: 3 },
    });
    expect(failures(judged)).toEqual([]);
  });

  it("fails outside, when a metric is missing, and when it is not a number", () => {
    const judged = judgeMetrics({ error: Number.NaN, order: 1.2345678 }, expected);
    expect(failures(judged)).toEqual([
      "error is NaN, expected ≤ 0.5 (twice the sampling floor)",
      "order is 1.235, expected ≥ 0.9 and ≤ 1.1 (the scheme is of first order)",
    ]);
    expect(failures(judgeMetrics({ error: 0 }, expected))).toEqual([
      "order was not measured, expected ≥ 0.9 and ≤ 1.1 (the scheme is of first order)",
    ]);
  });

  it("survives JSON with values that JSON has no numbers for", () => {
    const judged = judgeMetrics({ error: Number.POSITIVE_INFINITY });
    expect(JSON.parse(JSON.stringify(judged))).toEqual({ error: { value: "Infinity" } });
  });
});
