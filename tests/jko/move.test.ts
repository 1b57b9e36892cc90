import { describe, expect, it } from "vitest";
import { quadraticPotential } from "../../src/energies/quadraticPotential.ts";
import { moveCloud } from "../../src/jko/move.ts";
import { identity } from "../../src/linalg/matrix.ts";
import { type Cloud, sampleCloud } from "../../src/measures/cloud.ts";
import { gaussian } from "../../src/measures/gaussian.ts";
import { keyFrom } from "../../src/random/key.ts";
import { fokkerPlanck } from "../../src/systems/fokkerPlanck/flow.ts";

describe("a step", () => {
  const potential = quadraticPotential({ matrix: identity(2) });
  const plain = fokkerPlanck({ dimension: 2, potential, diffusion: 1, tau: 0.1 });
  const start = sampleCloud(gaussian({ mean: [0, 0], covariance: identity(2) }), keyFrom(0), 50);

  /** A flow whose energy says which clouds it was asked about. */
  function counting() {
    const asked: Cloud[] = [];
    const integrand = (cloud: Cloud) => {
      asked.push(cloud);
      return plain.energy.integrand(cloud);
    };
    return { asked, flow: { ...plain, energy: { ...plain.energy, integrand } } };
  }

  /** Everything contracts by a twentieth. */
  const contraction = (cloud: Cloud) => ({
    velocity: {
      value: cloud.positions.map((x) => -0.5 * x),
      jacobian: Float64Array.from({ length: 4 * cloud.count }, (_, i) =>
        i % 4 === 0 || i % 4 === 3 ? -0.5 : 0,
      ),
      action: new Float64Array(cloud.count),
    },
    portion: 1,
    iterations: 0,
  });

  it("asks for the energy of every cloud once, whatever follows from it", () => {
    const { asked, flow } = counting();
    const first = moveCloud(flow, start, contraction(start));
    const second = moveCloud(flow, first.cloud, contraction(first.cloud));
    moveCloud(flow, first.cloud, contraction(first.cloud));
    expect(asked).toHaveLength(4);
    expect(new Set(asked.slice(0, 3))).toEqual(new Set([start, first.cloud, second.cloud]));
    expect(second.info.energy - first.info.energy).toBeCloseTo(second.info.energyChange, 12);
  });

  it("asks again where the energy is another", () => {
    const [one, other] = [counting(), counting()];
    const { cloud } = moveCloud(one.flow, start, contraction(start));
    moveCloud(other.flow, cloud, contraction(cloud));
    expect(other.asked[0]).toBe(cloud);
  });
});
