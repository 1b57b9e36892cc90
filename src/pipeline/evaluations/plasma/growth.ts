/** @file The two-stream instability without collisions, against its linear growth rate. */

import type { Cloud } from "../../../measures/cloud.ts";
import { quietStart } from "../../../measures/quietStart.ts";
import { foldIn } from "../../../random/key.ts";
import { methodColours } from "../../../report/colours.ts";
import { fastestWave } from "../../../systems/kinetic/dispersion.ts";
import { type TwoStreamOptions, twoStream } from "../../../systems/kinetic/twoStream.ts";
import type { PlasmaFlow } from "../../../systems/kinetic/vlasov.ts";
import type { Evaluation } from "../../definition.ts";
import { coast, type PlasmaCourse } from "./course.ts";
import { growthRate } from "./growthRate.ts";

export interface GrowthOptions {
  /** Only its conservative part is used. */
  readonly flow: PlasmaFlow;
  readonly streams: TwoStreamOptions;
  readonly particles: number;
  /** Quiet starts, each with a shift of its own. */
  readonly seeds: number;
  readonly steps: number;
}

/** Of its greatest amplitude, between which the wave is taken to grow exponentially. */
const window = { from: 0.02, to: 0.3 };

/** The rate at which `|E_1|` grows, over several quiet starts. */
export function growthSuite(options: GrowthOptions): Evaluation {
  const { flow, streams, particles, seeds, steps } = options;
  const exact = linearGrowth(flow, streams);
  return {
    suite: "growth",
    async run(context) {
      const courses = Array.from({ length: seeds }, (_, seed): PlasmaCourse => {
        context.progress(`start ${seed + 1} of ${seeds}`, seed / seeds);
        const key = foldIn(foldIn(context.key, "growth"), seed);
        return coast(context, { flow, cloud: quietCloud(streams, key, particles), steps, snapshots: [] });
      });
      const amplitudes = courses.map(({ moments }) => moments.map(({ time, wave }) => [time, wave] as const));
      const fits = amplitudes.map((course) => growthRate(course, window));
      const rates = fits.map(({ rate }) => rate);
      const rate = mean(rates);
      const peaks = courses.map(({ moments }) => Math.max(...moments.map(({ field }) => field)));
      const drifts = courses.map(({ moments }) => {
        const energies = moments.map(({ energy }) => energy - moments[0].energy);
        return Math.max(...energies.map(Math.abs));
      });
      const fit = fits[0].line;
      const [begin, finish] = [fit[0][0], fit[1][0]];
      const slope = [begin, 0.5 * (begin + finish), finish].map(
        (t) => [t, fit[0][1] * Math.exp(exact * (t - begin))] as const,
      );
      return {
        metrics: {
          "growth.rate": rate,
          "growth.linear": exact,
          "growth.error": Math.max(...rates.map((own) => Math.abs(own / exact - 1))),
          "growth.peak": mean(peaks),
          "growth.energyError": Math.max(...drifts),
        },
        sections: [
          {
            title: "Without collisions",
            explanation:
              `${seeds} quiet starts of ${particles} particles each, with a wave of amplitude ${streams.amplitude}. While it is small the ` +
              `longest wave grows at the rate of the linear theory, γ = ${exact.toFixed(4)}; the line is fitted where it has between ` +
              `${100 * window.from} and ${100 * window.to} % of its greatest amplitude.`,
            tables: [
              {
                title: "Growth of |E₁|",
                columns: [
                  "rate",
                  "off the linear rate, %",
                  "peak of ½∫E²",
                  "error of the energy a unit of mass",
                ].map((label) => ({ label, align: "right" as const })),
                rows: rates.map((own, seed) => ({
                  label: `start ${seed + 1}`,
                  cells: [own, 100 * (own / exact - 1), peaks[seed], drifts[seed]],
                })),
              },
            ],
            charts: [
              {
                title: "Amplitude of the longest wave",
                x: { label: "time" },
                y: { label: "|E₁|", type: "log" },
                series: [
                  ...amplitudes.map((points, seed) => ({ name: `start ${seed + 1}`, points })),
                  {
                    name: `linear theory, γ = ${exact.toFixed(4)}`,
                    points: slope.map(([t, a]) => [t, 1.6 * a] as const),
                    colour: methodColours.exact,
                    dash: "dashed",
                    place: "above",
                  },
                ],
              },
            ],
          },
        ],
      };
    },
  };
}

/** The growth rate of the wave that two streams start with, by linear theory. */
export function linearGrowth(flow: PlasmaFlow, streams: TwoStreamOptions): number {
  const { speed, deviation, length, mode } = streams;
  return fastestWave({
    beams: [speed, -speed].map((drift) => ({ weight: 0.5, drift, deviation })),
    wavenumber: (2 * Math.PI * mode) / length,
    plasmaFrequency: Math.sqrt(flow.conservative.mass / length),
  }).growth;
}

/** A quiet start of two streams, with its exact log-density. */
export function quietCloud(
  streams: TwoStreamOptions,
  key: Parameters<typeof foldIn>[0],
  count: number,
): Cloud {
  const measure = twoStream(streams);
  const positions = quietStart(measure, key, count);
  return { dimension: measure.dimension, count, positions, logDensity: measure.logDensity(positions) };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
