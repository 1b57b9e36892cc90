/** @file Datasets are read without this package, by pyarrow. */

import { join } from "node:path";
import { expect, it } from "vitest";
import { openDataset } from "../../src/datasets/dataset.ts";
import { planeFormat, planeSnapshot } from "../datasets/snapshots.ts";
import { testFolder } from "../files/folder.ts";
import { fromPython, whySkipped } from "./python.ts";

const skipped = whySkipped("pyarrow", "numpy");

const SCRIPT = `
import sys, json, pyarrow as pa
with pa.memory_map(sys.argv[1]) as source:
    reader = pa.ipc.open_file(source)
    table = reader.read_all()
    table.validate(full=True)
    second = reader.get_batch(1)
    positions = second.column("positions").flatten().flatten().to_numpy(zero_copy_only=True).reshape(-1, 2)
    print(json.dumps({
        "batches": reader.num_record_batches,
        "types": {field.name: str(field.type) for field in table.schema},
        "dimension": table.schema.metadata[b"l2e.dimension"].decode(),
        "last": positions[-1].tolist(),
        "log": second.column("logDensity")[0].as_py(),
        "seed": table.column("seed").to_pylist(),
        "source": table.column("source").to_pylist(),
        "stiffness": table.column("energy_stiffness").to_pylist(),
    }))
`;

it.skipIf(skipped !== "")(`pyarrow reads a part${skipped}`, async () => {
  const dataset = await openDataset(await testFolder(), planeFormat);
  const snapshots = [planeSnapshot(3, 0, 2), planeSnapshot(3, 1, 5)];
  const entry = await dataset.append({ round: 0, name: "a", snapshots });
  expect(await fromPython(SCRIPT, [join(dataset.folder, entry.path)])).toEqual({
    batches: 2,
    types: {
      trajectory: "int32",
      step: "int32",
      time: "double",
      tau: "double",
      positions: "list<item: fixed_size_list<item: float not null>[2] not null>",
      logDensity: "list<item: float not null>",
      seed: "int64",
      source: "string",
      energy_stiffness: "double",
    },
    dimension: "2",
    last: Array.from(snapshots[1].positions.subarray(-2)),
    log: Array.from(snapshots[1].logDensity),
    seed: [3000, 3001],
    source: ["initial", "checkpoints/ü"],
    stiffness: [2, 2],
  });
});
