/** @file Appends parts to a dataset until it is killed, and reports every committed round. */

import { openDataset, partName } from "../../src/datasets/dataset.ts";
import { planeFormat, planeSnapshot } from "./snapshots.ts";

const dataset = await openDataset(process.argv[2], planeFormat);
for (let round = dataset.manifest.parts.length; ; round++) {
  const snapshots = [0, 1, 2].map((step) => planeSnapshot(round, step, 2000));
  await dataset.append({ round, name: partName(0), snapshots });
  process.send?.(round);
}
