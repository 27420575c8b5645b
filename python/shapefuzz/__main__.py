# SPDX-License-Identifier: BSD-3-Clause
"""`python3 -m shapefuzz COMMAND FILE.py[:FUNCTION] [--contract LINE] ...`: the command over the losses
of a file. Without a file it is about PyTorch's own losses."""

import os
import shlex
import signal
import sys
from typing import List, Optional, Tuple

from shapefuzz import _engine, _file, _isolated, _worker
from shapefuzz._errors import InputError

_PROGRAM = "python3 -m shapefuzz"
_HELP = """
The losses are those of a file of Python, right behind the command:

  python3 -m shapefuzz sweep losses.py                  what @shapefuzz.loss names there
  python3 -m shapefuzz sweep losses.py:dice --contract '(output: prob[N,C], mask: binary[N,C]) -> [N]'
  python3 -m shapefuzz infer losses.py:dice             a contract that fits

Without a file they are PyTorch's own. The file is run.
"""


def _take_target(arguments: List[str]) -> Tuple[Optional[str], List[str]]:
    for i, argument in enumerate(arguments[1:], 1):
        if _file.TARGET.fullmatch(argument):
            return argument, arguments[:i] + arguments[i + 1 :]
    return None, arguments


def _take_contract(arguments: List[str]) -> Tuple[Optional[str], List[str]]:
    for i, argument in enumerate(arguments):
        if argument.startswith("--contract="):
            return argument.split("=", 1)[1], arguments[:i] + arguments[i + 1 :]
        if argument == "--contract":
            if i + 1 == len(arguments):
                raise InputError("--contract: found nothing, expected a contract line")
            return arguments[i + 1], arguments[:i] + arguments[i + 2 :]
    return None, arguments


def _declare(target: str, contract: Optional[str]) -> None:
    match = _file.TARGET.fullmatch(target)
    assert match is not None
    path, function = match["file"], match["function"]
    module = _file.load(path)
    losses = _file.losses_of(module, path, function, contract)
    file = shlex.quote(target)
    if contract is not None:
        file += f" --contract {shlex.quote(contract)}"
    _engine.set_program_name(_PROGRAM, file)
    _engine.declare(losses)


def _warn(arguments: List[str]) -> None:
    reason = _isolated.why_copies_fail()
    if reason is None:
        return
    if "CUDA" in reason and any(a == "cuda" or a == "--device=cuda" for a in arguments):
        raise InputError(f"--device cuda: {reason}; the file must not use CUDA while it is imported")
    print(f"shapefuzz: {reason}", file=sys.stderr)


def main(argv: Optional[List[str]] = None) -> int:
    """Runs the command; returns its exit status."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    _engine.set_program_name(_PROGRAM, "")
    target, arguments = _take_target(arguments)
    try:
        if target is not None:
            contract, arguments = _take_contract(arguments)
            _declare(target, contract)
            _warn(arguments)
    except InputError as error:
        print(f"shapefuzz: {error}", file=sys.stderr)
        return 2
    if arguments in (["--help"], ["-h"]):
        print(_HELP.strip() + "\n")
    sys.stdout.flush()
    sys.stderr.flush()
    # The engine has handlers of its own where it needs them; Python's would wait for its end.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    return _engine.command([_PROGRAM, *arguments], target is not None, _worker.begin)


if __name__ == "__main__":
    status = main()
    sys.stdout.flush()
    # As the C++ command ends: LibTorch's and the interpreter's own ends have nothing left to do.
    os._exit(status)
