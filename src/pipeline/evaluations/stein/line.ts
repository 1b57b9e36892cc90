/** @file SVGD on the line: rates of relaxation of its equations against their spectra, and particles against both. */

import { gaussianKernel, laplaceKernel, type RadialKernel } from "../../../domains/radialKernel.ts";
import type { Potential } from "../../../energies/energy.ts";
import { rollout } from "../../../jko/solver.ts";
import type { Cloud } from "../../../measures/cloud.ts";
import type { LineMeasure, Measure } from "../../../measures/measure.ts";
import { exponentialDecay } from "../../../metrics/decay.ts";
import { klWithControl } from "../../../metrics/divergence.ts";
import { foldIn } from "../../../random/key.ts";
import { steinFlow } from "../../../systems/svgd/flow.ts";
import type { SteinEquation, SteinFrame, SteinLine } from "../../../systems/svgd/lineGrid.ts";
import { steinLocalLimit } from "../../../systems/svgd/localLimit.ts";
import { steinMeanField } from "../../../systems/svgd/meanField.ts";
import { svgdSolver } from "../../../systems/svgd/solver.ts";
import { steinLocalSpectrum, steinSpectrum } from "../../../systems/svgd/spectrum.ts";
import type { Evaluation, EvaluationContext } from "../../definition.ts";
import { steinLineReport } from "./lineReport.ts";

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

export interface ParticleCourse {
  readonly points: readonly { readonly time: number; readonly kl: number }[];
  /** Evaluations of `∇V`, `∇²V` or `V` on tensors. */
  readonly gradients: number;
  readonly folded: number;
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

/** `e^{−|z|/h}/2h` and Gaussians of unit mass. */
export const kernelOfMass = (bandwidth: number): RadialKernel =>
  laplaceKernel({ bandwidth, amplitude: 0.5 / bandwidth });

async function findingsOf(context: EvaluationContext, options: SteinLineOptions): Promise<SteinLineFindings> {
  const at = (cells: number): SteinLine => {
    const value = (x: number) => options.potential.value([x]);
    const [low, high] = options.interval;
    return { potential: { value }, reference: { value }, axis: { low, high, cells } };
  };
  const line = at(options.cells);
  const smooth = smoothKernel();
  const equations = [
    { id: "local", name: "local limit", equation: steinLocalLimit(line) },
    {
      id: "laplace",
      name: "special, Laplace k",
      equation: steinMeanField(line, { kernel: kernelOfMass(1), weighted: true }),
    },
    {
      id: "gaussian",
      name: "special, Gaussian k",
      equation: steinMeanField(line, { kernel: smooth, weighted: true }),
    },
    {
      id: "plain",
      name: "Gaussian kernel",
      equation: steinMeanField(line, { kernel: smooth, weighted: false }),
    },
  ];
  const times = Array.from({ length: 41 }, (_, k) => (k * options.finalTime) / 40);
  const curvesFrom = (initial: Measure) =>
    equations.map(({ id, name, equation }) => ({ id, name, frames: solved(equation, initial, times) }));
  context.progress("equations", 0.1);
  const [curves, rippled] = [curvesFrom(options.initial), curvesFrom(options.rippled)];
  const late = lateTimes(options.rateWindow);
  const tail = solved(equations[0].equation, options.initial, late).map(
    ({ time, relativeEntropy }) => [time, relativeEntropy] as const,
  );
  context.progress("spectra", 0.4);
  const fine = at(options.spectrumCells);
  const spectrum = (kernel: RadialKernel) => steinSpectrum(fine, { kernel, weighted: true });
  const laplace = spectrum(kernelOfMass(1));
  const gaussian = spectrum(smooth);
  const gaps = options.bandwidths.map((bandwidth) => ({
    bandwidth,
    gap: spectrum(kernelOfMass(bandwidth))[1],
  }));
  context.progress("particles", 0.6);
  const course = await particleCourse(context, options);
  const all = [...curves, ...rippled].flatMap(({ frames }) => frames.map((frame) => ({ frame, frames })));
  const width = (options.interval[1] - options.interval[0]) / options.cells;
  return {
    curves,
    rippled,
    local: steinLocalSpectrum(fine),
    laplace,
    gaussian,
    gaps,
    localRate: exponentialDecay(tail).rate,
    course,
    identity: Math.max(
      ...all.map(({ frame, frames }) =>
        Math.abs((frame.relativeEntropy + frame.dissipated) / frames[0].relativeEntropy - 1),
      ),
    ),
    mass: Math.max(
      ...all.map(({ frame }) => Math.abs(width * frame.density.reduce((sum, rho) => sum + rho, 0) - 1)),
    ),
    negative: all.reduce((sum, { frame }) => sum + frame.density.filter((rho) => rho < 0).length, 0),
  };
}

function smoothKernel(): RadialKernel {
  return gaussianKernel({ bandwidth: 1, amplitude: 1 / Math.sqrt(2 * Math.PI) });
}

function solved(equation: SteinEquation, initial: Measure, times: readonly number[]): readonly SteinFrame[] {
  return equation.evolve(equation.project(initial), { times, maxTimeStep: 0.05 });
}

function lateTimes([from, to]: readonly [number, number]): readonly number[] {
  return Array.from({ length: 11 }, (_, k) => from + ((to - from) * k) / 10);
}

/** Particles at the quantiles of the initial density, moved by the special kernel with `k = ½e^{−|z|}`, and whether anybody asked for a gradient. */
async function particleCourse(
  context: EvaluationContext,
  { potential, target, initial, finalTime, particles }: SteinLineOptions,
): Promise<ParticleCourse> {
  const { tau } = context.settings;
  let gradients = 0;
  const counted =
    <Arguments extends unknown[], Result>(f: (...given: Arguments) => Result) =>
    (...given: Arguments): Result => {
      gradients++;
      return f(...given);
    };
  const watched: Potential = {
    ...potential,
    gradient: counted(potential.gradient),
    hessian: counted(potential.hessian),
    tensor: counted(potential.tensor),
  };
  const positions = Float64Array.from({ length: particles }, (_, i) =>
    initial.quantile((i + 0.5) / particles),
  );
  const cloud: Cloud = {
    dimension: 1,
    count: particles,
    positions,
    logDensity: initial.logDensity(positions),
  };
  const flow = steinFlow({
    dimension: 1,
    potential: watched,
    kernel: kernelOfMass(1),
    reference: potential,
    tau,
  });
  const points: { readonly time: number; readonly kl: number }[] = [];
  const steps = Math.round(finalTime / tau);
  let folded = 0;
  const run = { steps, key: foldIn(context.key, "line") };
  for await (const frame of rollout(svgdSolver({ largestMove: 0.1 }), { flow, cloud }, run)) {
    context.signal.throwIfAborted();
    folded += frame.info?.folded ?? 0;
    const logs = target.logDensity(Float64Array.from(frame.cloud.positions));
    points.push({ time: frame.time, kl: klWithControl(frame.cloud.logDensity, logs).mean });
  }
  return { points, gradients, folded };
}

function metricsOf(options: SteinLineOptions, found: SteinLineFindings): Record<string, number> {
  const { curves, laplace, gaussian, gaps, local, course } = found;
  const gap = laplace[1];
  const start = course.points[0].kl;
  const later = course.points.slice(1);
  const meanField = curves.find(({ id }) => id === "laplace")?.frames ?? [];
  const ends = (own: readonly SteinCurve[]) =>
    Object.fromEntries(
      own.map(({ id, frames }) => [
        id,
        (frames.at(-1)?.relativeEntropy ?? Number.NaN) / frames[0].relativeEntropy,
      ]),
    );
  const named = (prefix: string, values: Record<string, number>) =>
    Object.fromEntries(Object.entries(values).map(([id, value]) => [`line.${prefix}.${id}`, value]));
  return {
    "line.local.rate": found.localRate,
    "line.local.rateOverTheory": found.localRate / options.localRate,
    "line.gap.local": local[1],
    "line.gap.laplace": gap,
    "line.gap.gaussian": Math.abs(gaussian[1]),
    "line.gap.narrowestOverLocal": (gaps.at(-1)?.gap ?? Number.NaN) / local[1],
    "line.identity": found.identity,
    "line.mass": found.mass,
    "line.negative": found.negative,
    ...named("left", ends(curves)),
    ...named("rippleLeft", ends(found.rippled)),
    "line.particles.overBound": Math.max(
      ...later.map(({ time, kl }) => kl / (start * Math.exp(-gap * time))),
    ),
    "line.particles.meanFieldError": Math.max(
      ...meanField.map(({ time, relativeEntropy }) => {
        const nearest = course.points.reduce((a, b) =>
          Math.abs(b.time - time) < Math.abs(a.time - time) ? b : a,
        );
        return Math.abs(nearest.time - time) < 1e-6 ? Math.abs(nearest.kl / relativeEntropy - 1) : 0;
      }),
    ),
    "line.particles.gradients": course.gradients,
    "line.particles.folded": course.folded,
  };
}
