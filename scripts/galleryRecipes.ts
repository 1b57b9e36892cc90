/** @file Which command makes which figure of README.md and of the guides. */

export interface Recipe {
  /** As it is typed in a clone. */
  readonly command: string;
  /** Files below docs/, and where the command leaves them; a figure of a report without the number before its name. */
  readonly figures: Readonly<Record<string, string>>;
}

export const recipes: readonly Recipe[] = [
  {
    command: "npx l2e evaluate checkpoints/fokker-planck-2d --suite comparison",
    figures: {
      "one-density.png": "runs/fokker-planck-2d-evaluation/figures/the-density-at-several-times.png",
      "gallery/free-energy.png": "runs/fokker-planck-2d-evaluation/figures/free-energy-in-time.png",
    },
  },
  {
    command:
      "npx l2e rollout checkpoints/fokker-planck-2d --input datasets/penguins.csv --columns bill_length_mm,flipper_length_mm --steps 20 --grid 128 --no-errors",
    figures: { "gallery/penguins.png": "penguins-trajectory.png" },
  },
  { command: "npx l2e run aggregation-quartic-2d --preset smoke", figures: {} },
  {
    command:
      "npx l2e rollout checkpoints/aggregation-quartic-2d-smoke --input datasets/penguins.csv --columns bill_length_mm,flipper_length_mm --steps 40 --particles 2000 --grid 0 --output gathered.arrow",
    figures: { "gallery/aggregation.png": "gathered.png" },
  },
  {
    command: "npx l2e run porous-medium-2d",
    figures: {
      "gallery/porous-medium.png": "runs/porous-medium-2d-quick/figures/densities-while-two-bumps-merge.png",
    },
  },
  { command: "npx l2e run keller-segel-2d --preset smoke", figures: {} },
  {
    command:
      "npx l2e rollout checkpoints/keller-segel-2d-smoke --input datasets/penguins.csv --columns bill_length_mm,flipper_length_mm --steps 40 --particles 2000 --grid 96 --no-errors --output attracted.arrow",
    figures: { "gallery/keller-segel.png": "attracted.png" },
  },
  {
    command: "npx l2e run vlasov-poisson-weak --set parameters.seeds=1 --set parameters.growthParticles=4000",
    figures: { "two-streams.png": "runs/vlasov-poisson-weak-quick/figures/phase-space-0-001.png" },
  },
  {
    command:
      "npx l2e run landau-bkw-2d --preset smoke --set parameters.finalTime=2 --set tau=0.05 --set evaluation.particles=6400",
    figures: {
      "gallery/landau.png": "runs/landau-bkw-2d-smoke/figures/entropy-over-that-of-the-equilibrium.png",
    },
  },
  {
    command: "npx l2e run kuramoto --preset smoke --set parameters.diagram=65 --set parameters.sweep=31",
    figures: {
      "gallery/kuramoto-phases.png": "runs/kuramoto-smoke/figures/phase-diagram.png",
      "gallery/kuramoto-hysteresis.png": "runs/kuramoto-smoke/figures/order-against-coupling-m-0-75.png",
    },
  },
  {
    command:
      "npx l2e run polchinski-phi4 --preset smoke --set tau=0.0025 --set evaluation.particles=4096 --set parameters.samples=4",
    figures: {
      "gallery/polchinski.png": "runs/polchinski-phi4-smoke/figures/the-renormalised-potential.png",
    },
  },
  {
    command: "npx l2e run svgd-2d --set parameters.manyParticles=500 --set parameters.manySteps=1",
    figures: {
      "gallery/svgd.png": "runs/svgd-2d-quick/figures/particles-on-the-density-of-their-target.png",
    },
  },
  { command: "npm run figure:playground", figures: {} },
];
