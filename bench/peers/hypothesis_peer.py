#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""The property (promise.py) with Hypothesis: draws calls by the contract of a loss, half of them with
one mistake, and hunts planted faults.

  bench/peers/hypothesis_peer.py LIBRARY LOSS... [--seeds 3] [--cases 1000] [--twins]"""

import functools
import math
from typing import Any

import hypothesis
import hypothesis.errors
import hypothesis.extra.numpy as hnp
import hypothesis.strategies as st
import numpy as np
import torch

import promise
from contracts import Bindings, Contract, Operand, Shape, bind, shape_of
from families import Array, Family, Options, loss_of
from hunting import Command, Hunt, command_of, hunt_all

# Numbers that every floating dtype holds, so that a case means the same in all of them.
NUMBERS = st.floats(-8, 8, width=16, allow_subnormal=False)
SIZES = st.floats(0, 8, width=16, allow_subnormal=False)
CHANCES = st.floats(0, 1, width=16, allow_subnormal=False)
DTYPES = st.sampled_from([torch.float64] * 5 + [torch.float32, torch.float16, torch.bfloat16])
LAYOUTS = st.sampled_from(["contiguous"] * 4 + ["transposed", "sliced", "expanded"])
LARGE = 1 << 15  # elements of a large batch


def elements_of(spec: Operand, kind: str, classes: int, options: Options) -> st.SearchStrategy[Any]:
    """The legal values."""
    if spec.is_whole:
        ignored = [options["ignore_index"]] if "ignore_index" in options else []
        return st.one_of(st.integers(0, max(classes - 1, 0)), *map(st.just, ignored))
    return {
        "real": NUMBERS,
        "weight": SIZES,
        "positive": SIZES,
        "prob": CHANCES,
        "logprob": st.floats(-8, 0, width=16, allow_subnormal=False),
        "binary": st.sampled_from([0.0, 1.0]),
        "sign": st.sampled_from([1.0, -1.0]),
    }[kind]


def illegal_of(spec: Operand, kind: str, classes: int, options: Options) -> list[float]:
    """Values outside the kind."""
    if spec.is_whole:
        return [v for v in (-1, classes, -classes) if v != options.get("ignore_index")]
    return {"weight": [-1.0], "positive": [-1.0], "prob": [-0.5, 1.5], "logprob": [0.5], "binary": [0.5, 2.0],
            "sign": [0.0, 2.0]}.get(kind, [])


def kind_of(spec: Operand, options: Options) -> str:
    if spec.kind == "prob_or_log":
        return "logprob" if options["log_target"] else "prob"
    return spec.kind


@st.composite
def other_shapes(draw: st.DrawFn, shape: Shape) -> Shape:
    """A mistake in a shape, as people make them, or any other shape."""
    ways = ["any", "broadcastable", "one more"]
    if shape:
        ways += ["one less", "one", "another size", "transposed"]
    way = draw(st.sampled_from(ways))
    at = draw(st.integers(0, len(shape) - 1)) if shape else 0
    if way == "broadcastable":
        return draw(hnp.broadcastable_shapes(shape, max_dims=len(shape) + 1, max_side=4))
    if way == "one more":
        at = draw(st.integers(0, len(shape)))
        return shape[:at] + (1,) + shape[at:]
    if way == "one less":
        return shape[:at] + shape[at + 1:]
    if way == "one":
        return shape[:at] + (1,) + shape[at + 1:]
    if way == "another size":
        return shape[:at] + (draw(st.integers(0, 5)),) + shape[at + 1:]
    if way == "transposed":
        return shape[::-1]
    return draw(hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4))


@st.composite
def bindings(draw: st.DrawFn, family: Family, large: bool) -> Bindings:
    bound: Bindings = {}
    for name in family.contract.names():
        least = 1 if name in family.contract.at_least_one else 0
        bound[name] = (draw(st.integers(least, 5)),)
    if large:
        most = 64 if family.is_coupled else 1 << 14
        bound[family.contract.names()[0]] = (draw(st.integers(1, most)),)
    if family.contract.has_pack():
        bound["*d"] = draw(hnp.array_shapes(min_dims=0, max_dims=2 if large else 4, min_side=0, max_side=4))
    return bound


@st.composite
def values(draw: st.DrawFn, shape: Shape, legal: st.SearchStrategy[Any], whole: bool) -> Array:
    """Element by element where there are few; many are a few that are repeated in an order drawn by
    a seed, or drawing would take all the time."""
    dtype = np.int64 if whole else np.float64
    if math.prod(shape) <= 128:
        return draw(hnp.arrays(dtype, shape, elements=legal))
    some = draw(hnp.arrays(dtype, 16, elements=legal))
    generator = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    return np.asarray(generator.choice(some, size=shape))


def laid_out(tensor: torch.Tensor, layout: str) -> torch.Tensor:
    if layout == "transposed":
        order = tuple(reversed(range(tensor.dim())))
        return tensor.permute(order).contiguous().permute(order)
    if layout == "sliced":
        return torch.stack([tensor, tensor], -1)[..., 0]
    if layout == "expanded" and tensor.dim() and tensor.size(0) > 1:
        return tensor[:1].expand_as(tensor)
    return tensor


@st.composite
def options_of(draw: st.DrawFn, family: Family) -> Options:
    options: Options = {}
    for name, typical in family.options.items():
        chosen = st.sampled_from(typical)
        if isinstance(typical[0], float):
            options[name] = draw(chosen | st.floats(typical[-2], typical[-1], width=16, allow_subnormal=False))
        else:
            options[name] = draw(chosen)
    return options


def classes_of(contract: Contract, output: Shape, otherwise: int) -> int:
    """The second name of the output, if it has one."""
    bound: Bindings = {}
    names = contract.names()
    return bound[names[1]][0] if bind(contract.operands[0].pattern, output, bound) and len(names) > 1 else otherwise


@st.composite
def cases(draw: st.DrawFn, family: Family, valid_percent: int) -> promise.Case:
    options = draw(options_of(family))
    contract = family.contract
    is_valid = draw(st.integers(0, 99)) < valid_percent
    bound = draw(bindings(family, large=draw(st.integers(0, 19)) == 19))
    shapes = [shape_of(o.pattern, bound) for o in contract.operands]
    if sum(map(math.prod, shapes)) > LARGE:
        hypothesis.reject()
    kinds = [kind_of(o, options) for o in contract.operands]
    classes = classes_of(contract, shapes[0], 0)
    wrong = -1  # the operand with an illegal value
    if not is_valid:
        able = [i for i, o in enumerate(contract.operands)
                if shapes[i] and math.prod(shapes[i]) and illegal_of(o, kinds[i], classes, options)]
        if able and draw(st.integers(0, 3)) == 3:
            wrong = draw(st.sampled_from(able))
        else:
            which = draw(st.integers(0, len(shapes) - 1))
            shapes[which] = draw(other_shapes(shapes[which]))
            classes = classes_of(contract, shapes[0], classes)
    dtype = draw(DTYPES)
    operands: promise.Operands = []
    for i, (spec, shape) in enumerate(zip(contract.operands, shapes)):
        if spec.optional and i != wrong and draw(st.booleans()):
            operands.append(None)
            continue
        if spec.is_whole and classes == 0 and math.prod(shape):
            hypothesis.reject()  # there is no legal class
        drawn = draw(values(shape, elements_of(spec, kinds[i], classes, options), spec.is_whole))
        layout = draw(LAYOUTS)
        if i == wrong:
            drawn[draw(st.tuples(*(st.integers(0, s - 1) for s in shape)))] = draw(
                st.sampled_from(illegal_of(spec, kinds[i], classes, options)))
            layout = "contiguous"
        tensor = torch.from_numpy(drawn)
        operands.append(laid_out(tensor if spec.is_whole else tensor.to(dtype), layout))
    if family.is_reduced:
        options["reduction"] = draw(st.sampled_from(["none", "mean", "sum"]))
    return promise.Case(operands, options, wrong >= 0)


def hunt(command: Command, running: Hunt) -> None:
    loss = loss_of(running.name)

    # What an expert sets, and why:
    # * as many examples as shapefuzz's profile `ci` draws for a property;
    # * no deadline: a first call of LibTorch takes longer than any other;
    # * a seed, so that a run can be repeated, but another one each time: derandomize would draw the
    #   same examples always;
    # * no database: a hunt must not begin with what an earlier one has found;
    # * one bug is enough, and no phases that look for the explanation of one;
    # * no health checks of how long drawing takes, nor of how much is drawn.
    @hypothesis.seed(running.seed)
    @hypothesis.settings(
        max_examples=command.cases, deadline=None, derandomize=False, database=None, report_multiple_bugs=False,
        phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate, hypothesis.Phase.shrink],
        suppress_health_check=[hypothesis.HealthCheck.too_slow, hypothesis.HealthCheck.data_too_large,
                               hypothesis.HealthCheck.filter_too_much],
        print_blob=False, verbosity=hypothesis.Verbosity.quiet)
    @hypothesis.given(cases(loss.family, command.valid_percent))
    def keeps_its_promise(case: promise.Case) -> None:
        running.judge(case, functools.partial(promise.check, loss, running.loss))

    try:
        keeps_its_promise()
    except (AssertionError, hypothesis.errors.Flaky):
        pass  # the hunt has noted it; what depends on fresh memory may not happen again


def main() -> None:
    command = command_of(__doc__, 1000)
    hunt_all(command, "hypothesis", functools.partial(hunt, command))


if __name__ == "__main__":
    main()
