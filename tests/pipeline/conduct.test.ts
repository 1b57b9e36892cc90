/** @file Counts of what a step must not do: each kind of step in the one place where it belongs. */

import { expect, it } from "vitest";
import type { StepInfo } from "../../src/jko/solver.ts";
import { conduct } from "../../src/pipeline/evaluations/conduct.ts";

const sound: StepInfo = {
  objective: -1,
  standardError: 0.1,
  energy: 1,
  energyChange: -2,
  energyChangeError: 0.1,
  smallestDeterminant: 0.5,
  folded: 0,
  portion: 1,
  pieces: 1,
  iterations: 0,
};
const cloud = {
  dimension: 1,
  count: 4,
  positions: new Float64Array(4),
  logDensity: new Float64Array(4),
};

it("counts each misdeed once", () => {
  const tally = conduct();
  tally.record({ cloud, info: sound });
  tally.record({ cloud, info: { ...sound, folded: 3, smallestDeterminant: -0.1 } });
  tally.record({ cloud, info: { ...sound, pieces: 2 } });
  tally.record({ cloud, info: { ...sound, energyChange: 0.31 } });
  tally.record({
    cloud,
    info: { ...sound, objective: 0, standardError: 0, energyChange: 0, energyChangeError: 0, portion: 0 },
  });
  const { "a.risesByChance": chance, ...counts } = tally.metrics("a");
  expect(counts).toEqual({
    "a.folded": 3,
    "a.rises": 1,
    "a.refused": 1,
    "a.divided": 1,
    "a.uncertified": 1,
    "a.smallestDeterminant": -0.1,
  });
  expect(chance).toBeCloseTo(5 * 0.0013499, 6);
});
