/** @file `l2e bench`: asks one question, or all of them, and prints the answers as Markdown or JSON. */

import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { cpus, loadavg } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type { EngineName } from "../../src/engine/engine.ts";
import { svgToPng } from "../../src/report/rasterise.ts";
import type { Question, Workload } from "./question.ts";
import { type Lap, race } from "./race.ts";
import type { Outcome, Study } from "./study.ts";

interface Result {
  readonly workload: string;
  readonly laps: readonly Lap[];
  /** Our best time over the best time of each family of peers; ours is the family of the first lap. */
  readonly ratios: Readonly<Record<string, number>>;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    engine: { type: "string" },
    json: { type: "boolean", default: false },
    peers: { type: "boolean", default: false },
    repeats: { type: "string" },
    seconds: { type: "string", default: "0.4" },
  },
});
const [repeats, seconds] = [Number(values.repeats ?? 7), Number(values.seconds)];
if (!(repeats >= 1 && seconds > 0))
  throw new Error("bench: --repeats must be at least 1 and --seconds positive.");
const engines = values.engine?.split(",") as EngineName[] | undefined;
const python = values.peers ? peersPython() : undefined;

const before = loadavg()[0];
const answers: { readonly name: string; readonly question: Question; readonly results: readonly Result[] }[] =
  [];
const studies: {
  readonly name: string;
  readonly study: Study;
  readonly seeds: number;
  readonly outcome: Outcome;
}[] = [];
for (const name of positionals) {
  const { question, study }: Asked = await import(`../${name}.ts`);
  if (study !== undefined) {
    // Studies take minutes to half an hour: they are made where they are asked for.
    if (positionals.length === 1) studies.push(await made(name, study));
    else process.stderr.write(`${name}: left out; ask for it by its name\n`);
    continue;
  }
  const results: Result[] = [];
  for (const workload of question.workloads) {
    const own = engines?.map((engine) => ({ engine })) ?? workload.own;
    const laps = await race(name, question, { ...workload, own }, { repeats, seconds, python });
    results.push({ workload: workload.name, laps, ratios: ratiosOf(laps) });
    process.stderr.write(`${name}: ${workload.name}: done\n`);
  }
  answers.push({ name, question, results });
}
const machine = {
  node: process.version,
  platform: `${process.platform} ${process.arch}`,
  cpu: cpus()[0]?.model ?? "unknown",
  cores: cpus().length,
  loadBefore: before,
};
console.log(values.json ? json() : markdown());

/** What a file in `bench/` exports: one or the other. */
type Asked =
  | { readonly question: Question; readonly study?: undefined }
  | { readonly question?: undefined; readonly study: Study };

/** The outcome of a study, with its figures in `bench/figures/` and its documents in `bench/`. */
async function made(name: string, study: Study) {
  const seeds = Number(values.repeats ?? study.seeds);
  const outcome = await study.run({ seeds, note: (line) => process.stderr.write(`${name}: ${line}\n`) });
  const folder = fileURLToPath(new URL("../", import.meta.url));
  await mkdir(`${folder}figures`, { recursive: true });
  for (const [figure, svg] of Object.entries(outcome.figures))
    await writeFile(`${folder}figures/${figure}.png`, svgToPng(svg));
  for (const [document, lines] of Object.entries(outcome.documents ?? {}))
    await writeFile(`${folder}${document}.md`, `${lines.join("\n")}\n`);
  return { name, study, seeds, outcome };
}

/** The Python of the peers' environment, or undefined, with a sentence, where there is none. */
function peersPython(): string | undefined {
  const environment = fileURLToPath(new URL("../peers/.venv/", import.meta.url));
  const candidates = [
    process.env["L2E_PEERS_PYTHON"],
    `${environment}bin/python`,
    `${environment}Scripts/python.exe`,
  ];
  const found = candidates.find((candidate) => candidate !== undefined && existsSync(candidate));
  if (found === undefined) {
    process.stderr.write("peers: left out, since they have no Python; make it with npm run bench:peers\n");
    return undefined;
  }
  execFileSync(found, ["-c", "import jax, torch"]);
  return found;
}

function ratiosOf(laps: readonly Lap[]): Record<string, number> {
  const best = (family: string) =>
    Math.min(...laps.filter((lap) => lap.family === family).map((lap) => lap.median));
  const [own, ...others] = new Set(laps.map((lap) => lap.family));
  return Object.fromEntries(others.map((family) => [family, best(own) / best(family)]));
}

function json(): string {
  return JSON.stringify({
    schema: "l2e.bench/2",
    unit: "milliseconds a step",
    machine,
    repeats,
    answers: [
      ...answers.map(({ name, question: { question, step }, results }) => ({
        name,
        question,
        step,
        results,
      })),
      ...studies.map(({ name, study: { question }, seeds, outcome }) => ({
        name,
        question,
        seeds,
        ...outcome.data,
      })),
    ],
  });
}

function markdown(): string {
  const { cpu, cores, node, platform, loadBefore } = machine;
  return [
    ...(answers.length === 0
      ? []
      : [
          `Median of ${repeats} interleaved repeats (least–most), best setting of each family; ratios are our time over theirs.`,
        ]),
    `${cpu}, ${cores} cores, ${platform}, Node ${node}; load ${loadBefore.toFixed(1)} before.`,
    ...answers.flatMap(({ question, results }) => [
      "",
      `**${question.question}** Milliseconds ${question.step}.`,
      "",
      ...table(question.workloads, results),
    ]),
    ...studies.flatMap(({ study, seeds, outcome }) => [
      "",
      `**${study.question}** ${seeds} ${seeds === 1 ? "seed" : "seeds"}.`,
      "",
      ...outcome.markdown,
    ]),
  ].join("\n");
}

function table(workloads: readonly Workload[], results: readonly Result[]): string[] {
  const families = [...new Set(results.flatMap(({ laps }) => laps.map((lap) => lap.family)))];
  const row = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const cell = (laps: readonly Lap[], family: string): string => {
    const own = laps.filter((lap) => lap.family === family).sort((a, b) => a.median - b.median);
    if (own.length === 0) return "–";
    const [{ label, median, least, most, peakBytes }] = own;
    const setting = label.slice(family.length).replace(/^,? /, "").replace("onnx, ", "");
    const memory = `${Math.round(peakBytes / 2 ** 20)} MiB`;
    return `${number(median)} (${number(least)}–${number(most)}); ${setting}; ${memory}`;
  };
  return [
    row(["", ...families, ...families.slice(1).map((family) => `ratio to ${family}`)]),
    row(["---", ...families.map(() => "---"), ...families.slice(1).map(() => "---:")]),
    ...results.map(({ laps, ratios }, i) =>
      row([
        workloads[i].name,
        ...families.map((family) => cell(laps, family)),
        ...families
          .slice(1)
          .map((family) => (ratios[family] === undefined ? "–" : ratios[family].toFixed(2))),
      ]),
    ),
  ];
}

function number(milliseconds: number): string {
  return milliseconds >= 100 ? milliseconds.toFixed(0) : milliseconds.toPrecision(3);
}
