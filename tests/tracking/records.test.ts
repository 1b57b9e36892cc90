/** @file Names, numbers and YAML as MLflow writes and reads them. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  checkArtifactName,
  checkKey,
  checkPrefixes,
  numberForFile,
  numberFromFile,
  paramRows,
} from "../../src/tracking/records.ts";
import { fromYaml, toYaml } from "../../src/tracking/yaml.ts";

describe("records", () => {
  it("accept the names that MLflow and file systems accept", () => {
    for (const key of ["loss", "val/uvp.max", "a b-c_1", "a/b/c"])
      expect(() => checkKey(key, "metric")).not.toThrow();
    for (const key of [
      "",
      "W2²",
      "a:b",
      "a//b",
      "/a",
      "a/",
      "../a",
      "a/./b",
      " a",
      "a\nb",
      "x".repeat(251),
    ]) {
      expect(() => checkKey(key, "metric")).toThrow(/^metric ".*": /s);
    }
    expect(() => checkArtifactName("figures/ü b.svg")).not.toThrow();
    for (const name of ["../x", "/x", "a\\b", "a:b", "a//b", ""])
      expect(() => checkArtifactName(name)).toThrow();
  });

  it("refuse a name that is both a value and a folder", () => {
    expect(() => checkPrefixes("loss/x", ["loss"], "metric")).toThrow(
      'metric "loss/x" clashes with "loss": one name cannot be both a value and a folder of values',
    );
    expect(() => checkPrefixes("loss", ["loss/x"], "metric")).toThrow("clashes");
    expect(() => checkPrefixes("lossy/x", ["loss"], "metric")).not.toThrow();
  });

  it("flatten settings and cut what is too long", () => {
    const rows = paramRows({
      flow: { tau: 0.1, domain: { kind: "torus" } },
      sizes: [1, 2],
      none: null,
      skip: undefined,
      empty: {},
    });
    expect(rows).toEqual([
      { key: "flow.tau", value: "0.1" },
      { key: "flow.domain.kind", value: "torus" },
      { key: "sizes", value: "[1,2]" },
      { key: "none", value: "null" },
      { key: "empty", value: "{}" },
    ]);
    expect(paramRows({ a: "x".repeat(7000) })[0].value).toHaveLength(6000);
  });

  it("write every number so that it comes back, also the ones that are not finite", () => {
    fc.assert(
      fc.property(fc.double(), (x) => {
        expect(numberFromFile(numberForFile(x))).toBe(x + 0);
      }),
    );
    expect([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY].map(numberForFile)).toEqual([
      "nan",
      "inf",
      "-inf",
    ]);
  });
});

describe("yaml", () => {
  it("gives back every text, number and null", () => {
    const scalar = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.integer(),
      fc.constant(null),
      fc.constantFrom("1", "null", "~", "'", "a: b # c"),
    );
    fc.assert(
      fc.property(fc.dictionary(fc.stringMatching(/^[a-z_]{1,9}$/), scalar), (record) => {
        expect(fromYaml(toYaml({ ...record, tags: [] }))).toEqual({ ...record });
      }),
      { numRuns: 50 },
    );
  });

  it("reads what PyYAML writes: plain, quoted and folded texts, nested ones left out", () => {
    const written = [
      "artifact_uri: file:///tmp/a",
      "end_time: null",
      "experiment_id: '612115427858519533'",
      "run_name: 'it''s renamed renamed renamed renamed renamed renamed renamed renamed",
      "  renamed '",
      "plain: one two three",
      "  four",
      'double: "a\\xE9\\',
      '  \\ b\\nc \\U0001F600"',
      "start_time: 1795448831403",
      "tags:",
      "- key: a",
      "  value: b",
      "user_id: me",
      "",
    ].join("\n");
    expect(fromYaml(written)).toEqual({
      artifact_uri: "file:///tmp/a",
      end_time: null,
      experiment_id: "612115427858519533",
      run_name: "it's renamed renamed renamed renamed renamed renamed renamed renamed renamed ",
      plain: "one two three four",
      double: "aé b\nc 😀",
      start_time: 1795448831403,
      tags: null,
      user_id: "me",
    });
  });
});
