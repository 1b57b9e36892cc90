import { describe, expect, it } from "vitest";
import { gaussianMixture } from "../../src/measures/mixture.ts";
import {
  type Dab,
  type Drawing,
  densityOf,
  emptyDrawing,
  erased,
  isEmpty,
  painted,
  stroke,
} from "../../src/playground/drawing.ts";
import { examples } from "../../src/playground/examples.ts";

const draw = (...dabs: Dab[]): Drawing => painted(emptyDrawing(), dabs);

/** Mean and variance along the first coordinate of what is drawn. */
function momentsOf(drawing: Drawing) {
  const { weights, means, deviations } = densityOf(drawing);
  const mean = weights.reduce((sum, w, k) => sum + w * means[k][0], 0);
  const variance = weights.reduce(
    (sum, w, k) => sum + w * ((means[k][0] - mean) ** 2 + deviations[k] ** 2),
    0,
  );
  return { mean, variance };
}

describe("a drawn density", () => {
  it.each([0.15, 0.3, 0.6])(
    "has the mean of a dab of size %f, and its variance with that of a node",
    (size) => {
      const { mean, variance } = momentsOf(draw({ x: 0.37, y: -1.1, size }));
      expect(mean).toBeCloseTo(0.37, 2);
      expect(variance).toBeCloseTo(size ** 2 + 0.25 ** 2, 1);
    },
  );

  it("moves with the hand", () => {
    const logDensityAt = (drawing: Drawing, x: number) =>
      gaussianMixture(densityOf(drawing)).logDensity(Float64Array.of(x, 0.2))[0];
    const [here, there] = [draw({ x: 0.1, y: 0, size: 0.3 }), draw({ x: 1.1, y: 0, size: 0.3 })];
    expect(logDensityAt(there, 1.3)).toBeCloseTo(logDensityAt(here, 0.3), 12);
  });

  it("is smooth along a stroke", () => {
    const line = draw(...stroke({ x: -3, y: 0, size: 0.2 }, { x: 3, y: 0, size: 0.2 }));
    const along = Float64Array.from({ length: 80 }, (_, i) => (i % 2 === 0 ? -1 + i / 40 : 0));
    const values = gaussianMixture(densityOf(line)).logDensity(along).map(Math.exp);
    expect(Math.min(...values) / Math.max(...values)).toBeGreaterThan(0.9);
  });

  it("has shares of mass that add up, whatever was painted twice", () => {
    const drawing = draw({ x: 0, y: 0, size: 0.2 }, { x: 0, y: 0, size: 0.2 }, { x: 2, y: 0, size: 0.2 });
    const { weights, means } = densityOf(drawing);
    expect(weights.reduce((sum, w) => sum + w, 0)).toBeCloseTo(1, 12);
    const left = weights.reduce((sum, w, k) => sum + (means[k][0] < 1 ? w : 0), 0);
    expect(left).toBeCloseTo(2 / 3, 2);
  });

  it("is erased where the eraser goes, and nowhere else", () => {
    const drawing = draw({ x: -2, y: 0, size: 0.2 }, { x: 2, y: 0, size: 0.2 });
    let left = drawing;
    for (let k = 0; k < 12; k++) left = erased(left, { x: 2, y: 0, size: 0.4 });
    expect(densityOf(left).means.every(([x]) => x < 0)).toBe(true);
    expect(left.weights.filter((_, k) => drawing.weights[k] > 0 && k % 33 < 14)).toEqual(
      drawing.weights.filter((_, k) => drawing.weights[k] > 0 && k % 33 < 14),
    );
  });

  it("asks for something to evolve", () => {
    expect(isEmpty(emptyDrawing())).toBe(true);
    expect(() => densityOf(emptyDrawing())).toThrow(
      "There is nothing to evolve yet: draw a density, or take one of the examples.",
    );
  });

  it.each(examples)("$name lies within the window", ({ dabs }) => {
    const points = gaussianMixture(densityOf(draw(...dabs)));
    const { means } = densityOf(draw(...dabs));
    expect(means.flat().every((z) => Math.abs(z) <= 4)).toBe(true);
    expect(points.dimension).toBe(2);
  });
});
