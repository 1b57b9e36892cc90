/** @file Free energies: internal energy, potential and interaction, in any combination. */

import * as tf from "@tensorflow/tfjs";
import { check } from "../check/check.ts";
import type { CloudTensors, Energy, Potential } from "./energy.ts";
import type { Interaction } from "./interaction.ts";
import type { InternalEnergy } from "./internalEnergy.ts";

/**
 * `F(ρ) = ∫U(ρ) + ∫Vρ + ½∬W(x−y)ρρ` with at least one of its terms. Its Wasserstein gradient flow is
 * `∂_t ρ = ∇·(ρ∇(U'(ρ) + V + W*ρ))`: Fokker–Planck equations with the entropy and a potential, the porous medium equation with
 * a power, aggregation with an interaction.
 */
export function freeEnergy(terms: {
  readonly internal?: InternalEnergy;
  readonly potential?: Potential;
  readonly interaction?: Interaction;
}): Energy {
  const { internal, potential, interaction } = terms;
  const specs = [internal, potential, interaction].flatMap((term) => (term === undefined ? [] : [term.spec]));
  check(
    specs.length > 0,
    () => "freeEnergy: give at least one of internal, potential and interaction, got none",
  );
  return {
    name: specs.map(({ kind }) => kind).join(" + "),
    internal,
    potential,
    interaction,
    integrand({ dimension: d, count, positions, logDensity }) {
      const values = new Float64Array(count);
      if (internal !== undefined) {
        for (let i = 0; i < count; i++) values[i] += internal.value(logDensity[i]);
      }
      if (potential !== undefined) {
        const x = new Float64Array(d);
        for (let i = 0; i < count; i++) {
          for (let k = 0; k < d; k++) x[k] = positions[i * d + k];
          values[i] += potential.value(x);
        }
      }
      if (interaction !== undefined) {
        const field = interaction.field({ dimension: d, count, positions, logDensity });
        const energy = 0.5 * mean(field);
        for (let i = 0; i < count; i++) values[i] += field[i] - energy;
      }
      return values;
    },
    integrandTensor({ positions, logDensity }) {
      const field = interaction?.fieldTensor(positions);
      return sumOf([
        internal?.tensor(logDensity),
        potential?.tensor(positions),
        // Each particle takes part in two sums: with W*ρ − ½⟨W*ρ⟩ the spread over particles tells the error of the mean.
        field && tf.sub(field, tf.mul(0.5, tf.mean(field, 1, true))),
      ]);
    },
    chemicalPotential: ({ positions, logDensity }: CloudTensors) =>
      sumOf([
        internal?.chemicalPotential(logDensity),
        potential?.tensor(positions),
        interaction?.fieldTensor(positions),
      ]),
  };
}

function sumOf(terms: readonly (tf.Tensor | undefined)[]): tf.Tensor2D {
  return terms.filter((term) => term !== undefined).reduce((sum, term) => tf.add(sum, term)) as tf.Tensor2D;
}

function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
