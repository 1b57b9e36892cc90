import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { saveCheckpoint } from "../../src/checkpoints/checkpoint.ts";
import { initialTrainingState } from "../../src/operator/rounds.ts";
import { architectureOf, flowRecord } from "../../src/pipeline/model.ts";
import { resolveSettings } from "../../src/pipeline/resolveSettings.ts";
import { tensorsOf } from "../../src/pipeline/trainingState.ts";
import { keyFrom } from "../../src/random/key.ts";
import tiny from "../fixtures/tiny.ts";
import { l2e, paths, start, tinyPipeline } from "./run.ts";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "l2e-errors-"));
  const settings = resolveSettings(tiny, "full");
  const problem = tiny.problem(settings);
  const architecture = architectureOf(problem, settings);
  const fields = {
    kind: "jko-operator",
    pipeline: "tiny",
    preset: "full",
    seed: 0,
    engine: "onnx",
    flow: flowRecord(problem.flow),
    architecture: { ...architecture, widths: [...architecture.widths] },
    training: settings.training,
    settings,
    metrics: {},
    progress: { round: 0, iteration: 0, finished: false },
  } as const;
  const tensors = tensorsOf(architecture, initialTrainingState(architecture, keyFrom(0)));
  const manifest = await saveCheckpoint(join(folder, "operator"), { fields, ...tensors });
  await saveCheckpoint(join(folder, "newer"), { fields, ...tensors });
  await saveCheckpoint(join(folder, "faster"), {
    fields: { ...fields, settings: { ...settings, tau: 0.2 } },
    ...tensors,
  });
  await writeFile(join(folder, "newer", "manifest.json"), JSON.stringify({ ...manifest, schemaVersion: 7 }));
  const files = {
    "points.csv": "height,weight\n1,2\n3,5\n4,4\n",
    "text.csv": "height,weight\n1,2\n3,5\n4,4\n5,tall\n",
    "one.csv": "height\n1\n",
    "constant.csv": "height,weight\n1,2\n3,2\n4,2\n",
    "empty.csv": "",
    "cut.parquet": "PAR1 and then nothing",
    "plain.csv.gz": "height,weight\n1,2\n",
    "cut.arrow": "ARROW1\0\0 and then nothing",
  };
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
});
afterAll(() => rm(folder, { recursive: true }));

const roll = (input: string, ...rest: string[]) => [
  "rollout",
  "operator",
  "--pipeline",
  tinyPipeline,
  "--engine",
  "tfjs-cpu",
  "--input",
  input,
  ...rest,
];

/** What the user typed, and the one line that answers it. */
const journeys: readonly (readonly [name: string, words: readonly string[], answer: string | RegExp])[] = [
  ["unknown command", ["rn"], "error: unknown command 'rn' (Did you mean run?)"],
  [
    "another step than the one that was learnt",
    roll("points.csv", "--tau", "0.05"),
    "error: tau = 0.05: the operator operator has learnt tau = 0.1 alone. Leave it out, or train an operator for others with --set training.ranges.tau=[low,high].",
  ],
  [
    "a parameter that the flow does not have",
    roll("points.csv", "--at", "exponent=2.5"),
    'error: exponent = 2.5: the operator operator has no parameter "exponent"; it has tau.',
  ],
  [
    "not a parameter",
    roll("points.csv", "--at", "exponent"),
    'error: --at must be name=value with a number, got "exponent".',
  ],
  ["missing argument", ["run"], "error: missing required argument 'pipeline'"],
  ["unknown option", ["list", "--jsn"], "error: unknown option '--jsn' (Did you mean --json?)"],
  ["unknown pipeline", ["run", "no-such-flow"], /^error: unknown pipeline "no-such-flow"\. Pipelines: /],
  ["missing pipeline file", ["run", "./mine.ts"], "error: pipeline ./mine.ts: there is no such file."],
  [
    "not a pipeline",
    ["run", "./points.csv"],
    /^error: pipeline \.\/points\.csv: expected a file that ends in \.ts/,
  ],
  [
    "unknown preset",
    ["run", tinyPipeline, "--preset", "fast"],
    'error: pipeline "tiny" has no preset "fast". Its presets: smoke, full.',
  ],
  [
    "unknown setting",
    ["run", tinyPipeline, "--set", "training.rouds=4"],
    /^error: unknown setting "training\.rouds"\. Did you mean "training\.rounds"\? Settings: seed, tau, /,
  ],
  [
    "tau of zero",
    ["run", tinyPipeline, "--set", "tau=0"],
    "error: setting tau is 0: too small: expected number to be >0 (JKO step size, in units of time).",
  ],
  [
    "missing engine",
    ["run", tinyPipeline, "--engine", "tfjs-node-gpu"],
    'error: engine tfjs-node-gpu: @tensorflow/tfjs-node-gpu is not installed. Run "npm run setup:gpu", or choose the engine onnx.',
  ],
  [
    "unknown engine",
    ["run", tinyPipeline, "--engine", "onxn"],
    'error: engine: expected auto, onnx, onnx-cuda, onnx-webgpu, onnx-wasm, tfjs-cpu, tfjs-node, tfjs-node-gpu, got "onxn". Did you mean "onnx"?',
  ],
  [
    "threads",
    ["run", tinyPipeline, "--threads", "0"],
    'error: --threads must be a whole number of at least 1, got "0".',
  ],
  [
    "missing checkpoint",
    ["evaluate", "nowhere"],
    "error: nowhere is not a checkpoint: it has no manifest.json. Name the folder that holds it.",
  ],
  [
    "checkpoint of another version",
    ["evaluate", "newer"],
    /^error: checkpoint newer[\\/]manifest\.json has schema version 7, this l2e reads 2: /,
  ],
  [
    "an operator of the line to play with",
    ["play", "operator", "--pipeline", tinyPipeline],
    "error: checkpoint operator: a playground is a plane, and this operator is of dimension 1. Use l2e rollout.",
  ],
  ["no port", ["play", "--port", "http"], 'error: --port must be a whole number of at least 0, got "http".'],
  [
    "nothing to export",
    ["export", "operator"],
    "error: export: say what to write: --html <file>, --onnx <folder>, or both.",
  ],
  [
    "checkpoint of an unknown pipeline",
    ["evaluate", "operator"],
    /^error: checkpoint operator: it was trained with the pipeline "tiny", which is not one of .*--pipeline <file>\.$/,
  ],
  [
    "checkpoint of another flow",
    ["evaluate", "faster", "--pipeline", tinyPipeline],
    /^error: checkpoint faster: it learnt the flow .*"tau":0\.1.* poses .*"tau":0\.2/,
  ],
  [
    "unknown suite",
    ["evaluate", "operator", "--pipeline", tinyPipeline, "--suite", "sise"],
    'error: unknown suite "sise". Did you mean "size"? Suites: size, nothing.',
  ],
  ["missing input", roll("nothing.csv"), "error: nothing.csv does not exist."],
  [
    "wrong column",
    roll("points.csv", "--columns", "hight"),
    'error: points.csv has no column "hight". Did you mean "height"? Its columns: height, weight.',
  ],
  [
    "wrong number of columns",
    roll("points.csv"),
    "error: points.csv gives 2 coordinates (height, weight), and the operator works in 1 dimension. Choose 1 with --columns height.",
  ],
  [
    "text among numbers",
    roll("text.csv", "--columns", "weight"),
    /^error: text\.csv: line 5 has "tall", in the column "weight"/,
  ],
  [
    "one row",
    roll("one.csv"),
    "error: one.csv has 1 row, 1 of them complete in height; at least 2 rows are needed.",
  ],
  [
    "constant column",
    roll("constant.csv", "--columns", "weight"),
    /^error: constant\.csv: the column "weight" is constant \(2 in every row\)/,
  ],
  ["empty file", roll("empty.csv"), "error: empty.csv is empty."],
  ["truncated parquet", roll("cut.parquet"), /^error: cut\.parquet is truncated: /],
  ["not packed", roll("plain.csv.gz"), /^error: plain\.csv\.gz cannot be unpacked by gzip: /],
  ["truncated arrow", roll("cut.arrow"), /^error: cut\.arrow is truncated: /],
  [
    "steps",
    roll("points.csv", "--steps", "1.5"),
    'error: --steps must be a whole number of at least 1, got "1.5".',
  ],
  [
    "bandwidth",
    roll("points.csv", "--bandwidth", "0"),
    'error: --bandwidth must be a positive number, got "0".',
  ],
  ["unknown run", ["report", "mine"], /^error: unknown run "mine"\. Runs in .*runs: none\.$/],
  [
    "sync to nowhere",
    ["runs", "sync"],
    "error: runs sync: no server is named. Give --to http://host:port, or set MLFLOW_TRACKING_URI.",
  ],
  [
    "sync to a folder",
    ["runs", "sync", "--to", "mlruns"],
    'error: runs sync: "mlruns" is not the address of a server. Give --to http://host:port, or set MLFLOW_TRACKING_URI.',
  ],
  [
    "sync of an unknown run",
    ["runs", "sync", "3f2a", "--to", "http://127.0.0.1:9"],
    /^error: there are no runs in .*mlruns\.$/,
  ],
  [
    "a grid without values",
    ["sweep", tinyPipeline, "--grid", "tau"],
    'error: --grid takes path=value,value, for example --grid tau=0.05,0.1, got "tau".',
  ],
  [
    "a grid of an unknown setting",
    ["sweep", tinyPipeline, "--grid", "tauu=0.1"],
    /^error: unknown setting "tauu"\. Did you mean "tau"\?/,
  ],
  [
    "a grid of seeds",
    ["sweep", tinyPipeline, "--grid", "seed=1,2"],
    "error: sweep: the seeds are those of --seeds; leave the setting seed alone.",
  ],
  ["unknown runs", ["report", "mine", "yours"], /^error: unknown run "mine"\./],
  ["pages of no runs", ["ui"], /^error: there are no runs in .*mlruns; l2e run writes there\.$/],
  [
    "port of the pages",
    ["ui", "--port", "http"],
    'error: --port must be a whole number of at least 1, got "http".',
  ],
  ["nothing to inspect", ["inspect", "nowhere"], "error: nowhere does not exist."],
];

describe("input that a user can mend: exit code 2, one line, nothing written", () => {
  it.each(journeys)("%s", async (_name, words, answer) => {
    const before = await paths(folder);
    const { code, stdout, stderr } = await l2e(folder, ...words);
    expect(stderr.trimEnd()).toMatch(answer instanceof RegExp ? answer : exactly(answer));
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
    expect(stdout).toBe("");
    expect(code).toBe(2);
    expect(await paths(folder)).toEqual(before);
  });
});

describe("as a process", () => {
  it("answers on stderr and exits with 2", async () => {
    const { code, stdout, stderr } = await start(folder, "run", "no-such-flow").finished;
    expect(stderr).toMatch(/^error: unknown pipeline "no-such-flow"\. Pipelines: .*\n$/);
    expect([code, stdout]).toEqual([2, ""]);
  });
});

function exactly(text: string): RegExp {
  return new RegExp(`^${text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}$`);
}
