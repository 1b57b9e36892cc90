import {
  definePipeline,
  phaseSpace,
  plasmaTuned,
  plasmaUsual,
  type Settings,
  streamSuite,
  twoStream,
  vlasovPoissonFokkerPlanck,
} from "learn-to-evolve";

const length = 4 * Math.PI;
const space = phaseSpace({ positions: 1, velocities: 3, period: length });
/** Beams at ±1.5 of deviation 0.5 along x, cold across: of deviation 0.5 in both further directions. */
const streams = { length, mode: 1, amplitude: 0.05, speed: 1.5, deviation: 0.5, transverse: [0.5, 0.5] };

/** Mass L, so that the plasma frequency is 1 (mass 1 would make it 0.28); a bath of temperature 1. */
const flow = (strength: number, { tau }: Settings) =>
  vlasovPoissonFokkerPlanck({
    space,
    mass: length,
    cells: 64,
    scheme: "drift-kick",
    gauss: "spectral",
    strength,
    temperature: 1,
    tau,
    logDeterminant: "exact",
  });

const bounds = {
  "weak.tuned.peak": {
    min: 0.6,
    max: 1.1,
    reason: "as with one velocity: the field acts on the first alone",
  },
  "weak.tuned.core": { max: 0.15, reason: "the core of the vortex is empty" },
  "weak.tuned.fieldError": { max: 0.15, reason: "beside exact collisions of as many random particles" },
  "weak.tuned.acrossError": { max: 0.005, reason: "the variance across the beams has an exact law" },
  "strong.tuned.field5": { max: 0.005, reason: "the noise of 20,000 particles is 0.0015 to 0.004" },
  "strong.tuned.kinetic": { min: 1.46, max: 1.54, reason: "3/2 in equilibrium" },
  "strong.tuned.acrossError": { max: 0.08, reason: "the error of a step of τε = 0.1, and sampling" },
  "strong.tuned.free": { min: -5.31, max: -5.25, reason: "−5.288 in equilibrium" },
} as const;

export default definePipeline({
  name: "vlasov-poisson-1d3v",
  title: "Two streams with three velocities",
  summary:
    "One position and three velocities: beams along the first of them, random motion across. The field acts on the first velocity, collisions " +
    "on all three, and they carry heat from one to the others.",
  trains: false,
  settings: { tau: 0.1, parameters: { time: 20, usual: 0 } },
  presets: {
    smoke: { parameters: { time: 0.4, usual: 1 }, evaluation: { particles: 1000 } },
    quick: { evaluation: { particles: 20_000 } },
    paper: { parameters: { usual: 1 }, evaluation: { particles: 20_000 } },
  },
  problem: (settings) => ({
    flow: flow(0.001, settings),
    family: { name: "two streams", dimension: space.dimension, draw: () => twoStream(streams) },
  }),
  evaluations: (settings) => {
    const { time, usual } = settings.parameters;
    return [0.001, 1].map((strength) =>
      streamSuite({
        suite: strength < 0.1 ? "weak" : "strong",
        title: strength < 0.1 ? "Hardly any collisions" : "Strong collisions",
        flow: flow(strength, settings),
        streams,
        steps: Math.round((strength < 0.1 ? time : time / 2) / settings.tau),
        pictures: strength < 0.1 ? [0, 10, 14, 17, 20] : [0, 0.5, 1.5, 5, 10],
        networks: [plasmaTuned, ...(usual > 0 ? [plasmaUsual([64, 64])] : [])],
      }),
    );
  },
  expected: { quick: bounds, paper: bounds },
});
