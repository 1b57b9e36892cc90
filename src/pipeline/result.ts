/** @file The result of a run: metrics held against their bounds, times and files, as one plain object. */

import { z } from "zod";
import { check } from "../check/check.ts";
import type { Expectation } from "./definition.ts";

/** A metric, the bounds that it should keep, and why they are where they are. */
export interface ResultMetric {
  /** Null when it was expected and not measured; texts stand for what JSON has no number for. */
  readonly value: number | "NaN" | "Infinity" | "-Infinity" | null;
  readonly min?: number;
  readonly max?: number;
  /** Present where there are bounds. */
  readonly passed?: boolean;
  readonly reason?: string;
}

export interface Result {
  readonly schema: "l2e.result/1";
  readonly pipeline: string;
  readonly preset: string;
  readonly seed: number;
  readonly engine: string;
  readonly metrics: Readonly<Record<string, ResultMetric>>;
  /** Wall time of each stage. */
  readonly seconds: Readonly<Record<string, number>>;
  /** What was written, relative to the base folder. */
  readonly files: Readonly<Record<string, string>>;
}

const ResultSchema = z.object({
  schema: z.literal("l2e.result/1"),
  pipeline: z.string(),
  preset: z.string(),
  seed: z.number(),
  engine: z.string(),
  metrics: z.record(
    z.string(),
    z.object({
      value: z.union([z.number(), z.enum(["NaN", "Infinity", "-Infinity"]), z.null()]),
      min: z.number().optional(),
      max: z.number().optional(),
      passed: z.boolean().optional(),
      reason: z.string().optional(),
    }),
  ),
  seconds: z.record(z.string(), z.number()),
  files: z.record(z.string(), z.string()),
});

/** A result as it was read from `where`. Throws `InputError` naming the field where it is none. */
export function resultFrom(content: unknown, where: string): Result {
  const result = ResultSchema.safeParse(content);
  check(result.success, () => {
    const [{ path, message }] = (result.error as z.ZodError).issues;
    return `${where} is not the result of a run: ${path.join(".") || "all of it"}: ${message}. Make it again with l2e run … --resume.`;
  });
  return result.data as Result;
}

/** Holds metrics against bounds. A bound on a metric that was not measured counts as failed. */
export function judgeMetrics(
  metrics: Readonly<Record<string, number>>,
  expected: Readonly<Record<string, Expectation>> = {},
): Record<string, ResultMetric> {
  const judged = Object.entries(metrics).map(
    ([name, value]) => [name, judge(value, expected[name])] as const,
  );
  const missing = Object.entries(expected)
    .filter(([name]) => !(name in metrics))
    .map(([name, bounds]) => [name, { value: null, ...bounds, passed: false }] as const);
  return Object.fromEntries([...judged, ...missing]);
}

/** One line for each metric that is outside its bounds: which, its value, the bound, the reason of the bound. */
export function failures(metrics: Readonly<Record<string, ResultMetric>>): string[] {
  return Object.entries(metrics)
    .filter(([, metric]) => metric.passed === false)
    .map(([name, { value, min, max, reason }]) => {
      const bounds = [min === undefined ? "" : `≥ ${min}`, max === undefined ? "" : `≤ ${max}`];
      const got = value === null ? "was not measured" : `is ${digits(value)}`;
      return `${name} ${got}, expected ${bounds.filter(Boolean).join(" and ")} (${reason})`;
    });
}

function judge(value: number, bounds: Expectation | undefined): ResultMetric {
  const stored = Number.isFinite(value) ? value : (String(value) as "NaN");
  if (bounds === undefined) return { value: stored };
  // NaN compares false with every bound, so it fails, as it must.
  const passed =
    value >= (bounds.min ?? Number.NEGATIVE_INFINITY) && value <= (bounds.max ?? Number.POSITIVE_INFINITY);
  return { value: stored, ...bounds, passed };
}

function digits(value: number | string): string {
  return typeof value === "number" ? String(Number(value.toPrecision(4))) : value;
}
