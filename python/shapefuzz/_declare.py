# SPDX-License-Identifier: BSD-3-Clause
"""A callable and a contract line, as the engine knows losses."""

import difflib
import functools
import inspect
import keyword
import re
import sys
import typing
from dataclasses import dataclass, field
from typing import Any, Callable, Dict, List, Optional, Sequence, Tuple, TypeVar

import torch

from shapefuzz._errors import InputError

F = TypeVar("F", bound=Callable[..., Any])
ATTRIBUTE = "__shapefuzz__"  # where `loss` leaves a declaration


@dataclass
class Option:
    """A parameter with a default that is a flag, a number, a word or a list of numbers."""

    name: str
    default: Any
    choices: List[str] = field(default_factory=list)  # of a word


@dataclass
class Slot:
    """Where an operand or an option goes in a call."""

    is_operand: bool
    index: int
    keyword: str = ""  # by place
    may_be_left_out: bool = False
    is_tuple: bool = False


@dataclass
class Entry:
    """A function that computes the loss."""

    name: str
    function: Callable[..., Any]
    slots: List[Slot]
    python_import: str = ""


@dataclass
class Declaration:
    """All that is said of a loss."""

    name: str
    contract: str  # empty: unknown
    operands: List[str]
    options: List[Option]
    entries: List[Entry]
    constants: List[str]
    own_gradient: bool


@dataclass
class Callee:
    """What is called, and the parameters that it has, where anybody knows them."""

    function: Callable[..., Any]
    parameters: Optional[List[inspect.Parameter]]
    by_place: bool = False


def callee_of(function: Any) -> Callee:
    """How a function, a module, a partial or an autograd.Function is called."""
    apply_of = getattr(function, "__self__", None)
    if getattr(function, "__name__", "") == "apply" and _is_autograd_function(apply_of):
        function = apply_of
    if _is_autograd_function(function):
        parameters = list(inspect.signature(function.forward).parameters.values())
        # Without setup_context, the first one is the context.
        base = getattr(torch.autograd.Function, "setup_context", None)
        if getattr(function, "setup_context", None) in (None, base):
            parameters = parameters[1:]
        return Callee(function.apply, parameters, by_place=True)
    if inspect.isclass(function) and issubclass(function, torch.nn.Module):
        function = function()
    if isinstance(function, torch.nn.Module):
        return Callee(function, list(inspect.signature(function.forward).parameters.values()))
    if not callable(function):
        raise InputError(f"found {function!r}, expected a function, a module or a callable object")
    try:
        return Callee(function, list(inspect.signature(function).parameters.values()))
    except ValueError:  # a builtin that does not say
        return Callee(function, None, by_place=True)


def _is_autograd_function(thing: Any) -> bool:
    return inspect.isclass(thing) and issubclass(thing, torch.autograd.Function)


def name_of(function: Any) -> str:
    """What to call a loss that nobody has named."""
    if isinstance(function, functools.partial):
        return name_of(function.func)
    if getattr(function, "__name__", "") == "apply" and hasattr(function, "__self__"):
        function = function.__self__
    name = getattr(function, "__name__", type(function).__name__)
    return name if name.isidentifier() else "loss"


def operands_in(contract: str) -> List[str]:
    """The names before the colons, each once; the engine reads the rest of the line."""
    names: List[str] = []
    for alternative in contract.split(" | "):
        for name in re.findall(r"([A-Za-z_]\w*)\s*\??\s*:", alternative.split("->")[0]):
            if name not in names:
                names.append(name)
    return names


def _number_list(value: Any) -> bool:
    numbers = (int, float)
    return (
        isinstance(value, (list, tuple))
        and len(value) > 0
        and all(isinstance(v, numbers) and not isinstance(v, bool) for v in value)
    )


def option_of(parameter: inspect.Parameter, choices: Dict[str, Sequence[str]]) -> Optional[Option]:
    """The option that a parameter is, or None if its default is of another kind."""
    default = parameter.default
    if isinstance(default, (bool, float)) or (isinstance(default, int) and abs(default) < 2**63):
        return Option(parameter.name, default)
    if _number_list(default):
        return Option(parameter.name, list(default))
    if not isinstance(default, str):
        return None
    words: Sequence[str] = choices.get(parameter.name, ())
    if not words and typing.get_origin(parameter.annotation) is typing.Literal:
        words = [word for word in typing.get_args(parameter.annotation) if isinstance(word, str)]
    if not words:
        words = ("none", "mean", "sum") if parameter.name == "reduction" else (default,)
    # What no case line can spell, as a device, stays as it is.
    if not all(word.isascii() and word.isidentifier() for word in words):
        return None
    return Option(parameter.name, default, list(words))


class _Maker:
    """One loss, put together from its function's signature and its contract."""

    def __init__(self, name: str, function: Any, contract: str, choices: Dict[str, Sequence[str]]):
        self.name = name
        self.callee = callee_of(function)
        self.contract = contract
        self.choices = choices
        # Of a contract that folds the losses, the function's own default does so.
        self.folds = re.search(r"->\s*(mean|sum)\s*\[", contract) is not None
        self.operands = operands_in(contract) if contract else self._unknown_operands()
        self.options: List[Option] = []

    def _parameters(self) -> List[inspect.Parameter]:
        return [p for p in self.callee.parameters or [] if p.kind != p.VAR_KEYWORD]

    def _unknown_operands(self) -> List[str]:
        if self.callee.parameters is None:
            raise InputError(
                f"{self.name}: it does not say which parameters it has, so it needs a contract"
            )
        names = [
            p.name
            for p in self._parameters()
            if p.default is p.empty and p.kind != p.VAR_POSITIONAL
        ]
        if not names:
            raise InputError(f"{self.name}: it has no parameter that could be an operand")
        return names

    def slots(self) -> List[Slot]:
        """How it is called; finds the options on the way."""
        parameters = self._parameters()
        takes_any = any(p.kind == p.VAR_POSITIONAL for p in parameters)
        if self.callee.parameters is None or (takes_any and not self._knows_all(parameters)):
            return [Slot(True, i) for i in range(len(self.operands))]
        self._check_names(parameters)
        slots: List[Slot] = []
        for parameter in parameters:
            slot = self._slot(parameter)
            if slot is not None:
                slots.append(slot)
            elif parameter.kind == parameter.POSITIONAL_ONLY or self.callee.by_place:
                break  # nothing behind it can be given
        # By place before by name, as a call has them.
        return sorted(slots, key=lambda slot: slot.keyword != "")

    def _knows_all(self, parameters: List[inspect.Parameter]) -> bool:
        return set(self.operands) <= {p.name for p in parameters if p.kind != p.VAR_POSITIONAL}

    def _slot(self, parameter: inspect.Parameter) -> Optional[Slot]:
        by_place = self.callee.by_place or parameter.kind == parameter.POSITIONAL_ONLY
        keyword = "" if by_place else parameter.name
        if parameter.name in self.operands:
            has_default = parameter.default is not parameter.empty
            index = self.operands.index(parameter.name)
            return Slot(True, index, keyword, may_be_left_out=has_default and not by_place)
        if parameter.name == "reduction" and self.folds and not by_place:
            return None
        option = option_of(parameter, self.choices)
        if option is None:
            return None
        self.options.append(option)
        is_tuple = isinstance(parameter.default, tuple)
        return Slot(False, len(self.options) - 1, keyword, is_tuple=is_tuple)

    def _check_names(self, parameters: List[inspect.Parameter]) -> None:
        names = [p.name for p in parameters if p.kind != p.VAR_POSITIONAL]
        for operand in self.operands:
            if operand not in names:
                raise InputError(
                    f"{self.name}: found the operand '{operand}' in its contract, expected a "
                    f"parameter: {', '.join(names) or 'it has none'}{nearest(operand, names)}"
                )
        for parameter in parameters:
            is_free = parameter.default is parameter.empty and parameter.kind != parameter.VAR_POSITIONAL
            if is_free and parameter.name not in self.operands:
                raise InputError(
                    f"{self.name}: it takes '{parameter.name}' too, which has no default; name it "
                    "in the contract, or fix it with functools.partial"
                )


def nearest(name: str, names: Sequence[str]) -> str:
    """`; did you mean dice?`, or nothing."""
    close = difflib.get_close_matches(name, names, n=1)
    return f"; did you mean {close[0]}?" if close else ""


def _import_of(function: Any, name: str) -> str:
    module = getattr(function, "__module__", None) or type(function).__module__
    there = sys.modules.get(module)
    if module == "__main__" or getattr(there, name, None) is not function:
        return ""
    if not all(p.isidentifier() and not keyword.iskeyword(p) for p in module.split(".")):
        return ""  # a file like a-b.py
    return f"from {module} import {name}"


def _check_words(name: Any, entries: Any, choices: Any, constants: Any, own_gradient: Any) -> None:
    """Whether what people hand in is of the types that `loss` names."""

    def words(values: Any) -> bool:
        return isinstance(values, (list, tuple)) and all(isinstance(v, str) for v in values)

    if name is not None and not isinstance(name, str):
        raise InputError(f"name: found {name!r}, expected a word")
    if entries is not None and not (isinstance(entries, dict) and words(list(entries))):
        raise InputError(f"entries: found {entries!r}, expected functions by name")
    if choices is not None and not (
        isinstance(choices, dict)
        and words(list(choices))
        and all(words(values) and values for values in choices.values())
    ):
        raise InputError(f"choices: found {choices!r}, expected a list of words for each option")
    if not words(constants):
        raise InputError(f"constants: found {constants!r}, expected a list of names")
    if not isinstance(own_gradient, bool):
        raise InputError(f"own_gradient: found {own_gradient!r}, expected True or False")


def declare(
    function: Any,
    contract: str = "",
    *,
    name: Optional[str] = None,
    entries: Optional[Dict[str, Callable[..., Any]]] = None,
    choices: Optional[Dict[str, Sequence[str]]] = None,
    constants: Sequence[str] = (),
    own_gradient: bool = False,
) -> Declaration:
    """What the engine needs to know of a loss. Raises InputError for what does not fit."""
    if not isinstance(contract, str):
        raise InputError(f"found {contract!r} as a contract, expected a line of text")
    _check_words(name, entries, choices, constants, own_gradient)
    name = name or name_of(function)
    made: List[Entry] = []
    first: Optional[_Maker] = None
    ways: List[Tuple[str, Any]] = [("functional", function), *(entries or {}).items()]
    for entry_name, way in ways:
        maker = _Maker(name, way, contract, choices or {})
        slots = maker.slots()
        first = first or maker
        if [o.name for o in maker.options] != [o.name for o in first.options]:
            raise InputError(f"{name}: the entry {entry_name} takes other options than the first one")
        for option in choices or {}:
            known = [o.name for o in maker.options]
            if option not in known:
                raise InputError(
                    f"{name}: choices: found '{option}', expected an option that is a word: "
                    f"{', '.join(known) or 'it has none'}{nearest(option, known)}"
                )
        made.append(
            Entry(entry_name, maker.callee.function, slots, _import_of(way, name_of(way)))
        )
    assert first is not None
    return Declaration(
        name, contract, first.operands, first.options, made, list(constants), own_gradient
    )


def loss(
    contract: str,
    *,
    name: Optional[str] = None,
    entries: Optional[Dict[str, Callable[..., Any]]] = None,
    choices: Optional[Dict[str, Sequence[str]]] = None,
    constants: Sequence[str] = (),
    own_gradient: bool = False,
) -> Callable[[F], F]:
    """Names a loss for the command and for pytest; the function stays what it is.

    ::

        @shapefuzz.loss("(output: prob[N,C,*d], mask: binary[N,C,*d]) -> mean[N]")
        def dice(output, mask, smooth=1.0):
            ...

    contract:
        the operands, by the names of the parameters, with their kinds and shapes, and behind the
        arrow what the loss returns. docs/contracts.md has the notation.
    name:
        the name in case lines; the function's if it is left out.
    entries:
        other ways to the same loss, by name, as ``{"fast": fused_dice}``, which are compared with
        the first.
    choices:
        the words that an option may be, by its name; ``typing.Literal`` says it too.
    constants:
        operands that never get a gradient.
    own_gradient:
        the gradient is on purpose not the slope of the value: a factor is detached, say.
    """
    if not isinstance(contract, str):
        raise InputError(
            'found no contract, expected @shapefuzz.loss("(output: real[*S], ...) -> [*S]")'
        )

    def decorate(function: F) -> F:
        declaration = declare(
            function,
            contract,
            name=name,
            entries=entries,
            choices=choices,
            constants=constants,
            own_gradient=own_gradient,
        )
        try:
            setattr(function, ATTRIBUTE, declaration)
        except AttributeError:
            raise InputError(
                f"{declaration.name}: it takes no attribute; wrap it in a function of your own"
            ) from None
        return function

    return decorate


def declaration_of(thing: Any) -> Optional[Declaration]:
    """What `loss` has left, if anything."""
    found = getattr(thing, "__dict__", {}).get(ATTRIBUTE)
    if not isinstance(found, Declaration):
        return None
    # A file may have given it a name only after it was decorated.
    for entry in found.entries[:1]:
        entry.python_import = entry.python_import or _import_of(thing, found.name)
    return found
