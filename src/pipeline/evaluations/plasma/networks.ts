/** @file The networks that make the steps of plasmas. */

import { type PerStepOptions, perStepDefaults } from "../../../jko/perStepSettings.ts";
import type { StreamOptions } from "./streams.ts";

/** A gradient field of one hidden layer by L-BFGS, stopped where particles that it does not see gain nothing more. */
export const plasmaTuned: StreamOptions["networks"][number] = {
  name: "tuned",
  label: "gradient field, L-BFGS",
  options: perStepDefaults,
};

/**
 * A perceptron on `cos kx, sin kx` and the velocities, leaky ReLU, 50 full-batch iterations of Adam at the rate 0.001 in every step, from
 * the parameters of the step before; no particles are held out.
 */
export function plasmaUsual(hidden: readonly number[]): StreamOptions["networks"][number] {
  const options: PerStepOptions = {
    network: { form: "mlp", hidden, activation: "leakyRelu", skip: false },
    optimizer: { kind: "adam", rate: 1e-3, schedule: "constant" },
    scaling: "none",
    holdOut: 0,
    maximum: 50,
    checkEvery: 50,
    patience: Number.POSITIVE_INFINITY,
  };
  return { name: "usual", label: "perceptron, 50 iterations of Adam", options };
}
