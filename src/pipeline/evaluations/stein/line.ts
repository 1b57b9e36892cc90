/** @file SVGD on the line: rates of relaxation of its equations against their spectra, and particles against both. */

import type { RadialKernel } from "../../../domains/radialKernel.ts";
import type { Potential } from "../../../energies/energy.ts";
import type { LineMeasure, Measure } from "../../../measures/measure.ts";
import { exponentialDecay } from "../../../metrics/decay.ts";
import type { SteinEquation, SteinFrame, SteinLine } from "../../../systems/svgd/lineGrid.ts";
import { steinLocalLimit } from "../../../systems/svgd/localLimit.ts";
import { steinMeanField } from "../../../systems/svgd/meanField.ts";
import { steinLocalSpectrum, steinSpectrum } from "../../../systems/svgd/spectrum.ts";
import type { Evaluation, EvaluationContext } from "../../definition.ts";
import { followParticles, type ParticleCourse } from "./lineParticles.ts";
import { steinLineReport } from "./lineReport.ts";
import { unitGaussian, unitLaplace } from "./unitKernels.ts";

export interface SteinLineOptions {
  /** `V = V₀`. */
  readonly potential: Potential;
  /** `e^{−V}` with mass one. */
  readonly target: LineMeasure;
  /** Where the curves and the particles start. */
  readonly initial: LineMeasure;
  /** A density of fine ripples on the target, which wide smooth kernels do not see. */
  readonly rippled: Measure;
  readonly interval: readonly [low: number, high: number];
  readonly cells: number;
  /** For eigenvalues. */
  readonly spectrumCells: number;
  /** The rate of the local equation in theory, `2/Z`, and the times between which it is measured. */
  readonly localRate: number;
  readonly rateWindow: readonly [number, number];
  /** Times at which the curves of the mean field and the particles end. */
  readonly finalTime: number;
  readonly particles: number;
  /** Bandwidths of `k = e^{−|z|/h}/2h` on the way to the local limit. */
  readonly bandwidths: readonly number[];
}

/** A solution of one of the equations, and what it is called. */
export interface SteinCurve {
  readonly id: string;
  readonly name: string;
  readonly frames: readonly SteinFrame[];
}

export interface SteinLineFindings {
  readonly curves: readonly SteinCurve[];
  readonly rippled: readonly SteinCurve[];
  readonly local: Float64Array;
  readonly laplace: Float64Array;
  readonly gaussian: Float64Array;
  readonly gaps: readonly { readonly bandwidth: number; readonly gap: number }[];
  readonly localRate: number;
  readonly course: ParticleCourse;
  /** Largest `|KL(t) + ∫D² − KL(0)|/KL(0)`, and `|mass − 1|`, over all curves; cells that were ever negative. */
  readonly identity: number;
  readonly mass: number;
  readonly negative: number;
}

/** Rates, gaps, the law of dissipation, and particles with the special kernel. */
export function steinLineSuite(options: SteinLineOptions): Evaluation {
  return {
    suite: "line",
    async run(context) {
      const findings = await findingsOf(context, options);
      return { metrics: metricsOf(options, findings), sections: steinLineReport(options, findings) };
    },
  };
}

async function findingsOf(context: EvaluationContext, options: SteinLineOptions): Promise<SteinLineFindings> {
  context.progress("equations", 0.1);
  const equations = equationsOn(lineOf(options, options.cells));
  const times = Array.from({ length: 41 }, (_, k) => (k * options.finalTime) / 40);
  const curvesFrom = (initial: Measure) =>
    equations.map(({ id, name, equation }) => ({ id, name, frames: solved(equation, initial, times) }));
  const [curves, rippled] = [curvesFrom(options.initial), curvesFrom(options.rippled)];
  const late = solved(equations[0].equation, options.initial, lateTimes(options.rateWindow));
  const tail = late.map(({ time, relativeEntropy }) => [time, relativeEntropy] as const);
  context.progress("spectra", 0.4);
  const spectra = spectraOf(options);
  context.progress("particles", 0.6);
  const course = await followParticles(context, options);
  const width = (options.interval[1] - options.interval[0]) / options.cells;
  return {
    curves,
    rippled,
    ...spectra,
    localRate: exponentialDecay(tail).rate,
    course,
    ...keptLaws([...curves, ...rippled], width),
  };
}

function lineOf({ potential, interval: [low, high] }: SteinLineOptions, cells: number): SteinLine {
  const value = (x: number) => potential.value([x]);
  return { potential: { value }, reference: { value }, axis: { low, high, cells } };
}

function equationsOn(line: SteinLine) {
  const field = (kernel: RadialKernel, weighted: boolean) => steinMeanField(line, { kernel, weighted });
  return [
    { id: "local", name: "local limit", equation: steinLocalLimit(line) },
    { id: "laplace", name: "special, Laplace k", equation: field(unitLaplace(1), true) },
    { id: "gaussian", name: "special, Gaussian k", equation: field(unitGaussian(), true) },
    { id: "plain", name: "Gaussian kernel", equation: field(unitGaussian(), false) },
  ];
}

function spectraOf(
  options: SteinLineOptions,
): Pick<SteinLineFindings, "local" | "laplace" | "gaussian" | "gaps"> {
  const line = lineOf(options, options.spectrumCells);
  const spectrum = (kernel: RadialKernel) => steinSpectrum(line, { kernel, weighted: true });
  return {
    local: steinLocalSpectrum(line),
    laplace: spectrum(unitLaplace(1)),
    gaussian: spectrum(unitGaussian()),
    gaps: options.bandwidths.map((bandwidth) => ({ bandwidth, gap: spectrum(unitLaplace(bandwidth))[1] })),
  };
}

/** How well the laws of dissipation, of mass and of sign were kept. */
function keptLaws(
  curves: readonly SteinCurve[],
  width: number,
): Pick<SteinLineFindings, "identity" | "mass" | "negative"> {
  const all = curves.flatMap(({ frames }) => frames.map((frame) => ({ frame, start: frames[0] })));
  const unexplained = ({ frame, start }: (typeof all)[number]) =>
    Math.abs((frame.relativeEntropy + frame.dissipated) / start.relativeEntropy - 1);
  const massError = ({ density }: SteinFrame) =>
    Math.abs(width * density.reduce((sum, rho) => sum + rho, 0) - 1);
  return {
    identity: Math.max(...all.map(unexplained)),
    mass: Math.max(...all.map(({ frame }) => massError(frame))),
    negative: all.reduce((sum, { frame }) => sum + frame.density.filter((rho) => rho < 0).length, 0),
  };
}

function solved(equation: SteinEquation, initial: Measure, times: readonly number[]): readonly SteinFrame[] {
  return equation.evolve(equation.project(initial), { times, maxTimeStep: 0.05 });
}

function lateTimes([from, to]: readonly [number, number]): readonly number[] {
  return Array.from({ length: 11 }, (_, k) => from + ((to - from) * k) / 10);
}

function metricsOf(options: SteinLineOptions, found: SteinLineFindings): Record<string, number> {
  const { curves, laplace, gaussian, gaps, local } = found;
  const named = (prefix: string, values: Record<string, number>) =>
    Object.fromEntries(Object.entries(values).map(([id, value]) => [`line.${prefix}.${id}`, value]));
  return {
    "line.local.rate": found.localRate,
    "line.local.rateOverTheory": found.localRate / options.localRate,
    "line.gap.local": local[1],
    "line.gap.laplace": laplace[1],
    "line.gap.gaussian": Math.abs(gaussian[1]),
    "line.gap.narrowestOverLocal": (gaps.at(-1)?.gap ?? Number.NaN) / local[1],
    "line.identity": found.identity,
    "line.mass": found.mass,
    "line.negative": found.negative,
    ...named("left", entropyLeft(curves)),
    ...named("rippleLeft", entropyLeft(found.rippled)),
    ...named("particles", particleMetrics(found)),
  };
}

/** The part of the initial relative entropy that is left at the end. */
function entropyLeft(curves: readonly SteinCurve[]): Record<string, number> {
  return Object.fromEntries(
    curves.map(({ id, frames }) => [
      id,
      (frames.at(-1)?.relativeEntropy ?? Number.NaN) / frames[0].relativeEntropy,
    ]),
  );
}

/** The particles' relative entropy against `e^{−λt}` with the gap `λ`, and against the equation at the times of both. */
function particleMetrics({ curves, laplace, course }: SteinLineFindings): Record<string, number> {
  const [start, ...later] = course.points;
  const meanField = curves.find(({ id }) => id === "laplace")?.frames ?? [];
  const error = ({ time, relativeEntropy }: SteinFrame) => {
    const own = course.points.find((point) => Math.abs(point.time - time) < 1e-6);
    return own === undefined ? 0 : Math.abs(own.kl / relativeEntropy - 1);
  };
  return {
    overBound: Math.max(...later.map(({ time, kl }) => kl / (start.kl * Math.exp(-laplace[1] * time)))),
    meanFieldError: Math.max(...meanField.map(error)),
    gradients: course.gradients,
    folded: course.folded,
  };
}
