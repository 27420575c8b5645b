# SPDX-License-Identifier: BSD-3-Clause
"""Calls under torch.compile, for the device `compile`."""

import functools
import importlib
import logging
import os
import re
import shutil
import signal
from typing import Any, Callable, Dict, Optional

import torch

from shapefuzz import _engine

_reason: Optional[str] = None  # why there is no compiler, once it is known


def why_not() -> str:
    """Why nothing can be compiled here; empty if it can. Tried out in a copy of this process: who has
    compiled has threads, which the processes that judge would not have."""
    global _reason
    if _reason is None:
        _reason = _why_not()
    return _reason


def _why_not() -> str:
    torch_here = f"PyTorch {_engine.libtorch_version()}"
    if not hasattr(torch, "compile"):
        return f"{torch_here} has no torch.compile (2.0 and newer have it)"
    if shutil.which(os.environ.get("CXX", "g++")) is None and shutil.which("clang++") is None:
        return f"torch.compile of {torch_here} needs a C++ compiler, and there is none (g++)"
    try:
        # Here, so that each worker has them.
        importlib.import_module("torch._dynamo")
        importlib.import_module("torch._inductor.compile_fx")
    except Exception as error:
        return f"torch.compile of {torch_here} cannot be imported: {_first_line(error)}"
    return _tried_out(torch_here)


def _tried_out(torch_here: str) -> str:
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            os.close(read)
            said = ""
            try:
                begin()
                compiled(lambda x: x * 2)(torch.ones(3))
            except BaseException as error:
                said = _first_line(error)
            os.write(write, said.encode())
            os.close(write)
        finally:
            os._exit(0)
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        said = pipe.read().decode()
    _, status = os.waitpid(pid, 0)
    if status != 0:
        said = f"the process that tried it ended with the status {status}"
    return f"torch.compile of {torch_here} does not work here: {said}" if said else ""


def begin() -> None:
    """Called in each process before it compiles."""
    dynamo = importlib.import_module("torch._dynamo.config")
    inductor: Any = importlib.import_module("torch._inductor.config")
    logging.disable(logging.CRITICAL)  # what is refused is told in the error too
    inductor.compile_threads = 1  # a worker has no helpers, and is ended at any time
    # Beyond its limit dynamo calls the eager function, and all would agree.
    for name in ("recompile_limit", "cache_size_limit"):
        for limit in (name, "accumulated_" + name):
            if hasattr(dynamo, limit):
                setattr(dynamo, limit, 1 << 30)


# Not there before 2.0.
_compile: Any = functools.partial(getattr(torch, "compile", lambda function, **_: function), dynamic=True)
_compiled: Dict[Callable[..., Any], Callable[..., Any]] = {}


def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function under torch.compile, with dynamic shapes."""
    if function not in _compiled:
        if not _compiled:
            begin()
        _compiled[function] = _in_short(_compile(function))
    return _compiled[function]


_eager: Dict[str, Callable[..., Any]] = {}


def call_of(parameters: str, statements: str, expression: str, is_compiled: bool) -> Callable[..., Any]:
    """PyTorch's own loss as a function of its operands: `input, target` and `F.mse_loss(input,
    target)`. The statements make the module that the expression calls."""
    text = f"lambda {parameters}: {expression}"
    key = statements + text
    if key not in _eager:
        names = {"torch": torch, "F": torch.nn.functional}
        exec(statements, names)
        _eager[key] = eval(text, names)
    return compiled(_eager[key]) if is_compiled else _eager[key]


def _in_short(function: Callable[..., Any]) -> Callable[..., Any]:
    """Its errors without the advice, and without what differs from run to run."""

    def call(*arguments: Any, **options: Any) -> Any:
        try:
            return function(*arguments, **options)
        except Exception as error:
            error.args = (_without_advice(str(error)),)
            raise

    return call


def _without_advice(text: str) -> str:
    for advice in ("\nSet TORCH", "\nYou can suppress", "\nfrom user code", "\nException raised from"):
        text = text.split(advice)[0]
    # The call that dynamo has tried, with all its fake tensors, before what it was refused for.
    found = re.search(r"(Failed running|Dynamo failed to run FX node).*?\*\*\{.*?\}\):\s*(got )?", text, re.DOTALL)
    text = text[found.end() :].split("\n")[0] if found else text
    return re.sub(r"(kernel, )?\S*torchinductor\S*:\d+, ", "", text).strip()


def _first_line(error: BaseException) -> str:
    lines = [line for line in _without_advice(str(error)).splitlines() if line.strip()]
    # `backend='inductor' raised:` says nothing yet.
    return f"{type(error).__name__}: {' '.join(lines[:2])}"
