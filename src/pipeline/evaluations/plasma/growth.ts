/** @file The two-stream instability without collisions, against its linear growth rate. */

import type { Cloud } from "../../../measures/cloud.ts";
import { quietStart } from "../../../measures/quietStart.ts";
import { foldIn } from "../../../random/key.ts";
import { methodColours } from "../../../report/colours.ts";
import type { ReportSection } from "../../../report/report.ts";
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
      const starts = courses.map(({ moments }): Start => {
        const amplitudes = moments.map(({ time, wave }) => [time, wave] as const);
        return {
          amplitudes,
          ...growthRate(amplitudes, window),
          peak: Math.max(...moments.map(({ field }) => field)),
          drift: Math.max(...moments.map(({ energy }) => Math.abs(energy - moments[0].energy))),
        };
      });
      return {
        metrics: {
          "growth.rate": mean(starts.map(({ rate }) => rate)),
          "growth.linear": exact,
          "growth.error": Math.max(...starts.map(({ rate }) => Math.abs(rate / exact - 1))),
          "growth.peak": mean(starts.map(({ peak }) => peak)),
          "growth.energyError": Math.max(...starts.map(({ drift }) => drift)),
        },
        sections: [growthSection(options, exact, starts)],
      };
    },
  };
}

/** What one start has come to. */
interface Start extends ReturnType<typeof growthRate> {
  readonly amplitudes: readonly (readonly [time: number, amplitude: number])[];
  /** Of the field energy. */
  readonly peak: number;
  /** The largest change of the energy a unit of mass. */
  readonly drift: number;
}

function growthSection(options: GrowthOptions, exact: number, starts: readonly Start[]): ReportSection {
  const { streams, particles, seeds } = options;
  const columns = ["rate", "off the linear rate, %", "peak of ½∫E²", "error of the energy a unit of mass"];
  const [[begin, level], [end]] = starts[0].line;
  const theory = [begin, end].map((t) => [t, 1.6 * level * Math.exp(exact * (t - begin))] as const);
  return {
    title: "Without collisions",
    explanation:
      `${seeds} quiet starts of ${particles} particles each, with a wave of amplitude ${streams.amplitude}. While it is small the longest ` +
      `wave grows at the rate of the linear theory, γ = ${exact.toFixed(4)}; the line is fitted where it has between ` +
      `${100 * window.from} and ${100 * window.to} % of its greatest amplitude.`,
    tables: [
      {
        title: "Growth of |E₁|",
        columns: columns.map((label) => ({ label, align: "right" as const })),
        rows: starts.map(({ rate, peak, drift }, seed) => ({
          label: `start ${seed + 1}`,
          cells: [rate, 100 * (rate / exact - 1), peak, drift],
        })),
      },
    ],
    charts: [
      {
        title: "Amplitude of the longest wave",
        x: { label: "time" },
        y: { label: "|E₁|", type: "log" },
        series: [
          ...starts.map(({ amplitudes }, seed) => ({ name: `start ${seed + 1}`, points: amplitudes })),
          {
            name: `linear theory, γ = ${exact.toFixed(4)}`,
            points: theory,
            colour: methodColours.exact,
            dash: "dashed",
            place: "above",
          },
        ],
      },
    ],
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
