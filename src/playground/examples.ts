/** @file Densities to begin with, as strokes of the brush. */

import type { Dab } from "./drawing.ts";

/** A named density that a visitor can start from, and change. */
export interface Example {
  readonly name: string;
  readonly dabs: readonly Dab[];
}

/** Dabs along a curve, `t` from 0 to 1. */
function along(count: number, curve: (t: number) => Dab): Dab[] {
  return Array.from({ length: count }, (_, k) => curve(k / (count - 1)));
}

export const examples: readonly Example[] = [
  {
    name: "Ring",
    dabs: along(97, (t) => ({
      x: 2.3 * Math.cos(2 * Math.PI * t),
      y: 2.3 * Math.sin(2 * Math.PI * t),
      size: 0.12,
    })),
  },
  {
    name: "Two blobs",
    dabs: [
      { x: -1.9, y: -1.2, size: 0.3, weight: 2 },
      { x: 1.8, y: 1.4, size: 0.45, weight: 3 },
    ],
  },
  {
    name: "Spiral",
    dabs: along(160, (t) => {
      const radius = 0.4 + 2.6 * t;
      const angle = 3.6 * Math.PI * t;
      return {
        x: radius * Math.cos(angle),
        y: radius * Math.sin(angle),
        size: 0.1,
        weight: 0.3 + t, // the outer turns are longer
      };
    }),
  },
  {
    name: "Banana",
    dabs: along(80, (t) => {
      const x = 4.4 * (t - 0.5);
      return {
        x,
        y: 1.6 - 0.62 * x ** 2,
        size: 0.18,
        weight: Math.exp(-0.25 * x ** 2) * Math.hypot(1, 1.24 * x),
      };
    }),
  },
];
