/** @file Where the operator's roll-outs come to rest, whatever the network has learned. */

import { expect, it } from "vitest";
import { powerInteraction } from "../../src/energies/powerInteraction.ts";
import { openEngine } from "../../src/engine/engine.ts";
import { sampleCloud } from "../../src/measures/cloud.ts";
import { gaussian } from "../../src/measures/gaussian.ts";
import { initialParameters } from "../../src/networks/parameters.ts";
import { fieldEvaluator } from "../../src/operator/evaluator.ts";
import { operatorParameters } from "../../src/operator/map.ts";
import { initialOperatorState, stepClouds } from "../../src/operator/solver.ts";
import { keyFrom } from "../../src/random/key.ts";
import { aggregation } from "../../src/systems/aggregation/flow.ts";
import { quarticRadius } from "../../src/systems/aggregation/quartic.ts";

it("attraction of fourth and repulsion of second power end on the circle of radius 1/√3, to 0.01 %", async () => {
  const architecture = { dimension: 2, widths: [1, 0.5, 0.25], ridge: 0.02, hidden: 8, code: 8 };
  const interaction = powerInteraction({
    terms: [
      { coefficient: 1, power: 4 },
      { coefficient: -1, power: 2 },
    ],
  });
  const flow = aggregation({ dimension: 2, interaction, tau: 0.1 });
  const parameters = initialParameters(operatorParameters(architecture), keyFrom(1));
  const engine = await openEngine("onnx", { threads: 1 });
  const operator = {
    flow,
    evaluate: fieldEvaluator(engine, { flow, architecture, parameters }),
    context: 256,
  };
  const covariance = [
    [0.6, 0.2],
    [0.2, 0.3],
  ];
  const cloud = sampleCloud(gaussian({ mean: [4, -3], covariance }), keyFrom(2), 256);
  let items = [{ cloud, state: initialOperatorState(cloud, keyFrom(3)) }];
  for (let k = 0; k < 200; k++) items = await stepClouds(operator, items);
  await engine.dispose?.();
  const { positions } = items[0].cloud;
  const radii = Array.from({ length: 256 }, (_, i) =>
    Math.hypot(positions[2 * i] - mean(positions, 0), positions[2 * i + 1] - mean(positions, 1)),
  );
  const radius = radii.reduce((sum, r) => sum + r, 0) / radii.length;
  expect(Math.abs(radius / quarticRadius(2) - 1)).toBeLessThan(1e-4);
});

function mean(positions: ArrayLike<number>, axis: number): number {
  let sum = 0;
  for (let i = axis; i < positions.length; i += 2) sum += positions[i];
  return (2 * sum) / positions.length;
}
