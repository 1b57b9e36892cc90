import { describe, expect, it } from "vitest";
import { decodeSafetensors, encodeSafetensors } from "../../src/checkpoints/safetensors.ts";
import { initialTrainingState } from "../../src/operator/rounds.ts";
import { stateOf, tensorsOf, weightShapes } from "../../src/pipeline/trainingState.ts";
import { keyFrom } from "../../src/random/key.ts";

const architecture = { dimension: 2, widths: [0.5, 1], ridge: 0.02, hidden: 3, code: 2 };

describe("the state of a training as tensors", () => {
  const start = initialTrainingState(architecture, keyFrom(3));
  const scaled = (factor: number) => start.parameters.map((value, i) => factor * (value + i));
  const state = {
    round: 4,
    iteration: 400,
    horizon: 11,
    parameters: scaled(1),
    first: scaled(2),
    second: scaled(3),
    average: scaled(4),
  };

  it("comes back bit by bit through files", () => {
    const { weights, training } = tensorsOf(architecture, state);
    const file = (tensors: typeof weights) => decodeSafetensors(encodeSafetensors(tensors), "test").tensors;
    expect(stateOf(architecture, { weights: file(weights), training: file(training) })).toEqual(state);
  });

  it("weights have the names and shapes of the architecture", () => {
    const { weights } = tensorsOf(architecture, state);
    const shapes = Object.fromEntries(Object.entries(weights).map(([name, { shape }]) => [name, shape]));
    expect(shapes).toEqual(weightShapes(architecture));
  });

  it("says which tensor is missing", () => {
    const { weights, training } = tensorsOf(architecture, state);
    const { progress: _, ...rest } = training;
    expect(() => stateOf(architecture, { weights, training: rest })).toThrow(
      /"progress" of the training is missing/,
    );
    const [name] = Object.keys(training).filter((candidate) => candidate.startsWith("second."));
    const { [name]: _gone, ...others } = training;
    expect(() => stateOf(architecture, { weights, training: others })).toThrow(
      `the tensor "${name}" of shape`,
    );
  });
});
