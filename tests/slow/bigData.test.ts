import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { lines } from "./program.ts";

it("trains on a dataset of more than 4 GiB in less than 1 GiB of memory", async () => {
  const folder = await mkdtemp(join(tmpdir(), "l2e-big-"));
  try {
    const [row] = await lines<{ bytes: number; peak: number; loss: number }>(
      "trainFromDisk.ts",
      ...[folder, 4 * 2 ** 30 + 1, 128 * 2 ** 20, 200].map(String),
    );
    expect(row.bytes).toBeGreaterThan(4 * 2 ** 30);
    expect(row.peak).toBeLessThan(2 ** 30);
    expect(Number.isFinite(row.loss)).toBe(true);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
