/** @file Interactions in Float64: sums from moments against sums over pairs. */

import { describe, expect, it } from "vitest";
import { powerInteraction } from "../../src/energies/powerInteraction.ts";
import { normals } from "../../src/random/draw.ts";
import { keyFrom } from "../../src/random/key.ts";

describe.each([1, 2, 3])("the field of an interaction in dimension %i", (d) => {
  // Off centre, and more particles than a sampled sum would visit.
  const count = 700;
  const positions = normals(keyFrom(d), count * d).map((x) => 0.8 * x + 3);
  const cloud = { dimension: d, count, positions, logDensity: new Float64Array(count) };

  it("is that of all pairs for squares and fourth powers", () => {
    const { field, value } = powerInteraction({
      terms: [
        { coefficient: 1.3, power: 4 },
        { coefficient: -0.7, power: 2 },
      ],
    });
    const byMoments = field(cloud);
    for (const i of [0, 17, count - 1]) {
      let sum = 0;
      for (let j = 0; j < count; j++) {
        let squared = 0;
        for (let k = 0; k < d; k++) squared += (positions[i * d + k] - positions[j * d + k]) ** 2;
        sum += value(squared);
      }
      expect(byMoments[i] / (sum / (count - 1)) - 1).toBeCloseTo(0, 11);
    }
  });
});
