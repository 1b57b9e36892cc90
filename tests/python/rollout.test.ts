/** @file A roll-out as Python sees it: the trajectory by pyarrow and polars, the weights, the operator, and a script from checkpoint to plot. */

import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { beforeAll, describe, expect, it } from "vitest";
import { readSafetensors } from "../../src/checkpoints/safetensors.ts";
import { readSnapshots } from "../../src/datasets/reader.ts";
import { readSamples } from "../../src/datasets/samples.ts";
import { standardise } from "../../src/datasets/standardise.ts";
import { l2e } from "../cli/run.ts";
import { suiteFolder } from "../files/folder.ts";
import { fromPython, python, whySkipped } from "./python.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const checkpoint = join(root, "checkpoints/fokker-planck-2d");
const penguins = join(root, "datasets/penguins.csv");
const steps = 10;

let folder: string;
const columns = ["bill_length_mm", "flipper_length_mm"];
let trajectory: string;

beforeAll(async () => {
  folder = await suiteFolder();
  trajectory = await rolledOut(penguins);
});

/** The trajectory of a table's density, of no more particles than the operator takes as context, so that one call says what a step is. */
async function rolledOut(input: string): Promise<string> {
  const output = join(folder, `${basename(input, ".csv")}.arrow`);
  const size = [
    "--steps",
    String(steps),
    "--particles",
    "1500",
    "--grid",
    "0",
    "--no-errors",
    "--no-lattice",
  ];
  const data = ["--input", input, "--columns", columns.join(), "--output", output];
  const { code, stderr } = await l2e(
    folder,
    ...["rollout", checkpoint, ...data, ...size, "--threads", "1", "--quiet"],
  );
  expect(code, stderr).toBe(0);
  return output;
}

describe("a trajectory", () => {
  const skippedArrow = whySkipped("pyarrow", "numpy");
  it.skipIf(skippedArrow !== "")(`is read by pyarrow, valid and whole${skippedArrow}`, async () => {
    expect(await fromPython(PYARROW, [trajectory])).toEqual(await ownReading());
  });

  const skippedPolars = whySkipped("polars");
  it.skipIf(skippedPolars !== "")(`is read by polars, at once and lazily${skippedPolars}`, async () => {
    expect(await fromPython(POLARS, [trajectory])).toEqual(await ownReading());
  });

  async function ownReading() {
    const { snapshots } = await readSnapshots(trajectory);
    const last = snapshots[snapshots.length - 1];
    return {
      steps: snapshots.map(({ step }) => step),
      times: snapshots.map(({ time }) => time),
      counts: snapshots.map(({ logDensity }) => logDensity.length),
      last: Array.from(last.positions.subarray(-4)),
      logDensity: Array.from(last.logDensity.subarray(-2)),
    };
  }
});

describe("a checkpoint", () => {
  const skippedWeights = whySkipped("safetensors", "numpy");
  it.skipIf(skippedWeights !== "")(`has weights that safetensors reads${skippedWeights}`, async () => {
    const file = join(checkpoint, "weights.safetensors");
    const { tensors, metadata } = await readSafetensors(file);
    const own = Object.entries(tensors).map(([name, { shape, data }]) => [
      name,
      [...shape],
      Array.from(data.slice(0, 3) as Float32Array),
    ]);
    expect(own.length).toBeGreaterThan(5);
    const read = (await fromPython(WEIGHTS, [file])) as {
      readonly tensors: unknown;
      readonly metadata: unknown;
    };
    expect(read.tensors).toEqual(own.sort(([a], [b]) => (String(a) < String(b) ? -1 : 1)));
    expect(read.metadata).toEqual(metadata);
  });

  const skippedOperator = whySkipped("onnxruntime", "pyarrow", "numpy");
  it.skipIf(skippedOperator !== "")(
    `has an operator with which onnxruntime makes the same roll-out${skippedOperator}`,
    async () => {
      const model = join(checkpoint, "operator.onnx");
      for (const [units, path] of [
        ["in standard units", await rolledOut(await standardised())],
        ["in millimetres", trajectory],
      ]) {
        const found = (await fromPython(ROLLOUT, [model, path])) as Record<string, number>;
        const shown = (name: string) => found[name].toExponential(1);
        process.stdout.write(
          `onnxruntime against this package, ${units}: a step ${shown("step")}, the roll-out of ${steps} steps ${shown("all")} (root mean squares); at its end ${shown("median")} (median), ${shown("rms")} (root mean square), ${shown("max")} (largest)\n`,
        );
        expect(found["moved"]).toBeGreaterThan(0.1);
        // Widths are 1. Both compute in float32, where regressions of the few points in a tail amplify rounding: that of a file in
        // millimetres, whose float32 hold deviations to 1e-6, counts twice as much as that of the arithmetic.
        expect(found["step"]).toBeLessThan(2e-6);
        expect(found["logDensity"]).toBeLessThan(1e-4);
        expect(found["median"]).toBeLessThan(2e-6);
        expect(found["all"]).toBeLessThan(path === trajectory ? 2e-5 : 1e-5);
        expect(found["rms"]).toBeLessThan(4e-5);
      }
    },
  );

  /** The same measurements with deviations of 1 and no mean. */
  async function standardised(): Promise<string> {
    const samples = await readSamples(penguins, { columns });
    const { points } = standardise(samples.points, 2);
    const rows = Array.from({ length: points.length / 2 }, (_, i) =>
      points.subarray(2 * i, 2 * i + 2).join(),
    );
    const path = join(folder, "standard.csv");
    await writeFile(path, [columns.join(), ...rows].join("\n"));
    return path;
  }

  const skippedExample = whySkipped("onnxruntime", "numpy", "matplotlib");
  it.skipIf(skippedExample !== "")(`is evolved and drawn by the example${skippedExample}`, async () => {
    const script = join(root, "examples/python/evolve.py");
    const figure = join(folder, "evolved.png");
    const words = [script, checkpoint, "--input", penguins, "--steps", "20", "--figure", figure];
    const { stdout } = await promisify(execFile)(python, words, {
      env: { ...process.env, MPLBACKEND: "Agg" },
    });
    expect(stdout).toMatch(/20 steps of 0\.1, 2000 particles/);
    expect((await readFile(figure)).subarray(1, 4).toString()).toBe("PNG");
  });
});

const PYARROW = `
import json, sys, numpy, pyarrow as pa
with pa.memory_map(sys.argv[1]) as source:
    reader = pa.ipc.open_file(source)
    table = reader.read_all()
    table.validate(full=True)
    last = reader.get_batch(reader.num_record_batches - 1)
    positions = last.column("positions").flatten().flatten().to_numpy(zero_copy_only=True)
    print(json.dumps({
        "steps": table.column("step").to_pylist(), "times": table.column("time").to_pylist(),
        "counts": [len(row) for row in table.column("logDensity").to_pylist()],
        "last": positions[-4:].tolist(), "logDensity": last.column("logDensity")[0].as_py()[-2:],
    }))
`;

const POLARS = `
import json, sys, polars as pl
lazy = pl.scan_ipc(sys.argv[1]).filter(pl.col("step") == pl.col("step").max()).collect()
frame = pl.read_ipc(sys.argv[1])
assert lazy["positions"].to_list() == frame["positions"].tail(1).to_list()
positions = [value for point in frame["positions"].to_list()[-1] for value in point]
print(json.dumps({
    "steps": frame["step"].to_list(), "times": frame["time"].to_list(),
    "counts": frame["logDensity"].list.len().to_list(), "last": positions[-4:],
    "logDensity": frame["logDensity"].to_list()[-1][-2:],
}))
`;

const WEIGHTS = `
import json, sys
from safetensors import safe_open
with safe_open(sys.argv[1], framework="numpy") as file:
    tensors = [[name, list(file.get_tensor(name).shape), file.get_tensor(name).ravel()[:3].tolist()] for name in sorted(file.keys())]
    print(json.dumps({"tensors": tensors, "metadata": file.metadata() or {}}))
`;

const ROLLOUT = `
import json, sys, numpy as np, onnxruntime, pyarrow as pa
table = pa.ipc.open_file(sys.argv[2]).read_all()
units = json.loads(table.schema.metadata[b"l2e.standardisation"])
mean, scale = np.array(units["mean"]), np.array(units["scale"])
points = [(np.array(row, "d") - mean) / scale for row in table.column("positions").to_pylist()]
logs = [np.array(row, "d") + np.log(scale).sum() for row in table.column("logDensity").to_pylist()]
session = onnxruntime.InferenceSession(sys.argv[1])
def advance(x, log, tau):
    tau = np.array(tau, "f")
    while tau > 0:
        given = {"context": x, "contextLogDensity": log, "queries": x, "queryLogDensity": log, "tau": tau}
        x, log, tau = session.run(None, given)
    return x, log
rms = lambda error: float(np.sqrt((error**2).mean()))
x, log = points[0].astype("f"), logs[0].astype("f")
steps, step_logs, errors = [], [], []
for k in range(1, len(points)):
    tau = table.column("tau")[k].as_py()
    one, one_log = advance(points[k - 1].astype("f"), logs[k - 1].astype("f"), tau)
    steps.append(rms(one - points[k]))
    step_logs.append(rms(one_log - logs[k]))
    x, log = advance(x, log, tau)
    errors.append(abs(x - points[k]))
error = errors[-1]
print(json.dumps({
    "step": max(steps), "logDensity": max(step_logs), "moved": rms(points[-1] - points[0]),
    "all": rms(np.array(errors)), "median": float(np.median(error)), "rms": rms(error), "max": float(error.max()),
}))
`;
