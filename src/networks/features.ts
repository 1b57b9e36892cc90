/** @file What a network sees of a point: its coordinates, and waves on a torus. */

import * as tf from "@tensorflow/tfjs";
import type { Coordinates, Torus } from "../domains/phaseSpace.ts";
import { type Dual, identityTangent } from "./dual.ts";

/** Which features there are; the rest of the network's shape follows. */
export interface FeatureShape {
  readonly dimension: number;
  readonly torus: Torus | undefined;
  /** Waves `cos 2πkx/L, sin 2πkx/L` of each periodic coordinate, for `k` up to this. */
  readonly harmonics: number;
}

/** How many features there are. */
export function featureCount({ dimension, torus, harmonics }: FeatureShape): number {
  const periodic = torus?.coordinates.count ?? 0;
  return dimension - periodic + 2 * harmonics * periodic;
}

/** Where a block of coordinates stands among the features; undefined where they are periodic, and waves stand for them. */
export function featuresOf(shape: FeatureShape, block: Coordinates): Coordinates | undefined {
  const { torus, harmonics } = shape;
  if (torus === undefined) return block;
  const { start, count } = torus.coordinates;
  const isApart = block.start + block.count <= start || block.start >= start + count;
  if (!isApart) return undefined;
  return block.start < start ? block : { ...block, start: block.start + count * (2 * harmonics - 1) };
}

/**
 * The features of points and their derivatives along some coordinates. Where a feature depends on its own coordinate linearly its
 * tangent is the same at every particle, and the whole tangent is `[F, d, 1, 1]` where all are.
 *
 * @param at.framed coordinates `[D, B, n]` shifted and scaled; torus coordinates as they are.
 * @param at.along the coordinates along which derivatives are taken, with respect to the framed ones.
 */
export function pointFeatures(
  shape: FeatureShape,
  at: { readonly framed: tf.Tensor3D; readonly along: Coordinates },
): Dual {
  const { dimension, torus } = shape;
  const { framed, along } = at;
  const selected = tf.slice(identityTangent(dimension), [0, along.start, 0, 0], [-1, along.count, -1, -1]);
  if (torus === undefined) return { value: framed, tangent: selected as tf.Tensor4D };
  const { start, count } = torus.coordinates;
  const end = start + count;
  const cut = (first: number, size: number): Dual[] =>
    size === 0
      ? []
      : [
          {
            value: tf.slice(framed, [first, 0, 0], [size, -1, -1]),
            tangent: tf.slice(selected, [first, 0, 0, 0], [size, -1, -1, -1]) as tf.Tensor4D,
          },
        ];
  const isStill = featuresOf(shape, along) !== undefined;
  const parts = [
    ...cut(0, start),
    ...cut(start, count).flatMap((periodic) => waves(shape, periodic, isStill)),
    ...cut(end, dimension - end),
  ];
  const isConstant = parts.every(({ tangent }) => tangent.shape[3] === 1);
  const [, batch, n] = framed.shape;
  const spread = (tangent: tf.Tensor4D) =>
    isConstant || tangent.shape[3] === n ? tangent : tf.add(tangent, tf.zeros([1, 1, batch, n]));
  return {
    value: tf.concat(
      parts.map(({ value }) => value),
      0,
    ),
    tangent: tf.concat(
      parts.map(({ tangent }) => spread(tangent) as tf.Tensor4D),
      0,
    ),
  };
}

function waves({ torus, harmonics }: FeatureShape, x: Dual, isStill: boolean): Dual[] {
  return Array.from({ length: harmonics }, (_, h) => {
    const wave = (2 * Math.PI * (h + 1)) / (torus as Torus).period;
    const phase = tf.mul(x.value, wave);
    const [cosine, sine] = [tf.cos(phase), tf.sin(phase)];
    const turned = (slope: tf.Tensor): tf.Tensor4D =>
      isStill ? x.tangent : (tf.mul(tf.expandDims(tf.mul(slope, wave), 1), x.tangent) as tf.Tensor4D);
    return [
      { value: cosine, tangent: turned(tf.neg(sine)) },
      { value: sine, tangent: turned(cosine) },
    ] as Dual[];
  }).flat();
}
