"""bench/operator.ts in JAX: one training iteration of the operator."""

import rival
from operator_model import TAU, encode, field, potential, unpack

import jax
import jax.numpy as jnp

given = {name: jnp.asarray(value) for name, value in rival.inputs().items()}


def loss(flat, batch):
    parameters = unpack(flat)
    encoding = encode(parameters, batch["context"], batch["contextLogDensity"])
    w, dw = field(parameters, encoding, batch["queries"])
    before = jnp.moveaxis(batch["queries"], 2, 0)
    after = before + TAU * w
    determinant = (1 + TAU * dw[0, 0]) * (1 + TAU * dw[1, 1]) - TAU * dw[0, 1] * TAU * dw[1, 0]
    floor = 0.05
    log_det = jnp.log(jnp.maximum(determinant, floor)) + (jnp.minimum(determinant, floor) - floor) / floor
    gains = TAU / 2 * jnp.sum(w * w, 0) - log_det + potential(after) - potential(before)
    mu = batch["contextLogDensity"] + potential(jnp.moveaxis(batch["context"], 2, 0))
    weights = jax.lax.rsqrt(jnp.var(mu, 1) + 0.1**2)
    return jnp.mean(gains.mean(1) * weights)


def iteration(state, batch, t):
    p, m, v, average = state
    value, g = jax.value_and_grad(loss)(p, batch)
    norm = jnp.sqrt(jnp.sum(g * g))
    g = g / jnp.maximum(norm, 1.0)
    m2 = 0.9 * m + 0.1 * g
    v2 = 0.999 * v + 0.001 * g * g
    rate = 3e-3 * jnp.sqrt(1 - 0.999**t) / (1 - 0.9**t)
    p2 = p - rate * m2 / (jnp.sqrt(v2) + 1e-8)
    after = (p2, m2, v2, 0.995 * average + 0.005 * p2)
    return tuple(jnp.where(jnp.isfinite(norm), a, b) for a, b in zip(after, state)), value


step = jax.jit(iteration, donate_argnums=(0,) if rival.variant == "donated" else ())
flat = given.pop("parameters")
state = (jnp.array(flat), jnp.zeros_like(flat), jnp.zeros_like(flat), jnp.array(flat))
t = 0


def advance(n):
    global state, t
    for _ in range(n):
        t += 1
        state, value = step(state, given, jnp.float32(t))
    return value.block_until_ready()


rival.serve(advance)
