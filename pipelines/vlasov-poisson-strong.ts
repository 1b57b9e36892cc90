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
const space = phaseSpace({ positions: 1, velocities: 1, period: length });
/** Beams at ±1.5 of deviation 0.5, and a wave of wavenumber ½. */
const streams = { length, mode: 1, amplitude: 0.05, speed: 1.5, deviation: 0.5, transverse: [] };

/** Mass L, so that the plasma frequency is 1; a bath of temperature 1. */
const flow = ({ tau }: Settings) =>
  vlasovPoissonFokkerPlanck({
    space,
    mass: length,
    cells: 64,
    scheme: "drift-kick",
    gauss: "spectral",
    strength: 1,
    temperature: 1,
    tau,
    logDeterminant: "exact",
  });

const bounds = {
  "strong.tuned.field5": { max: 0.005, reason: "the noise of 20,000 particles is 0.0015 to 0.004" },
  "strong.tuned.kinetic": { min: 0.48, max: 0.52, reason: "½ in equilibrium" },
  "strong.tuned.core": { min: 0.8, reason: "no vortex: particles at rest are the most frequent" },
  "strong.tuned.free": { min: -3.46, max: -3.44, reason: "−3.450 in equilibrium" },
  "strong.tuned.largestRise": {
    max: 1e-3,
    reason: "steps of the conservative part keep the energy to first order",
  },
  "strong.usual.kinetic": { min: 0.48, max: 0.52, reason: "½ in equilibrium" },
  "strong.usual.field5": { max: 0.008, reason: "near the noise, although velocities are not Maxwellian yet" },
} as const;

export default definePipeline({
  name: "vlasov-poisson-strong",
  title: "Two streams with strong collisions",
  summary:
    "Two beams of electrons pass through each other in a bath that slows them down within a unit of time, before a wave can grow: the field " +
    "decays to the noise of the particles, velocities become Maxwellian, and no vortex forms.",
  trains: false,
  settings: { tau: 0.1, parameters: { time: 10, usual: 1 } },
  presets: {
    smoke: { parameters: { time: 0.4 }, evaluation: { particles: 1000 } },
    quick: { evaluation: { particles: 20_000 } },
    paper: { parameters: { time: 50 }, evaluation: { particles: 20_000 } },
  },
  problem: (settings) => ({
    flow: flow(settings),
    family: { name: "two streams", dimension: space.dimension, draw: () => twoStream(streams) },
  }),
  evaluations: (settings) => {
    const { time, usual } = settings.parameters;
    return [
      streamSuite({
        suite: "strong",
        title: "Strong collisions",
        flow: flow(settings),
        streams,
        steps: Math.round(time / settings.tau),
        pictures: [0, 0.05, 0.15, 0.5, 1].map((share) => share * time),
        networks: [plasmaTuned, ...(usual > 0 ? [plasmaUsual([32, 32])] : [])],
      }),
    ];
  },
  expected: { quick: bounds, paper: bounds },
});
