/** @file Snapshots with numbers that say where they belong. */

import type { Snapshot, SnapshotFormat } from "../../src/datasets/schema.ts";

export const planeFormat: SnapshotFormat = {
  dimension: 2,
  domain: "euclidean",
  coordinates: ["x", "y"],
  units: ["m", "1"],
  parameters: ["stiffness"],
};

/** A snapshot of `count` particles whose numbers depend on trajectory and step. */
export function planeSnapshot(trajectory: number, step: number, count = 5): Snapshot {
  const positions = Float32Array.from({ length: 2 * count }, (_, i) => trajectory + step / 10 + i / 100);
  return {
    trajectory,
    step,
    time: step * 0.1,
    tau: 0.1,
    positions,
    logDensity: Float32Array.from({ length: count }, (_, i) => -trajectory - i),
    seed: 1000 * trajectory + step,
    source: step === 0 ? "initial" : "checkpoints/ü",
    parameters: { stiffness: 1 + trajectory / 3 },
  };
}
