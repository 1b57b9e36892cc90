/** @file The benchmarks run from the command line, and a program that disagrees with its rivals wins nothing. */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Question } from "../../bench/measure/question.ts";
import { race } from "../../bench/measure/race.ts";
import { question as pairwise } from "../../bench/pairwise.ts";
import { start } from "./run.ts";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "l2e-bench-test-"));
});
afterAll(() => rm(folder, { recursive: true }));

it("answers one question in JSON", async () => {
  const words = ["bench", "pairwise", "--json", "--repeats", "3", "--seconds", "0.01"];
  const { code, stdout } = await start(folder, ...words).finished;
  expect(code).toBe(0);
  const { schema, unit, answers } = JSON.parse(stdout);
  expect([schema, unit]).toEqual(["l2e.bench/2", "milliseconds a step"]);
  expect(answers).toHaveLength(1);
  const [{ results }] = answers;
  expect(results.map(({ workload }: { workload: string }) => workload)).toEqual(["N = 1280", "N = 5120"]);
  for (const { laps } of results) {
    expect(laps.map(({ threads }: { threads: number }) => threads)).toEqual([1, 2]);
    for (const { least, median, most, peakBytes } of laps) {
      expect(least > 0 && least <= median && median <= most).toBe(true);
      expect(peakBytes).toBeGreaterThan(2 ** 20);
    }
  }
});

it("refuses rivals that come to different numbers", async () => {
  // float32 sums in two orders agree to seven digits at best
  const strict: Question = { ...pairwise, tolerance: -1 };
  const options = { repeats: 1, seconds: 0.001, python: undefined };
  await expect(race("pairwise", strict, strict.workloads[0], options)).rejects.toThrow(
    /pairwise: N = 1280: after three steps l2e onnx, .* has .*, but l2e onnx, 1 thread has/,
  );
});

it("says what a wrong name or number is", async () => {
  const wrong = await start(folder, "bench", "pairwize").finished;
  expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('Did you mean "pairwise"?')]);
  const zero = await start(folder, "bench", "pairwise", "--repeats", "0").finished;
  expect([zero.code, zero.stderr]).toEqual([
    2,
    expect.stringContaining('option --repeats: expected a positive number, got "0"'),
  ]);
});
