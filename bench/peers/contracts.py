# SPDX-License-Identifier: BSD-3-Clause
"""What a tester reads from the contract line of a loss: the pattern and the kind of each operand, and
the shapes that follow from the sizes of the names."""

import dataclasses
import re

Shape = tuple[int, ...]
# What a name stands for: one size, or those of a pack.
Bindings = dict[str, Shape]


@dataclasses.dataclass(frozen=True)
class Operand:
    name: str
    kind: str  # without what is in parentheses
    pattern: tuple[str, ...]
    optional: bool

    @property
    def is_whole(self) -> bool:
        return self.kind == "index"

    @property
    def has_gradient(self) -> bool:
        return self.kind not in ("index", "binary", "sign")


@dataclasses.dataclass(frozen=True)
class Contract:
    operands: tuple[Operand, ...]
    result: tuple[str, ...]
    at_least_one: frozenset[str]  # names that must not be 0
    is_mean: bool  # the call itself returns the mean

    def names(self) -> list[str]:
        """Those of sizes, in their order."""
        found = [p for o in self.operands for p in o.pattern if p[0].isalpha()]
        return list(dict.fromkeys(found))

    def has_pack(self) -> bool:
        return any("*d" in o.pattern for o in self.operands)

    def read(self, shapes: list[Shape | None]) -> list[Shape | None] | None:
        """The documented shapes, which those of the first operand determine, or None."""
        bound: Bindings = {}
        first = shapes[0]
        if first is None or not bind(self.operands[0].pattern, first, bound):
            return None
        if any(bound[name][0] < 1 for name in self.at_least_one if name in bound):
            return None
        return [None if shape is None else shape_of(o.pattern, bound) for o, shape in zip(self.operands, shapes)]

    def result_shape(self, first: Shape) -> Shape:
        """That of the unreduced result."""
        bound: Bindings = {}
        bind(self.operands[0].pattern, first, bound)
        return shape_of(self.result, bound)


def bind(pattern: tuple[str, ...], shape: Shape, bound: Bindings) -> bool:
    for i, part in enumerate(pattern):
        if part.startswith("*"):
            bound[part] = shape[i:]
            return True
        if i >= len(shape) or (part.isdigit() and shape[i] != int(part)):
            return False
        bound[part] = (shape[i],)
    return len(pattern) == len(shape)


def shape_of(pattern: tuple[str, ...], bound: Bindings) -> Shape:
    return tuple(size for part in pattern for size in ((int(part),) if part.isdigit() else bound[part]))


def pattern_of(text: str) -> tuple[str, ...]:
    return tuple(text.split(",")) if text else ()


def parsed(line: str) -> Contract:
    operands = [
        Operand(name, kind, pattern_of(pattern), bool(optional))
        for name, optional, kind, pattern in re.findall(r"(\w+)(\??): (\w+)(?:\([^)]*\))?\[([^\]]*)\]", line)
    ]
    result = re.search(r"-> (mean)?\[([^\]]*)\]", line)
    assert result is not None
    at_least_one = frozenset(re.findall(r"(\w+) >= 1", line))
    return Contract(tuple(operands), pattern_of(result[2]), at_least_one, result[1] is not None)
