import { describe, expect, it } from "vitest";
import { openEngine } from "../../src/engine/engine.ts";
import { rollout } from "../../src/jko/solver.ts";
import { sampleCloud } from "../../src/measures/cloud.ts";
import { gaussianMixture } from "../../src/measures/mixture.ts";
import { fieldEvaluator } from "../../src/operator/evaluator.ts";
import { operatorSolver } from "../../src/operator/solver.ts";
import { loadOperator } from "../../src/pipeline/model.ts";
import { densityOf, emptyDrawing, painted } from "../../src/playground/drawing.ts";
import { evolution } from "../../src/playground/evolution.ts";
import { examples } from "../../src/playground/examples.ts";
import type { PlaygroundFrame } from "../../src/playground/protocol.ts";
import { foldIn, keyFrom } from "../../src/random/key.ts";

describe("an evolution in the playground", () => {
  it("is the operator's own roll-out, goes down in energy, and stays near the solution", async () => {
    const { model } = await loadOperator("checkpoints/fokker-planck-2d");
    const engine = await openEngine("onnx", { threads: 1 });
    const density = densityOf(painted(emptyDrawing(), examples[1].dabs));
    const operator = { flow: model.flow, evaluate: fieldEvaluator(engine, model), context: 256 };
    const frames: PlaygroundFrame[] = [];
    for await (const frame of evolution(operator, { run: 3, density, particles: 512, seed: 5 }, () => 0)) {
      frames.push(frame);
      if (frame.step === 4) break;
    }
    const cloud = sampleCloud(gaussianMixture(density), foldIn(keyFrom(5), "particles"), 512);
    const problem = { flow: model.flow, cloud };
    const settings = { steps: 4, key: foldIn(keyFrom(5), "context") };
    for await (const { step, cloud } of rollout(
      operatorSolver(engine, model, { context: 256 }),
      problem,
      settings,
    )) {
      expect(frames[step].learned.positions).toEqual(Float32Array.from(cloud.positions));
    }
    await engine.dispose();
    const energies = frames.map(({ learned }) => learned.energy);
    expect(energies.every((energy, k) => k === 0 || energy < energies[k - 1])).toBe(true);
    expect(frames[0].reference.energy).toBeCloseTo(energies[0], 12);
    const gap = Math.abs(energies[4] - frames[4].reference.energy);
    expect(gap).toBeLessThan(0.1 * (energies[0] - energies[4]));
  });
});
