# SPDX-License-Identifier: BSD-3-Clause
"""What goes wrong for another reason than the loss."""


class InputError(ValueError):
    """Something that was given is wrong: a contract, a name, a file, a case."""


class ShapeError(ValueError):
    """A guarded loss was called with shapes that its contract does not promise."""


class BatchError(ValueError):
    """A batch of a data loader is not what its contract says."""


class HarnessError(RuntimeError):
    """shapefuzz itself failed, and says nothing of the loss."""
