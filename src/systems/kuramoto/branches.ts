/** @file Branches of steady states of the Kuramoto–Daido model, continued in the coupling around their folds. */

import { check } from "../../check/check.ts";
import { crossing, onwards, placeOf, stateAt, stride, vanished } from "./continuation.ts";
import { type Equilibrium, equilibriumNear, settledState, uniformState } from "./equilibria.ts";
import { weaklyNonlinearSquare } from "./thresholds.ts";

/** A branch: its points in order, and the folds between them. */
export interface Branch {
  /**
   * `uniform`: no order; `synchronised`: one cluster; `twofold`: two opposite clusters (`r_1 = 0`); `crossed`: one cluster beside a second
   * harmonic of the opposite sign.
   */
  readonly kind: "uniform" | "synchronised" | "twofold" | "crossed";
  readonly points: readonly Equilibrium[];
  /** Where it turns back in `K`: spinodals, at which a metastable state ends. */
  readonly folds: readonly Equilibrium[];
}

/**
 * All branches of steady states with couplings in a range, up to rotation.
 *
 * @param options.couplings `[low, high]`; above `high` only one ordered state of each kind is expected.
 */
export function equilibriumBranches(options: {
  readonly secondHarmonic: number;
  readonly couplings: readonly [low: number, high: number];
}): readonly Branch[] {
  const { secondHarmonic: m, couplings } = options;
  const [low, high] = couplings;
  check(
    low > 0 && high > low,
    () => `equilibriumBranches: couplings must be [low, high] with 0 < low < high, got [${couplings}]`,
  );
  const branches: Branch[] = [uniformBranch(m, couplings)];
  const top = { coupling: high, secondHarmonic: m };
  const synchronised = settledState(top);
  if (synchronised.first > vanished)
    branches.push(traced("synchronised", synchronised, { low, high, up: false }));
  const twofold = m > 0 ? settledState(top, { first: 0, second: 0.9 }) : undefined;
  if (twofold !== undefined && twofold.second > vanished)
    branches.push(traced("twofold", twofold, { low, high, up: false }));
  if (m > 1 && high > 1) {
    // Born from the uniform state at K = 1, where its second harmonic has lost stability long before.
    const [near, excess] = [{ coupling: 1 + 1e-4, secondHarmonic: m }, 1e-4];
    const first = Math.sqrt(weaklyNonlinearSquare(m, excess));
    const second = first ** 2 / (2 * (1 - m));
    branches.push(traced("crossed", equilibriumNear(near, { first, second }), { low, high, up: true }));
  }
  return branches;
}

function uniformBranch(secondHarmonic: number, [low, high]: readonly [number, number]): Branch {
  const count = Math.max(2, Math.ceil((high - low) / stride));
  const points = Array.from({ length: count + 1 }, (_, i) =>
    uniformState({ coupling: low + ((high - low) * i) / count, secondHarmonic }),
  );
  return { kind: "uniform", points, folds: [] };
}

function traced(
  kind: Branch["kind"],
  start: Equilibrium,
  range: { readonly low: number; readonly high: number; readonly up: boolean },
): Branch {
  const m = start.secondHarmonic;
  const points = [start];
  const folds: Equilibrium[] = [];
  let place = placeOf(m, [start.coupling, start.first, start.second], [range.up ? 1 : -1, 0, 0]);
  for (let step = 0; step < 20_000; step++) {
    const next = onwards(m, place, stride);
    const found = stateAt(m, next);
    const order = kind === "twofold" ? found.second : found.first;
    if (found.coupling < range.low || found.coupling > range.high || order < vanished) break;
    if (place.tangent[0] * next.tangent[0] < 0)
      folds.push(
        stateAt(
          m,
          crossing(m, place, ({ tangent }) => tangent[0]),
        ),
      );
    points.push(found);
    place = next;
  }
  return { kind, points, folds };
}
