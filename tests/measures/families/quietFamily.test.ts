import { describe, expect, it } from "vitest";
import { quietFamily } from "../../../src/measures/families/quietFamily.ts";
import { trigonometricMixtureFamily } from "../../../src/measures/families/trigonometricMixtureFamily.ts";
import { keyFrom } from "../../../src/random/key.ts";

const family = trigonometricMixtureFamily({ components: [1, 3], harmonics: 2, concentrations: [0.1, 5] });
const quiet = quietFamily(family);

/** `E e^{iθ}` of points, and of the density by the periodic rule. */
function mean(angles: Float64Array, weights: (angle: number, i: number) => number): [number, number] {
  let [cosine, sine] = [0, 0];
  angles.forEach((angle, i) => {
    cosine += weights(angle, i) * Math.cos(angle);
    sine += weights(angle, i) * Math.sin(angle);
  });
  return [cosine, sine];
}

describe("quietFamily", () => {
  it("draws the densities of its family", () => {
    const points = Float64Array.of(0.3, 2, 5.5);
    expect(quiet.draw(keyFrom(4)).logDensity(points)).toEqual(family.draw(keyFrom(4)).logDensity(points));
  });

  it("has means over any run of consecutive samples that are off by O(log n/n)", () => {
    const angles = Float64Array.from({ length: 512 }, (_, i) => (2 * Math.PI * i) / 512);
    for (let seed = 0; seed < 10; seed++) {
      const measure = quiet.draw(keyFrom(seed));
      const densities = measure.logDensity(angles).map((value) => (Math.exp(value) * 2 * Math.PI) / 512);
      const exact = mean(angles, (_, i) => densities[i]);
      const samples = measure.sample(keyFrom(100 + seed), 2000);
      for (const [start, count] of [
        [0, 128],
        [777, 128],
        [500, 1024],
      ]) {
        const own = mean(samples.slice(start, start + count), () => 1 / count);
        const error = Math.hypot(own[0] - exact[0], own[1] - exact[1]);
        // Independent samples are off by about 1/√n: two and five times as much.
        expect(error).toBeLessThan(Math.log(count) / count);
      }
    }
  });
});
