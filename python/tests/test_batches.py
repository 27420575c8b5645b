# SPDX-License-Identifier: BSD-3-Clause
"""Batches of data loaders against a contract."""

import pytest
import torch
from torch.utils.data import DataLoader, IterableDataset, TensorDataset

import shapefuzz

IMAGES = "(images: prob[N,1,4,4], labels: index(10)[N])"


def loader_of(images, labels, **options):
    return DataLoader(TensorDataset(images, labels), batch_size=4, **options)


def images(count=10):
    return torch.rand(count, 1, 4, 4)


def labels(count=10):
    return torch.arange(count) % 10


def refusal(loader, contract=IMAGES, n=3, **options):
    with pytest.raises(shapefuzz.BatchError) as raised:
        shapefuzz.check_batches(loader, contract, n, **options)
    return str(raised.value)


def test_counts_what_it_has_looked_at():
    assert shapefuzz.check_batches(loader_of(images(), labels()), IMAGES) == 3
    assert shapefuzz.check_batches(loader_of(images(), labels()), IMAGES, 1) == 2
    assert shapefuzz.check_batches(loader_of(images(4), labels(4)), IMAGES) == 1
    contract = "(images: prob[N,1,4,4], labels: index(C)[N]) -> [N] where C = 10"
    assert shapefuzz.check_batches(loader_of(images(), labels(), shuffle=True), contract) == 3


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda x, y: (x, y.unsqueeze(1)), ["batch 0: labels is [4, 1]", "labels.squeeze"]),
        (lambda x, y: (x, y.float()), ["batch 0: labels is f32 where i64", "labels.long()"]),
        (lambda x, y: (x, y + 1), ["labels holds 10 where", "counted from 1"]),
        (lambda x, y: (x * 255, y), ["images holds", "divided by 255"]),
        (lambda x, y: (x - 0.5, y), ["images holds -", "normalised"]),
        (lambda x, y: (x.permute(0, 2, 3, 1), y), ["images is [4, 4, 4, 1]", "permute"]),
        (lambda x, y: (x.squeeze(1), y), ["images is [4, 4, 4]", "unsqueeze(1)"]),
        (lambda x, y: (x.log().sqrt(), y), ["images holds", "NaN among its 64 numbers"]),
    ],
)
def test_says_which_transformation_went_wrong(change, words):
    text = refusal(loader_of(*change(images(), labels())))
    for word in words:
        assert word in text, text


def test_looks_at_the_last_batch_without_reading_the_others():
    read = []

    class Dataset(torch.utils.data.Dataset):
        def __len__(self):
            return 4001

        def __getitem__(self, i):
            read.append(i)
            return torch.rand(3), torch.tensor(0 if i < 4000 else 7)

    contract = "(x: real[N,3], y: index(5)[N])"
    text = refusal(DataLoader(Dataset(), batch_size=4), contract, 2)
    assert "the last batch, 1000: y holds 7" in text
    assert len(read) <= 9

    def collate(samples):  # drops a label of the last batch
        x, y = zip(*samples)
        return torch.stack(x), torch.stack(y[:-1] if len(samples) < 4 else y)

    text = refusal(
        DataLoader(TensorDataset(torch.rand(7, 3), torch.zeros(7).long()), 4, collate_fn=collate),
        contract,
    )
    assert "batch 1: y is [2] where [3] is demanded (shorter_batch)" in text


def test_takes_mappings_and_whatever_one_says():
    batch = {"x": torch.rand(2, 3), "y": torch.zeros(2).long(), "id": ["a", "b"]}
    contract = "(x: real[N,3], y: index(5)[N], mask?: binary[N])"
    assert shapefuzz.check_batches([batch], contract) == 1
    assert "'x', which the contract names; its keys are z" in refusal([{"z": 1}], contract)
    strange = type("Batch", (), {"held": batch})()
    assert (
        shapefuzz.check_batches(
            [strange], contract, tensors=lambda b: (b.held["x"], b.held["y"], None)
        )
        == 1
    )
    assert "found an object of type Batch" in refusal([strange], contract)
    assert "x is of type list" in refusal([([1, 2], torch.zeros(2).long())], contract)
    assert "found 4 tensors, expected 3" in refusal([[torch.rand(2)] * 4], contract)
    assert "number 3 is of type int" in refusal([[torch.rand(2)] * 3 + [3]], contract)


def test_knows_what_data_looks_like():
    tokens = torch.randint(10, (4, 7))
    padded = tokens.clone()
    padded[0, 5:] = -100
    contract = "(x: index(10)[N,T], y: index(10,ignore_index)[N,T])"
    assert shapefuzz.check_batches([(tokens, padded)], contract) == 1
    contract = "(x: real[N,3], mask: binary[N,3])"
    for mask in (torch.ones(4, 3) > 0, torch.ones(4, 3).byte(), torch.ones(4, 3)):
        assert shapefuzz.check_batches([(torch.rand(4, 3), mask)], contract) == 1
    text = refusal([(torch.rand(4, 3).double(), torch.rand(4))], "(x: real[N,3], y: real[N])")
    assert "x is Double and y is Float: x.to(y.dtype) makes them alike" in text
    either = "(x: real[N,3], y: index(10)[N]) | (x: real[N,4], y: index(10)[N])"
    assert shapefuzz.check_batches([(torch.rand(2, 4), tokens[:2, 0])], either) == 1
    assert "C is 3 where C >= 5 is demanded" in refusal(
        [(torch.rand(4, 3), torch.zeros(4).long())], "(x: real[N,C], y: index(C)[N]) where C >= 5"
    )
    text = refusal([(torch.rand(8, 3), tokens[:1, 0])], "(x: real[N,3], y: index(10)[N])")
    assert "expand" not in text


def test_leaves_the_random_numbers_alone():
    loader = loader_of(images(), labels(), shuffle=True)
    torch.manual_seed(0)
    expected = torch.rand(1)
    torch.manual_seed(0)
    shapefuzz.check_batches(loader, IMAGES)
    assert torch.rand(1) == expected


def test_does_not_wait_for_the_end_of_what_has_none():
    class Stream(IterableDataset):
        def __iter__(self):
            while True:
                yield torch.rand(3), torch.tensor(1)

    class Sized(Stream):
        def __len__(self):
            return 50

        def __iter__(self):
            return iter([(torch.rand(3), torch.tensor(1))] * 50)

    contract = "(x: real[N,3], y: index(5)[N])"
    assert shapefuzz.check_batches(DataLoader(Sized(), batch_size=8), contract) == 4

    class Endless(torch.utils.data.Sampler):
        def __init__(self):
            pass

        def __iter__(self):
            while True:
                yield 0

    dataset = TensorDataset(torch.rand(9, 3), torch.zeros(9).long())
    assert shapefuzz.check_batches(DataLoader(dataset, 4, sampler=Endless()), contract, 2) == 2
    loader = DataLoader(Stream(), batch_size=4)
    assert shapefuzz.check_batches(loader, "(x: real[N,3], y: index(5)[N])", 2) == 2
    assert "gives no batch" in refusal([])
    with pytest.raises(shapefuzz.InputError, match="of at least 1"):
        shapefuzz.check_batches(loader, IMAGES, 0)
    with pytest.raises(shapefuzz.InputError, match="reel"):
        shapefuzz.check_batches(loader, "(x: reel[N])")
