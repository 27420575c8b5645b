# SPDX-License-Identifier: BSD-3-Clause
"""Losses that raise before they compute."""

import time

import pytest
import torch
import torch.nn.functional as F

import shapefuzz

ELEMENTS = "(output: real[*S], target: real[*S]) -> [*S]"
OUTPUT = torch.zeros(64, 1)
TARGET = torch.zeros(64)


def mse(output, target, scale=1.0):
    return scale * ((output - target) ** 2).mean()


def test_raises_what_run_says():
    guarded = shapefuzz.guard(mse, ELEMENTS)
    with pytest.raises(shapefuzz.ShapeError) as raised:
        guarded(OUTPUT, TARGET)
    text = str(raised.value)
    assert text.startswith("mse: target is [64] where [64, 1] is demanded (forgot_unsqueeze)")
    assert "instead   target.unsqueeze(-1)" in text
    assert guarded(OUTPUT, TARGET.unsqueeze(-1), scale=2.0).item() == 0
    assert guarded.__name__ == "mse"


def test_is_a_decorator():
    @shapefuzz.guard(ELEMENTS)
    def loss(target, output):  # in another order than the contract
        return (output - target).sum()

    assert loss(torch.zeros(3), torch.ones(3)).item() == 3
    assert loss(output=torch.ones(3), target=torch.zeros(3)).item() == 3
    with pytest.raises(shapefuzz.ShapeError, match="target is"):
        loss(TARGET, OUTPUT)


@pytest.mark.parametrize(
    ("policy", "shapes", "fits"),
    [
        ("strict", ([4, 3], [3]), False),
        ("expand", ([4, 3], [3]), True),
        ("expand", ([3], [4, 3]), False),
        ("broadcast", ([3], [4, 3]), True),
    ],
)
def test_forgives_what_its_policy_forgives(policy, shapes, fits):
    guarded = shapefuzz.guard(mse, ELEMENTS, policy=policy)
    operands = [torch.zeros(shape) for shape in shapes]
    if fits:
        guarded(*operands)
    else:
        with pytest.raises(shapefuzz.ShapeError):
            guarded(*operands)


def test_knows_the_losses_of_pytorch():
    entropy = shapefuzz.guard(F.cross_entropy)
    labels = torch.zeros(8, dtype=torch.int64)
    entropy(torch.randn(8, 10), labels, weight=torch.ones(10))
    with pytest.raises(shapefuzz.ShapeError, match="target is \\[7\\]"):
        entropy(torch.randn(8, 10), labels[:7])
    with pytest.raises(shapefuzz.ShapeError, match="weight is"):
        entropy(torch.randn(8, 10), labels, weight=torch.ones(9))
    logits = shapefuzz.guard(F.binary_cross_entropy_with_logits)
    logits(torch.randn(8, 3), torch.ones(8, 3), pos_weight=torch.ones(3))
    with pytest.raises(shapefuzz.ShapeError):
        logits(torch.randn(8, 3), torch.ones(8, 3), pos_weight=torch.ones(2))


def test_guards_a_block():
    before = F.mse_loss
    with pytest.raises(shapefuzz.ShapeError), shapefuzz.guarding():
        torch.nn.MSELoss()(OUTPUT, TARGET)
    assert F.mse_loss is before
    with shapefuzz.guarding():
        for loss in (torch.nn.MSELoss(), torch.nn.L1Loss(), torch.nn.HuberLoss()):
            loss(OUTPUT, OUTPUT)


def test_checks_go_on_behind_a_guard():
    shapefuzz.guard(F.mse_loss)

    def checked(output, target):
        if output.shape != target.shape:
            raise ValueError("no")
        return (output - target).abs()

    shapefuzz.check(checked, ELEMENTS, max_rank=1, max_size=2)
    guarded = shapefuzz.guard(mse, ELEMENTS, policy="strict")
    shapefuzz.check(guarded, ELEMENTS.replace("-> [", "-> mean["), max_rank=1, max_size=2)


def test_leaves_what_is_no_tensor_to_the_loss():
    assert shapefuzz.guard(mse, ELEMENTS)(torch.zeros(3), 2.0).item() == 4


@pytest.mark.parametrize("target", [TARGET.numpy(), [0.0] * 64])
def test_asks_numbers_arrays_and_lists_for_their_shapes(target):
    contract = "(output: real[*S], target: real[*S], weight?: real[*S]) -> [*S]"

    def weighted(output, target, weight=1.0):
        return ((output - torch.as_tensor(target)) ** 2 * weight).mean()

    guarded = shapefuzz.guard(weighted, contract)
    with pytest.raises(shapefuzz.ShapeError, match="target is \\[64\\]"):
        guarded(OUTPUT, target, 2.0)
    with pytest.raises(shapefuzz.ShapeError, match="target is \\[64\\]"):
        guarded(OUTPUT, TARGET, weight=2.0)
    assert guarded(TARGET, target).item() == 0


def test_finds_the_operands_of_methods_and_of_what_takes_any():
    class Loss(torch.nn.Module):
        @shapefuzz.guard(ELEMENTS)
        def forward(self, *operands):
            return (operands[0] - operands[1]).abs()

    with pytest.raises(shapefuzz.ShapeError):
        Loss()(OUTPUT, TARGET)
    assert Loss()(OUTPUT, OUTPUT).sum() == 0

    takes_any = shapefuzz.guard(lambda output, **rest: rest["target"], ELEMENTS)
    with pytest.raises(shapefuzz.ShapeError):
        takes_any(OUTPUT, target=TARGET)
    assert takes_any(OUTPUT, target=OUTPUT) is OUTPUT

    def with_default(output, target=OUTPUT):
        return output

    shapefuzz.guard(with_default, ELEMENTS)(OUTPUT)
    with pytest.raises(shapefuzz.ShapeError):
        shapefuzz.guard(with_default, ELEMENTS)(TARGET)


def test_guards_modules_with_their_weights():
    with pytest.raises(shapefuzz.ShapeError, match="MSELoss: target is"):
        shapefuzz.guard(torch.nn.MSELoss())(OUTPUT, TARGET)
    labels = torch.zeros(8, dtype=torch.int64)
    entropy = shapefuzz.guard(torch.nn.CrossEntropyLoss(weight=torch.ones(9)))
    with pytest.raises(shapefuzz.ShapeError, match="weight is"):
        entropy(torch.randn(8, 10), labels)
    for module in (torch.nn.BCEWithLogitsLoss(), torch.nn.KLDivLoss(), torch.nn.CTCLoss()):
        shapefuzz.guard(module)


def test_blocks_end_in_any_order():
    before = F.mse_loss
    first, second = shapefuzz.guarding(), shapefuzz.guarding("broadcast")
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    assert F.mse_loss is not before
    F.mse_loss(OUTPUT, TARGET.unsqueeze(0))  # as the second one forgives
    second.__exit__(None, None, None)
    assert F.mse_loss is before


def test_costs_little():
    def nothing(output, target):
        return output

    guarded = shapefuzz.guard(nothing, ELEMENTS)
    target = TARGET.unsqueeze(-1)
    best = 1.0
    for _ in range(20):
        start = time.perf_counter()
        for _ in range(1000):
            guarded(OUTPUT, target)
        best = min(best, (time.perf_counter() - start) / 1000)
    assert best < 3e-6


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda: shapefuzz.guard(mse), "no contract that is known"),
        (lambda: shapefuzz.guard(mse, "(output: reel[N]) -> [N]"), "\\^"),
        (lambda: shapefuzz.guard(mse, ELEMENTS, policy="lax"), "policy: found 'lax'"),
        (lambda: shapefuzz.guard(mse, ELEMENTS, policy=None), "policy: found None"),
        (lambda: shapefuzz.guard(mse, ELEMENTS.replace("target: real[*S]", "target: real[M]")), "something else"),
        (lambda: shapefuzz.guard(mse, ELEMENTS.replace("target", "targets")), "did you mean target"),
    ],
)
def test_refuses(call, text):
    with pytest.raises(shapefuzz.InputError, match=text):
        call()
