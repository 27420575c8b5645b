# SPDX-License-Identifier: BSD-3-Clause
"""What a loss makes of the tensors that somebody has."""

import html
from typing import Any, Callable, List, Union

import torch

from shapefuzz import _engine, _isolated, _worker
from shapefuzz._declare import declaration_of, nearest
from shapefuzz._errors import InputError

_MOST_VALUES = 64  # of all operands; with more, values are drawn
_DTYPES = {
    torch.float16: "f16",
    torch.bfloat16: "bf16",
    torch.float32: "f32",
    torch.float64: "f64",
    torch.int32: "i32",
    torch.int64: "i64",
    torch.uint8: "u8",
    torch.bool: "bool",
}


class Explanation:
    """What shapefuzz says of a call: as text, and in a notebook with a picture."""

    def __init__(self, case: str, text: str, picture: str):
        self.case = case  #: the case line, for `python3 -m shapefuzz run`
        self.text = text  #: what `run` prints
        self.picture = picture  #: SVG, or empty where there is none

    def __str__(self) -> str:
        return self.text

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return f"<pre>{html.escape(self.text)}</pre>{self.picture}"


def explain(
    *operands: torch.Tensor, loss: Union[str, Callable[..., Any]] = "cross_entropy", **options: Any
) -> Explanation:
    """Says what a loss makes of these tensors, and what was probably meant.

    ::

        shapefuzz.explain(output, target, loss="cross_entropy")
        shapefuzz.explain(output, target, loss="mse_loss", reduction="sum")

    loss:
        the name of a loss of PyTorch, or a function that ``@loss`` has named. Tensors stand in the
        order of its operands, or by their names, as ``weight=w``; everything else is an option.

    Of small tensors the values count; of larger ones only shapes and dtypes, and values are drawn.
    """
    declared = None if isinstance(loss, str) else declaration_of(loss)
    if declared is None and not isinstance(loss, str):
        raise InputError(f"found {loss!r}, expected the name of a loss or what @shapefuzz.loss named")
    name = declared.name if declared is not None else str(loss)

    def work() -> Explanation:
        _engine.set_program_name("python3 -m shapefuzz", "")
        if declared is not None:
            _engine.declare([declared])
        names = _engine.operands_of(name)
        if not names:
            known = _engine.loss_names()
            raise InputError(
                f"found the loss '{name}', expected one of {', '.join(known)}{nearest(name, known)}"
            )
        case = _case(name, names, list(operands), options)
        return Explanation(case, *_engine.explain_case(case, _worker.begin))

    return _isolated.run(work)


def _case(name: str, names: List[str], operands: List[Any], options: Any) -> str:
    if len(operands) > len(names):
        raise InputError(f"found {len(operands)} tensors, {name} takes {', '.join(names)}")
    given = dict(zip(names, operands))
    for key, value in options.items():
        if isinstance(value, torch.Tensor):
            if key in given:
                raise InputError(f"found {key} twice")
            given[key] = value
    for key, value in given.items():
        if not isinstance(value, torch.Tensor):
            raise InputError(f"{key}: found {type(value).__name__}, expected a tensor")
    lists = sum(value.numel() for value in given.values()) <= _MOST_VALUES
    parts = [f"{key}={_operand(key, value, lists)}" for key, value in given.items()]
    for key, value in options.items():
        if key not in given:
            parts.append(f"{key}={_option(value)}")
    return f"{name}({', '.join(parts)})"


def _operand(name: str, tensor: torch.Tensor, lists: bool) -> str:
    dtype = _DTYPES.get(tensor.dtype)
    if dtype is None:
        raise InputError(f"{name}: found {tensor.dtype}, expected one of {', '.join(_DTYPES.values())}")
    shape = ",".join(str(size) for size in tensor.shape)
    if tensor.layout != torch.strided or tensor.is_meta:
        raise InputError(f"{name}: found {tensor.layout} on {tensor.device}, expected a dense tensor")
    text = f"{dtype}[{shape}]"
    if not lists or tensor.numel() == 0:
        return text
    values = tensor.detach().cpu().reshape(-1)
    if tensor.dtype in (torch.float16, torch.bfloat16):
        values = values.to(torch.float32)
    return text + "{" + ",".join(_number(value) for value in values.tolist()) + "}"


def _number(value: Any) -> str:
    return str(int(value)) if isinstance(value, bool) else repr(value)


def _option(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, tuple)):
        return "[" + ",".join(_number(v) for v in value) + "]"
    return str(value)
