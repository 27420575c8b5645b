# SPDX-License-Identifier: BSD-3-Clause
"""Is the shape handling of this loss function right?

A loss that is fed a ``[64, 1]`` prediction and a ``[64]`` target often broadcasts both to
``[64, 64]``, and a plausible number falls while the model learns nonsense. shapefuzz calls a loss
with every small shape that fits its contract and with those that do not, and says which of them it
computes wrong, and what to write instead.

A loss is a function and a contract line::

    import shapefuzz

    def mse(output, target):
        return ((output - target) ** 2).mean()

    shapefuzz.check(mse, "(output: real[*S], target: real[*S]) -> mean[*S]")

raises an ``AssertionError`` that shows the smallest call of each problem. The shapes behind the arrow
are what the loss returns: ``[N]`` its losses, ``mean[N]`` or ``sum[N]`` one number for all of them,
``[]`` one number of samples that belong together. Parameters that are no operands and have a
default are options, which are tried too.

* ``check(function, contract)`` judges a loss here and now.
* ``@loss(contract)`` names a loss for the command and for pytest, whose plugin makes tests of it.
* ``explain(output, target, loss="cross_entropy")`` says what a loss of PyTorch makes of tensors.
* ``guard(loss)`` raises in a training before a loss computes with shapes that do not fit;
  ``with guarding():`` does so for all of PyTorch's.
* ``check_batches(loader, contract)`` looks at the first batches of a data loader and at its last.
* ``python3 -m shapefuzz sweep|run|shrink|fuzz|triage|report|emit|infer FILE.py[:FUNCTION]`` is the
  whole command; ``infer`` finds a contract for a function that has none.
"""

import importlib.util as _util

import torch as _torch

import shapefuzz._built as _built
from shapefuzz._errors import BatchError, HarnessError, InputError, ShapeError

if _torch.__version__ != _built.TORCH:
    raise ImportError(
        f"shapefuzz {_built.VERSION} was built for torch {_built.TORCH}, and this is torch "
        f"{_torch.__version__}; build it again: pip install --no-build-isolation ."
    )
if _util.find_spec("shapefuzz._engine") is None:
    raise ImportError(
        f"shapefuzz {_built.VERSION} was built for another Python than this one; build it again: "
        "pip install --no-build-isolation ."
    )

from shapefuzz._batches import check_batches
from shapefuzz._check import check
from shapefuzz._declare import loss
from shapefuzz._explain import Explanation, explain
from shapefuzz._guard import guard, guarding

__all__ = [
    "BatchError",
    "Explanation",
    "HarnessError",
    "InputError",
    "ShapeError",
    "check",
    "check_batches",
    "explain",
    "guard",
    "guarding",
    "loss",
]
__version__ = _built.VERSION
