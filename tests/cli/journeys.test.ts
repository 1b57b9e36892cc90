import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readSnapshots } from "../../src/datasets/reader.ts";
import { type Finished, l2e, start, tinyPipeline } from "./run.ts";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "l2e-journeys-"));
});
afterAll(() => rm(folder, { recursive: true }));

const commands = [
  "run",
  "sweep",
  "rollout",
  "play",
  "evaluate",
  "report",
  "export",
  "list",
  "inspect",
  "runs",
  "ui",
  "doctor",
  "bench",
];

describe("help", () => {
  it("teaches with examples and says what exit codes mean", async () => {
    const { code, stdout, stderr } = await start(folder, "--help").finished;
    expect([code, stderr]).toEqual([0, ""]);
    for (const command of commands) {
      expect(stdout).toMatch(new RegExp(`^  ${command} `, "m"));
    }
    expect(stdout).toContain("130 interrupted");
    expect(stdout).toMatch(/^ {2}l2e run fokker-planck-2d /m);
  });

  it.each(commands)("of %s has a paragraph and examples", async (command) => {
    const { code, stdout } = await l2e(folder, command, "--help");
    expect(code).toBe(0);
    expect(stdout).toMatch(/Examples:\n {2}l2e /);
    expect(stdout.split("\n\n")[1].length).toBeGreaterThan(80);
  });
});

describe("a first afternoon", () => {
  it("run, look around, evaluate, roll out", async () => {
    const ran = await l2e(
      folder,
      "run",
      tinyPipeline,
      "--preset",
      "smoke",
      "--check",
      "--engine",
      "onnx-wasm",
    );
    expect(ran).toMatchObject({ code: 0 });
    expect(ran.stderr).toMatch(
      /^tiny, preset smoke, engine .*: .*\ntrain\n(train: .*\n)*export\nevaluate\nreport\n$/,
    );
    expect(ran.stdout).toContain("parameters");
    expect(ran.stdout.trimEnd().split("\n").at(-1)).toBe(
      `report: ${join("runs", "tiny-smoke", "report.html")}`,
    );
    expect(ran.stdout).not.toContain("\u001b");

    const listed = await l2e(folder, "list");
    expect(listed.stdout).toMatch(/Checkpoints\n.*\ntiny-smoke +tiny +smoke +finished/);
    const tracked = JSON.parse((await l2e(folder, "runs", "ls", "--json")).stdout);
    expect(tracked).toMatchObject([{ runName: "tiny-smoke", status: "FINISHED" }]);
    const shown = await l2e(folder, "runs", "show", tracked[0].runId.slice(0, 6));
    expect(shown.stdout).toMatch(/training\.rounds +2/);
    const inspected = await l2e(folder, "inspect", "checkpoints/tiny-smoke", "--verify");
    expect(inspected.stdout).toMatch(/state +finished, 2 rounds, 8 iterations/);
    const remade = await l2e(folder, "report", "tiny-smoke");
    expect(remade.stdout).toBe(`report: ${join("runs", "tiny-smoke", "report.html")} and 4 figures\n`);

    const evaluated = await l2e(
      folder,
      "evaluate",
      "checkpoints/tiny-smoke",
      "--pipeline",
      tinyPipeline,
      "--json",
      "-q",
    );
    expect(evaluated.stderr).toBe("");
    expect(JSON.parse(evaluated.stdout)).toMatchObject({
      schema: "l2e.result/1",
      metrics: { parameters: { passed: true }, "tau.squared": { passed: true } },
    });
  });

  it("rolls points with gaps out, in their own units", async () => {
    const rows = Array.from({ length: 40 }, (_, i) => `${100 + ((7 * i) % 40)},${i === 3 ? "NA" : i}`);
    await writeFile(join(folder, "people.csv"), `height,age\n${rows.join("\n")}\n`);
    const words = ["rollout", "checkpoints/tiny-smoke", "--pipeline", tinyPipeline, "--input", "people.csv"];
    const options = [
      "--columns",
      "age",
      "--steps",
      "3",
      "--particles",
      "500",
      "--engine",
      "onnx-wasm",
      "--json",
    ];
    const { code, stdout, stderr } = await l2e(folder, ...words, ...options);
    expect(stderr).toMatch(/^1 of 40 rows had missing values and was left out$/m);
    expect(code).toBe(0);
    const result = JSON.parse(stdout);
    expect(result).toMatchObject({
      schema: "l2e.rollout/1",
      columns: ["age"],
      rows: { read: 40, leftOut: 1 },
      files: {
        trajectory: "people-trajectory.arrow",
        svg: "people-trajectory.svg",
        png: "people-trajectory.png",
      },
    });
    expect(result.energy).toHaveLength(3);
    const { format, snapshots } = await readSnapshots(join(folder, "people-trajectory.arrow"));
    expect(format.coordinates).toEqual(["age"]);
    expect(snapshots.map(({ step, count }) => [step, count])).toEqual(
      [0, 1, 2, 3].map((step) => [step, 500]),
    );
    const mean = snapshots[0].positions.reduce((sum, x) => sum + x, 0) / 500;
    // 39 ages with mean 19.97 and standard deviation 11.6: three standard errors of 500 samples are 1.6.
    expect(Math.abs(mean - 19.97)).toBeLessThan(1.6);
  });

  it("--check exits with 3 and says which metric, its value, the bound and the reason", async () => {
    const words = [
      "run",
      tinyPipeline,
      "--preset",
      "smoke",
      "--set",
      "tau=0.2",
      "--out",
      "other",
      "-q",
      "--check",
    ];
    const { code, stderr } = await l2e(folder, ...words, "--json");
    expect(stderr).toBe("check: tau.squared is 0.04, expected ≤ 0.02 (tau is 0.1)\n");
    expect(code).toBe(3);
  });
});

describe("a pipeline of one's own", () => {
  it("is TypeScript in any folder that imports learn-to-evolve", async () => {
    const text = `import { definePipeline, fokkerPlanck, gaussianMixtureFamily, quadraticPotential } from "learn-to-evolve";
      const tau: number = 0.5;
      export default definePipeline({
        name: "mine", title: "Mine", summary: "Counts.", trains: false, settings: { tau }, presets: {}, expected: {},
        problem: () => ({
          flow: fokkerPlanck({ dimension: 1, potential: quadraticPotential({ matrix: [[1]] }), diffusion: 1, tau }),
          family: gaussianMixtureFamily({ dimension: 1, components: [1, 1], reach: 1, deviations: [1, 1] }),
        }),
        evaluations: () => [{ suite: "count", run: async () => ({ metrics: { count: 7 }, sections: [] }) }],
      });`;
    await writeFile(join(folder, "mine.ts"), text);
    const { code, stdout, stderr } = await start(folder, "run", "./mine.ts", "--json", "-q").finished;
    expect(stderr).toBe("");
    expect(JSON.parse(stdout)).toMatchObject({
      pipeline: "mine",
      preset: "full",
      metrics: { count: { value: 7 } },
    });
    expect(code).toBe(0);
  });
});

describe("interruptions", () => {
  const words = ["run", tinyPipeline, "--set", "training.iterations=30", "--json"];

  it("a kill and a Ctrl-C later it ends in the same bytes as undisturbed", async () => {
    expect(await l2e(folder, ...words, "--out", "whole")).toMatchObject({ code: 0 });
    const killed = start(folder, ...words, "--out", "broken");
    const record = join(folder, "broken", "runs", "tiny", "run.json");
    await until(
      () => existsSync(record) && /^ {2}"rounds": [1-9]/m.test(readFileSync(record, "utf8")),
      killed.finished,
    );
    killed.child.kill("SIGKILL");
    await killed.finished;
    const stopped = start(folder, ...words, "--out", "broken", "--resume");
    await until(() => stopped.texts.stderr.includes("going on after round"), stopped.finished);
    stopped.child.kill("SIGINT");
    const { code, stderr } = await stopped.finished;
    expect(stderr).toMatch(/\ninterrupted: what is done is saved\. Go on with: l2e run .* --resume\n$/);
    expect(code).toBe(130);
    const resumed = await l2e(folder, ...words, "--out", "broken", "--resume");
    expect(resumed).toMatchObject({ code: 0 });
    // Not the manifest of the checkpoint, which names the commit of the code.
    for (const file of [
      "checkpoints/tiny/weights.safetensors",
      "checkpoints/tiny/training.safetensors",
      "checkpoints/tiny/operator.onnx",
      "datasets/tiny/manifest.json",
      "datasets/tiny/round-003/part-00000.arrow",
    ]) {
      const [a, b] = await Promise.all(["whole", "broken"].map((root) => readFile(join(folder, root, file))));
      expect(a.equals(b), file).toBe(true);
    }
  });
});

/** Waits for a condition; fails when the process that should bring it about ends first. */
async function until(condition: () => boolean, finished: Promise<Finished>): Promise<void> {
  let ended: Finished | undefined;
  void finished.then((result) => {
    ended = result;
  });
  while (!condition()) {
    if (ended !== undefined) throw new Error(`l2e ended with ${ended.code}: ${ended.stderr}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
