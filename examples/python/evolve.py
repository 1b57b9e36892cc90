"""From a checkpoint to a plot, without the package that trained it: numpy, onnxruntime and matplotlib.

    pip install numpy onnxruntime matplotlib
    python examples/python/evolve.py checkpoints/fokker-planck-2d --input datasets/penguins.csv

Reads two columns of a CSV file, takes their kernel density as the initial density, evolves it with operator.onnx, one
forward pass a step, and draws particles before and after, with the entropy and the mean log-density along the way.
"""

import argparse
import csv
import json
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import onnxruntime


def read_points(path, columns):
    """Rows in which both columns have a number, as an array [rows, 2]."""
    points = []
    with open(path, newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            try:
                points.append([float(row[column]) for column in columns])
            except ValueError:
                pass  # a missing value
    return np.array(points)


def kernel_density(points, count, rng):
    """Samples of the Gaussian kernel density of standardised points, and its exact log-density at them."""
    n, d = points.shape
    width = (4 / (d + 2) / n) ** (1 / (d + 4))  # Silverman's rule for unit deviations
    samples = points[rng.integers(n, size=count)] + width * rng.normal(size=(count, d))
    squares = ((samples[:, None] - points[None]) ** 2).sum(-1) / width**2
    nearest = squares.min(1, keepdims=True)
    log = np.log(np.exp((nearest - squares) / 2).mean(1)) - nearest[:, 0] / 2 - d / 2 * np.log(2 * np.pi * width**2)
    return samples.astype("f"), log.astype("f")


def step(operator, points, log_density, tau, context):
    """One JKO step: in one call, or in several where a steep step is made in pieces."""
    rest = np.array(tau, "f")
    while rest > 0:
        points, log_density, rest = operator.run(None, {
            "context": points[:context],
            "contextLogDensity": log_density[:context],
            "queries": points,
            "queryLogDensity": log_density,
            "tau": rest,
        })
    return points, log_density


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("checkpoint", type=Path, help="a folder with manifest.json and operator.onnx")
    parser.add_argument("--input", required=True, help="a CSV file with a header")
    parser.add_argument("--columns", default="bill_length_mm,flipper_length_mm", help="two of its columns")
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--particles", type=int, default=2000)
    parser.add_argument("--figure", default="evolved.png")
    given = parser.parse_args()

    settings = json.loads((given.checkpoint / "manifest.json").read_text())["settings"]
    tau, context = settings["tau"], settings["evaluation"]["context"]
    operator = onnxruntime.InferenceSession(given.checkpoint / "operator.onnx")

    columns = given.columns.split(",")
    raw = read_points(given.input, columns)
    mean, scale = raw.mean(0), raw.std(0, ddof=1)
    rng = np.random.default_rng(0)
    points, log_density = kernel_density((raw - mean) / scale, given.particles, rng)

    frames, entropy = [points], [log_density.mean()]
    for _ in range(given.steps):
        points, log_density = step(operator, points, log_density, tau, context)
        frames.append(points)
        entropy.append(log_density.mean())

    figure, axes = plt.subplots(1, 3, figsize=(11, 3.4), layout="constrained")
    low, high = mean - 4 * scale, mean + 4 * scale
    for axis, k in zip(axes, (0, given.steps)):
        x = mean + scale * frames[k]
        axis.plot(x[:, 0], x[:, 1], ".", markersize=2, color="#0072b2", alpha=0.5)
        axis.set(title=f"t = {k * tau:g}", xlabel=columns[0], ylabel=columns[1])
        axis.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]))
    axes[2].plot(tau * np.arange(given.steps + 1), entropy, color="#d55e00")
    axes[2].set(title="entropy, standardised units", xlabel="t", ylabel="mean of log ρ over particles")
    figure.savefig(given.figure, dpi=150)
    spread = ", ".join(f"{value:.3f}" for value in points.std(0))
    print(f"{given.steps} steps of {tau:g}, {given.particles} particles: deviations {spread}; figure {given.figure}")


if __name__ == "__main__":
    main()
