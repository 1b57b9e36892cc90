/** @file A roll-out is written in the units of the input. */

import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readSnapshots } from "../../src/datasets/reader.ts";
import { restoreLogDensity, restorePositions } from "../../src/datasets/standardise.ts";
import { writeTrajectory } from "../../src/datasets/trajectory.ts";
import { testFolder } from "../files/folder.ts";

const frames = [0, 1, 2].map((step) => ({
  step,
  time: step * 0.5,
  positions: Float64Array.of(step, 1, 2, 3),
  logDensity: Float64Array.of(-1, -step),
}));
const contents = {
  frames,
  columns: ["length", "mass"],
  units: ["mm", "g"],
  tau: 0.5,
  source: "checkpoints/x",
};

describe("writeTrajectory", () => {
  it("writes the frames as they are when nothing was standardised", async () => {
    const path = join(await testFolder(), "out", "t.arrow");
    const written = await writeTrajectory(path, { ...contents, metadata: { input: "p.csv" } });
    const { format, snapshots } = await readSnapshots(path);
    expect(written.frames).toBe(3);
    expect(format.coordinates).toEqual(["length", "mass"]);
    expect(format.units).toEqual(["mm", "g"]);
    expect(format.metadata).toEqual({ input: "p.csv" });
    expect(snapshots.map(({ step, time, tau }) => [step, time, tau])).toEqual([
      [0, 0, 0.5],
      [1, 0.5, 0.5],
      [2, 1, 0.5],
    ]);
    expect(Array.from(snapshots[2].positions)).toEqual([2, 1, 2, 3]);
  });

  it("undoes the standardisation of positions and log-densities, and records it", async () => {
    const path = join(await testFolder(), "t.arrow");
    const standardisation = { mean: [40, 4000], scale: [5, 800] };
    await writeTrajectory(path, { ...contents, standardisation });
    const { format, snapshots } = await readSnapshots(path);
    const { positions, logDensity } = frames[2];
    expect(snapshots[2].positions).toEqual(Float32Array.from(restorePositions(positions, standardisation)));
    expect(snapshots[2].logDensity).toEqual(
      Float32Array.from(restoreLogDensity(logDensity, standardisation)),
    );
    expect(Array.from(snapshots[0].positions)).toEqual([40, 4800, 50, 6400]);
    expect(JSON.parse(format.metadata?.["l2e.standardisation"] ?? "")).toEqual(standardisation);
  });

  it("leaves no file when the roll-out fails", async () => {
    const folder = await testFolder();
    function* failing() {
      yield frames[0];
      throw new Error("diverged");
    }
    const writing = writeTrajectory(join(folder, "t.arrow"), { ...contents, frames: failing() });
    await expect(writing).rejects.toThrow("diverged");
    expect(await readdir(folder)).toEqual([]);
  });
});
