"""bench/rollout.ts in JAX: steps of the operator on many particles, tile by tile."""

import rival
from operator_model import TAU, encode, field, unpack

import jax
import jax.numpy as jnp

given = rival.inputs()
parameters = unpack(jnp.asarray(given["parameters"]))
positions = jnp.asarray(given["positions"])
log_density = jnp.asarray(given["logDensity"])
N, C = positions.shape[0], rival.size["context"]
tile = {"whole": N, "tiles": min(N, 1000)}[rival.variant]


def velocity(encoding, queries):
    w, dw = field(parameters, encoding, queries[None])
    symmetric = 0.5 * (dw[0, 1] + dw[1, 0])
    mean, half = 0.5 * (dw[0, 0] + dw[1, 1]), 0.5 * (dw[0, 0] - dw[1, 1])
    stretch = mean - jnp.sqrt(half**2 + symmetric**2)
    return w[:, 0].T, dw[:, :, 0], stretch[0]


def step(positions, log_density, k):
    order = (k * C + jnp.arange(C)) % N
    encoding = encode(parameters, positions[order][None], log_density[order][None])
    w, dw, stretch = jax.lax.map(lambda q: velocity(encoding, q), positions.reshape(-1, tile, 2))
    w, dw = w.reshape(N, 2), jnp.moveaxis(dw, 0, 2).reshape(2, 2, N)
    h = TAU * jnp.minimum(1, 0.85 / jnp.maximum(1e-30, jnp.max(-TAU * stretch)))
    determinant = (1 + h * dw[0, 0]) * (1 + h * dw[1, 1]) - h * dw[0, 1] * h * dw[1, 0]
    return positions + h * w, log_density - jnp.log(jnp.abs(determinant))


compiled = jax.jit(step, donate_argnums=(0, 1))
state, k = (positions, log_density), 0


def advance(n):
    global state, k
    for _ in range(n):
        state = compiled(*state, k)
        k += 1
    return jnp.mean(state[1]).block_until_ready()


rival.serve(advance)
