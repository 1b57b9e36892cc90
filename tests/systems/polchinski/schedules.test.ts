/** @file Covariance schedules: what they say of one another, and that both their sides agree. */

import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import {
  heatKernelSchedule,
  linearSchedule,
  pauliVillarsSchedule,
} from "../../../src/systems/polchinski/schedules.ts";

const eigenvalues = [0.3, 1, 4];
const totals = eigenvalues.map((a) => 1 / a);

describe.each([
  ["heat kernel", heatKernelSchedule(eigenvalues), [0.1, 0.7, 2]],
  ["Pauli–Villars", pauliVillarsSchedule(eigenvalues), [0.1, 0.7, 2]],
  ["straight line", linearSchedule(totals), [0.05, 0.1, 0.2]],
] as const)("the schedule %s", (_name, schedule, times) => {
  it("begins with nothing and splits what there is in all, C_t + R_t = C_∞", () => {
    expect(schedule.covariance(0).map(Math.abs)).toEqual([0, 0, 0]);
    for (const t of times)
      schedule.covariance(t).forEach((c, k) => {
        expect(c + 1 / schedule.precision(t)[k]).toBeCloseTo(totals[k], 12);
      });
  });

  it("has Ċ_t for the derivative of C_t", () => {
    const h = 1e-5;
    for (const t of times)
      schedule.rate(t).forEach((rate, k) => {
        const difference = (schedule.covariance(t + h)[k] - schedule.covariance(t - h)[k]) / (2 * h);
        expect(Math.abs(difference / rate - 1)).toBeLessThan(1e-7);
      });
  });

  it("leaves R_t R_0⁻¹ of an amplitude", () => {
    for (const t of times)
      schedule.decay(t).forEach((decay, k) => {
        expect(decay).toBeCloseTo(schedule.precision(0)[k] / schedule.precision(t)[k], 12);
      });
  });

  it("is the same on tensors, every cloud at its own time", () => {
    const column = tf.tensor2d([...times], [times.length, 1]);
    const [rates, precisions] = [schedule.rateTensor(column), schedule.precisionTensor(column)].map(
      (x) => x.arraySync() as number[][],
    );
    times.forEach((t, b) => {
      for (let k = 0; k < 3; k++) {
        expect(rates[b][k] / schedule.rate(t)[k]).toBeCloseTo(1, 5);
        expect(precisions[b][k] / schedule.precision(t)[k]).toBeCloseTo(1, 5);
      }
    });
  });
});

it.each([
  ["heat kernel", heatKernelSchedule([0])],
  ["Pauli–Villars", pauliVillarsSchedule([0])],
] as const)("the %s of a mode without mass is that of the heat flow, C_t = t", (_name, schedule) => {
  expect([schedule.covariance(0.7), schedule.rate(0.7), schedule.decay(0.7)]).toEqual([[0.7], [1], [1]]);
  expect(schedule.precision(0.7)).toEqual([0]);
});

it("rejects what is no covariance", () => {
  expect(() => heatKernelSchedule([1, -1])).toThrow("eigenvalues must not be negative, got [1,-1]");
  expect(() => linearSchedule([0])).toThrow("ends must be positive, got [0]");
});
