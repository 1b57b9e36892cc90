/** @file Rivals of the step by step solvers that learn one field for all times: score-based transport and velocity matching. */

import * as tf from "@tensorflow/tfjs";
import { check } from "../../check/check.ts";
import type { PhaseSpace } from "../../domains/phaseSpace.ts";
import { force } from "../../energies/derivatives.ts";
import type { Potential } from "../../energies/energy.ts";
import type { Engine } from "../../engine/engine.ts";
import { type GradientFlow, gradientFlow, movedCoordinates } from "../../jko/flow.ts";
import { moveCloud, velocityOf } from "../../jko/move.ts";
import { explicitField, scoreMatching } from "../../jko/perStepLoss.ts";
import type { Solver } from "../../jko/solver.ts";
import type { Cloud } from "../../measures/cloud.ts";
import { wasserstein } from "../../mobilities/mobility.ts";
import { type Dual, divergence } from "../../networks/dual.ts";
import {
  type FieldToTrain,
  type TrajectoryField,
  type TrajectoryTraining,
  trainTrajectoryField,
} from "./trajectoryField.ts";

/** A field that is trained already, and how many steps were made with it. */
export interface TrajectoryState {
  readonly field: TrajectoryField;
  readonly step: number;
}

/**
 * Score-based transport: one network `s(t, z)` for the score `∇_v log f` at all times, trained by implicit score matching
 * `Σ_t E(½|s|² + ∇_v·s)` on the trajectories that it makes itself, `u = −ε(v + T s)`. Everything is learnt before the first step.
 */
export function scoreTransportSolver(engine: Engine, training: TrajectoryTraining): Solver<TrajectoryState> {
  return endToEndSolver(engine, training, {
    name: "score-based transport",
    isWhole: false,
    target: (flow) => ({
      dimension: flow.dimension,
      components: movedCoordinates(flow).count,
      along: movedCoordinates(flow),
      perParticle: (_positions, field) => scoreMatching(field),
    }),
    move(flow, cloud, score) {
      const velocity = velocityOf(flow, cloud, explicitField(flow, cloud, score));
      return moveCloud(flow, cloud, { velocity, portion: 1, iterations: 0 });
    },
  });
}

/** The equation `∂_t f + v·∇_x f − ∇V·∇_v f = ε ∇_v·(v f + T ∇_v f)`. */
export interface KineticEquation {
  readonly space: PhaseSpace;
  readonly potential: Potential;
  readonly strength: number;
  readonly temperature: number;
}

/**
 * Velocity matching: one network `F(t, z) = (F_x, F_v)` for the whole velocity of the continuity equation at all times, trained on
 *
 *     Σ_t E(½|F_x − v|² + ½|F_v + ∇V + εv|² − εT ∇_v·F_v),
 *
 * which is `½E|F − F*|²` less a constant, on the trajectories that it makes itself by Euler's method. Its steps are whole ones: transport
 * in phase space is learnt like everything else, and is not symplectic.
 */
export function velocityMatchingSolver(
  engine: Engine,
  training: TrajectoryTraining,
  equation: KineticEquation,
): Solver<TrajectoryState> {
  const { space, potential, strength, temperature } = equation;
  const { positions, velocities, dimension } = space;
  check(
    positions.count === velocities.count,
    () =>
      `velocityMatchingSolver: as many velocities as positions, got ${velocities.count} and ${positions.count}`,
  );
  const part = (x: tf.Tensor3D, start: number, count: number) => tf.slice(x, [start, 0, 0], [count, -1, -1]);
  const d = positions.count;
  const perParticle = (z: tf.Tensor3D, { value, tangent }: Dual): tf.Tensor2D => {
    const x = tf.slice(z, [0, 0, 0], [-1, -1, d]);
    const v = tf.transpose(tf.slice(z, [0, 0, d], [-1, -1, d]), [2, 0, 1]) as tf.Tensor3D;
    const drift = tf.sub(force((at) => potential.tensor(at), x as tf.Tensor3D).value, tf.mul(v, strength));
    const misses = tf.add(
      tf.sum(tf.squaredDifference(part(value, 0, d), v), 0),
      tf.sum(tf.squaredDifference(part(value, d, d), drift), 0),
    );
    // The whole Jacobian is at hand; the divergence that diffuses is that in velocities.
    const own = tf.slice(tangent, [d, d, 0, 0], [d, d, -1, -1]) as tf.Tensor4D;
    return tf.sub(
      tf.mul(misses, 0.5),
      tf.mul(divergence({ value: part(value, d, d), tangent: own }), strength * temperature),
    );
  };
  return endToEndSolver(engine, training, {
    name: "velocity matching",
    isWhole: true,
    target: () => ({ dimension, components: dimension, along: { start: 0, count: dimension }, perParticle }),
    move(flow, cloud, field) {
      const whole = gradientFlow({ ...flow, mobility: wasserstein });
      return moveCloud(whole, cloud, {
        velocity: velocityOf(whole, cloud, field),
        portion: 1,
        iterations: 0,
      });
    },
  });
}

function endToEndSolver(
  engine: Engine,
  training: TrajectoryTraining,
  method: {
    readonly name: string;
    readonly isWhole: boolean;
    readonly target: (flow: GradientFlow) => FieldToTrain;
    readonly move: (
      flow: GradientFlow,
      cloud: Cloud,
      field: Parameters<typeof velocityOf>[2],
    ) => ReturnType<typeof moveCloud>;
  },
): Solver<TrajectoryState> {
  const { name, isWhole, target, move } = method;
  return {
    name,
    isWhole,
    async init(flow, cloud, key) {
      const conservative = isWhole ? undefined : flow.conservative;
      const trajectory = async (field: TrajectoryField | undefined, steps: number) => {
        const places = [];
        let now = cloud;
        let fields = conservative?.init(cloud);
        for (let step = 0; step < steps; step++) {
          const pushed = conservative?.push(now, fields, flow.tau) ?? { cloud: now, fields };
          ({ cloud: now, fields } = pushed);
          places.push(now.positions);
          if (field !== undefined) now = move(flow, now, await field(now, step)).cloud;
        }
        return places;
      };
      const field = await trainTrajectoryField(
        engine,
        { target: target(flow), trajectory },
        { ...training, key },
      );
      return { field, step: 0 };
    },
    async step(flow, cloud, { field, step }) {
      check(
        step < training.steps,
        () => `${name}: the field was trained for ${training.steps} steps, and step ${step + 1} is asked for`,
      );
      return { ...move(flow, cloud, await field(cloud, step)), state: { field, step: step + 1 } };
    },
  };
}
