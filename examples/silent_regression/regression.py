# SPDX-License-Identifier: BSD-3-Clause
"""A linear regression whose outputs are [64,1] and whose targets are [64]: the loss falls, and the
model learns the mean of the targets. Guarded, it raises at the first step. Draws both losses."""

import torch

import shapefuzz


def mse(output, target):
    return ((output - target) ** 2).mean()


guarded = shapefuzz.guard(mse, "(output: real[N,1], target: real[N,1]) -> [N,1]")


def train(loss, repaired):
    """The losses of all steps, and the share of the targets' variance that the model explains."""
    torch.manual_seed(0)
    x = torch.randn(64, 3)
    y = x @ torch.tensor([1.0, -2.0, 3.0]) + 0.1 * torch.randn(64)
    model = torch.nn.Linear(3, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    losses = []
    for _ in range(200):
        optimizer.zero_grad()
        value = loss(model(x), y.unsqueeze(-1) if repaired else y)
        value.backward()
        optimizer.step()
        losses.append(value.item())
    residual = y - model(x).squeeze(-1)
    return losses, 1 - ((residual**2).sum() / ((y - y.mean()) ** 2).sum()).item()


def draw(curves, path):
    """The loss curves, each scaled to its first value: both fall."""
    lines = []
    for losses, colour in curves:
        points = " ".join(
            f"{10 + 380 * i / len(losses):.1f},{10 + 180 * (1 - v / losses[0]):.1f}"
            for i, v in enumerate(losses)
        )
        lines.append(f'<polyline fill="none" stroke="{colour}" stroke-width="2" points="{points}"/>')
    with open(path, "w", encoding="utf-8") as out:
        out.write('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 200">\n')
        out.write("\n".join(lines) + "\n</svg>\n")


def main():
    wrong, r2 = train(mse, repaired=False)
    print(f"as it is often written: loss {wrong[0]:.3f} -> {wrong[-1]:.3f}, R2 {r2:.3f}")
    try:
        train(guarded, repaired=False)
    except shapefuzz.ShapeError as error:
        print(f"guarded: {error}", end="")
    right, r2 = train(guarded, repaired=True)
    print(f"repaired: loss {right[0]:.3f} -> {right[-1]:.3f}, R2 {r2:.3f}")
    draw([(wrong, "#c33"), (right, "#393")], "losses.svg")


if __name__ == "__main__":
    main()
