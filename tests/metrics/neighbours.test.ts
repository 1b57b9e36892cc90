import { describe, expect, it } from "vitest";
import { neighbours } from "../../src/metrics/neighbours.ts";
import { normals } from "../../src/random/draw.ts";
import { keyFrom } from "../../src/random/key.ts";

describe("neighbours", () => {
  it.each([1, 2, 3, 5])("are those that a look at every point finds, in dimension %i", (d) => {
    const points = normals(keyFrom(d), 500 * d).map((x, i) => (i < 40 * d ? 0.5 : x)); // forty of them coincide
    const tree = neighbours(points, d);
    for (const centre of [0, 39, 40, 250, 499]) {
      const squares = Array.from({ length: 500 }, (_, i) => {
        let sum = 0;
        for (let a = 0; a < d; a++) sum += (points[i * d + a] - points[centre * d + a]) ** 2;
        return sum;
      });
      const found = [...tree.nearest(centre, 60)];
      expect(new Set(found).size).toBe(60);
      const distances = found.map((i) => squares[i]);
      expect(distances[0]).toBe(Math.max(...distances));
      expect(distances.sort((a, b) => a - b)).toEqual(squares.sort((a, b) => a - b).slice(0, 60));
    }
  });

  it("are all points where more are asked for", () => {
    expect(new Set(neighbours([3, 1, 2], 1).nearest(0, 9))).toEqual(new Set([0, 1, 2]));
  });
});
