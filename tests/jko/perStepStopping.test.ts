import { describe, expect, it } from "vitest";
import { stoppingRule } from "../../src/jko/perStepStopping.ts";

const options = { maximum: 20, checkEvery: 4, patience: 2 };

describe("the stopping rule", () => {
  it("looks every so often, and at the end", () => {
    const rule = stoppingRule({ ...options, maximum: 10 });
    const due = Array.from({ length: 11 }, (_, i) => i).filter(rule.isDue);
    expect(due).toEqual([0, 4, 8, 10]);
  });

  it("stops after as many looks without improvement as it has patience", () => {
    const rule = stoppingRule(options);
    const verdicts = [-1, -2, -1.9, -2.1, -2.05, -2].map((objective, i) => rule.stopsAt(i, objective));
    expect(verdicts).toEqual([false, false, false, false, false, true]);
  });

  it("counts only improvements of the size asked for", () => {
    const rule = stoppingRule({ ...options, improvement: 0.01 });
    expect([-1, -1.005, -1.009].map((objective, i) => rule.stopsAt(i, objective))).toEqual([
      false,
      false,
      true,
    ]);
  });

  it("stops at the greatest number of iterations", () => {
    const rule = stoppingRule(options);
    expect(rule.stopsAt(19, -1)).toBe(false);
    expect(rule.stopsAt(20, -2)).toBe(true);
  });

  it("stops at the goal at once", () => {
    const rule = stoppingRule(options, -1);
    expect(rule.stopsAt(0, -0.99)).toBe(false);
    expect(rule.stopsAt(4, -1)).toBe(true);
  });
});
