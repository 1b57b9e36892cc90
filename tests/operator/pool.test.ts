import { describe, expect, it } from "vitest";
import { drawBatch, type Snapshot } from "../../src/operator/pool.ts";
import { foldIn, keyFrom } from "../../src/random/key.ts";

/** Particle `i` of snapshot `s` is at `1000 s + i` and carries `−(1000 s + i)`. */
function snapshot(s: number, step: number, count = 50): Snapshot {
  const positions = Float32Array.from({ length: count }, (_, i) => 1000 * s + i);
  return { trajectory: s, step, positions, logDensity: positions.map((x) => -x) };
}

const shape = { dimension: 1, densities: 8, context: 20, queries: 10 };

describe("drawBatch", () => {
  const snapshots = [snapshot(0, 0), snapshot(1, 0), snapshot(2, 3), snapshot(3, 5)];

  it("takes context and queries from one density and never the same particle", () => {
    const { context, queries } = drawBatch(snapshots, shape, keyFrom(1));
    for (let b = 0; b < shape.densities; b++) {
      const own = Array.from(context.positions.data).slice(b * 20, (b + 1) * 20);
      const asked = Array.from(queries.positions.data).slice(b * 10, (b + 1) * 10);
      expect(new Set([...own, ...asked].map((x) => Math.floor(x / 1000))).size).toBe(1);
      expect(new Set([...own, ...asked]).size).toBe(30);
    }
  });

  it("keeps each particle's own log-density", () => {
    const { context, queries } = drawBatch(snapshots, shape, keyFrom(2));
    for (const block of [context, queries]) {
      block.positions.data.forEach((x, i) => {
        expect(block.logDensity.data[i] + x).toBe(0);
      });
    }
  });

  it("draws a quarter of a batch from initial densities", () => {
    const late = [snapshot(0, 0), ...Array.from({ length: 60 }, (_, i) => snapshot(i + 1, 4))];
    const initial = Array.from({ length: 50 }, (_, i) => drawBatch(late, shape, foldIn(keyFrom(3), i)))
      .flatMap(({ queries }) => Array.from({ length: 8 }, (_, b) => queries.positions.data[10 * b] < 1000))
      .filter(Boolean).length;
    expect(initial / 400).toBeGreaterThanOrEqual(0.25);
    expect(initial / 400).toBeLessThan(0.32);
  });

  it("reaches every particle of a snapshot", () => {
    const seen = new Set<number>();
    for (let i = 0; i < 200; i++) {
      const { context, queries } = drawBatch([snapshot(0, 0)], shape, foldIn(keyFrom(4), i));
      for (const x of [...context.positions.data, ...queries.positions.data]) seen.add(x);
    }
    expect(seen.size).toBe(50);
  });
});
