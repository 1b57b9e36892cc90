"""bench/pairwise.ts in JAX: sums over all pairs with the Coulomb collision kernel."""

import rival

import jax
import jax.numpy as jnp

given = {name: jnp.asarray(value) for name, value in rival.inputs().items()}
v, w = given["v"], given["w"]


def direct(v, w):
    """Pair by pair, which XLA fuses into one loop."""

    def one(vi, wi):
        z = vi - v
        r2 = jnp.maximum(jnp.sum(z * z, 1), 1e-3)
        g = wi - w
        return jnp.mean((r2[:, None] * g - z * jnp.sum(z * g, 1)[:, None]) * (r2**-1.5)[:, None], 0)

    return jax.vmap(one)(v, w)


def gram(v, w):
    """By matrix products, without arrays of pairs of vectors."""
    n = v.shape[0]
    square = jnp.sum(v * v, 1)
    r2 = jnp.maximum(square[:, None] + square[None] - 2 * v @ v.T, 1e-3)
    own = jnp.sum(v * w, 1)
    vw = v @ w.T
    s = own[:, None] - vw - vw.T + own[None]
    k = r2**-1.5
    a, b = k * r2, k * s
    return (w * a.sum(1, keepdims=True) - a @ w - v * b.sum(1, keepdims=True) + b @ v) / n


step = jax.jit({"direct": direct, "gram": gram}[rival.variant])


def advance(n):
    for _ in range(n):
        result = step(v, w)
        result.block_until_ready()
    return jnp.sqrt(jnp.mean(result**2)).block_until_ready()


rival.serve(advance)
