/** @file How long does a round of generation take on a cluster, by how many shards, and what do failures cost? */

import { foldIn, keyFrom } from "../src/random/key.ts";
import { lineChart } from "../src/report/lineChart.ts";
import { costs } from "./measure/costs.ts";
import { type ScheduleOutcome, simulate } from "./measure/schedule.ts";
import type { Study } from "./measure/study.ts";

/** A round of 10¹⁰ particles, twenty steps each, in 10,000 blocks of a million particles. */
const round = { particles: 1e10, steps: 20, blocks: 10_000 };

/** A thousand cores, a scheduler that starts ten tasks a second, and three attempts, as `l2e run` makes. */
const cluster = { slots: 1000, startsPerSecond: 10, startup: costs.startup, attempts: 3 };

const block = (round.particles * round.steps) / round.blocks / costs.particleStepsPerSecond;

const rates = [0, 0.001, 0.01, 0.05];

export const study: Study = {
  question: "How long does a round of 10¹⁰ particles take on a thousand cores, and what do failures cost?",
  seeds: 20,
  async run({ seeds }) {
    const at = (shards: number, failure: number) =>
      Array.from({ length: seeds }, (_, seed) =>
        simulate({ ...cluster, blocks: round.blocks, block, shards, failure }, foldIn(keyFrom(seed), shards)),
      );
    const rows = [100, 1000, 2000, 5000, 10_000].flatMap((shards) =>
      rates.map((failure) => ({ shards, failure, outcomes: at(shards, failure) })),
    );
    const ideal = (round.blocks * block) / cluster.slots;
    return {
      markdown: [...table(rows, ideal), "", ...sizes()],
      data: { rows, ideal },
      figures: { schedule: figure(rows) },
    };
  },
};

interface Row {
  readonly shards: number;
  readonly failure: number;
  readonly outcomes: readonly ScheduleOutcome[];
}

function table(rows: readonly Row[], ideal: number): string[] {
  return [
    `${round.blocks} blocks of ${hours(block)}, ${cluster.slots} slots, ${cluster.startsPerSecond} starts a second, ${costs.startup} s before a task works; means. Without any loss: ${hours(ideal)}.`,
    "",
    "| shards | probability that an attempt dies | hours | over the ideal | submissions | passes | slots' time lost, % | runs in which a shard is given up, % |",
    "|---:|---:|---:|---:|---:|---:|---:|---:|",
    ...rows.map(({ shards, failure, outcomes }) => {
      const mean = (pick: (outcome: ScheduleOutcome) => number) =>
        outcomes.reduce((sum, outcome) => sum + pick(outcome), 0) / outcomes.length;
      const makespan = mean((outcome) => outcome.makespan);
      return `| ${[
        shards,
        failure,
        (makespan / 3600).toPrecision(3),
        (makespan / ideal).toFixed(2),
        mean((outcome) => outcome.attempts).toFixed(0),
        mean((outcome) => outcome.passes).toFixed(1),
        (100 * mean((outcome) => outcome.lost / (outcome.kept + outcome.lost))).toPrecision(2),
        (100 * mean((outcome) => Number(outcome.givenUp > 0))).toFixed(0),
      ].join(" | ")} |`;
    }),
  ];
}

/** What a round of so many particles costs at each place where the cost may lie, by the measured costs. */
function sizes(): string[] {
  const { snapshots, dimension } = costs;
  const rows = [1e6, 1e8, 1e10, 1e12].map((particles) => {
    const bytes = particles * snapshots * 4 * (dimension + 1);
    const parts = Math.ceil(particles / 1e6);
    return `| ${[
      particles.toExponential(0),
      parts,
      hours((particles * round.steps) / costs.particleStepsPerSecond / cluster.slots),
      hours(parts / cluster.startsPerSecond),
      `${(bytes / 1e9).toPrecision(2)} GB`,
      `${((parts * costs.manifestBytes) / 1e6).toPrecision(2)} MB`,
      hours((bytes / 1e9) * costs.hash),
      `${((4 * bytes) / 1e9).toPrecision(2)} GB`,
    ].join(" | ")} |`;
  });
  return [
    `A round of ${round.steps} steps, ${snapshots} snapshots of each trajectory in ${dimension} dimensions, blocks of 10⁶ particles:`,
    "",
    "| particles | parts | generating, 1,000 cores | starting a task a part | data | manifest | one process hashes all | pool of four rounds |",
    "|---:|---:|---:|---:|---:|---:|---:|---:|",
    ...rows,
  ];
}

function figure(rows: readonly Row[]): string {
  const series = rates.map((rate) => ({
    name: `${100 * rate} % of attempts die`,
    dots: true,
    points: rows
      // Fewer shards than slots leave slots without work, which is another story.
      .filter(({ failure, shards }) => failure === rate && shards >= cluster.slots)
      .map(({ shards, outcomes }) => {
        const mean = outcomes.reduce((sum, { makespan }) => sum + makespan, 0) / outcomes.length;
        return [shards, mean / 3600] as const;
      }),
  }));
  return lineChart({
    title: "A round of 10¹⁰ particles on 1,000 cores",
    x: { label: "shards", type: "log" },
    y: { label: "hours until every block is there" },
    series,
  });
}

function hours(seconds: number): string {
  if (seconds < 90) return `${seconds.toPrecision(2)} s`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toPrecision(2)} h`;
}
