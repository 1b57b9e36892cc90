/** @file Runs on a server: everything arrives, through bad weather too, and what cannot arrive is kept locally. */

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { openTracker } from "../../src/tracking/openTracker.ts";
import { listRuns, readRun } from "../../src/tracking/runs.ts";
import { syncRuns } from "../../src/tracking/sync.ts";
import { testFolder } from "../files/folder.ts";
import { type FakeServer, fakeServer, type Mood } from "./fakeServer.ts";
import { runOptions } from "./runOptions.ts";

const retry = { attempts: 3, backoffMs: 1, timeoutMs: 300 };

async function setting(options: Parameters<typeof fakeServer>[0] = {}) {
  const server = await fakeServer(options);
  const folder = await testFolder();
  const root = join(folder, "mlruns");
  const file = join(folder, "figure.svg");
  await writeFile(file, "<svg>ü</svg>");
  return { server, root, file, options: { ...runOptions(), uri: server.uri, root, retry } };
}

const runOn = (server: FakeServer, runId: string) => {
  const run = server.runs.get(runId);
  if (run === undefined) throw new Error(`no run ${runId}`);
  return run;
};

describe("server", () => {
  it("gets everything that is said, in batches it accepts", async () => {
    const { server, root, file, options } = await setting();
    const tracker = await openTracker({ ...options, tags: { "mlflow.source.name": "l2e run" } });
    tracker.params({
      seed: 7,
      many: Object.fromEntries(Array.from({ length: 250 }, (_, k) => [`p${k}`, k])),
    });
    for (let step = 0; step < 1300; step++) tracker.metrics({ loss: step, "val/uvp": -step }, step);
    tracker.metrics({ worst: Number.NaN, up: Number.POSITIVE_INFINITY }, 0);
    tracker.tag("phase", "two");
    tracker.dataset({ name: "train", digest: "a".repeat(64), source: "datasets/x" });
    await tracker.artifact(file, "figures/ü b.svg");
    await tracker.finish("FINISHED");

    const run = runOn(server, tracker.runId);
    expect(tracker.warnings).toEqual([]);
    expect(tracker.location).toBe(`${server.uri}/#/experiments/1/runs/${tracker.runId}`);
    expect(run.metrics).toHaveLength(2602);
    expect(run.metrics.slice(-2).map(({ value }) => value)).toEqual(["NaN", "Infinity"]);
    expect(Math.max(...server.requests.map(({ count }) => count))).toBe(1000);
    expect(run.params.size).toBe(251);
    expect(Object.fromEntries(run.tags)).toEqual({
      "mlflow.source.name": "l2e run",
      "mlflow.user": "me",
      phase: "two",
    });
    expect(run.datasets).toMatchObject([{ dataset: { name: "train", digest: "a".repeat(36) } }]);
    expect([...server.artifacts]).toEqual([[`1/${tracker.runId}/artifacts/figures/ü b.svg`, "<svg>ü</svg>"]]);
    expect(run.info).toMatchObject({ status: "FINISHED" });
    expect(await listRuns(root)).toEqual([]);
  });

  it.each<Mood>([500, 429, "hang up", "silent"])("is asked again after %s", async (mood) => {
    const { server, file, options } = await setting();
    const pairs = Array.from({ length: 12 }, () => [mood, "ok"] as const).flat();
    server.moods.push(...pairs);
    const tracker = await openTracker(options);
    tracker.metrics({ loss: 1 }, 0);
    await tracker.artifact(file);
    await tracker.finish("FAILED");
    expect(tracker.warnings).toEqual([]);
    expect(runOn(server, tracker.runId)).toMatchObject({
      info: { status: "FAILED" },
      metrics: [{ value: 1 }],
    });
    expect(server.artifacts.size).toBe(1);
  });

  it.each([
    [{ username: "ann", password: "s:ü" }, `Basic ${Buffer.from("ann:s:ü").toString("base64")}`],
    [{ token: "t" }, "Bearer t"],
    [{}, undefined],
  ])("is told who asks: %o", async (auth, expected) => {
    const { server, options } = await setting();
    await (await openTracker({ ...options, auth })).finish("FINISHED");
    expect(new Set(server.requests.map(({ authorization }) => authorization))).toEqual(new Set([expected]));
  });

  it("takes a user from the address and shows the address without", async () => {
    const { server, options } = await setting();
    const tracker = await openTracker({ ...options, uri: server.uri.replace("//", "//ann:secret@") });
    expect(server.requests[0].authorization).toBe(`Basic ${Buffer.from("ann:secret").toString("base64")}`);
    expect(tracker.location).not.toContain("secret");
  });

  it("goes on with a run that it knows, and keeps first settings", async () => {
    const { server, options } = await setting();
    const first = await openTracker(options);
    first.params({ seed: 7 });
    await first.finish("KILLED");
    const second = await openTracker({ ...options, runId: first.runId });
    second.params({ seed: 8, width: 64 });
    await second.flush();
    expect(second.runId).toBe(first.runId);
    expect(runOn(server, first.runId).info["status"]).toBe("RUNNING");
    expect(Object.fromEntries(runOn(server, first.runId).params)).toEqual({ seed: "7", width: "64" });
    expect(second.warnings).toEqual(['param "seed" keeps its first value "7"; the run went on with "8"']);
  });

  it("refuses one setting without losing the others", async () => {
    const { server, options } = await setting();
    const tracker = await openTracker(options);
    tracker.params({ seed: 7 });
    tracker.params({ seed: 8, width: 64, "bad²": 1 });
    await tracker.finish("FINISHED");
    expect(Object.fromEntries(runOn(server, tracker.runId).params)).toEqual({ seed: "7", width: "64" });
    expect(tracker.warnings).toHaveLength(2);
    expect(tracker.warnings[0]).toContain('param "bad²"');
    expect(tracker.warnings[1]).toContain(
      "answered 400 to /prefix/api/2.0/mlflow/runs/log-batch: Changing param seed",
    );
  });
});

describe("server that is lost", () => {
  it("from the beginning: the run is local", async () => {
    const root = await testFolder();
    const tracker = await openTracker({ ...runOptions(), uri: "http://127.0.0.1:9", root, retry });
    tracker.metrics({ loss: 1 }, 0);
    await tracker.finish("FINISHED");
    expect(tracker.warnings).toHaveLength(1);
    expect(tracker.warnings[0]).toMatch(
      /^tracking: no answer from 127\.0\.0\.1:9: .*\. The run is recorded in .*; l2e runs sync sends it\.$/,
    );
    expect((await readRun(root, tracker.runId)).metrics).toEqual({ loss: 1 });
  });

  it("refusing us: the run is local, after one try", async () => {
    const { server, root, options } = await setting();
    server.mood = 401;
    const tracker = await openTracker(options);
    await tracker.finish("FINISHED");
    expect(server.requests).toHaveLength(1);
    expect(tracker.warnings).toHaveLength(1);
    expect(tracker.warnings[0]).toContain("answered 401");
    expect(await listRuns(root)).toHaveLength(1);
  });

  it.each<Mood>([500, "hang up", "silent"])(
    "in the middle and for good (%s): the rest is local, and is sent later into the same run",
    async (mood) => {
      const { server, root, file, options } = await setting();
      const tracker = await openTracker(options);
      tracker.params({ seed: 7 });
      tracker.metrics({ loss: 1 }, 0);
      await tracker.flush();
      server.mood = mood;
      tracker.metrics({ loss: 0.5, "val/uvp": Number.NaN }, 1);
      tracker.tag("phase", "two");
      await tracker.artifact(file);
      tracker.metrics({ loss: 0.25 }, 2);
      await tracker.finish("FINISHED");

      expect(tracker.warnings).toHaveLength(2);
      expect(tracker.warnings[0]).toContain(`Run ${tracker.runId} goes on in ${root}.`);
      expect(tracker.warnings[1]).toContain(`the rest of run ${tracker.runId} is in ${root}; l2e runs sync`);
      const run = await readRun(root, tracker.runId);
      expect(tracker.location).toBe(run.folder);
      expect(run).toMatchObject({
        status: "FINISHED",
        params: { seed: "7" },
        tags: { phase: "two", "l2e.continues": `${server.uri}/#/experiments/1/runs/${tracker.runId}` },
        artifacts: ["figure.svg"],
      });
      const points = run.history["loss"];
      expect(points.map(({ step, value }) => [step, value])).toEqual([
        [1, 0.5],
        [2, 0.25],
      ]);
      // The time at which it was said, before the local run was there, not at which it was written.
      expect(points[0].timestamp).toBeLessThan(run.startTime);
      expect(runOn(server, tracker.runId).metrics).toMatchObject([{ key: "loss", value: 1, step: 0 }]);

      server.mood = "ok";
      const sync = async () => (await syncRuns({ root, uri: server.uri, retry })).map((run) => run.outcome);
      expect(await sync()).toEqual(["sent"]);
      expect(await sync()).toEqual(["already there"]);
      expect(server.runs.size).toBe(1);
      const whole = runOn(server, tracker.runId);
      expect(whole.info["status"]).toBe("FINISHED");
      expect(whole.metrics.map(({ key, step }) => `${key} ${step}`).sort()).toEqual([
        "loss 0",
        "loss 1",
        "loss 2",
        "val/uvp 1",
      ]);
      expect(whole.tags.get("phase")).toBe("two");
      expect([...whole.tags.keys()].filter((key) => key.startsWith("l2e."))).toEqual([]);
      expect(server.artifacts.size).toBe(1);
    },
  );

  it("and comes back while the training goes on: it gets what it has missed, and all that follows", async () => {
    const { server, root, file, options } = await setting();
    const tracker = await openTracker(options);
    server.mood = "hang up";
    tracker.params({ seed: 7 });
    for (let step = 0; step < 1500; step++) tracker.metrics({ loss: step }, step);
    tracker.dataset({ name: "train", digest: "d", source: "datasets/x", context: "testing" });
    await tracker.artifact(file);
    expect(runOn(server, tracker.runId).metrics).toEqual([]);
    expect((await readRun(root, tracker.runId)).history["loss"]).toHaveLength(1500);
    server.mood = "ok";
    await vi.waitFor(() => expect(runOn(server, tracker.runId).metrics).toHaveLength(1500), 8000);
    await tracker.flush();
    expect(tracker.location).toContain(server.uri);
    tracker.metrics({ loss: -1 }, 1500);
    await tracker.finish("FINISHED");

    const run = runOn(server, tracker.runId);
    expect(run.metrics.map(({ step }) => step)).toEqual(Array.from({ length: 1501 }, (_, k) => k));
    expect(Object.fromEntries(run.params)).toEqual({ seed: "7" });
    expect(run.datasets).toMatchObject([
      { tags: [{ value: "testing" }], dataset: { name: "train", source: '{"uri":"datasets/x"}' } },
    ]);
    expect(run.info["status"]).toBe("FINISHED");
    expect(server.artifacts.size).toBe(1);
    expect(tracker.warnings).toHaveLength(2);
    expect(tracker.warnings[1]).toContain(`is back and has the whole of run ${tracker.runId}.`);
    // Nothing is left to be sent: the local run is known to have been delivered.
    expect(await syncRuns({ root, uri: server.uri, retry })).toMatchObject([{ outcome: "already there" }]);
  });

  it("gets what an earlier process could not send any more, when that run goes on", async () => {
    const { server, root, options } = await setting();
    const first = await openTracker(options);
    server.mood = "hang up";
    first.metrics({ loss: 1 }, 0);
    await first.flush(); // and then the process is killed
    server.mood = "ok";
    const second = await openTracker({ ...options, runId: first.runId });
    second.metrics({ loss: 0.5 }, 1);
    await second.finish("FINISHED");
    expect(second.warnings).toEqual([]);
    expect(runOn(server, first.runId).metrics.map(({ step }) => step)).toEqual([0, 1]);
    const outcomes = await syncRuns({ root, uri: server.uri, retry, unfinished: true });
    expect(outcomes).toMatchObject([{ outcome: "already there" }]);
    await first.finish("KILLED");
  });

  it("and is back at the end: the last look sends everything", async () => {
    const { server, options } = await setting();
    const tracker = await openTracker(options);
    server.mood = 500;
    tracker.metrics({ loss: 1 }, 0);
    await tracker.flush();
    server.mood = "ok";
    await tracker.finish("FAILED");
    expect(runOn(server, tracker.runId)).toMatchObject({
      info: { status: "FAILED" },
      metrics: [{ key: "loss", value: 1 }],
    });
    expect(tracker.warnings[1]).toContain("is back");
  });

  it("costs the one who speaks no time", async () => {
    const { server, options } = await setting();
    const patience = 3000;
    const tracker = await openTracker({ ...options, retry: { attempts: 1, timeoutMs: patience } });
    server.mood = "silent";
    const began = performance.now();
    for (let step = 0; step < 5000; step++) {
      const said: unknown = tracker.metrics({ loss: step }, step);
      expect(said).toBeUndefined();
    }
    // Not one time-out long, though five full batches are on their way to a server that keeps silent.
    expect(performance.now() - began).toBeLessThan(patience);
    await tracker.finish("FINISHED");
  });

  it("with no local store either: the caller notices nothing", async () => {
    const { server, root, file, options } = await setting();
    const tracker = await openTracker(options);
    await writeFile(root, "a file where the folder should be");
    server.mood = "hang up";
    tracker.metrics({ loss: 1 }, 0);
    await tracker.artifact(file);
    await tracker.finish("FINISHED");
    expect(tracker.warnings.length).toBeGreaterThan(0);
  });

  it("for files only: they are local, and the numbers go on arriving", async () => {
    const { server, root, file, options } = await setting({ artifactScheme: "s3://bucket/" });
    const tracker = await openTracker(options);
    await tracker.artifact(file);
    await tracker.artifact(join(root, "absent"));
    tracker.metrics({ loss: 1 }, 0);
    await tracker.finish("FINISHED");
    expect(runOn(server, tracker.runId)).toMatchObject({
      info: { status: "FINISHED" },
      metrics: [{ value: 1 }],
    });
    expect(tracker.location).toContain(server.uri);
    expect(tracker.warnings[0]).toContain("does not take artifacts itself (they belong in s3://bucket/1/");
    expect(tracker.warnings[1]).toContain("absent");
    expect(tracker.warnings).toHaveLength(2);
    expect((await readRun(root, tracker.runId)).artifacts).toEqual(["figure.svg"]);
  });
});

describe("syncRuns", () => {
  it("sends finished runs once, and makes a copy that was cut off again", async () => {
    const { server, root, file, options } = await setting();
    const { uri, ...local } = options;
    const tracker = await openTracker(local);
    tracker.params({ seed: 7 });
    for (let step = 0; step < 1200; step++) tracker.metrics({ loss: step }, step);
    tracker.metrics({ worst: Number.NaN }, 0);
    await tracker.artifact(file, "a/figure.svg");
    await tracker.finish("FINISHED");
    const running = await openTracker({ ...local, runName: "second" });
    await running.flush();

    // Dies after the copy has been made and its first thousand values are there.
    server.moods.push("ok", "ok", "ok", "ok", "ok", 401);
    await expect(syncRuns({ root, uri, retry })).rejects.toThrow("answered 401");
    expect(server.runs.size).toBe(1);
    const outcomes = async () => (await syncRuns({ root, uri, retry })).map(({ outcome }) => outcome);
    expect(await outcomes()).toEqual(["sent", "still running"]);
    expect(await outcomes()).toEqual(["already there", "still running"]);
    expect(server.runs.size).toBe(1);
    const [run] = server.runs.values();
    expect(run.metrics).toHaveLength(1201);
    expect(run.info["status"]).toBe("FINISHED");
    expect(Object.fromEntries(run.tags)).toMatchObject({
      "l2e.origin_run_id": tracker.runId,
      "l2e.sync": "complete",
    });
    expect([...server.artifacts.values()]).toEqual(["<svg>ü</svg>"]);
  });

  it("nests the copies of a sweep's runs in the copy of the sweep's", async () => {
    const { server, root, options } = await setting();
    const { uri, ...local } = options;
    const parent = await openTracker({ ...local, runName: "sweep" });
    const child = await openTracker({ ...local, tags: { "mlflow.parentRunId": parent.runId } });
    await child.finish("FINISHED");
    await parent.finish("FINISHED");
    await syncRuns({ root, uri, retry });
    const copies = [...server.runs.values()];
    const copyOf = (id: string) => copies.find(({ tags }) => tags.get("l2e.origin_run_id") === id);
    expect(copyOf(child.runId)?.tags.get("mlflow.parentRunId")).toBe(copyOf(parent.runId)?.info["run_id"]);
  });
});
