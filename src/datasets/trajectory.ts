/** @file The result of a roll-out as one Arrow file, in the units that the points came in. */

import { check } from "../check/check.ts";
import { type WrittenFile, writeStreamAtomically } from "../files/atomic.ts";
import type { Floats } from "../measures/cloud.ts";
import type { Snapshot, SnapshotFormat } from "./schema.ts";
import { restoreLogDensity, restorePositions, type Standardisation } from "./standardise.ts";
import { type SnapshotTally, snapshotBytes } from "./writer.ts";

/** One time of a roll-out. */
export interface TrajectoryFrame {
  readonly step: number;
  readonly time: number;
  /** Row-major `[count, dimension]`. */
  readonly positions: Floats;
  /** `[count]`. */
  readonly logDensity: Floats;
}

/** What to write, and what to say about it. */
export interface TrajectoryContents {
  readonly frames: Iterable<TrajectoryFrame> | AsyncIterable<TrajectoryFrame>;
  /** A name for each coordinate. */
  readonly columns: readonly string[];
  /** A unit for each coordinate; `1` by default. */
  readonly units?: readonly string[];
  /** `euclidean` by default. */
  readonly domain?: string;
  /** Step size between frames, in units of time. */
  readonly tau: number;
  readonly seed?: number;
  /** The checkpoint or the solver that made the frames. */
  readonly source: string;
  /**
   * When given, the frames are in standardised coordinates and are written in the units of the input:
   * `x = mean + scale · z` and `log ρ(x) = log ρ̂(z) − Σ log scale`.
   */
  readonly standardisation?: Standardisation;
  readonly metadata?: Readonly<Record<string, string>>;
}

/**
 * Writes a trajectory with the schema of dataset parts (`readSnapshots` reads it, so does any Arrow library).
 * The file appears under its name when the last frame is written. Memory holds one frame at a time.
 */
export async function writeTrajectory(
  path: string,
  contents: TrajectoryContents,
): Promise<WrittenFile & { readonly frames: number }> {
  const { columns, standardisation } = contents;
  const format: SnapshotFormat = {
    dimension: columns.length,
    domain: contents.domain ?? "euclidean",
    coordinates: columns,
    units: contents.units ?? columns.map(() => "1"),
    metadata: {
      ...contents.metadata,
      ...(standardisation ? { "l2e.standardisation": standardisationText(standardisation) } : {}),
    },
  };
  check(
    standardisation === undefined || standardisation.mean.length === columns.length,
    () =>
      `${path}: the standardisation has ${standardisation?.mean.length} coordinates, the columns are ${columns.length}`,
  );
  const tally: SnapshotTally = { snapshots: 0, rows: 0 };
  const written = await writeStreamAtomically(path, snapshotBytes(snapshotsOf(contents), format, tally));
  return { ...written, frames: tally.snapshots };
}

function standardisationText({ mean, scale }: Standardisation): string {
  return JSON.stringify({ mean, scale });
}

async function* snapshotsOf(contents: TrajectoryContents): AsyncGenerator<Snapshot> {
  const { standardisation, tau, seed = 0, source } = contents;
  for await (const { step, time, positions, logDensity } of contents.frames) {
    yield {
      trajectory: 0,
      step,
      time,
      tau,
      positions: standardisation ? restorePositions(positions, standardisation) : positions,
      logDensity: standardisation ? restoreLogDensity(logDensity, standardisation) : logDensity,
      seed,
      source,
    };
  }
}
