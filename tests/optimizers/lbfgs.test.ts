import { describe, expect, it } from "vitest";
import { type LbfgsIterate, type LbfgsOptions, lbfgs } from "../../src/optimizers/lbfgs.ts";
import { dot, lineSearch, type Objective } from "../../src/optimizers/lineSearch.ts";
import { uniforms } from "../../src/random/draw.ts";
import { keyFrom } from "../../src/random/key.ts";

const rosenbrock: Objective = async ([x, y]) => ({
  value: 100 * (y - x * x) ** 2 + (1 - x) ** 2,
  gradient: Float64Array.of(-400 * x * (y - x * x) - 2 * (1 - x), 200 * (y - x * x)),
});

/** `½ Σ a_i x_i²`. */
const quadratic =
  (curvatures: Float64Array): Objective =>
  async (x) => {
    const gradient = x.map((value, i) => curvatures[i] * value);
    return { value: 0.5 * dot(x, gradient), gradient };
  };

async function iterates(
  f: Objective,
  start: readonly number[],
  options: LbfgsOptions & { readonly maximum?: number } = {},
): Promise<LbfgsIterate[]> {
  const found: LbfgsIterate[] = [];
  for await (const iterate of lbfgs(f, Float64Array.from(start), options)) {
    found.push(iterate);
    if (iterate.iteration >= (options.maximum ?? 200)) break;
  }
  return found;
}

describe("L-BFGS", () => {
  it("solves Rosenbrock's valley, and faster and faster at the end", async () => {
    const path = await iterates(rosenbrock, [-1.2, 1], { tolerance: 1e-10 });
    const last = path[path.length - 1];
    expect(path.length).toBeLessThan(50);
    expect(Math.hypot(last.point[0] - 1, last.point[1] - 1)).toBeLessThan(1e-9);
    const errors = path.slice(-4).map(({ point }) => Math.hypot(point[0] - 1, point[1] - 1));
    const ratios = [errors[2] / errors[1], errors[3] / errors[2]];
    expect(Math.max(...ratios)).toBeLessThan(0.1);
  });

  it("never goes up, and gains from what it remembers", async () => {
    const lengths: number[] = [];
    const f = quadratic(Float64Array.from({ length: 20 }, (_, i) => 1.5 ** i));
    for (const memory of [1, 20]) {
      const path = await iterates(f, new Array(20).fill(1), { memory, tolerance: 1e-4, maximum: 1000 });
      for (let k = 1; k < path.length; k++) expect(path[k].value).toBeLessThan(path[k - 1].value);
      lengths.push(path.length);
    }
    expect(lengths[1]).toBeLessThan(lengths[0] / 1.5);
  });

  it("ends on a quadratic in about as many steps as it has variables, when it remembers them all", async () => {
    const curvatures = Float64Array.from({ length: 8 }, (_, i) => 4 ** i / 100);
    // Near-exact line searches: then the directions are conjugate.
    const options = { memory: 20, tolerance: 1e-9, curvature: 1e-4, evaluations: 60 };
    const path = await iterates(quadratic(curvatures), new Array(8).fill(1), options);
    expect(path.length).toBeLessThanOrEqual(14);
    expect(path[path.length - 1].gradientNorm).toBeLessThan(1e-9);
  });

  it("works down to the rounding of a float32 objective", async () => {
    const f: Objective = async (x) => {
      const { value, gradient } = await rosenbrock(x);
      return { value: Math.fround(value + 1), gradient: gradient.map(Math.fround) };
    };
    const path = await iterates(f, [-1.2, 1], { tolerance: 1e-6, maximum: 100 });
    expect(path[path.length - 1].gradientNorm).toBeLessThan(1e-3);
  });

  it("ends at once where the gradient vanishes, and by itself where nothing goes down", async () => {
    expect(await iterates(rosenbrock, [1, 1])).toHaveLength(1);
    const liar: Objective = async (x) => ({ value: dot(x, x), gradient: x.map((value) => -value) });
    expect(await iterates(liar, [1, 1])).toHaveLength(1);
  });
});

describe("the line search", () => {
  const f: Objective = async ([x]) => ({
    value: x ** 4 / 4 - 2 * x + Math.sin(3 * x) / 6,
    gradient: Float64Array.of(x ** 3 - 2 + Math.cos(3 * x) / 2),
  });
  const options = { decrease: 1e-4, curvature: 0.3, noise: 0, evaluations: 30 };

  it("finds the strong Wolfe conditions from any first step", async () => {
    for (const u of uniforms(keyFrom(4), 20)) {
      const start = await f(Float64Array.of(-1));
      const direction = start.gradient.map((g) => -g);
      const slope = dot(direction, start.gradient);
      const origin = { ...start, point: Float64Array.of(-1), step: 0, slope };
      const { accepted } = await lineSearch(f, { origin, direction, firstStep: 10 ** (6 * u - 3) }, options);
      expect(accepted).toBeDefined();
      if (accepted === undefined) continue;
      expect(accepted.value).toBeLessThanOrEqual(start.value + 1e-4 * accepted.step * slope);
      expect(Math.abs(accepted.slope)).toBeLessThanOrEqual(0.3 * Math.abs(slope));
    }
  });

  it("backs off from points where the function is not a number", async () => {
    const log: Objective = async ([x]) => ({ value: x - Math.log(x), gradient: Float64Array.of(1 - 1 / x) });
    const point = Float64Array.of(3);
    const start = await log(point);
    const direction = Float64Array.of(-1);
    const origin = { ...start, point, step: 0, slope: dot(direction, start.gradient) };
    const { accepted } = await lineSearch(log, { origin, direction, firstStep: 50 }, options);
    expect(Number.isFinite(accepted?.value)).toBe(true);
  });
});
