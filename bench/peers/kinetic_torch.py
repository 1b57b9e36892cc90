"""bench/kinetic.ts in PyTorch, eager or compiled."""

import rival

import torch

torch.set_num_threads(rival.threads)
H = rival.size["hidden"]
dt = 0.1
z = torch.from_numpy(rival.inputs()["z"])
shapes = [(5, H), (H,), (H, H), (H,), (H, 3), (3,)]
flat = torch.from_numpy(rival.inputs()["parameters"])
parts = flat.split([torch.Size(shape).numel() for shape in shapes])
parameters = [part.reshape(shape).clone().requires_grad_() for part, shape in zip(parts, shapes)]


def loss(parameters, z):
    w1, b1, w2, b2, w3, b3 = parameters
    h1 = torch.tanh(torch.addmm(b1, z, w1))
    h2 = torch.tanh(torch.addmm(b2, h1, w2))
    u = torch.addmm(b3, h2, w3)
    d1, d2 = 1 - h1 * h1, 1 - h2 * h2
    m = w2 * (w1[:3].T @ w3.T)
    divergence = ((d1 @ m) * d2).sum(1)
    v = z[:, :3] + dt * u
    return (0.5 * dt * (u * u).sum(1) + 0.5 * (v * v).sum(1) - torch.log(torch.abs(1 + dt * divergence))).mean()


optimizer = torch.optim.Adam(parameters, 1e-3, fused=True)
objective = torch.compile(loss) if rival.variant == "compile" else loss


def advance(n):
    for _ in range(n):
        optimizer.zero_grad()
        value = objective(parameters, z)
        value.backward()
        optimizer.step()
    return value.item()


rival.serve(advance)
