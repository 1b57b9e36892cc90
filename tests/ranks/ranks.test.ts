/** @file Training on several processes, as a user starts it: any number of ranks gives the same bytes, and a rank that dies costs no more than the round. */

import { mkdtemp, readFile, rm } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type Finished, start, tinyPipeline } from "../cli/run.ts";

/** Two hundred iterations, in two rounds. */
const sets = ["rounds=2", "iterations=100", "batch=8", "microBatches=4"].flatMap((set) => [
  "--set",
  `training.${set}`,
]);
const run = ["run", tinyPipeline, ...sets, "--quiet"];
const token = "0123456789abcdef0123456789abcdef";

let folder: string;
let expected: Buffer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "l2e-ranks-"));
  expect(await start(folder, ...run, "--ranks", "1", "--out", "one").finished).toMatchObject({ code: 0 });
  expected = await weights("one");
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Weights, averaged weights and the state of the optimiser. */
async function weights(out: string): Promise<Buffer> {
  const files = ["weights.safetensors", "training.safetensors"].map((file) =>
    readFile(join(folder, out, "checkpoints/tiny", file)),
  );
  return Buffer.concat(await Promise.all(files));
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** One rank of several that are started one by one. */
function rank(at: { readonly port: number; readonly rank: number; readonly of: number }, ...words: string[]) {
  vi.stubEnv("L2E_RANKS_TOKEN", token);
  const place = ["--rendezvous", `127.0.0.1:${at.port}`, "--rank", String(at.rank), "--of", String(at.of)];
  const started = start(folder, ...run, ...place, ...words);
  vi.unstubAllEnvs();
  return started;
}

/** Resolves when a run says that its first round is done: it lies in the checkpoint. */
async function firstRound(out: string): Promise<void> {
  const path = join(folder, out, "runs/tiny/run.json");
  await vi.waitUntil(
    async () =>
      (JSON.parse(await readFile(path, "utf8").catch(() => "{}")) as { rounds?: number }).rounds === 1,
    { timeout: 40_000, interval: 20 },
  );
}

describe("any number of ranks", () => {
  it("on one machine ends in the bytes of one rank: four, after two hundred iterations", async () => {
    const { code, stderr } = await start(folder, ...run, "--ranks", "4", "--out", "four").finished;
    expect(code, stderr).toBe(0);
    expect((await weights("four")).equals(expected)).toBe(true);
  });

  it("needs as many micro-batches", async () => {
    const { code, stderr } = await start(folder, ...run, "--ranks", "5", "--out", "five").finished;
    expect(code).toBe(2);
    expect(stderr).toBe(
      "error: 5 ranks need as many micro-batches, and training.microBatches is 4: add --set training.microBatches=<n>, with a divisor of training.batch = 8 that is at least 5.\n",
    );
  });
});

describe("a rank that dies", () => {
  it.each([
    { victim: 2, ranks: 3, resumed: ["--ranks", "2"] },
    { victim: 0, ranks: 2, resumed: ["--threads", "1"] },
  ])(
    "kill -9 of rank $victim of $ranks leaves a checkpoint, from which $resumed ends in the same bytes",
    async (at) => {
      const out = `killed-${at.victim}`;
      const port = await freePort();
      const all = Array.from({ length: at.ranks }, (_, i) =>
        rank({ port, rank: i, of: at.ranks }, "--out", out),
      );
      await firstRound(out);
      all[at.victim].child.kill("SIGKILL");
      const ends = await Promise.all(all.map(({ finished }) => finished));
      const others = ends.filter((_, i) => i !== at.victim);
      expect(others.map(({ code }) => code)).toEqual(others.map(() => 1));
      for (const [i, { stderr }] of ends.entries()) if (i !== at.victim) expectLost(stderr, at, i);
      const resumed = await start(folder, ...run, "--out", out, "--resume", ...at.resumed).finished;
      expect(resumed.code, resumed.stderr).toBe(0);
      expect((await weights(out)).equals(expected)).toBe(true);
    },
  );
});

/** What rank `i` says of the rank that was killed. */
function expectLost(
  stderr: string,
  at: { readonly victim: number; readonly ranks: number },
  i: number,
): void {
  if (at.victim === 0) expect(stderr).toMatch(new RegExp(`^failed: rank ${i}: rank 0 is lost: `, "m"));
  else
    expect(stderr).toMatch(
      new RegExp(`rank ${at.victim} of ${at.ranks} \\(127\\.0\\.0\\.1:\\d+\\) is lost: `),
    );
  if (i === 0) expect(stderr).toMatch(/what is done is saved\. Go on with: l2e run .* --resume$/m);
}

describe("who does not belong to the job", () => {
  it("is refused, and the two ranks who do come to the bytes of one", async () => {
    const port = await freePort();
    const loud = run.filter((word) => word !== "--quiet");
    vi.stubEnv("L2E_RANKS_TOKEN", token);
    const place = ["--rendezvous", `127.0.0.1:${port}`, "--of", "2"];
    const first = start(folder, ...loud, ...place, "--rank", "0", "--out", "guarded");
    vi.stubEnv("L2E_RANKS_TOKEN", "a guess at what the token may be");
    const guess = await start(folder, ...run, ...place, "--rank", "1", "--out", "guarded").finished;
    vi.unstubAllEnvs();
    expect(guess).toMatchObject({
      code: 2,
      stderr: "error: rank 1 may not join: it has another token (L2E_RANKS_TOKEN).\n",
    });
    await new Promise<void>((resolve) => {
      const browser = connect({ host: "127.0.0.1", port }, () => browser.write("GET / HTTP/1.1\r\n\r\n"));
      browser.resume().on("close", () => resolve());
    });
    const other = rank({ port, rank: 1, of: 2 }, "--out", "guarded", "--set", "seed=1");
    expect((await other.finished).stderr).toMatch(
      /^error: rank 1 may not join: its settings is "[0-9a-f]{64}", and rank 0's/,
    );
    const second = rank({ port, rank: 1, of: 2 }, "--out", "guarded");
    const ends: Finished[] = await Promise.all([first.finished, second.finished]);
    expect(
      ends.map(({ code }) => code),
      ends[0].stderr,
    ).toEqual([0, 0]);
    expect(ends[0].stderr.match(/^refused a connection from 127/gm)).toHaveLength(3);
    expect((await weights("guarded")).equals(expected)).toBe(true);
  });
});

describe("a rank that never comes", () => {
  it("is waited for so long, and then named", async () => {
    const [port, other] = [await freePort(), await freePort()];
    const patient = ["--out", "alone", "--rank-timeout", "2"];
    const [zero, one] = await Promise.all([
      rank({ port, rank: 0, of: 2 }, ...patient).finished,
      rank({ port: other, rank: 1, of: 2 }, ...patient).finished,
    ]);
    expect(zero).toMatchObject({
      code: 2,
      stderr: `error: of 2 ranks, 1 did not join within 2 s at 127.0.0.1:${port}.\n`,
    });
    expect(one.code).toBe(2);
    expect(one.stderr).toMatch(/^error: rank 1: rank 0 was not to be reached at 127\.0\.0\.1:\d+ within 2 s/);
  });
});
