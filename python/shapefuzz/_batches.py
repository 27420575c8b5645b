# SPDX-License-Identifier: BSD-3-Clause
"""The batches of a data loader against a contract, before a training begins."""

from collections import abc
from typing import Any, Callable, Iterable, Iterator, List, Optional, Sequence, Tuple

import torch
from torch.utils.data import DataLoader

from shapefuzz import _engine
from shapefuzz._declare import nearest, operands_in
from shapefuzz._errors import BatchError, InputError


def check_batches(
    loader: Iterable[Any],
    contract: str,
    n: int = 3,
    *,
    tensors: Optional[Callable[[Any], Sequence[Optional[torch.Tensor]]]] = None,
) -> int:
    """Looks at the first ``n`` batches of a loader and at its last one; returns how many those were.

    ::

        shapefuzz.check_batches(loader, "(images: prob[N,1,28,28], labels: index(10)[N])")

    The contract says what a batch holds, in its order, or by its names where a batch is a mapping: a
    loss's contract without its result. Shapes, one number of samples, dtypes and values of each kind
    are looked at, and that nothing is NaN; a BatchError says which batch it was, what is wrong, and
    what to write instead.

    Of a DataLoader over a dataset with a length only the samples of these batches are read: the
    last batch is made by itself. Another iterable that has a length is gone through to its end; of
    one without, which may never end, the first ``n`` batches are looked at.

    tensors:
        Takes the tensors out of a batch, in the contract's order.
    """
    if n < 1:
        raise InputError(f"check_batches: found n={n}, expected at least 1")
    demanded = _engine.BatchContract(contract)
    names = operands_in(contract)
    count = 0
    for name, batch in _batches(loader, n):
        held = tuple(tensors(batch) if tensors is not None else _tensors(name, batch, names))
        for i, tensor in enumerate(held):
            if tensor is not None and not isinstance(tensor, torch.Tensor):
                raise BatchError(
                    f"{name}: {names[i] if i < len(names) else f'number {i}'} is a "
                    f"{type(tensor).__name__}, expected a tensor; "
                    "torch.utils.data.default_collate makes tensors of numbers and arrays"
                )
        demanded.check(held, name)
        count += 1
    if count == 0:
        raise BatchError("check_batches: the loader gives no batch")
    return count


def _batches(loader: Iterable[Any], n: int) -> Iterator[Tuple[str, Any]]:
    """The first ones and the last, with their names."""
    last_of_many = _last_by_itself(loader, n)
    goes_on = last_of_many is None and _has_length(loader)
    count, last = 0, None
    for batch in loader:
        if count < n:
            yield f"batch {count}", batch
        count, last = count + 1, batch
        if count == n and not goes_on:
            break
    if last_of_many is not None:
        yield last_of_many
    elif count > n:
        yield f"the last batch, {count - 1}", last


def _has_length(iterable: Any) -> bool:
    try:
        len(iterable)
    except TypeError:  # a DataLoader has the method, whatever its dataset has
        return False
    return True


def _last_by_itself(loader: Iterable[Any], n: int) -> Optional[Tuple[str, Any]]:
    """Of more than ``n`` batches the last, made of its samples alone; None where that is not possible."""
    if not isinstance(loader, DataLoader) or loader.batch_sampler is None:
        return None
    if not _has_length(loader.dataset) or not hasattr(loader.dataset, "__getitem__"):
        return None
    indices: Sequence[Any] = []
    count = 0
    for indices in loader.batch_sampler:
        count += 1
    if count <= n:
        return None
    return f"the last batch, {count - 1}", loader.collate_fn([loader.dataset[i] for i in indices])


def _tensors(name: str, batch: Any, names: List[str]) -> Sequence[Any]:
    if isinstance(batch, torch.Tensor):
        return (batch,)
    if isinstance(batch, abc.Mapping):
        unknown = [operand for operand in names if operand not in batch]
        if len(unknown) == len(names):
            raise BatchError(
                f"{name}: it has no '{unknown[0]}', which the contract names, but "
                f"{', '.join(map(str, batch))}{nearest(unknown[0], [str(key) for key in batch])}"
            )
        return [batch.get(operand) for operand in names]
    if isinstance(batch, abc.Sequence) and not isinstance(batch, (str, bytes)):
        return batch
    raise BatchError(
        f"{name}: found a {type(batch).__name__}, expected a tensor, a sequence or a mapping of "
        "tensors; the argument `tensors` takes them out of something else"
    )
