/** @file The two ways in which the evaluations of Polchinski's flow make steps. */

import type { Solver } from "../../../jko/solver.ts";
import { methodColours } from "../../../report/colours.ts";
import { affineFlowSolver } from "../../../systems/polchinski/affine.ts";

export interface PolchinskiMethod {
  readonly id: string;
  readonly name: string;
  readonly colour: string;
  readonly solver: Solver<unknown>;
}

/** A network and, beside it, the affine step, which has second moments of any density right and nothing else. */
export function polchinskiMethods<State>(network: Solver<State>): readonly PolchinskiMethod[] {
  return [
    {
      id: "network",
      name: "network",
      colour: methodColours.operator,
      solver: network as Solver<unknown>,
    },
    {
      id: "affine",
      name: "affine, closed form",
      colour: methodColours.perStep,
      solver: affineFlowSolver() as Solver<unknown>,
    },
  ];
}
