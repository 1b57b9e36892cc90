"""The learned operator of src/operator/ in JAX, for the plane and the potential V = |x|²/2 with diffusion 1.

The arithmetic is the same, the style is JAX's own: fields carry their tangents, `[F, B, n]` and `[F, d, B, n]`.
"""

import rival

import jax.numpy as jnp

D = 2
WIDTHS = (0.25, 0.5, 1.0)
RIDGE = 0.02
SPARSE_RIDGE = 0.4
TAU = 0.1
HIDDEN = rival.size["hidden"]
CODE = rival.size["hidden"]
S = len(WIDTHS)
LAYERS = 3
FEATURES = 2 * D + S * (2 * D + 1)
DENSE = {
    "encoder.0": (D + 1, HIDDEN),
    "encoder.1": (HIDDEN, HIDDEN),
    "encoder.2": (HIDDEN, CODE),
    "modulation.0": (CODE + 2 + D + D * (D + 1) // 2, 2 * HIDDEN),
    "modulation.1": (2 * HIDDEN, 2 * LAYERS * HIDDEN),
    "blend": (2 * HIDDEN, S),
    "decoder.0": (FEATURES, HIDDEN),
    "decoder.1": (HIDDEN, HIDDEN),
    "decoder.2": (HIDDEN, HIDDEN),
    "gate": (HIDDEN, S * D * D),
}
PAIRS = [(0, 0), (1, 0), (1, 1)]


def unpack(flat):
    parameters, start = {}, 0
    for name, (inputs, outputs) in DENSE.items():
        weight = flat[start : start + inputs * outputs].reshape(inputs, outputs)
        start += inputs * outputs
        parameters[name] = (weight, flat[start : start + outputs])
        start += outputs
    return parameters


def dense(parameters, name, x, bias=True):
    weight, b = parameters[name]
    y = jnp.tensordot(weight, x, axes=(0, 0))
    return y + b.reshape(-1, *[1] * (x.ndim - 1)) if bias else y


def potential(x):
    return 0.5 * jnp.sum(x * x, 0)


def conjugate_gradients(a, b, iterations):
    inner = lambda u, v: jnp.sum(u * v, 1, keepdims=True)
    solution, residual, direction, square = jnp.zeros_like(b), b, b, inner(b, b)
    for _ in range(iterations):
        image = a @ direction
        length = square / (inner(direction, image) + 1e-30)
        solution, residual = solution + length * direction, residual - length * image
        following = inner(residual, residual)
        direction = residual + following / (square + 1e-30) * direction
        square = following
    return solution


def global_fit(points, mu, v):
    """Least squares of mu on (x, products, V): linear [d, B, 1], quadratic [d, d, B, 1], potential [1, B, 1]."""
    functions = jnp.stack([*points, *[points[k] * points[l] for k, l in PAIRS], v], 1)  # [B, p, C]
    centred = functions - functions.mean(2, keepdims=True)
    scale = jnp.sqrt(jnp.mean(centred**2, 2, keepdims=True) + 1e-12)
    standard = centred / scale
    size, count = standard.shape[1:]
    gram = standard @ standard.transpose(0, 2, 1) / count + 1e-3 * jnp.eye(size)
    right = standard @ mu[:, :, None] / count
    solution = conjugate_gradients(gram, right, size)
    residual = mu - jnp.squeeze(solution.transpose(0, 2, 1) @ standard, 1)
    c = (solution / scale).transpose(1, 0, 2)  # [p, B, 1]
    quadratic = jnp.stack([jnp.stack([2 * c[2], c[3]]), jnp.stack([c[3], 2 * c[4]])])
    return (c[:2], quadratic, c[5:6]), residual


def resistance(points, mean, radius, trust):
    """The inverse matrix of the implicit step, `[d, d, B, 1]`, and what it carries along, `[d, B, 1]`."""
    aa, ab, bb = (jnp.mean(points[k] * points[l], 1) + (k == l) * 1e-3 for k, l in PAIRS)
    factor = 4 * TAU / radius[0, :, 0] ** 2 / (aa * bb - ab * ab)
    p, q, r = 1 + factor * bb, -factor * ab, 1 + factor * aa
    root = jnp.sqrt(p * r - q * q)
    size = 2 * jnp.sqrt(p + r + 2 * root)
    p, q, r = 0.5 + (p + root) / size, q / size, 0.5 + (r + root) / size
    whole = -mean / (1 + TAU) * trust
    excess = jnp.stack([jnp.stack([p - 1, q]), jnp.stack([q, r - 1])])[..., None]
    p, r = p + TAU, r + TAU
    inverse = jnp.stack([jnp.stack([r, -q]), jnp.stack([-q, p])])[..., None] / (p * r - q * q)[:, None]
    return inverse, jnp.sum(excess * whole[None], 1)


def encode(parameters, positions, log_density):
    """A density from its context `[B, C, d]`, `[B, C]`."""
    x = jnp.moveaxis(positions, 2, 0)
    mean = x.mean(2, keepdims=True)
    radius = jnp.sqrt(jnp.mean((x - mean) ** 2, (0, 2), keepdims=True))
    points = (x - mean) / radius
    v = potential(x)
    mu = log_density + v
    mu = mu - mu.mean(1, keepdims=True)
    deviation = jnp.mean(jnp.abs(mu), 1, keepdims=True)
    bound = 12 * deviation * (1 + (deviation / 0.1) ** 2)
    mu = jnp.clip(mu, -bound, bound)
    hidden = jnp.tanh(dense(parameters, "encoder.0", jnp.concatenate([points, mu[None]])))
    hidden = jnp.tanh(dense(parameters, "encoder.1", hidden))
    pooled = dense(parameters, "encoder.2", hidden.mean(2))
    covariance = jnp.stack([jnp.mean(points[k] * points[l], 1) for k, l in PAIRS])
    size = radius[..., 0]
    summary = jnp.concatenate([pooled, mean[..., 0], jnp.log(size), jnp.log(TAU / size**2), covariance])
    code = jnp.tanh(dense(parameters, "modulation.0", summary))
    modulation = dense(parameters, "modulation.1", code).reshape(2 * LAYERS, HIDDEN, -1, 1)
    fit, residual = global_fit(points, mu, v)
    square = lambda u: jnp.mean(jnp.abs(u), 1, keepdims=True) ** 2
    signal = jnp.maximum(square(mu - residual) - 12 / residual.shape[1] * square(residual), 0)[None]
    trust = signal / (signal + 0.03**2)
    blend = dense(parameters, "blend", code)[..., None] * trust + 1 / S
    a, b = points
    one, m = jnp.ones_like(a), residual
    monomials = jnp.stack(
        [a, b, a * a, a * b, b * b, m, a * m, b * m]
        + [a * a * a, a * a * b, a * b * b, b * b * b, a * a * m, a * b * m, b * b * m, one],
        1,
    )  # [B, 16, C]
    resisted = resistance(points, mean, radius, trust)
    return mean, radius, points, fit, monomials, modulation, blend, trust, resisted


ENTRIES = [0, 1, 2, 3, 4, 5, 6, 7]
PRODUCTS = [[2, 3], [3, 4], [8, 9], [9, 10], [10, 11], [6, 7], [12, 13], [13, 14]]


def local_features(x, points, monomials):
    """Slope, mean shift and level at whitened queries x `[d, B, Q]` for every width, with tangents."""
    squared = jnp.sum(x * x, 0)[:, :, None] + jnp.sum(points * points, 0)[:, None, :]
    exponent = jnp.einsum("dbq,dbc->bqc", x, points) - 0.5 * squared
    wide = jnp.exp(exponent)
    middle = jnp.square(jnp.square(wide))
    narrow = jnp.square(jnp.square(middle))
    values, tangents = [], []
    prior = jnp.zeros_like(x), jnp.zeros((D, *x.shape))
    for h, weights in zip(reversed(WIDTHS), (wide, middle, narrow)):
        sums = jnp.einsum("bqc,bmc->mbq", weights, monomials)
        total = sums[-1:] + 1e-30
        expectations = sums / total
        value = expectations[jnp.array(ENTRIES)]
        means = value[:D] + x * (1e-30 / total)
        products = expectations[jnp.array(PRODUCTS)]  # [8, d, B, Q]
        tangent = (products - value[:, None] * means[None]) / h**2
        inverse = 1 / (sums[-1:] + 1e-3)
        ridge = h**2 * (RIDGE + SPARSE_RIDGE * inverse)
        dridge = -SPARSE_RIDGE * inverse**2 * (sums[:D] - sums[-1:] * x)
        slope, dslope = prior = regress(value, tangent, ridge[0], dridge, prior)
        eye = jnp.eye(D)[:, :, None, None]
        values.append((slope, value[:D] - x, value[5:6]))
        tangents.append((dslope, tangent[:D] - eye, tangent[5:6]))
    join = lambda parts, i: jnp.concatenate([part[i] for part in reversed(parts)])
    return [(join(values, i), join(tangents, i)) for i in range(3)]


def regress(value, tangent, ridge, dridge, prior):
    """Solves (Cov + ridge) beta = Cov(c, mu) + ridge prior in the plane, with tangents."""
    ea, eb, aa, ab, bb, m, am, bm = value
    da, db, daa, dab, dbb, dm, dam, dbm = tangent
    (pa, pb), (dpa, dpb) = prior
    p, dp = aa - ea * ea + ridge, daa - 2 * ea * da + dridge
    q, dq = ab - ea * eb, dab - ea * db - eb * da
    r, dr = bb - eb * eb + ridge, dbb - 2 * eb * db + dridge
    u, du = am - m * ea + ridge * pa, dam - m * da - ea * dm + ridge * dpa + pa * dridge
    v, dv = bm - m * eb + ridge * pb, dbm - m * db - eb * dm + ridge * dpb + pb * dridge
    l, dl = q / p, (dq - q / p * dp) / p
    pivot, dpivot = r - q * l, dr - q * dl - l * dq
    y, dy = v - l * u, dv - l * du - u * dl
    z1 = y / pivot
    dz1 = (dy - z1 * dpivot) / pivot
    z0 = u / p - l * z1
    dz0 = (du - u / p * dp) / p - l * dz1 - z1 * dl
    return jnp.stack([z0, z1]), jnp.stack([dz0, dz1])


def field(parameters, encoding, queries):
    """w and its tangents at queries `[B, Q, d]`."""
    mean, radius, points, (linear, quadratic, gamma), monomials, modulation, blend, trust, resisted = encoding
    position = jnp.moveaxis(queries, 2, 0)
    x = (position - mean) / radius
    _, batch, count = x.shape
    eye = jnp.eye(D)[:, :, None, None]
    full = lambda t: jnp.broadcast_to(t, (D, D, batch, count))
    dx = full(eye / radius[None])
    inverse = 1 / radius[None]
    slope, shift, level = [(value, tangent * inverse) for value, tangent in local_features(x, points, monomials)]
    pull, dpull = -TAU * position / radius, full(-TAU * eye / radius[None])
    vslope, dvslope = position * radius, full(eye * radius[None])
    whole = jnp.sum(quadratic * x[None], 1) + linear + gamma * vslope
    dwhole = jnp.sum(quadratic[:, :, None] * dx[None], 1) + gamma[None] * dvslope
    slope = (slope[0] + jnp.tile(whole, (S, 1, 1)), slope[1] + jnp.tile(dwhole, (S, 1, 1, 1)))
    hidden = jnp.concatenate([x, pull, slope[0], shift[0], level[0]])
    tangent = jnp.concatenate([dx, dpull, slope[1], shift[1], level[1]])
    for layer in range(LAYERS):
        factor = 1 + modulation[2 * layer]
        hidden = jnp.tanh(dense(parameters, f"decoder.{layer}", hidden) * factor + modulation[2 * layer + 1])
        tangent = dense(parameters, f"decoder.{layer}", tangent, bias=False) * factor[:, None]
        tangent = tangent * (1 - hidden * hidden)[:, None]
    gate = (dense(parameters, "gate", hidden) * trust).reshape(S, D, D, batch, count)
    dgate = (dense(parameters, "gate", tangent, bias=False) * trust[None]).reshape(S, D, D, D, batch, count)
    matrix = gate + blend[:, None, None] * jnp.eye(D)[None, :, :, None, None]
    beta, dbeta = slope[0].reshape(S, D, batch, count), slope[1].reshape(S, D, D, batch, count)
    w = jnp.einsum("sijbq,sjbq->ibq", matrix, beta)
    dw = jnp.einsum("sijbq,sjkbq->ikbq", matrix, dbeta) + jnp.einsum("sijkbq,sjbq->ikbq", dgate, beta)
    solved, carried = resisted
    explicit, dexplicit = carried - w / radius, -dw / radius[None]
    return jnp.sum(solved * explicit[None], 1), jnp.sum(solved[:, :, None] * dexplicit[None], 1)
