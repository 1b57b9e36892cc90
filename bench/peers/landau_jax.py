"""bench/landau.ts in JAX: a JKO loss with its gradient for Coulomb's force, and a step of all particles for Maxwell's molecules."""

import rival

import jax
import jax.numpy as jnp

constant, tau, softening = 0.1, 0.1, 0.1
given = {name: jnp.asarray(value) for name, value in rival.inputs().items()}
# J[i, k, f] = ∂_k w_f; below the component comes first.
v, w, J = given["v"], given["w"], jnp.swapaxes(given["J"], 1, 2)
n, d = v.shape
eye = jnp.eye(d)


def determinant(m):
    return jnp.sum(m[:, 0] * jnp.cross(m[:, 1], m[:, 2]), 1)


def loss_of(velocity):
    def loss(w, J):
        u, slope = velocity(w, J)
        return 0.5 * tau * jnp.sum(w * u) - jnp.sum(jnp.log(jnp.abs(determinant(eye + tau * slope))))

    return loss


def direct(w, J):
    """With arrays of pairs of vectors."""
    z = v[:, None] - v[None]
    o = w[:, None] - w[None]
    r2 = jnp.sum(z * z, 2)
    x = jnp.sum(z * o, 2)
    s = r2 + softening**2
    k = constant * s**-1.5 / n
    u = jnp.sum(k[..., None] * (r2[..., None] * o - x[..., None] * z), 1)
    a = k[..., None, None] * (r2[..., None, None] * eye - z[..., :, None] * z[..., None, :])
    first = (2 - 3 * r2 / s)[..., None, None] * o[..., :, None] * z[..., None, :]
    lean = o - 3 * (x / s)[..., None] * z
    bend = first - z[..., :, None] * lean[..., None, :] - x[..., None, None] * eye
    return u, jnp.sum(a, 1) @ J + jnp.sum(k[..., None, None] * bend, 1)


def outer(matrix, a, b):
    """`Σ_j M_ij (a_i − a_j)⊗(b_i − b_j)`, `[n, d, d]`."""
    one = matrix.sum(1)[:, None, None]
    both = (matrix @ (a[:, :, None] * b[:, None, :]).reshape(n, d * d)).reshape(n, d, d)
    ma, mb = matrix @ a, matrix @ b
    return one * a[:, :, None] * b[:, None] - ma[:, :, None] * b[:, None] - a[:, :, None] * mb[:, None] + both


def gram(w, J):
    """By products of matrices."""
    c, o = v - v.mean(0), w - w.mean(0)
    r2 = sum((c[:, k, None] - c[None, :, k]) ** 2 for k in range(d))
    s = r2 + softening**2
    k = constant / (s * jnp.sqrt(s)) / n
    k = k - jnp.diag(jnp.diag(k))
    p = jnp.sum(c * o, 1)
    x = p[:, None] + p[None] - c @ o.T - o @ c.T
    w1, w2 = k * r2, k * x
    r, total = w1.sum(1)[:, None], w2.sum(1)[:, None]
    u = r * o - w1 @ o - total * c + w2 @ c
    tensor = r[..., None] * eye - outer(k, c, c)
    mixed = outer(k, o, c)
    bend = -3 * (outer(w1 / s, o, c) - outer(w2 / s, c, c))
    slope = 2 * mixed - jnp.swapaxes(mixed, 1, 2) + bend - total[..., None] * eye
    return u, tensor @ J + slope


def moments(v, w, J):
    c, o = v - v.mean(0), w - w.mean(0)
    P, M = c.T @ c / n, c.T @ o / n
    e, q = jnp.trace(P), jnp.trace(M)
    square, p = jnp.sum(c * c, 1)[:, None], jnp.sum(c * o, 1)[:, None]
    push = jnp.mean(square * o - p * c, 0)
    twist = 2 * M.T - M
    u = (square + e) * o - (p + q) * c - o @ P + c @ twist.T - push
    along = o + jnp.einsum("na,nak->nk", c, J)
    slope = (square + e)[..., None] * J - c[:, :, None] * along[:, None] - P @ J + 2 * o[:, :, None] * c[:, None]
    return constant * u, constant * (slope + twist - (p + q)[..., None] * eye)


if rival.variant == "moments":
    step = jax.jit(moments)

    def advance(steps):
        for _ in range(steps):
            u, slope = step(v, w, J)
            slope.block_until_ready()
        return jnp.sqrt(jnp.mean(u**2)).block_until_ready()

else:
    step = jax.jit(jax.value_and_grad(loss_of({"gram": gram, "direct": direct}[rival.variant]), argnums=(0, 1)))

    def advance(steps):
        for _ in range(steps):
            _, (field, slope) = step(w, J)
            slope.block_until_ready()
        return jnp.sqrt(jnp.mean(field**2)).block_until_ready()


rival.serve(advance)
