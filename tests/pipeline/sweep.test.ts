/** @file Sweeps: grids as they are written, intervals that hold the mean as often as they say, and what is shown. */

import { describe, expect, it } from "vitest";
import { confidence, estimate } from "../../src/metrics/statistics.ts";
import type { Result, ResultMetric } from "../../src/pipeline/result.ts";
import {
  folderName,
  gridPoints,
  parseAxis,
  shownMetrics,
  summarise,
  summaryText,
  sweepSection,
} from "../../src/pipeline/sweep.ts";
import { normals } from "../../src/random/draw.ts";
import { foldIn, keyFrom } from "../../src/random/key.ts";

const result = (metrics: Record<string, ResultMetric>): Result => ({
  schema: "l2e.result/1",
  pipeline: "p",
  preset: "smoke",
  seed: 0,
  engine: "onnx",
  metrics,
  seconds: {},
  files: {},
});

describe("a grid", () => {
  it("is read as numbers, lists and texts", () => {
    expect(parseAxis("tau=0.05, 0.1")).toEqual({ path: "tau", values: [0.05, 0.1] });
    expect(parseAxis("evaluation.steps=[1,10],[1,20]").values).toEqual([
      [1, 10],
      [1, 20],
    ]);
    expect(parseAxis("parameters.shape=round,2").values).toEqual(["round", 2]);
    expect(() => parseAxis("tau")).toThrow(
      '--grid takes path=value,value, for example --grid tau=0.05,0.1, got "tau".',
    );
    expect(() => parseAxis("tau=0.1,0.2,0.1")).toThrow("the value 0.1 is there twice");
  });

  it("has every combination once", () => {
    const points = gridPoints([parseAxis("tau=0.05,0.1"), parseAxis("architecture.hidden=8,16,32")]);
    expect(points).toHaveLength(6);
    expect(new Set(points.map(({ name }) => name)).size).toBe(6);
    expect(points[1]).toEqual({
      name: "tau=0.05,architecture.hidden=16",
      overrides: [
        { path: "tau", value: 0.05 },
        { path: "architecture.hidden", value: 16 },
      ],
    });
    expect(gridPoints([])).toEqual([{ name: "all", overrides: [] }]);
    expect(() => gridPoints([parseAxis("tau=1"), parseAxis("tau=2")])).toThrow(
      "the setting tau is there twice",
    );
  });
});

describe("a confidence interval", () => {
  it.each([2, 3, 5, 10, 40])("of %i normal values holds their mean in 95 %% of all cases", (n) => {
    const cases = 4000;
    const key = foldIn(keyFrom(3), n);
    let inside = 0;
    for (let k = 0; k < cases; k++) {
      const found = estimate(normals(foldIn(key, k), n));
      if (Math.abs(found.mean) <= confidence(found, n)) inside++;
    }
    // Four standard errors of a proportion of 0.95 among so many.
    expect(Math.abs(inside / cases - 0.95)).toBeLessThan(4 * Math.sqrt((0.95 * 0.05) / cases));
  });
});

describe("a summary", () => {
  const axes = [parseAxis("tau=0.1,0.05")];
  const points = gridPoints(axes).map((point, k) =>
    summarise(
      point,
      [1, 2, 3].map((seed) => result({ error: { value: seed + 10 * k }, odd: { value: "NaN" } })),
    ),
  );

  it("has the mean over the seeds and leaves out what is not finite", () => {
    expect(points[0].metrics["error"]).toMatchObject({ mean: 2, values: [1, 2, 3] });
    expect(points[0].metrics["error"].confidence).toBeCloseTo(4.3027 / Math.sqrt(3), 4);
    expect(points[0].metrics["odd"]).toBeUndefined();
    expect(summaryText(points[0].metrics["error"])).toBe("2.0 ± 2.5");
    expect(summaryText({ mean: 0.012345, confidence: 0.00041, values: [] })).toBe("0.01235 ± 0.00041");
    expect(summaryText({ mean: 3.2e-7, confidence: 4e-8, values: [] })).toBe("3.20e-7 ± 4.0e-8");
    expect(summaryText({ mean: 5, confidence: null, values: [5] })).toBe("5");
  });

  it("is drawn along the axis of numbers, in its order, with the interval as a band", () => {
    const { charts = [], tables = [] } = sweepSection(points, { axes, metrics: ["error"], seeds: 3 });
    expect(charts).toHaveLength(1);
    expect(charts[0].series[0].points).toEqual([
      [0.05, 12],
      [0.1, 2],
    ]);
    const [[x, low, high]] = charts[0].series[0].band ?? [];
    expect([x, low + high]).toEqual([0.05, 24]);
    expect(tables[0].rows.map(({ label }) => label)).toEqual(["tau=0.1", "tau=0.05"]);
    const texts = [parseAxis("parameters.shape=a,b")];
    const unnumbered = gridPoints(texts).map((point) => summarise(point, [result({ error: { value: 1 } })]));
    expect(sweepSection(unnumbered, { axes: texts, metrics: ["error"], seeds: 1 }).charts).toEqual([]);
  });

  it("shows the metrics that have bounds, unless it is told which", () => {
    const some = [result({ a: { value: 1 }, b: { value: 2, max: 3, passed: true } })];
    expect(shownMetrics(some, undefined)).toEqual(["b"]);
    expect(shownMetrics([result({ a: { value: 1 } })], undefined)).toEqual(["a"]);
    expect(shownMetrics(some, ["a"])).toEqual(["a"]);
    expect(() => shownMetrics(some, ["c"])).toThrow('--metrics: the runs have no metric "c". Metrics: a, b.');
  });
});

describe("the folder of a run of a sweep", () => {
  it("is its name, of letters that every file system takes", () => {
    expect(folderName("tau=0.1,widths=[0.5]-seed0")).toBe("tau=0.1,widths=_0.5_-seed0");
  });

  it("is another one for another seed, however long the name", () => {
    const long = "architecture.hidden=16,".repeat(10);
    const names = [0, 1].map((seed) => folderName(`${long}-seed${seed}`));
    expect(names[0]).not.toBe(names[1]);
    for (const name of names) expect(name).toHaveLength(120);
  });
});
