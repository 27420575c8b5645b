# SPDX-License-Identifier: BSD-3-Clause
"""explain() of the tensors that somebody has."""

import pytest
import torch

import shapefuzz

OUTPUT = torch.randn(8, 1)
TARGET = torch.randn(8)


def test_says_what_is_meant():
    explanation = shapefuzz.explain(OUTPUT, TARGET, loss="mse_loss")
    assert "silent_broadcast" in str(explanation)
    assert "target.unsqueeze(-1)" in repr(explanation)
    assert explanation.case.startswith("mse_loss(input=f32[8,1]{")
    html = explanation._repr_html_()
    assert "<svg" in html
    assert "&lt;" not in html or "<pre>" in html


def test_judges_the_values_that_are_there():
    labels = torch.tensor([0, 1, 2, 5])
    assert "Target 5 is out of bounds" in str(shapefuzz.explain(torch.randn(4, 3), labels))
    assert "accepted" in str(shapefuzz.explain(torch.randn(4, 3), labels.clamp(max=2)))


def test_takes_options_and_named_operands():
    weight = torch.ones(3)
    labels = torch.tensor([0, 1, 2])
    explanation = shapefuzz.explain(
        torch.randn(3, 3), labels, weight=weight, reduction="sum", label_smoothing=0.1
    )
    assert "weight=f32[3]{1.0,1.0,1.0}" in explanation.case
    assert "reduction=sum, label_smoothing=0.1" in explanation.case
    assert "pass" in str(explanation)


def test_large_tensors_count_by_their_shapes():
    explanation = shapefuzz.explain(torch.zeros(64, 10), torch.zeros(64, dtype=torch.int64))
    assert explanation.case == "cross_entropy(input=f32[64,10], target=i64[64])"


def test_explains_a_loss_of_ones_own():
    @shapefuzz.loss("(output: real[*S], target: real[*S]) -> mean[*S]")
    def mse(output, target):
        return ((output - target) ** 2).mean()

    assert "silent_broadcast" in str(shapefuzz.explain(OUTPUT, TARGET, loss=mse))


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda: shapefuzz.explain(OUTPUT, TARGET, loss="mse_los"), "did you mean mse_loss"),
        (lambda: shapefuzz.explain(OUTPUT, TARGET, loss=print), "expected the name of a loss"),
        (lambda: shapefuzz.explain(OUTPUT, [1, 2], loss="mse_loss"), "target: found list"),
        (lambda: shapefuzz.explain(OUTPUT, TARGET, TARGET, loss="mse_loss"), "found 3 tensors"),
        (lambda: shapefuzz.explain(OUTPUT, TARGET, loss="mse_loss", beta=1), "beta"),
        (lambda: shapefuzz.explain(OUTPUT.to(torch.complex64), TARGET), "complex64"),
    ],
)
def test_refuses(call, text):
    with pytest.raises(shapefuzz.InputError, match=text):
        call()
