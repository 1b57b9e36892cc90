/** @file Words of the command line, variables, records of energies and definitions of pipelines. */

import { namedNumbers, positiveNumber, wholeNumber } from "../../src/cli/options.ts";
import { energyFromSpec } from "../../src/energies/energyFromSpec.ts";
import { checkDefinition } from "../../src/pipeline/loadPipeline.ts";
import { choosePreset, parseOverride, resolveSettings } from "../../src/pipeline/resolveSettings.ts";
import { gridPoints, parseAxis } from "../../src/pipeline/sweep.ts";
import { mlflowClient } from "../../src/tracking/mlflow/client.ts";
import { connectionFromEnvironment } from "../../src/tracking/mlflow/environment.ts";
import tiny from "../fixtures/tiny.ts";
import { jsonOf, own, type Target, textOf, utf8 } from "./target.ts";

/** What is typed or written by hand. */
export function commandTexts(): Target[] {
  const seeds = (...texts: string[]) => texts.map((text) => utf8.encode(text));
  return [
    {
      name: "--set",
      form: "bytes",
      seeds: seeds(
        "tau=0.1",
        "training.rounds=4",
        "evaluation.steps=[1,10]",
        'training.ranges={"tau":[0.1,0.2]}',
        "parameters.a=1\ntau=1",
        "training={}",
      ),
      run: async (input) => resolveSettings(tiny, "smoke", textOf(input).split("\n").map(parseOverride)),
    },
    {
      name: "--grid",
      form: "bytes",
      seeds: seeds("tau=0.1,0.2", "evaluation.steps=[1,2],[3]", "tau=1,2\ntraining.rounds=1,2,3", "a=x,y,{}"),
      run: async (input) => gridPoints(textOf(input).split("\n").map(parseAxis)),
    },
    {
      name: "numbers of options",
      form: "bytes",
      seeds: seeds("7", "1e3", "tau=0.5", "a=1\nb=2"),
      run: async (input) => {
        const text = textOf(input);
        const readers = [
          () => wholeNumber("--x", text, 1),
          () => positiveNumber("--x", text),
          () => namedNumbers("--x", text.split("\n")),
        ];
        for (const read of readers) own(read);
      },
    },
    {
      name: "MLflow's variables",
      form: "bytes",
      seeds: seeds("10", "https://user:secret@host:1/x", "/no/such/file"),
      run: async (input) => {
        const text = textOf(input);
        own(() => mlflowClient({ uri: text }));
        return await connectionFromEnvironment({
          MLFLOW_HTTP_REQUEST_TIMEOUT: text,
          MLFLOW_TRACKING_USERNAME: text,
          HTTPS_PROXY: text,
        });
      },
    },
    {
      name: "energy of a record",
      form: "json",
      seeds: seeds(
        '{"internal":{"kind":"entropy","diffusion":1},"potential":{"kind":"quadratic","matrix":[[1,0],[0,2]],"centre":[0,0]}}',
        '{"internal":{"kind":"power","exponent":2,"coefficient":1},"interaction":{"kind":"powers","terms":[{"coefficient":1,"power":2}],"softening":0.01}}',
        '{"potential":{"kind":"double-well","dimension":2,"height":1,"halfWidth":1},"interaction":{"kind":"trigonometric","period":1,"harmonics":[{"order":1,"coefficient":1}]}}',
        '{"potential":{"kind":"ripple","dimension":1,"stiffness":1,"amplitude":1,"wavenumber":1,"phase":0}}',
      ),
      run: async (input) => energyFromSpec(jsonOf(input) as never),
    },
    {
      name: "definition of a pipeline",
      form: "json",
      seeds: seeds(JSON.stringify({ ...tiny, problem: "function", evaluations: "function" })),
      run: async (input) => {
        const { problem, evaluations, ...data } = (jsonOf(input) ?? {}) as Record<string, unknown>;
        const functions = {
          ...(problem === "function" ? { problem: tiny.problem } : { problem }),
          ...(evaluations === "function" ? { evaluations: tiny.evaluations } : { evaluations }),
        };
        const definition = checkDefinition({ ...data, ...functions }, "./fuzz.ts");
        return resolveSettings(definition, choosePreset(definition));
      },
    },
  ];
}
