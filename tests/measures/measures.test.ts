/** @file Every measure agrees with itself: mass one, score the gradient, samples from the density, quantile inverse to cdf. */

import { describe, expect, it } from "vitest";
import { inverse } from "../../src/linalg/lu.ts";
import { identity, type Matrix, matvec } from "../../src/linalg/matrix.ts";
import { affineLogDet, applyAffine, composeAffine, pushGaussian } from "../../src/measures/affineMap.ts";
import { banana } from "../../src/measures/banana.ts";
import { gaussian } from "../../src/measures/gaussian.ts";
import { kernelDensity } from "../../src/measures/kernelDensity.ts";
import type { LineMeasure, Measure } from "../../src/measures/measure.ts";
import { gaussianMixture } from "../../src/measures/mixture.ts";
import { ring } from "../../src/measures/ring.ts";
import { latinHypercube, rotatedProduct } from "../../src/measures/rotatedProduct.ts";
import { smoothBox } from "../../src/measures/smoothBox.ts";
import { spiral } from "../../src/measures/spiral.ts";
import { superposition } from "../../src/measures/superposition.ts";
import { estimate, moments } from "../../src/metrics/statistics.ts";
import { normals } from "../../src/random/draw.ts";
import { keyFrom } from "../../src/random/key.ts";
import { randomRotation } from "../../src/random/rotation.ts";

const tilted: Matrix = [
  [1, -0.3],
  [-0.3, 0.5],
];
const bumps = gaussianMixture({
  weights: [0.5, 0.3, 0.2],
  means: [[-2], [0.5], [3]],
  deviations: [0.3, 0.5, 0.2],
});

const planar: [string, Measure][] = [
  ["gaussian", gaussian({ mean: [0.5, -1], covariance: tilted })],
  [
    "full mixture",
    gaussianMixture({
      weights: [0.7, 0.3],
      means: [
        [0, 0],
        [2, 1],
      ],
      covariances: [
        tilted,
        [
          [0.2, 0.1],
          [0.1, 0.3],
        ],
      ],
    }),
  ],
  [
    "isotropic mixture",
    gaussianMixture({
      weights: [0.6, 0.4],
      means: [
        [0, 0],
        [2, 1],
      ],
      deviations: [0.5, 0.8],
    }),
  ],
  ["kernel density", kernelDensity(normals(keyFrom(1), 60), 2)],
  [
    "rotated product",
    rotatedProduct({
      factors: [bumps, gaussian({ mean: [1], covariance: [[0.25]] })],
      rotation: randomRotation(keyFrom(2), 2),
    }),
  ],
  ["banana", banana({ centre: [0.5, -1], deviations: [0.7, 0.4], bend: 0.4 })],
  ["ring", ring({ centre: [0.5, -0.3], radius: 2, deviation: 0.3 })],
  ["spiral", spiral({ centre: [0, 0.5], radii: [0.5, 3], turns: 1.5, deviation: 0.25, components: 30 })],
  [
    "superposition",
    superposition({
      weights: [0.3, 0.7],
      components: [
        ring({ centre: [1, 0], radius: 2, deviation: 0.3 }),
        gaussian({ mean: [0.5, -1], covariance: tilted }),
      ],
    }),
  ],
  [
    "box with smooth edges",
    rotatedProduct({
      factors: [
        smoothBox({ interval: [-2, 1], deviation: 0.3 }),
        smoothBox({ interval: [0, 1.5], deviation: 0.25 }),
      ],
      rotation: randomRotation(keyFrom(4), 2),
    }),
  ],
];

const onLine: [string, LineMeasure][] = [
  ["gaussian", gaussian({ mean: [0.3], covariance: [[0.49]] })],
  ["mixture", bumps],
  ["kernel density", kernelDensity(normals(keyFrom(3), 40), 1, { bandwidth: 0.2 })],
  ["smooth box", smoothBox({ interval: [-1.5, 0.7], deviation: 0.3 })],
];

describe.each(planar)("%s in the plane", (_, measure) => {
  const points = measure.sample(keyFrom(5), 4000);

  it("has mass one (the trapezoidal rule converges exponentially: 0.1 against widths above 0.2)", () => {
    const grid: number[] = [];
    for (let x = -8; x <= 8; x += 0.1) for (let y = -8; y <= 8; y += 0.1) grid.push(x, y);
    const mass = measure.logDensity(Float64Array.from(grid)).reduce((sum, l) => sum + Math.exp(l) * 0.01, 0);
    expect(mass).toBeCloseTo(1, 8);
  });

  it("has the gradient of its log-density as score", () => {
    const some = points.subarray(0, 100);
    const score = measure.score(some);
    const h = 1e-5; // central differences: error h² times third derivatives of at most 1e3
    for (const a of [0, 1]) {
      const shifted = (sign: number) =>
        measure.logDensity(some.map((value, k) => (k % 2 === a ? value + sign * h : value)));
      const [up, down] = [shifted(1), shifted(-1)];
      up.forEach((value, i) => {
        expect(Math.abs((value - down[i]) / (2 * h) - score[2 * i + a])).toBeLessThan(1e-6);
      });
    }
  });

  it("has samples of its own density: Stein's identity and mean log-density", () => {
    // E[score] = 0 and E[x · score] = −d, four standard errors each.
    const score = measure.score(points);
    for (const a of [0, 1]) {
      const part = estimate(score.filter((_value, k) => k % 2 === a));
      expect(Math.abs(part.mean) / part.standardError).toBeLessThan(4);
    }
    const virial = estimate(
      Float64Array.from(
        { length: 4000 },
        (_value, i) => points[2 * i] * score[2 * i] + points[2 * i + 1] * score[2 * i + 1],
      ),
    );
    expect(Math.abs(virial.mean + 2) / virial.standardError).toBeLessThan(4);
    let exact = 0;
    const grid: number[] = [];
    for (let x = -8; x <= 8; x += 0.1) for (let y = -8; y <= 8; y += 0.1) grid.push(x, y);
    for (const l of measure.logDensity(Float64Array.from(grid))) exact += l * Math.exp(l) * 0.01;
    const sampled = estimate(measure.logDensity(points));
    expect(Math.abs(sampled.mean - exact) / sampled.standardError).toBeLessThan(4);
  });

  it("is deterministic in its key and has no distribution function", () => {
    expect(measure.sample(keyFrom(5), 4000)).toEqual(points);
    if ("cdf" in measure)
      expect(() => (measure as LineMeasure).cdf(0)).toThrow("must have dimension 1, got 2");
  });
});

describe.each(onLine)("%s on the line", (_, measure) => {
  it("quantile inverts cdf and upperQuantile inverts survival, far into the tails", () => {
    for (const u of [1e-200, 1e-19, 1e-6, 0.1, 0.5, 0.8, 0.999]) {
      // The slope of log cdf against x is at most about 100 here: 1e-12 is a position error of 1e-14.
      expect(Math.abs(measure.cdf(measure.quantile(u)) / u - 1)).toBeLessThan(2e-12);
      expect(Math.abs(measure.survival(measure.upperQuantile(u)) / u - 1)).toBeLessThan(2e-12);
    }
  });

  it("has the density as derivative of cdf, and cdf + survival = 1", () => {
    const h = 1e-4;
    for (const x of [-2.2, -1, 0, 0.4, 3]) {
      const density = Math.exp(measure.logDensity(Float64Array.of(x))[0]);
      expect((measure.cdf(x + h) - measure.cdf(x - h)) / (2 * h)).toBeCloseTo(density, 6);
      expect(measure.cdf(x) + measure.survival(x)).toBeCloseTo(1, 14);
    }
  });

  it("has samples that pass the test of Kolmogorov and Smirnov", () => {
    const sorted = measure.sample(keyFrom(6), 20_000).sort();
    let largest = 0;
    sorted.forEach((x, i) => {
      largest = Math.max(largest, Math.abs(measure.cdf(x) - (i + 0.5) / sorted.length));
    });
    expect(largest * Math.sqrt(sorted.length)).toBeLessThan(1.95); // exceeded once in a thousand
  });
});

describe("gaussian", () => {
  it("has the closed-form density, score and entropy", () => {
    const measure = gaussian({ mean: [0.5, -1], covariance: tilted });
    const x = [1, 2];
    const pull = matvec(inverse(tilted), [0.5, 3]);
    const exponent = -0.5 * (0.5 * pull[0] + 3 * pull[1]) - Math.log(2 * Math.PI) - 0.5 * Math.log(0.41);
    expect(measure.logDensity(Float64Array.from(x))[0]).toBeCloseTo(exponent, 12);
    expect(measure.score(Float64Array.from(x))[0]).toBeCloseTo(-pull[0], 12);
    expect(measure.entropy).toBeCloseTo(Math.log(2 * Math.PI * Math.E) + 0.5 * Math.log(0.41), 13);
  });

  it("is carried to a Gaussian by an affine map, density included", () => {
    const map = {
      matrix: [
        [1, 0.4],
        [-0.2, 2],
      ],
      offset: [1, -1],
    };
    const before = gaussian({ mean: [0.5, -1], covariance: tilted });
    const after = gaussian(pushGaussian(map, before));
    const points = before.sample(keyFrom(7), 50);
    const image = after.logDensity(applyAffine(map, points));
    before.logDensity(points).forEach((value, i) => {
      expect(image[i]).toBeCloseTo(value - affineLogDet(map), 12);
    });
    const twice = applyAffine(composeAffine(map, map), points);
    applyAffine(map, applyAffine(map, points)).forEach((value, i) => {
      expect(value).toBeCloseTo(twice[i], 13);
    });
  });
});

describe("mixtures", () => {
  it("evaluate alike by the isotropic and by the full path", () => {
    const full = gaussianMixture({
      weights: [0.6, 0.4],
      means: [
        [0, 0],
        [2, 1],
      ],
      // Off-diagonal entries of 1e-300 select the full path and change nothing.
      covariances: [0.25, 0.64].map((v) => [
        [v, 1e-300],
        [1e-300, v],
      ]),
    });
    const isotropic = planar[2][1];
    const points = normals(keyFrom(8), 200);
    const [a, b] = [full.logDensity(points), isotropic.logDensity(points)];
    const [s, t] = [full.score(points), isotropic.score(points)];
    a.forEach((value, i) => {
      expect(value).toBeCloseTo(b[i], 13);
    });
    s.forEach((value, i) => {
      expect(value).toBeCloseTo(t[i], 12);
    });
  });

  it("stay finite a thousand deviations away", () => {
    const far = bumps.logDensity(Float64Array.of(500));
    expect(far[0]).toBeCloseTo(
      Math.log(0.3 / 0.5) - 0.5 * Math.log(2 * Math.PI) - 0.5 * (499.5 / 0.5) ** 2,
      6,
    );
  });

  it("refuse bad weights, shapes and covariances", () => {
    const means = [[0], [1]];
    expect(() => gaussianMixture({ weights: [1, 1], means, deviations: [1, 1] })).toThrow(
      "weights must sum to 1, got a sum of 2",
    );
    expect(() => gaussianMixture({ weights: [1.5, -0.5], means, deviations: [1, 1] })).toThrow(
      "got -0.5 at index 1",
    );
    expect(() => gaussianMixture({ weights: [0.5, 0.5], means: [[0], [1, 2]], deviations: [1, 1] })).toThrow(
      "rows of 1 finite numbers, got [1,2] at index 1",
    );
    expect(() => gaussianMixture({ weights: [0.5, 0.5], means, deviations: [1] })).toThrow(
      "must have length 2, got 1",
    );
    expect(() =>
      gaussian({
        mean: [0, 0],
        covariance: [
          [1, 2],
          [2, 1],
        ],
      }),
    ).toThrow("gaussian: covariance");
    expect(() => bumps.logDensity(new Float64Array(0)).length).not.toThrow();
  });
});

describe("kernelDensity", () => {
  const points = normals(keyFrom(9), 2 * 500).map((z, k) => (k % 2 === 0 ? 100 * z : z));

  it("takes Silverman's width in the units of each coordinate", () => {
    const [wide, narrow] = kernelDensity(points, 2).bandwidth;
    const { covariance } = moments(points, 2);
    const factor = (4 / (4 * 500)) ** (1 / 6) * Math.sqrt(500 / 499);
    expect(wide).toBeCloseTo(factor * Math.sqrt(covariance[0][0]), 10);
    expect(narrow).toBeCloseTo(factor * Math.sqrt(covariance[1][1]), 12);
  });

  it("adds the squared bandwidth to the covariance of the points", () => {
    const density = kernelDensity(points, 2, { bandwidth: [50, 0.5] });
    const { covariance } = moments(points, 2);
    const samples = density.sample(keyFrom(10), 40_000);
    const squares = estimate(samples.filter((_, k) => k % 2 === 0).map((x) => x * x));
    const mean = moments(points, 2).mean[0];
    expect(
      Math.abs(squares.mean - covariance[0][0] - mean * mean - 2500) / squares.standardError,
    ).toBeLessThan(4);
  });

  it("evaluates 342 kernels at 256 × 256 points within a second", () => {
    const density = kernelDensity(normals(keyFrom(11), 684), 2);
    const grid = new Float64Array(2 * 65_536).map((_, k) => ((k % 512) - 256) / 64);
    const start = performance.now();
    density.logDensity(grid);
    expect(performance.now() - start).toBeLessThan(3000); // 0.3 s measured; room for a busy machine
  });
});

describe("rotatedProduct", () => {
  it("refuses a matrix that is not orthogonal", () => {
    const factors = [bumps, bumps];
    expect(() =>
      rotatedProduct({
        factors,
        rotation: [
          [1, 0.1],
          [0, 1],
        ],
      }),
    ).toThrow("rotation must be orthogonal");
  });
});

describe("latinHypercube", () => {
  it("puts one particle into every slice of every factor, and carries no sampling noise in separable means", () => {
    const factors = [
      gaussian({ mean: [1], covariance: [[4]] }),
      gaussian({ mean: [-2], covariance: [[0.25]] }),
    ];
    const product = rotatedProduct({ factors, rotation: identity(2) });
    const points = latinHypercube(product, keyFrom(1), 1000);
    factors.forEach((factor, a) => {
      const slices = Array.from({ length: 1000 }, (_, i) => Math.floor(1000 * factor.cdf(points[2 * i + a])));
      expect(new Set(slices).size).toBe(1000);
    });
    const mean = points.reduce((sum, x, i) => sum + (i % 2 === 0 ? x * x : 0), 0) / 1000;
    // Independent samples would miss E x² = 5 by 0.2; stratified ones by the variance inside slices.
    expect(Math.abs(mean - 5)).toBeLessThan(0.03);
  });
});
