/**
 * @file Costs that the plan for larger runs is reckoned with, of one core: what `npm run bench -- scale` measures on two cores of a server, rounded.
 */

export const costs = {
  /** The operator's roll-out with a context of 512 in the plane, drawing and writing included. */
  particleStepsPerSecond: 1.25e5,
  /** Seconds before a shard works: Node, the engine, the run's folder. */
  startup: 2,
  /** Bytes of the manifest a part. */
  manifestBytes: 230,
  /** Seconds to hash a gigabyte. */
  hash: 1.5,
  /** Snapshots of a trajectory, the initial density among them, as `training.snapshots` makes them by default. */
  snapshots: 13,
  dimension: 2,
} as const;
