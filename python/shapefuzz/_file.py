# SPDX-License-Identifier: BSD-3-Clause
"""The losses of a file of source."""

import importlib
import importlib.util
import inspect
import os
import re
import sys
import traceback
from types import ModuleType
from typing import Any, List, Optional, Tuple

from shapefuzz._declare import Declaration, declaration_of, declare, nearest
from shapefuzz._errors import InputError

# `losses.py`, `losses.py:dice`, `losses.py:Model.loss`.
TARGET = re.compile(r"(?P<file>[^:]+\.py)(?::(?P<function>[A-Za-z_][\w.]*))?")


def load(path: str) -> ModuleType:
    """Runs the file as a module of its own name. Its traceback is printed if it cannot be."""
    if not os.path.isfile(path):
        raise InputError(f"{path}: there is no such file")
    name, root = _name_and_root(path)
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise InputError(f"{path}: cannot be imported")
    module = importlib.util.module_from_spec(spec)
    sys.path.insert(0, root)
    try:
        if "." in name:
            return importlib.import_module(name)
        sys.modules[name] = module
        spec.loader.exec_module(module)
    except KeyboardInterrupt:
        raise
    except SystemExit as error:
        raise InputError(f"{path}: it ends the process while it is imported (exit {error.code})") from None
    except InputError:
        raise
    except BaseException as error:
        _print_traceback(error, path)
        raise InputError(f"{path}: cannot be imported, as the traceback above says") from None
    return module


def _name_and_root(path: str) -> Tuple[str, str]:
    """The name that the module has where it is imported, as in package.losses, and from where."""
    folder, file = os.path.split(os.path.abspath(path))
    name = os.path.splitext(file)[0]
    while os.path.isfile(os.path.join(folder, "__init__.py")):
        folder, package = os.path.split(folder)
        name = f"{package}.{name}"
    return name, folder


def _print_traceback(error: BaseException, path: str) -> None:
    """From the file on: how we came there is nobody's business."""
    wanted = os.path.abspath(path)
    trace = error.__traceback__
    while trace is not None and os.path.abspath(trace.tb_frame.f_code.co_filename) != wanted:
        trace = trace.tb_next
    traceback.print_exception(type(error), error, trace)


def losses_of(module: ModuleType, path: str, function: Optional[str], contract: Optional[str]) -> List[Declaration]:
    """The losses that the file names, or the one that is asked for."""
    if function is None:
        declared = _declared_in(module)
        if contract is not None:
            raise InputError(f"--contract: expected {path}:FUNCTION, the function that has it")
        if not declared:
            raise InputError(
                f"{path}: names no loss; decorate one with @shapefuzz.loss(CONTRACT), or ask for "
                f"{path}:FUNCTION with --contract (it has {', '.join(_functions_in(module)) or 'no function'})"
            )
        return declared
    found: Any = module
    for part in function.split("."):
        names = [n for n in dir(found) if not n.startswith("_") and callable(getattr(found, n, None))]
        if found is module:
            names = _functions_in(module) or names
        if not hasattr(found, part):
            raise InputError(
                f"{path}: has no function '{part}', expected one of "
                f"{', '.join(names) or 'its functions, and it has none'}{nearest(part, names)}"
            )
        found = getattr(found, part)
    declared_there = declaration_of(found)
    if declared_there is not None and contract is None:
        return [declared_there]
    name = declared_there.name if declared_there is not None else function.replace(".", "_")
    return [declare(found, contract or "", name=name)]


def _declared_in(module: ModuleType) -> List[Declaration]:
    declared: List[Declaration] = []
    for thing in vars(module).values():
        found = declaration_of(thing)
        if found is not None and all(found is not other for other in declared):
            declared.append(found)
    return declared


def _functions_in(module: ModuleType) -> List[str]:
    return [
        name
        for name, thing in vars(module).items()
        if not name.startswith("_")
        and (inspect.isfunction(thing) or inspect.isclass(thing))
        and getattr(thing, "__module__", None) == module.__name__
    ]
