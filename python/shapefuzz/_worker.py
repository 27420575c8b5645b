# SPDX-License-Identifier: BSD-3-Clause
"""What a process does before it calls losses for the engine."""

import os
import sys
import warnings
from typing import Any

from shapefuzz import _engine


def _note(message: Any, *_: Any, **__: Any) -> None:
    _engine.note_warning(str(message))


def begin() -> None:
    """Called in each worker: warnings are counted each time, and prints of a loss go nowhere."""
    warnings.showwarning = _note
    warnings.simplefilter("always")
    sys.stdout = open(os.devnull, "w", encoding="utf-8")

