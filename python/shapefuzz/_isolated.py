# SPDX-License-Identifier: BSD-3-Clause
"""Work in a copy of this process, which the engine may set up as it likes: one thread, memory of its
own, its own handlers. The process that asked stays as it was."""

import ctypes
import os
import pickle
import signal
import sys
import threading
import traceback
import warnings
from typing import Any, Callable, List, NoReturn, Optional, TypeVar

import torch

from shapefuzz._errors import HarnessError, InputError

T = TypeVar("T")


def threads_of_the_user() -> List[str]:
    """The names of the threads that a copy of this process would not have."""
    main = threading.main_thread()
    return [t.name for t in threading.enumerate() if t is not main and t.is_alive()]


def why_copies_fail() -> Optional[str]:
    """What a loss cannot do in a copy of this process, in words, or None."""
    names = threads_of_the_user()
    if names:
        return (
            f"this process has {len(names)} more thread{'s' * (len(names) > 1)} of Python "
            f"({', '.join(names)}), which the processes that judge do not have: a loss that waits "
            "for one of them hangs there"
        )
    if torch.cuda.is_available() and torch.cuda.is_initialized():  # type: ignore[no-untyped-call]
        return (
            "CUDA was used in this process before, and the processes that judge, its copies, cannot "
            "use it: a loss that moves its operands to the GPU fails there"
        )
    return None


def run(work: Callable[[], T]) -> T:
    """The result of `work` in a copy of this process; what it raises is raised here."""
    reason = why_copies_fail()
    if reason is not None:
        warnings.warn(f"shapefuzz: {reason}", RuntimeWarning, stacklevel=4)
    sys.stdout.flush()
    sys.stderr.flush()
    parent = os.getpid()
    read, write = os.pipe()
    with warnings.catch_warnings():
        # Of Python 3.12 on, about any thread there is; why_copies_fail says it in its own words.
        warnings.simplefilter("ignore", DeprecationWarning)
        pid = os.fork()
    if pid == 0:
        os.close(read)
        _serve(work, write, parent)
    os.close(write)
    try:
        with os.fdopen(read, "rb") as pipe:
            answer = pipe.read()
    except BaseException:
        os.kill(pid, signal.SIGKILL)
        raise
    finally:
        _, status = os.waitpid(pid, 0)
    if not answer:
        raise HarnessError(f"the process that judges ended with the status {status}")
    kind, value = pickle.loads(answer)
    if kind == "result":
        return value  # type: ignore[no-any-return]
    if kind == "input":
        raise InputError(value)
    raise HarnessError(value)


def _serve(work: Callable[[], Any], pipe: int, parent: int) -> NoReturn:
    """Nothing may go on behind this: the caller's functions exist here too."""
    status = 1
    try:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        set_death_signal = 1  # PR_SET_PDEATHSIG
        ctypes.CDLL(None).prctl(set_death_signal, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)
        answer: Any
        try:
            answer = ("result", work())
        except InputError as error:
            answer = ("input", str(error))
        except HarnessError as error:
            answer = ("harness", str(error))
        except BaseException:
            answer = ("harness", traceback.format_exc())
        with os.fdopen(pipe, "wb") as out:
            out.write(pickle.dumps(answer))
        status = 0
    finally:
        os._exit(status)
