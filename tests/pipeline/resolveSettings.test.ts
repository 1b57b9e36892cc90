import { describe, expect, it } from "vitest";
import { definePipeline } from "../../src/pipeline/definition.ts";
import {
  choosePreset,
  differingSetting,
  flattenSettings,
  parseOverride,
  presetsOf,
  resolveSettings,
  settingPaths,
} from "../../src/pipeline/resolveSettings.ts";
import tiny from "../fixtures/tiny.ts";

const resolve = (...texts: string[]) => resolveSettings(tiny, "smoke", texts.map(parseOverride));

describe("layers of settings", () => {
  it("later layers win: defaults, pipeline, preset, --set", () => {
    expect(resolve().training).toMatchObject({ rounds: 2, iterations: 4, clip: 1 });
    expect(resolveSettings(tiny, "full").training.rounds).toBe(3);
    expect(resolve("training.rounds=7").training).toMatchObject({ rounds: 7, iterations: 4 });
    expect(resolve("training.rounds=7", "training.rounds=5").training.rounds).toBe(5);
  });

  it("replaces lists as a whole and reads groups given as JSON", () => {
    expect(resolve("evaluation.steps=[7]").evaluation.steps).toEqual([7]);
    expect(resolve('training={"rounds": 5, "clip": 2}').training).toMatchObject({
      rounds: 5,
      clip: 2,
      iterations: 4,
    });
  });

  it("does not change the pipeline that it starts from", () => {
    const before = JSON.stringify(tiny.settings);
    resolve("training.rounds=9", "tau=1");
    expect(JSON.stringify(tiny.settings)).toBe(before);
  });

  it("a pipeline's own parameters can be set, and no others", () => {
    const shaped = { ...tiny, settings: { ...tiny.settings, parameters: { exponent: 2 } } };
    const settings = resolveSettings(shaped, "full", [parseOverride("parameters.exponent=3")]);
    expect(settings.parameters).toEqual({ exponent: 3 });
    expect(() => resolveSettings(shaped, "full", [parseOverride("parameters.exponents=3")])).toThrow(
      'unknown setting "parameters.exponents". Did you mean "parameters.exponent"?',
    );
    expect(() => resolveSettings(shaped, "full", [parseOverride("parameters.exponent=two")])).toThrow(
      /setting parameters\.exponent is "two"/,
    );
  });

  it("every setting has a description and can be set to what it is", () => {
    const settings = resolve();
    const flat = flattenSettings(settings);
    expect(settingPaths().map(({ path }) => path)).toEqual(Object.keys(flat).sort(byPlaceInSchema));
    expect(settingPaths().filter(({ description }) => description === "")).toEqual([]);
    const again = Object.entries(flat).map(([path, value]) => `${path}=${JSON.stringify(value)}`);
    expect(resolve(...again)).toEqual(settings);
  });

  it("finds the setting in which two runs differ, also when one went through JSON", () => {
    const stored = JSON.parse(JSON.stringify(resolve()));
    expect(differingSetting(resolve(), stored)).toBeUndefined();
    expect(differingSetting(resolve("evaluation.steps=[1,3]"), stored)).toEqual({
      path: "evaluation.steps",
      now: [1, 3],
      stored: [1, 2],
    });
  });
});

function byPlaceInSchema(a: string, b: string): number {
  const order = settingPaths().map(({ path }) => path);
  return order.indexOf(a) - order.indexOf(b);
}

describe("settings that cannot be", () => {
  it("names an unknown setting, the nearest one and all others", () => {
    expect(() => resolve("training.rouds=4")).toThrowErrorMatchingInlineSnapshot(
      `[InputError: unknown setting "training.rouds". Did you mean "training.rounds"? Settings: seed, tau, architecture.widths, architecture.ridge, architecture.hidden, architecture.code, architecture.trustedSpread, architecture.trustedShare, training.rounds, training.iterations, training.densities, training.block, training.particles, training.horizon, training.firstHorizon, training.snapshots, training.batch, training.microBatches, training.context, training.queries, training.learningRate, training.averaging, training.unroll, training.clip, training.residualTolerance, evaluation.densities, evaluation.particles, evaluation.context, evaluation.steps, evaluation.longSteps, evaluation.longDensities, evaluation.longParticles, evaluation.contexts, evaluation.perStepDensities, evaluation.perStepSteps, training.ranges.tau.]`,
    );
  });

  it("says that a group is not a setting", () => {
    expect(() => resolve("architecture=4")).toThrowErrorMatchingInlineSnapshot(
      `[InputError: "architecture" is a group of settings: architecture.widths, architecture.ridge, architecture.hidden, architecture.code, architecture.trustedSpread, architecture.trustedShare.]`,
    );
  });

  it("refuses the names that objects have by themselves", () => {
    expect(() => resolve("__proto__.rounds=4")).toThrow(/unknown setting "__proto__.rounds"/);
    expect(() => resolve("constructor=4")).toThrow(/unknown setting "constructor"/);
  });

  it("says what a value must be and what the setting means", () => {
    expect(() => resolve("tau=0")).toThrowErrorMatchingInlineSnapshot(
      `[InputError: setting tau is 0: too small: expected number to be >0 (JKO step size, in units of time).]`,
    );
    expect(() => resolve("tau=-1")).toThrow(/setting tau is -1: /);
    expect(() => resolve("training.rounds=many")).toThrowErrorMatchingInlineSnapshot(
      `[InputError: setting training.rounds is "many": invalid input: expected number, received string (generate-then-train alternations).]`,
    );
    expect(() => resolve("training.rounds=1.5")).toThrowErrorMatchingInlineSnapshot(
      `[InputError: setting training.rounds is 1.5: invalid input: expected int, received number (generate-then-train alternations).]`,
    );
    expect(() => resolve("evaluation.steps=[1,-2]")).toThrowErrorMatchingInlineSnapshot(
      `[InputError: setting evaluation.steps.1 is -2: too small: expected number to be >0 (steps at which errors are measured).]`,
    );
    expect(() => resolve("training.particles=20")).toThrowErrorMatchingInlineSnapshot(
      `[InputError: setting training.particles is 20: expected at least training.context + training.queries = 16 + 8, because they are different particles of one density.]`,
    );
    expect(() => resolve("training.microBatches=3")).toThrowErrorMatchingInlineSnapshot(
      `[InputError: setting training.microBatches is 3: expected a divisor of training.batch = 2, because micro-batches are equal parts of a batch.]`,
    );
  });

  it("says which layer of a pipeline is wrong", () => {
    const typo = definePipeline({ ...tiny, presets: { smoke: { training: { round: 2 } as object } } });
    expect(() => resolveSettings(typo, "smoke")).toThrow(
      /^pipeline "tiny", preset smoke: unknown setting "training.round"\. Did you mean "training.rounds"\?/,
    );
    const bare = definePipeline({ ...tiny, settings: {} });
    expect(() => resolveSettings(bare, "full")).toThrowErrorMatchingInlineSnapshot(
      `[InputError: setting tau is missing (JKO step size, in units of time).]`,
    );
  });

  it("wants path=value", () => {
    expect(() => parseOverride("training.rounds")).toThrowErrorMatchingInlineSnapshot(
      `[InputError: --set takes path=value, for example --set training.rounds=4, got "training.rounds".]`,
    );
    expect(() => parseOverride("=4")).toThrow(/--set takes path=value/);
    expect(parseOverride("a=b=c")).toEqual({ path: "a", value: "b=c" });
  });
});

describe("presets", () => {
  it("full always exists, and quick is taken where there is one", () => {
    expect(presetsOf(tiny)).toEqual(["smoke", "full"]);
    expect(choosePreset(tiny)).toBe("full");
    expect(choosePreset({ ...tiny, presets: { quick: {} } })).toBe("quick");
    expect(choosePreset(tiny, "smoke")).toBe("smoke");
  });

  it("names the presets that there are", () => {
    expect(() => choosePreset(tiny, "smok")).toThrowErrorMatchingInlineSnapshot(
      `[InputError: pipeline "tiny" has no preset "smok". Did you mean "smoke"? Its presets: smoke, full.]`,
    );
  });
});
