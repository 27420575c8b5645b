# SPDX-License-Identifier: BSD-3-Clause
"""A loss judged here and now."""

import os
from typing import Any, Callable, Dict, List, Optional, Sequence, Union

from shapefuzz import _engine, _isolated, _worker
from shapefuzz._declare import Declaration, declaration_of, declare
from shapefuzz._errors import HarnessError, InputError


def check(
    function: Callable[..., Any],
    contract: Optional[str] = None,
    *,
    max_rank: int = 3,
    max_size: int = 3,
    policy: str = "expand",
    thorough: bool = False,
    baseline: Union[str, "os.PathLike[str]", None] = None,
    seed: int = 0,
    name: Optional[str] = None,
    entries: Optional[Dict[str, Callable[..., Any]]] = None,
    choices: Optional[Dict[str, Sequence[str]]] = None,
    constants: Sequence[str] = (),
    own_gradient: bool = False,
) -> None:
    """Calls a loss with every case within bounds, and raises AssertionError for what is wrong.

    ::

        shapefuzz.check(mse, "(output: real[*S], target: real[*S]) -> mean[*S]")

    function:
        a function, an ``nn.Module``, a partial, an ``autograd.Function``, or any callable.
    contract:
        what it promises, as in ``loss``; may be left out where ``@loss`` has said it.
    max_rank, max_size:
        the bounds of the shapes that are tried.
    policy:
        ``strict``, ``expand`` or ``broadcast``: how much broadcasting to forgive.
    thorough:
        tries empty dimensions, other dtypes and values at the edge of their kind too.
    baseline:
        a file of what you have decided to live with, as ``python3 -m shapefuzz sweep FILE.py
        --write-baseline`` writes it.
    name, entries, choices, constants, own_gradient:
        as in ``loss``.

    Raises AssertionError with the smallest call of each problem, explained; InputError for a
    contract that cannot be read or does not fit the function; HarnessError if shapefuzz failed. The
    loss is called in processes of its own, so that it may crash, and this one stays as it is.
    """
    _check_bounds(max_rank, max_size, policy, thorough, baseline, seed)
    declared = None if contract is not None else declaration_of(function)
    if declared is None:
        if not contract:
            raise InputError(
                'found no contract, expected one like "(output: real[*S], target: real[*S]) -> [*S]"; '
                "python3 -m shapefuzz infer FILE.py:FUNCTION finds one"
            )
        declared = declare(
            function,
            contract,
            name=name,
            entries=entries,
            choices=choices,
            constants=constants,
            own_gradient=own_gradient,
        )
    bounds = _engine.CheckBounds(
        max_rank=max_rank,
        max_size=max_size,
        baseline=os.fspath(baseline or ""),
        seed=seed,
        jobs=1,
    )
    found = judged(
        declared,
        where_is(declared, function),
        lambda: _engine.check(bounds, policy, thorough, _worker.begin),
    )
    demand(declared.name, found)


def _check_bounds(
    max_rank: Any, max_size: Any, policy: Any, thorough: Any, baseline: Any, seed: Any
) -> None:
    for name, value, least, most in (
        ("max_rank", max_rank, 0, 16),
        ("max_size", max_size, 1, 64),
        ("seed", seed, 0, 2**64 - 1),
    ):
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise InputError(f"{name}: found {value!r}, expected a whole number in [{least}, {most}]")
    if (max_size + 1) ** max_rank > 20000:
        raise InputError(
            f"max_rank, max_size: {max_rank} and {max_size} make too many shapes; the command sweeps "
            "further"
        )
    if not isinstance(policy, str):
        raise InputError(f"policy: found {policy!r}, expected strict, expand or broadcast")
    if not isinstance(thorough, bool):
        raise InputError(f"thorough: found {thorough!r}, expected True or False")
    if baseline is not None and not isinstance(baseline, (str, os.PathLike)):
        raise InputError(f"baseline: found {baseline!r}, expected a file")


def where_is(declared: Declaration, function: Any) -> str:
    """What stands behind `python3 -m shapefuzz run`, as far as it is known."""
    code = getattr(function, "__code__", None)
    file = str(code.co_filename) if code is not None else ""
    if not file.endswith(".py"):
        return "FILE.py"
    relative = os.path.relpath(file)
    if len(file) < len(relative):
        relative = file
    return relative if declaration_of(function) else f"{relative}:{declared.name}"


def judged(
    declared: Declaration, file: str, work: Callable[[], Dict[str, Any]]
) -> Dict[str, Any]:
    """What `work` finds in a process whose loss this is."""

    def there() -> Dict[str, Any]:
        _engine.set_program_name("python3 -m shapefuzz", file)
        _engine.declare([declared])
        return work()

    return _isolated.run(there)


def demand(name: str, found: Dict[str, Any]) -> None:
    """Raises what was found."""
    problems: List[str] = found["problems"]
    if problems:
        count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
        cases = "1 case" if found["cases"] == 1 else f"{found['cases']:,} cases"
        raise AssertionError(f"{name}: {count} in {cases}\n\n" + "\n".join(problems))
    if found["not_judged"]:
        raise HarnessError(f"{name}: not all could be judged\n{found['not_judged']}")
