# SPDX-License-Identifier: BSD-3-Clause
"""A guard in the words of torch.compile: a compiled contract over sizes that may be symbols.

torch.compile follows Python, but not into the engine, where it would cut its graph in two. It is
the short way of guard.h: it answers only "fits for sure".
"""

from typing import Any, Callable, Dict, List, Optional, Sequence, Tuple

import torch

# As guard_detail::Program has them.
NUMBER, NAME, PACK = 0, 1, 2
EQUAL, AT_LEAST, AT_MOST = 0, 1, 2
NO_RULE, ONE, TWO, NOTHING = 0, 1, 2, 3

Sizes = Optional[Sequence[Any]]  # None where the operand is missing
Pattern = Tuple[bool, Tuple[Tuple[int, int, int], ...], int, int]
Comparison = Tuple[int, int, int, int]
Program = Tuple[Tuple[Tuple[Pattern, ...], Tuple[Comparison, ...]], ...]


def _never() -> bool:
    return False


#: Whether torch.compile is following; a torch without it never does.
is_compiling = getattr(getattr(torch, "compiler", None), "is_compiling", _never)


def demand_of(guard: Any, name: str, count: int, policy: str) -> Callable[[Sequence[Any]], None]:
    """``guard.demand`` for torch.compile, which leaves the graph only where that might refuse."""
    program: Program = guard.program()

    def refuse_or_not(*tensors: Any) -> None:
        guard.demand(tensors, count)

    refuse_or_not = _outside(refuse_or_not, f"{name}: the shapes may not fit its contract")

    def demand(tensors: Sequence[Any]) -> None:
        sizes: List[Sizes] = []
        for tensor in tensors:
            if tensor is None or isinstance(tensor, torch.Tensor):
                sizes.append(None if tensor is None else tensor.shape)
            elif isinstance(tensor, (bool, int, float)):
                sizes.append(())
            elif isinstance(tensor, (list, tuple)) and _is_flat(tensor):
                sizes.append((len(tensor),))
            else:
                return  # the loss itself has a word on that
        if not fits(program, sizes, may_expand=policy != "strict"):
            refuse_or_not(*tensors)

    return demand


def _is_flat(values: Sequence[Any]) -> bool:
    return all(isinstance(value, (bool, int, float)) for value in values)


def _outside(function: Callable[..., None], why: str) -> Callable[..., None]:
    """Called outside of what torch.compile makes; ``why`` is for who wants a full graph."""
    if not hasattr(torch, "compiler"):
        return function
    try:
        return torch.compiler.disable(function, reason=why)  # type: ignore[no-any-return]
    except TypeError:  # before 2.7
        return torch.compiler.disable(function)  # type: ignore[no-any-return]


def fits(program: Program, operands: Sequence[Sizes], may_expand: bool) -> bool:
    """Whether the operands fit an alternative, as they are or behind the first one expanded."""
    for patterns, comparisons in program:
        if len(operands) <= len(patterns) and _fits(patterns, comparisons, operands, may_expand):
            return True
    return False


def _fits(
    patterns: Tuple[Pattern, ...],
    comparisons: Tuple[Comparison, ...],
    operands: Sequence[Sizes],
    may_expand: bool,
) -> bool:
    bound: Dict[int, Any] = {}
    for i, (optional, places, _, _) in enumerate(patterns):
        sizes = operands[i] if i < len(operands) else None
        if sizes is None:
            if not optional:
                return False
        elif not _matches(places, sizes, bound):
            if not may_expand or i == 0 or not _expands(places, sizes, bound):
                return False
    for i, (_, _, rule, name) in enumerate(patterns):
        sizes = operands[i] if i < len(operands) else None
        if rule != NO_RULE and sizes is not None:
            if not _has_values(rule, bound.get(name, 0), sizes):
                return False
    for op, left, right_name, number in comparisons:
        a = bound.get(left, 0)
        b = number if right_name < 0 else bound.get(right_name, 0)
        if not (a == b if op == EQUAL else a >= b if op == AT_LEAST else a <= b):
            return False
    return True


def _has_values(rule: int, size: Any, sizes: Sequence[Any]) -> bool:
    if rule == ONE and size >= 1 or rule == TWO and size >= 2 or rule == NOTHING and size == 0:
        return True
    has_elements = all(size != 0 for size in sizes)
    return has_elements if rule == NOTHING else not has_elements


def _matches(places: Tuple[Tuple[int, int, int], ...], sizes: Sequence[Any], bound: Any) -> bool:
    single = sum(1 for place in places if place[0] != PACK)
    if len(sizes) < single or (single == len(places) and len(sizes) != single):
        return False
    new: Dict[int, Any] = {}
    at = 0
    demanded: Any
    for type_, name, number in places:
        if type_ == NUMBER:
            found, demanded = sizes[at], number
            at += 1
        elif type_ == NAME:
            found = sizes[at]
            demanded = bound.get(name, new.get(name, found))
            new[name] = found
            at += 1
        else:
            found = tuple(sizes[at : at + len(sizes) - single])
            demanded = bound.get(name, new.get(name, found))
            new[name] = found
            at += len(found)
            if len(found) != len(demanded):
                return False
            for i in range(len(found)):
                if found[i] != demanded[i]:
                    return False
            continue
        if found != demanded:
            return False
    bound.update(new)
    return True


def _expands(places: Tuple[Tuple[int, int, int], ...], sizes: Sequence[Any], bound: Any) -> bool:
    """Whether `expand` makes the sizes those that are demanded, where all of these are known."""
    demanded: Tuple[Any, ...] = ()
    for type_, name, number in places:
        if type_ == NUMBER:
            demanded += (number,)
        elif name not in bound:
            return False
        else:
            demanded += bound[name] if type_ == PACK else (bound[name],)
    if len(sizes) > len(demanded):
        return False
    for i in range(len(sizes)):
        a, b = sizes[-1 - i], demanded[-1 - i]
        if a != b and a != 1:
            return False
    return True
