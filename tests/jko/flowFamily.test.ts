/** @file A batch of flows of one family: each density sees its own parameters. */

import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { freeEnergy } from "../../src/energies/freeEnergy.ts";
import { entropy } from "../../src/energies/internalEnergy.ts";
import { conditioned, flowFamily, wassersteinFlow } from "../../src/jko/flow.ts";
import { jkoObjective } from "../../src/jko/objective.ts";
import { normals } from "../../src/random/draw.ts";
import { foldIn, keyFrom } from "../../src/random/key.ts";
import { porousMedium } from "../../src/systems/porousMedium/flow.ts";

const tau = 0.1;
const porous = flowFamily({ exponent: 2 }, ({ exponent }) => porousMedium({ dimension: 2, exponent, tau }));
const diffusive = flowFamily({ diffusion: 1 }, ({ diffusion }) =>
  wassersteinFlow({
    name: "heat",
    dimension: 2,
    energy: freeEnergy({ internal: entropy(diffusion) }),
    tau,
  }),
);

function batch(densities: number, count: number) {
  const numbers = (label: string, n: number) => Float32Array.from(normals(foldIn(keyFrom(1), label), n));
  const n = densities * count;
  return {
    cloud: {
      positions: tf.tensor3d(numbers("positions", 2 * n), [densities, count, 2]),
      logDensity: tf.tensor2d(numbers("log-density", n), [densities, count]),
    },
    field: {
      value: tf.tensor3d(numbers("field", 2 * n), [2, densities, count]),
      // Strong enough that some particles fold: the continuation below the floor knows the exponent too.
      tangent: tf.tensor4d(
        numbers("jacobian", 4 * n).map((x) => 6 * x),
        [2, 2, densities, count],
      ),
    },
  };
}

describe.each([
  ["exponent", porous, [1.5, 2, 3.7]],
  ["diffusion", diffusive, [0.3, 1, 2]],
] as const)("a family by its %s", (name, flow, values) => {
  it("has the objectives of its members, density by density", () => {
    const { cloud, field } = batch(values.length, 40);
    const together = conditioned(flow, { [name]: tf.tensor2d([...values], [values.length, 1]) });
    const all = jkoObjective(together, cloud, field).perParticle.arraySync();
    values.forEach((value, b) => {
      const own = jkoObjective(conditioned(flow, { [name]: value }), cloud, field).perParticle.arraySync()[b];
      own.forEach((x, i) => {
        expect(Math.abs(all[b][i] - x)).toBeLessThan(1e-4 * (1 + Math.abs(x)));
      });
    });
  });

  it("remembers at which conditions it is, and can be taken to others", () => {
    const there = conditioned(flow, { [name]: values[2] });
    expect(there.conditions).toEqual({ [name]: values[2] });
    expect(conditioned(there, { [name]: values[0] }).conditions).toEqual({ [name]: values[0] });
  });

  it("knows no other parameter", () => {
    expect(() => conditioned(flow, { colour: 1 })).toThrow(`"colour" is no parameter of it; ${name}`);
  });
});
