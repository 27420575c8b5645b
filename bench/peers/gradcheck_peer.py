#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""PyTorch's own gradcheck on a handful of valid calls, as the tests of PyTorch's operators have it, and
hunts planted faults. It knows gradients and refusals, not values.

  bench/peers/gradcheck_peer.py LIBRARY LOSS... [--seeds 3] [--cases 30] [--twins]"""

import functools
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch.autograd.gradcheck import gradcheck

from contracts import Bindings, Operand, shape_of
from families import Family, Loss, Options, loss_of
from hunting import Command, Hunt, command_of, hunt_all
from promise import Broken, Call, Case, Operands, is_smooth


def drawn(spec: Operand, shape: tuple[int, ...], classes: int, options: Options,
          generator: np.random.Generator) -> torch.Tensor:
    """Well inside the ranges of the kinds, so that no difference quotient leaves them."""
    kind = "logprob" if options.get("log_target") and spec.kind == "prob_or_log" else spec.kind
    values: dict[str, Callable[[], Any]] = {
        "index": lambda: generator.integers(0, classes, shape),
        "real": lambda: generator.normal(size=shape),
        "weight": lambda: generator.uniform(0.1, 2, shape),
        "positive": lambda: generator.uniform(0.1, 2, shape),
        "logprob": lambda: generator.uniform(-4, -0.1, shape),
        "binary": lambda: generator.integers(0, 2, shape).astype(float),
        "sign": lambda: generator.choice([-1.0, 1.0], shape),
        "prob": lambda: generator.uniform(0.05, 0.95, shape),
        "prob_or_log": lambda: generator.uniform(0.05, 0.95, shape),
    }
    tensor: torch.Tensor = torch.from_numpy(np.asarray(values[kind]()))
    tensor.requires_grad = spec.has_gradient
    return tensor


def sample(family: Family, generator: np.random.Generator, reduction: str) -> Case:
    contract = family.contract
    bound: Bindings = {name: (int(generator.integers(1, 5)),) for name in contract.names()}
    bound["*d"] = tuple(int(size) for size in generator.integers(1, 4, int(generator.integers(0, 3))))
    options: Options = {name: values[int(generator.integers(len(values)))] for name, values in family.options.items()}
    names = contract.names()
    classes = bound[names[1]][0] if len(names) > 1 else 0
    operands: Operands = [
        None if spec.optional and generator.random() < 0.5
        else drawn(spec, shape_of(spec.pattern, bound), classes, options, generator) for spec in contract.operands
    ]
    if family.is_reduced:
        options["reduction"] = reduction
    return Case(operands, options)


def check(call: Call, case: Case) -> None:
    def of_operands(*operands: Any) -> torch.Tensor:
        return call(*operands, *case.options.values())

    try:
        # Its defaults, which are those for double precision: the full Jacobian, steps of 1e-6,
        # tolerances of 1e-5 and 1e-3, and a backward that is repeated must not differ.
        gradcheck(of_operands, tuple(case.operands))  # type: ignore[arg-type]
    except RuntimeError as error:  # GradcheckError is one, and so is a refusal
        raise Broken(str(error)) from None


def hunt(command: Command, running: Hunt) -> None:
    loss: Loss = loss_of(running.name)
    generator = np.random.default_rng(running.seed)
    tried = 0
    while tried < command.cases:
        case = sample(loss.family, generator, ("none", "mean", "sum")[tried % 3])
        if not is_smooth(loss, case, [o if o is None else o.detach() for o in case.operands]):
            continue  # at a kink gradcheck is wrong, as its documentation says
        if all(o is None or not o.requires_grad for o in case.operands):
            continue
        tried += 1
        try:
            running.judge(case, functools.partial(check, running.loss))
        except Broken:
            return  # the hunt has noted it


def main() -> None:
    command = command_of(__doc__, 30)
    hunt_all(command, "gradcheck", functools.partial(hunt, command))


if __name__ == "__main__":
    main()
