/** @file The energy of a particle in phase space. */

import * as tf from "@tensorflow/tfjs";
import type { PhaseSpace } from "../domains/phaseSpace.ts";
import type { Potential } from "./energy.ts";

/**
 * `H(x, v) = ½|v|² + V(x)` on phase space, `½|v|²` alone without `V`.
 *
 * @param options.potential `V`, of as many coordinates as phase space has positions.
 */
export function hamiltonian(options: {
  readonly space: PhaseSpace;
  readonly potential?: Potential;
}): Potential {
  const { space, potential } = options;
  const { start, count } = space.velocities;
  const position = (z: ArrayLike<number>) => Array.from({ length: start }, (_, k) => z[k]);
  const still = () => new Array<number>(start).fill(0);
  return {
    spec: {
      kind: "hamiltonian",
      positions: space.positions.count,
      velocities: count,
      period: space.period ?? null,
      potential: potential?.spec ?? null,
    },
    value(z) {
      let kinetic = 0;
      for (let k = 0; k < count; k++) kinetic += 0.5 * z[start + k] ** 2;
      return kinetic + (potential?.value(position(z)) ?? 0);
    },
    gradient: (z) => [
      ...(potential?.gradient(position(z)) ?? still()),
      ...Array.from({ length: count }, (_, k) => z[start + k]),
    ],
    hessian(z) {
      const ofPositions = potential?.hessian(position(z)) ?? still().map(still);
      return Array.from({ length: space.dimension }, (_, i) =>
        Array.from({ length: space.dimension }, (_, j) =>
          i < start && j < start ? ofPositions[i][j] : Number(i === j && i >= start),
        ),
      );
    },
    tensor(z) {
      const part = (from: number, size: number) =>
        tf.slice(z, [...z.shape.slice(1).map(() => 0), from], [...z.shape.slice(1).map(() => -1), size]);
      const kinetic = tf.mul(0.5, tf.sum(tf.square(part(start, count)), -1));
      return potential === undefined ? kinetic : tf.add(kinetic, potential.tensor(part(0, start)));
    },
  };
}
