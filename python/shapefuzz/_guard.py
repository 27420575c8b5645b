# SPDX-License-Identifier: BSD-3-Clause
"""Losses that raise for shapes that their contract does not promise, in a training."""

import contextlib
import functools
from typing import Any, Callable, Dict, Iterator, List, Optional, Sequence, Tuple, TypeVar, Union

import torch

from shapefuzz import _engine, _traced
from shapefuzz._declare import callee_of, declaration_of, name_of, nearest, operands_in
from shapefuzz._errors import InputError

F = TypeVar("F", bound=Callable[..., Any])


def guard(
    loss: Union[str, Callable[..., Any]], contract: Optional[str] = None, *, policy: str = "expand"
) -> Any:
    """A loss that raises ShapeError before it computes with shapes that do not fit.

    ::

        @shapefuzz.guard("(output: real[N], target: real[N]) -> [N]")
        def mse(output, target): ...

        mse_loss = shapefuzz.guard(torch.nn.functional.mse_loss)   # knows the contract
        mse = shapefuzz.guard(mse, "(output: real[N], target: real[N]) -> [N]")

    The message says what was found and demanded, the likeliest mistake, and what to write instead.
    Only shapes are looked at: values, dtypes and options are not its business.

    policy:
        ``strict``: only the shapes of the contract; ``expand``: operands behind the first may be
        expanded to them; ``broadcast``: NumPy's broadcasting is forgiven.
    """
    if isinstance(loss, str):
        if contract is not None:
            raise InputError("guard: found two contracts, expected a loss and its contract")
        return lambda function: _guarded(function, loss, policy)
    if contract is None:
        contract = _known_contract(loss)
    return _guarded(loss, contract, policy)


def _known_contract(loss: Callable[..., Any]) -> str:
    declared = declaration_of(loss)
    if declared is not None:
        return declared.contract
    name = name_of(loss)
    is_torchs = (getattr(loss, "__module__", None) or "").startswith("torch")
    contract = _contracts().get(name, "") if is_torchs else ""
    if not contract:
        raise InputError(
            f"{name}: it has no contract that is known, expected guard(loss, CONTRACT)"
            f"{nearest(name, list(_contracts())) if is_torchs else ''}"
        )
    return contract


@functools.lru_cache(maxsize=None)
def _contracts() -> Dict[str, str]:
    """Those of PyTorch's losses, by name."""
    return _engine.libtorch_contracts()


def _guarded(function: F, contract: str, policy: str) -> F:
    name = name_of(function)
    checker = _engine.Guard(contract, name, policy)
    operands = operands_in(contract)
    count = len(operands)
    demand = checker.demand
    demand_compiled = _traced.demand_of(checker, name, count, policy)
    parameters = callee_of(function).parameters
    names = [p.name for p in parameters or []]
    missing = [operand for operand in operands if operand not in names]
    if names and missing and not any(p.kind == p.VAR_POSITIONAL for p in parameters or []):
        raise InputError(
            f"{name}: found the operand '{missing[0]}' in its contract, expected a parameter: "
            f"{', '.join(names)}{nearest(missing[0], names)}"
        )
    # Mostly the operands are the first parameters, in the contract's order.
    in_order = not names or names[:count] == operands or bool(missing)

    def given(arguments: Tuple[Any, ...], keywords: Dict[str, Any]) -> Tuple[Any, ...]:
        by_name = dict(zip(names if not in_order else operands, arguments))
        by_name.update(keywords)
        return tuple(by_name.get(operand) for operand in operands)

    @functools.wraps(function)
    def guarded(*arguments: Any, **keywords: Any) -> Any:
        in_place = in_order and len(arguments) >= count
        if _traced.is_compiling():
            demand_compiled(arguments[:count] if in_place else given(arguments, keywords))
        elif in_place:
            demand(arguments, count)
        else:
            demand(given(arguments, keywords), count)
        return function(*arguments, **keywords)

    return guarded  # type: ignore[return-value]


@contextlib.contextmanager
def guarding(policy: str = "expand") -> Iterator[None]:
    """All losses of torch.nn.functional, and so its modules, are guarded inside of the block."""
    functional = torch.nn.functional
    before: List[Tuple[str, Any]] = []
    try:
        for name, contract in _contracts().items():
            function = getattr(functional, name, None)
            if function is None:
                continue
            before.append((name, function))
            setattr(functional, name, _guarded(function, contract, policy))
        yield
    finally:
        for name, function in before:
            setattr(functional, name, function)
