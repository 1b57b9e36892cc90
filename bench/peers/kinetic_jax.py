"""bench/kinetic.ts in JAX: value, gradient and Adam in one jit."""

import rival

import jax
import jax.numpy as jnp

z = jnp.asarray(rival.inputs()["z"])
flat = jnp.asarray(rival.inputs()["parameters"])
H = rival.size["hidden"]
dt = 0.1
shapes = [(5, H), (H,), (H, H), (H,), (H, 3), (3,)]


def split(flat):
    parts, start = [], 0
    for shape in shapes:
        length = 1
        for n in shape:
            length *= n
        parts.append(flat[start : start + length].reshape(shape))
        start += length
    return parts


def total(parameters, z):
    w1, b1, w2, b2, w3, b3 = parameters
    h1 = jnp.tanh(z @ w1 + b1)
    h2 = jnp.tanh(h1 @ w2 + b2)
    u = h2 @ w3 + b3
    d1, d2 = 1 - h1 * h1, 1 - h2 * h2
    m = w2 * (w1[:3].T @ w3.T)
    divergence = jnp.sum((d1 @ m) * d2, 1)
    v = z[:, :3] + dt * u
    return jnp.sum(0.5 * dt * jnp.sum(u * u, 1) + 0.5 * jnp.sum(v * v, 1) - jnp.log(jnp.abs(1 + dt * divergence)))


def whole(parameters, z):
    return total(parameters, z) / z.shape[0]


def tiled(tile):
    """Loss and gradient tile by tile, so that activations stay in the cache."""

    def value_and_grad(parameters, z):
        def one(sums, part):
            result = jax.value_and_grad(total)(parameters, part)
            return jax.tree.map(jnp.add, sums, result), None

        zero = jax.tree.map(jnp.zeros_like, (jnp.float32(0), parameters))
        sums, _ = jax.lax.scan(one, zero, z.reshape(-1, tile, 5))
        return jax.tree.map(lambda a: a / z.shape[0], sums)

    return value_and_grad


def adam(state, z, value_and_grad):
    p, m, v, t = state
    loss, g = value_and_grad(p, z)
    t = t + 1
    m = jax.tree.map(lambda a, b: 0.9 * a + 0.1 * b, m, g)
    v = jax.tree.map(lambda a, b: 0.999 * a + 0.001 * b * b, v, g)
    rate = 1e-3 * jnp.sqrt(1 - 0.999**t) / (1 - 0.9**t)
    p = jax.tree.map(lambda q, a, b: q - rate * a / (jnp.sqrt(b) + 1e-8), p, m, v)
    return (p, m, v, t), loss


if rival.variant == "flat, donated":
    parameters = flat
    value_and_grad = jax.value_and_grad(lambda flat, z: whole(split(flat), z))
else:
    parameters = split(flat)
    value_and_grad = tiled(1000) if rival.variant == "tiles" else jax.value_and_grad(whole)

donate = () if rival.variant == "jit" else (0,)
step = jax.jit(lambda state, z: adam(state, z, value_and_grad), donate_argnums=donate)
chunk = 10
scan = jax.jit(
    lambda state, z: jax.lax.scan(lambda s, _: adam(s, z, value_and_grad), state, None, length=chunk),
    donate_argnums=donate,
)
state = jax.tree.map(jnp.array, (parameters, *[jax.tree.map(jnp.zeros_like, parameters)] * 2, jnp.float32(0)))


def advance(n):
    global state
    while n > 0:
        if rival.variant == "scan" and n >= chunk:
            state, losses = scan(state, z)
            loss, n = losses[-1], n - chunk
        else:
            state, loss = step(state, z)
            n -= 1
    return loss.block_until_ready()


rival.serve(advance)
