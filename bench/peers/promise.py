# SPDX-License-Identifier: BSD-3-Clause
"""The property: a loss refuses shapes that do not fit, or equals the call on explicitly expanded
operands; on shapes that fit it is what is documented, and so are its gradients."""

import dataclasses
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch.autograd.gradcheck import gradcheck

from contracts import Shape
from families import Array, Loss, Options

Call = Callable[..., torch.Tensor]
Operands = list[torch.Tensor | None]

LOW = (torch.float16, torch.bfloat16)
REFUSALS = (RuntimeError, IndexError, ValueError)


@dataclasses.dataclass
class Case:
    operands: Operands
    options: Options  # with the reduction, where there is one
    is_illegal: bool = False  # a value is outside its kind

    def size(self) -> int:
        """Sizes and elements, all added up."""
        shapes = [tuple(o.shape) for o in self.operands if o is not None]
        return sum(sum(s) + math.prod(s) for s in shapes)

    def __repr__(self) -> str:
        def text(o: torch.Tensor | None) -> str:
            return "None" if o is None else f"{str(o.dtype)[6:]}{list(o.shape)}"
        return ", ".join([*map(text, self.operands), *(f"{k}={v}" for k, v in self.options.items())])


class Broken(AssertionError):
    """The loss does not keep its promise."""


def demand(holds: bool, what: str) -> None:
    if not holds:
        raise Broken(what)


def shapes_of(operands: Operands) -> list[Shape | None]:
    return [None if o is None else tuple(o.shape) for o in operands]


def float_dtype(operands: Operands) -> torch.dtype:
    return next(o.dtype for o in operands if o is not None and o.is_floating_point())


def as_numpy(operand: torch.Tensor | None) -> Array | None:
    if operand is None:
        return None
    detached = operand.detach()
    return np.asarray((detached.double() if detached.is_floating_point() else detached).numpy())


def expanded(operands: Operands, documented: list[Shape | None]) -> Operands | None:
    """All but the first in their documented shapes, if they expand to them."""
    try:
        return [o if o is None or s is None else o.expand(s) for o, s in zip(operands, documented)]
    except RuntimeError:
        return None


def reduced(losses: Array, reduction: str) -> Array:
    if reduction == "none":
        return losses
    if reduction == "mean" and losses.size == 0:
        return np.asarray(np.nan)
    return np.asarray(losses.mean() if reduction == "mean" else losses.sum())


def is_close(result: Array, expected: Array, operands: Operands, total: float = 0) -> bool:
    """To some roundings of numbers as large as those involved. `total`: what was added up."""
    info = torch.finfo(float_dtype(operands))
    if total > info.max / 4 or (np.abs(expected) > info.max / 4).any():
        return True  # no number of this dtype
    largest = max((float(o.detach().abs().max()) for o in operands if o is not None and o.numel()), default=1.0)
    rounding = 32 * info.eps
    return bool(np.allclose(result, expected, rtol=rounding, atol=rounding * max(1.0, largest) ** 2, equal_nan=True))


def check(loss: Loss, call: Call, case: Case) -> None:
    """Raises Broken."""
    before = [None if o is None else o.clone() for o in case.operands]
    documented = loss.family.contract.read(shapes_of(case.operands))
    is_valid = documented is not None and documented == shapes_of(case.operands)
    try:
        result = call(*case.operands, *case.options.values())
    except REFUSALS as error:
        # Of kernels for half precision nothing is promised.
        may = not is_valid or case.is_illegal or float_dtype(case.operands) in LOW
        demand(may, f"refuses what is documented: {error}")
        return
    for old, new in zip(before, case.operands):
        demand(old is None or new is None or torch.equal(old, new), "has changed an operand")
    demand(not case.is_illegal, "accepts a value outside its kind")
    demand(is_valid or not loss.is_strict, "accepts shapes that do not fit")
    explicit = None if documented is None else expanded(case.operands, documented)
    demand(explicit is not None, "accepts shapes that do not expand to the documented ones")
    assert explicit is not None
    check_value(loss, result, explicit, case.options)
    if is_valid:
        check_reduction(loss, call, case, result)
        check_gradient(loss, call, case)


def check_value(loss: Loss, result: torch.Tensor, operands: Operands, options: Options) -> None:
    found = as_numpy(result)
    assert found is not None
    with np.errstate(all="ignore"):
        losses = loss.family.formula([as_numpy(o) for o in operands], options)
        expected = losses
        if loss.family.contract.is_mean:
            expected = reduced(losses, "mean")
        elif loss.family.is_reduced:
            expected = reduced(losses, options["reduction"])
    demand(found.shape == expected.shape, f"has the shape {found.shape}, not {expected.shape}")
    total = float(np.abs(losses).sum())
    demand(is_close(found, expected, operands, total), f"is {found}, not {expected}")


def check_reduction(loss: Loss, call: Call, case: Case, result: torch.Tensor) -> None:
    """Against the same loss without one."""
    reduction = case.options.get("reduction", "none")
    if reduction == "none":
        return
    losses = as_numpy(call(*case.operands, *{**case.options, "reduction": "none"}.values()))
    found = as_numpy(result)
    assert losses is not None and found is not None
    first = case.operands[0]
    assert first is not None
    demand(losses.shape == loss.family.contract.result_shape(tuple(first.shape)), "has another shape unreduced")
    with np.errstate(all="ignore"):
        expected, total = reduced(losses, reduction), float(np.abs(losses).sum())
        demand(is_close(found, expected, case.operands, total), f"is not the {reduction} of its losses")


def is_smooth(loss: Loss, case: Case, operands: Operands) -> bool:
    """Whether difference quotients are slopes here: no kink, and no end of a range, is near."""
    near = 1e-3
    with np.errstate(all="ignore"):
        losses = loss.family.formula([as_numpy(o) for o in operands], case.options)
    if np.isnan(losses).any():
        return False
    for spec, o in zip(loss.family.contract.operands, operands):
        if o is None or not spec.has_gradient:
            continue
        logarithm = spec.kind == "logprob" or bool(case.options.get("log_target")) and spec.kind == "prob_or_log"
        distances = -o if logarithm else o if spec.kind in ("weight", "positive") else torch.minimum(o, 1 - o)
        if spec.kind != "real" and bool((distances < near).any()):
            return False
    return bool((np.abs(loss.family.kinks([as_numpy(o) for o in operands], case.options)) > near).all())


def check_gradient(loss: Loss, call: Call, case: Case) -> None:
    """Against difference quotients in double precision, and in another dtype against that one."""
    elements = [o.numel() for o in case.operands if o is not None]
    if min(elements) == 0 or sum(elements) > 24:
        return
    doubles = [
        o if o is None or not o.is_floating_point() else o.double().clone(memory_format=torch.contiguous_format)
        for o in case.operands
    ]
    if not is_smooth(loss, case, doubles):
        return
    wanted = [spec.has_gradient for spec in loss.family.contract.operands]
    leaves: list[Any] = [o if o is None or not w else o.requires_grad_() for o, w in zip(doubles, wanted)]

    def of_leaves(*operands: Any) -> torch.Tensor:
        return call(*operands, *case.options.values())

    try:
        gradcheck(of_leaves, tuple(leaves), fast_mode=True)
    except RuntimeError as error:  # GradcheckError is one
        raise Broken(f"has another slope than its gradient: {error}") from None
    if float_dtype(case.operands) != torch.float64:
        check_low_gradient(case, of_leaves, leaves, wanted)


def check_low_gradient(case: Case, of_leaves: Call, doubles: Operands, wanted: list[bool]) -> None:
    dtype = float_dtype(case.operands)
    low = [o if o is None or not o.is_floating_point() else o.detach().to(dtype) for o in doubles]
    low = [o if o is None or not w else o.requires_grad_() for o, w in zip(low, wanted)]
    try:
        of_leaves(*low).sum().backward()  # type: ignore[no-untyped-call]
    except REFUSALS as error:
        demand(dtype in LOW, f"has no gradient in this dtype: {error}")
        return
    of_leaves(*doubles).sum().backward()  # type: ignore[no-untyped-call]
    for one, other in zip(low, doubles):
        if one is not None and other is not None and one.grad is not None and other.grad is not None:
            slopes = as_numpy(other.grad)
            found = as_numpy(one.grad)
            assert slopes is not None and found is not None
            demand(is_close(found, slopes, case.operands), "has another gradient than in double precision")
