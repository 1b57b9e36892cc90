import { describe, expect, it } from "vitest";
import { gaussianMixtureFamily } from "../../src/measures/families/gaussianMixtureFamily.ts";
import { drawBatch, memoryPool, type Snapshot } from "../../src/operator/pool.ts";
import { foldIn, type Key, keyFrom } from "../../src/random/key.ts";

/** Particle `i` of snapshot `s` is at `1000 s + i` and carries `−(1000 s + i)`. */
function snapshot(s: number, step: number, count = 50): Snapshot {
  const positions = Float32Array.from({ length: count }, (_, i) => 1000 * s + i);
  return { trajectory: s, step, positions, logDensity: positions.map((x) => -x) };
}

/** Initial densities lie around −5, far from every snapshot. */
const narrow = gaussianMixtureFamily({
  dimension: 1,
  components: [1, 1],
  reach: 0.1,
  deviations: [0.1, 0.1],
});
const family = {
  ...narrow,
  draw: (key: Key) => {
    const rho = narrow.draw(key);
    return { ...rho, sample: (own: Key, n: number) => rho.sample(own, n).map((x) => x - 5) };
  },
};
const shape = { dimension: 1, densities: 8, context: 20, queries: 10 };

describe("drawBatch", () => {
  const snapshots = [snapshot(0, 1), snapshot(1, 1), snapshot(2, 3), snapshot(3, 5)];
  const source = { pool: memoryPool(snapshots), family };

  it("takes context and queries from one density and never the same particle", async () => {
    const { context, queries } = await drawBatch(source, shape, { key: keyFrom(1) });
    for (let b = 0; b < shape.densities; b++) {
      const own = Array.from(context.positions.data).slice(b * 20, (b + 1) * 20);
      const asked = Array.from(queries.positions.data).slice(b * 10, (b + 1) * 10);
      expect(new Set([...own, ...asked].map((x) => Math.floor(Math.max(x, -1) / 1000))).size).toBe(1);
      expect(new Set([...own, ...asked]).size).toBe(30);
    }
  });

  it("keeps each particle's own log-density", async () => {
    const { context, queries } = await drawBatch(source, shape, { key: keyFrom(2) });
    for (const block of [context, queries]) {
      block.positions.data.forEach((x, i) => {
        if (x >= 0) expect(block.logDensity.data[i] + x).toBe(0);
      });
    }
  });

  it("draws a quarter of a batch, and every pick of step 0, afresh from the family", async () => {
    const fresh = async (steps: number[]) => {
      const pool = memoryPool(steps.map((step, i) => snapshot(i, step)));
      const drawn = Array.from({ length: 50 }, (_, i) =>
        drawBatch({ pool, family }, shape, { key: foldIn(keyFrom(3), i) }),
      );
      const batches = await Promise.all(drawn);
      const firsts = batches.flatMap(({ queries }) =>
        Array.from({ length: 8 }, (_, b) => queries.positions.data[10 * b]),
      );
      return { share: firsts.filter((x) => x < 0).length / 400, distinct: new Set(firsts).size };
    };
    expect((await fresh([4, 4, 4])).share).toBe(0.25);
    expect((await fresh([0, 0])).share).toBe(1);
    expect((await fresh([0, 0])).distinct).toBe(400);
    expect((await fresh([0, 4])).share).toBeCloseTo(0.25 + 0.75 / 2, 1);
  });

  it("reaches every particle of a snapshot", async () => {
    const seen = new Set<number>();
    for (let i = 0; i < 200; i++) {
      const { context, queries } = await drawBatch({ pool: memoryPool([snapshot(0, 1)]), family }, shape, {
        key: foldIn(keyFrom(4), i),
      });
      for (const x of [...context.positions.data, ...queries.positions.data]) if (x >= 0) seen.add(x);
    }
    expect(seen.size).toBe(50);
  });

  it("draws a share of a batch as it is in the whole batch", async () => {
    const ranges = { tau: [0.1, 0.2] as const, stiffness: [1, 3] as const };
    const whole = await drawBatch({ ...source, ranges }, shape, { key: keyFrom(5) });
    for (const first of [0, 1, 4, 6]) {
      const share = await drawBatch({ ...source, ranges }, shape, {
        key: keyFrom(5),
        share: { first, count: 2 },
      });
      for (const [part, all] of [
        [share.context.positions, whole.context.positions],
        [share.queries.logDensity, whole.queries.logDensity],
        [share.tau, whole.tau],
        [share.conditions["stiffness"], whole.conditions["stiffness"]],
      ]) {
        const size = (part?.data.length ?? 0) / 2;
        expect(part?.data).toEqual(all?.data.slice(first * size, (first + 2) * size));
      }
    }
  });
});
