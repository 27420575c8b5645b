# SPDX-License-Identifier: BSD-3-Clause
"""What a process does before it calls losses for the engine."""

import os
import sys
import warnings
from typing import Any

import torch

from shapefuzz import _engine


_gradients: Any = None  # on as long as this lives


def _note(message: Any, *_: Any, **__: Any) -> None:
    _engine.note_warning(str(message))


def begin() -> None:
    """Called in each worker: warnings are counted each time, prints of a loss go nowhere, and
    gradients are on, wherever the one who asks stands."""
    warnings.showwarning = _note
    warnings.simplefilter("always")
    nothing = open(os.devnull, "w", encoding="utf-8")
    os.dup2(nothing.fileno(), 1)  # for what writes past Python
    sys.stdout = sys.stderr = nothing
    global _gradients
    _gradients = torch.inference_mode(False)  # type: ignore[no-untyped-call]
    _gradients.__enter__()
    torch.set_grad_enabled(True)

