# SPDX-License-Identifier: BSD-3-Clause
"""Losses that raise for shapes that their contract does not promise, in a training."""

import contextlib
import functools
import threading
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
    if isinstance(loss, functools.partial):
        return _known_contract(loss.func)
    name = name_of(loss)
    of_torch = type(loss) if isinstance(loss, torch.nn.Module) else loss
    is_torchs = (getattr(of_torch, "__module__", None) or "").startswith("torch")
    if isinstance(loss, torch.nn.Module):
        name = _function_of(name)
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


def _function_of(module: str) -> str:
    """``mse_loss`` for ``MSELoss``; the name itself where there is none."""
    others = {
        "BCELoss": "binary_cross_entropy",
        "BCEWithLogitsLoss": "binary_cross_entropy_with_logits",
        "CrossEntropyLoss": "cross_entropy",
        "KLDivLoss": "kl_div",
    }
    alike = [name for name in _contracts() if name.replace("_", "") == module.lower()]
    return others.get(module, alike[0] if alike else module)


class _Places:
    """Where the operands of a contract are among the arguments of a call."""

    def __init__(self, function: Any, operands: List[str]) -> None:
        parameters = callee_of(function).parameters
        known = parameters or []
        self.operands = operands
        self.owner = function if isinstance(function, torch.nn.Module) else None
        self.names = [p.name for p in known if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
        by_keyword = [p.name for p in known if p.kind == p.KEYWORD_ONLY]
        self.missing = [o for o in operands if o not in self.names and o not in by_keyword]
        self.held = [o for o in self.missing if hasattr(self.owner, o)]  # a module's weight
        self.missing = [o for o in self.missing if o not in self.held]
        self.defaults = {
            p.name: p.default for p in known if p.name in operands and p.default is not p.empty
        }
        takes_any = any(p.kind in (p.VAR_POSITIONAL, p.VAR_KEYWORD) for p in known)
        if self.missing and parameters is not None and not takes_any:
            names = [p.name for p in known]
            raise InputError(
                f"{name_of(function)}: found the operand '{self.missing[0]}' in its contract, "
                f"expected a parameter: {', '.join(names)}{nearest(self.missing[0], names)}"
            )
        #: Mostly the operands are the first parameters, in the contract's order.
        self.in_order = self.names[: len(operands)] == operands

    def given(self, arguments: Tuple[Any, ...], keywords: Dict[str, Any]) -> Tuple[Any, ...]:
        """The operands, in the contract's order; None for one that is missing."""
        by_name = dict(self.defaults)
        by_name.update(zip(self.names, arguments))
        if self.missing:
            rest = arguments[len(self.names) :]
            # In front of the operands stands what is none, as the `self` of a method.
            while len(rest) > len(self.missing) and not isinstance(rest[0], torch.Tensor):
                rest = rest[1:]
            by_name.update(zip(self.missing, rest))
        for operand in self.held:
            by_name[operand] = getattr(self.owner, operand)
        by_name.update(keywords)
        return tuple([by_name.get(operand) for operand in self.operands])


def _guarded(function: F, contract: str, policy: str) -> F:
    if not isinstance(policy, str):
        raise InputError(f"policy: found {policy!r}, expected 'strict', 'expand' or 'broadcast'")
    name = name_of(function)
    checker = _engine.Guard(contract, name, policy)
    operands = operands_in(contract)
    count = len(operands)
    places = _Places(function, operands)
    in_order, given = places.in_order, places.given
    demand = checker.demand
    demand_compiled = _traced.demand_of(checker, name, count, policy)

    def guarded(*arguments: Any, **keywords: Any) -> Any:
        in_place = in_order and len(arguments) >= count
        if _traced.is_compiling():
            demand_compiled(arguments[:count] if in_place else given(arguments, keywords))
        elif in_place:
            demand(arguments, count)
        else:
            demand(given(arguments, keywords), count)
        return function(*arguments, **keywords)

    if isinstance(function, (torch.nn.Module, functools.partial)):
        guarded.__name__ = name
        guarded.__doc__ = function.__doc__
    else:
        functools.update_wrapper(guarded, function)
    return guarded  # type: ignore[return-value]


class _Blocks:
    """The `guarding` blocks that are open, whichever of them ends first."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.open: List[Dict[str, Any]] = []  # what each puts into torch.nn.functional
        self.originals: Dict[str, Any] = {}

    def enter(self, policy: str) -> Dict[str, Any]:
        functional = torch.nn.functional
        with self.lock:
            if not self.open:
                self.originals = {
                    name: getattr(functional, name)
                    for name in _contracts()
                    if hasattr(functional, name)
                }
            block = {
                name: _guarded(function, _contracts()[name], policy)
                for name, function in self.originals.items()
            }
            self.open.append(block)
            self._install()
        return block

    def leave(self, block: Dict[str, Any]) -> None:
        with self.lock:
            self.open = [other for other in self.open if other is not block]
            self._install()

    def _install(self) -> None:
        for name, function in (self.open[-1] if self.open else self.originals).items():
            setattr(torch.nn.functional, name, function)


_blocks = _Blocks()


@contextlib.contextmanager
def guarding(policy: str = "expand") -> Iterator[None]:
    """The losses of torch.nn.functional that have a contract are guarded inside of the block.

    So are the modules, which call those; a function that somebody has imported by its name before
    is not. The block is the whole process's: other threads are guarded too, and of several blocks the
    one that began last says what is forgiven. ``torch.jit.script`` does not know guards.
    """
    block = _blocks.enter(policy)
    try:
        yield
    finally:
        _blocks.leave(block)
