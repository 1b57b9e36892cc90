"""bench/perStep.ts in JAX: value and gradient of the JKO objective for a network that is trained anew in every step."""

import rival

import jax
import jax.numpy as jnp

given = {name: jnp.asarray(value) for name, value in rival.inputs().items()}
TAU, W = 0.1, rival.size["width"]
x, flat = given["positions"].T, given["parameters"]
mean, radius, reach = given["shift"].reshape(2, 1), given["radius"].reshape(2, 1), given["reach"].reshape(())


def split(flat):
    matrix, offset = flat[:4].reshape(2, 2), flat[4:6]
    directions = flat[6 : 6 + 2 * W].reshape(2, W)
    return matrix, offset, directions, flat[6 + 2 * W : 6 + 3 * W], flat[6 + 3 * W :]


def loss(flat):
    matrix, offset, a, biases, weights = split(flat)
    symmetric = 0.5 * (matrix + matrix.T)
    z = (x - mean) / radius
    activation = jnp.tanh(a.T @ z + biases[:, None])
    c = weights[:, None] / W**0.5
    u = a @ (activation * c) + symmetric @ z + offset[:, None]
    outer = (a[None] * a[:, None]).reshape(4, W)
    du = outer @ ((1 - activation**2) * c) + symmetric.reshape(4, 1)
    w, dw = u * reach / TAU, du * reach / (jnp.tile(radius, (2, 1)) * TAU)
    after = x + TAU * w
    determinant = (1 + TAU * dw[0]) * (1 + TAU * dw[3]) - TAU * dw[1] * TAU * dw[2]
    floor = 0.05
    log_det = jnp.log(jnp.maximum(determinant, floor)) + (jnp.minimum(determinant, floor) - floor) / floor
    gains = TAU / 2 * jnp.sum(w * w, 0) - log_det + 0.5 * jnp.sum(after**2, 0) - 0.5 * jnp.sum(x**2, 0)
    return jnp.mean(gains)


@jax.jit
def step(flat):
    value, gradient = jax.value_and_grad(loss)(flat)
    return flat - 0.1 * gradient, value


state = flat


def advance(n):
    global state
    for _ in range(n):
        state, value = step(state)
        value.block_until_ready()  # a line search looks at every value before it goes on
    return value


rival.serve(advance)
