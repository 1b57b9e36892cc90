"""bench/vlasov.ts in JAX: fields, motion, the iterations of Adam and the map of a step in one jit.

Variants: `tangents`, the derivative along v by a tangent that runs beside the value; `gates`, value and derivative from the gates of leaky ReLU
backwards, as src/networks/piecewiseAffine.ts makes them.
"""

import math

import rival

import jax
import jax.numpy as jnp

L, cells, tau, strength = 4 * math.pi, 64, 0.1, 0.01
dx = L / cells
k = 2 * math.pi / L
n = rival.size["particles"]
shapes = [(3, 32), (32,), (32, 32), (32,), (32, 1), (1,)]
modes = 2 * math.pi * jnp.fft.rfftfreq(cells, dx)
inverse = jnp.where((modes > 0) & (jnp.arange(modes.size) < cells // 2), 1 / jnp.where(modes > 0, modes, 1), 0)


def split(flat):
    parts, start = [], 0
    for shape in shapes:
        length = math.prod(shape)
        parts.append(flat[start : start + length].reshape(shape))
        start += length
    return parts


def by_tangents(flat, x, v):
    """The field w and its derivative along v, by one tangent."""
    w1, b1, w2, b2, w3, b3 = split(flat)
    z = jnp.stack([jnp.cos(k * x), jnp.sin(k * x), v], 1)
    a1 = z @ w1 + b1
    s1 = jnp.where(a1 > 0, 1.0, 0.01)
    a2 = (s1 * a1) @ w2 + b2
    s2 = jnp.where(a2 > 0, 1.0, 0.01)
    value = (s2 * a2) @ w3 + b3
    slope = (s2 * ((s1 * w1[2]) @ w2)) @ w3
    return value[:, 0], slope[:, 0]


def by_gates(flat, x, v):
    """The same by the derivative along all features, from the output back."""
    w1, b1, w2, b2, w3, b3 = split(flat)
    first = jnp.concatenate([w1, b1[None]])
    z = jnp.stack([jnp.cos(k * x), jnp.sin(k * x), v, jnp.ones_like(v)], 1)
    a1 = z @ first
    s1 = jax.lax.stop_gradient(jnp.where(a1 > 0, 1.0, 0.01))
    s2 = jax.lax.stop_gradient(jnp.where((s1 * a1) @ w2 + b2 > 0, 1.0, 0.01))
    slopes = (s1 * (s2 @ (w2 * w3[:, 0]).T)) @ first.T
    return jnp.sum(z * slopes, 1) + s2 @ (b2 * w3[:, 0]) + b3, slopes[:, 2]


field = {"tangents": by_tangents, "gates": by_gates}[rival.variant]


def loss(flat, x, v):
    w, slope = field(flat, x, v)
    moved = v + tau * strength * w
    kinetic = 0.5 * (moved * moved - v * v)
    return jnp.mean(0.5 * tau * strength * w * w + kinetic - jnp.log(jnp.abs(1 + tau * strength * slope)))


def shares(x):
    at = x / dx - 0.5
    left = jnp.floor(at)
    right = at - left
    j = left.astype(jnp.int32) % cells
    return j, (j + 1) % cells, right


def push(x, v):
    x = jnp.mod(x + tau * v, L)
    j, after, right = shares(x)
    rho = jnp.zeros(cells).at[j].add(1 - right).at[after].add(right) * (L / (n * dx))
    E = jnp.fft.irfft(-1j * jnp.fft.rfft(rho) * inverse, cells)
    return x, v + tau * (E[j] + right * (E[after] - E[j]))


def adam(carry, t, x, v):
    p, m, s = carry
    g = jax.grad(loss)(p, x, v)
    m, s = 0.9 * m + 0.1 * g, 0.999 * s + 0.001 * g * g
    rate = 1e-3 * jnp.sqrt(1 - 0.999**t) / (1 - 0.9**t)
    return (p - rate * m / (jnp.sqrt(s) + 1e-8), m, s), None


@jax.jit
def step(x, v, logs, p):
    x, v = push(x, v)
    start = (p, jnp.zeros_like(p), jnp.zeros_like(p))
    times = jnp.arange(1, rival.size["iterations"] + 1, dtype=jnp.float32)
    (p, _, _), _ = jax.lax.scan(lambda carry, t: adam(carry, t, x, v), start, times)
    w, slope = field(p, x, v)
    v = v + tau * strength * w
    logs = logs - jnp.log(jnp.abs(1 + tau * strength * slope))
    return (x, v, logs, p), 0.5 * jnp.mean(v * v) + jnp.mean(logs)


given = rival.inputs()
state = (
    jnp.asarray(given["positions"][:, 0]),
    jnp.asarray(given["positions"][:, 1]),
    jnp.asarray(given["logDensity"]),
    jnp.asarray(given["parameters"]),
)


def advance(steps):
    global state
    for _ in range(steps):
        state, value = step(*state)
    return value.block_until_ready()


rival.serve(advance)
