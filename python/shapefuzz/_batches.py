# SPDX-License-Identifier: BSD-3-Clause
"""The batches of a data loader against a contract, before a training begins."""

from collections import abc
from typing import Any, Callable, Iterable, Iterator, List, Optional, Sequence, Tuple

import torch
from torch.utils.data import DataLoader, IterableDataset

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
    what to write instead. A loader that shuffles draws another order here, and the random numbers of
    torch go on behind it as if nobody had looked.

    Of a DataLoader over a dataset with a length only the samples of these batches are read: the
    last batch is made by itself. Another iterable that has a length is gone through to its end; of
    one without, which may never end, the first ``n`` batches are looked at.

    tensors:
        Takes the tensors out of a batch, in the contract's order.
    """
    if not isinstance(n, int) or n < 1:
        raise InputError(f"check_batches: found n={n!r}, expected a whole number of at least 1")
    demanded = _engine.BatchContract(contract)
    names = operands_in(contract)
    count = 0
    state = torch.get_rng_state()
    try:
        for name, batch in _batches(loader, n):
            held = (
                _taken(name, tensors(batch)) if tensors is not None else _tensors(name, batch, names)
            )
            _expect_tensors(name, held, names)
            demanded.check(tuple(held), name)
            count += 1
    finally:
        torch.set_rng_state(state)  # a loader that shuffles has drawn
    if count == 0:
        raise BatchError("check_batches: the loader gives no batch")
    return count


def _taken(name: str, held: Any) -> Sequence[Any]:
    if isinstance(held, (list, tuple)):
        return held
    raise BatchError(
        f"{name}: the argument `tensors` has returned an object of type {type(held).__name__}, "
        "expected a list or a tuple of tensors"
    )


def _expect_tensors(name: str, held: Sequence[Any], names: List[str]) -> None:
    for i, tensor in enumerate(held):
        if tensor is not None and not isinstance(tensor, torch.Tensor):
            raise BatchError(
                f"{name}: {names[i] if i < len(names) else f'number {i}'} is of type "
                f"{type(tensor).__name__}, expected a tensor; "
                "torch.utils.data.default_collate makes tensors of numbers and arrays"
            )


def _batches(loader: Iterable[Any], n: int) -> Iterator[Tuple[str, Any]]:
    """The first ones and the last, with their names."""
    can_skip = _makes_batches_of_indices(loader)
    goes_on = not can_skip and _has_length(loader)
    count, last = 0, None
    for batch in loader:
        if count < n:
            yield f"batch {count}", batch
        count, last = count + 1, batch
        if count == n and not goes_on:
            break
    if can_skip and count == n:
        yield from _last_by_itself(loader, n)
    elif count > n:
        yield f"the last batch, {count - 1}", last


def _has_length(iterable: Any) -> bool:
    try:
        len(iterable)
    except TypeError:  # a DataLoader has the method, whatever its dataset has
        return False
    return True


def _makes_batches_of_indices(loader: Any) -> bool:
    """Whether the last batch of a loader can be made without those before it."""
    return (
        isinstance(loader, DataLoader)
        and not isinstance(loader.dataset, IterableDataset)
        and loader.batch_sampler is not None
        and _has_length(loader.batch_sampler)
        and _has_length(loader.dataset)
    )


def _last_by_itself(loader: Any, n: int) -> Iterator[Tuple[str, Any]]:
    """The last batch, made of its samples alone, if there are more than ``n``."""
    count = len(loader.batch_sampler)
    if count <= n:
        return
    indices: Sequence[Any] = []
    for _, indices in zip(range(count), loader.batch_sampler):
        pass
    samples = [loader.dataset[i] for i in indices]
    yield f"the last batch, {count - 1}", loader.collate_fn(samples)


def _tensors(name: str, batch: Any, names: List[str]) -> Sequence[Any]:
    if isinstance(batch, torch.Tensor):
        return (batch,)
    if isinstance(batch, abc.Mapping):
        unused = [str(key) for key in batch if key not in names]
        for operand in names:
            meant = nearest(operand, unused)
            if operand not in batch and (meant or all(name not in batch for name in names)):
                raise BatchError(
                    f"{name}: it has no '{operand}', which the contract names; its keys are "
                    f"{', '.join(map(str, batch))}{meant}"
                )
        return [batch.get(operand) for operand in names]
    if isinstance(batch, abc.Sequence) and not isinstance(batch, (str, bytes)):
        return batch
    raise BatchError(
        f"{name}: found an object of type {type(batch).__name__}, expected a tensor, a sequence or a mapping of "
        "tensors; the argument `tensors` takes them out of something else"
    )
