import {
  ampereSuite,
  definePipeline,
  phaseSpace,
  plasmaTuned,
  plasmaUsual,
  type Settings,
  twoStream,
  vlasovAmpereFokkerPlanck,
  vlasovPoissonFokkerPlanck,
} from "learn-to-evolve";

const length = 4 * Math.PI;
const space = phaseSpace({ positions: 1, velocities: 1, period: length });
/** Beams at ±1.5 of deviation 0.5, and a wave of wavenumber ½. */
const streams = { length, mode: 1, amplitude: 0.1, speed: 1.5, deviation: 0.5, transverse: [] };

/** Mass L, so that the plasma frequency is 1; a bath of temperature 1. */
const physics = (cells: number, { tau, parameters }: Settings) =>
  ({
    space,
    mass: length,
    cells,
    scheme: "verlet",
    strength: parameters.collisions,
    temperature: 1,
    tau,
    logDeterminant: "exact",
  }) as const;

/** `E = ½ cos 2πx/L` on the faces: no field of the charge that the streams start with. */
const violating = (cells: number) =>
  Array.from({ length: cells }, (_, j) => 0.5 * Math.cos((2 * Math.PI * (j + 1)) / cells));

const bounds = {
  "ampere.order": {
    min: 1.8,
    max: 2.2,
    reason: "fields by differences are of order 2 in the width of the cells",
  },
  "ampere.gauss": { max: 1e-12, reason: "the current conserves charge to rounding" },
  "ampere.gaussMotion": { max: 1e-12, reason: "and so leaves a violation of the law of Gauss as it is" },
  "ampere.fieldDifference": { max: 0.1, reason: "two fields to the order of the grid, and two trainings" },
  "ampere.ampere.freeFall": { min: 0.1, reason: "the free energy falls" },
  "ampere.violating.freeFall": { min: 0.1, reason: "from any initial field" },
  "ampere.ampere.largestRise": {
    max: 1e-4,
    reason: "in every step, but for the error of the conservative part",
  },
  "ampere.violating.largestRise": {
    max: 1e-4,
    reason: "in every step, but for the error of the conservative part",
  },
} as const;

export default definePipeline({
  name: "vlasov-ampere",
  title: "Vlasov–Ampère–Fokker–Planck beside Vlasov–Poisson–Fokker–Planck",
  summary:
    "The electric field follows from the charge, or it is carried along by the current. With a current that conserves charge on the grid both " +
    "are the same to the order of the grid, and the free energy of the second falls from any initial field.",
  trains: false,
  settings: {
    tau: 0.1,
    parameters: { time: 10, collisions: 0.1, cells: 64, quietParticles: 50_000, usual: 0 },
  },
  presets: {
    smoke: {
      parameters: { time: 0.5, cells: 32, quietParticles: 4000, usual: 1 },
      evaluation: { particles: 1000 },
    },
    quick: { evaluation: { particles: 10_000 } },
    paper: { parameters: { time: 20, usual: 1 }, evaluation: { particles: 20_000 } },
  },
  problem: (settings) => ({
    flow: vlasovAmpereFokkerPlanck({ ...physics(settings.parameters.cells, settings), initial: "gauss" }),
    family: { name: "two streams", dimension: space.dimension, draw: () => twoStream(streams) },
  }),
  evaluations: (settings) => {
    const { time, cells, quietParticles, usual } = settings.parameters;
    return [
      ampereSuite({
        flows: (count) => ({
          poisson: vlasovPoissonFokkerPlanck({ ...physics(count, settings), gauss: "spectral" }),
          ampere: vlasovAmpereFokkerPlanck({ ...physics(count, settings), initial: "gauss" }),
        }),
        violating: vlasovAmpereFokkerPlanck({ ...physics(cells, settings), initial: violating(cells) }),
        streams,
        cells,
        steps: Math.round(time / settings.tau),
        quietParticles,
        network: usual > 0 ? plasmaUsual([32, 32]) : plasmaTuned,
      }),
    ];
  },
  expected: { quick: bounds, paper: bounds },
});
