# SPDX-License-Identifier: BSD-3-Clause
"""check() takes whatever people call a loss."""

import functools
import os
import threading
import warnings

import numpy
import pytest
import torch

import shapefuzz

ELEMENTS = "(output: real[*S], target: real[*S]) -> [*S]"
MEAN = "(output: real[*S], target: real[*S]) -> mean[*S]"
FAST = {"max_rank": 2, "max_size": 2}


def same_shapes(output, target):
    if output.shape != target.shape:
        raise ValueError("the shapes differ")


def squared(output, target):
    same_shapes(output, target)
    return (output - target) ** 2


class Module(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.scale = torch.nn.Parameter(torch.tensor(2.0, dtype=torch.float64))

    def forward(self, output, target, *, reduction="mean"):
        losses = self.scale * squared(output, target)
        if reduction == "none":
            return losses
        return losses.mean() if reduction == "mean" else losses.sum()


class Squared(torch.autograd.Function):
    factor = 2

    @staticmethod
    def forward(ctx, output, target):
        ctx.save_for_backward(output, target)
        return squared(output, target)

    @classmethod
    def slope(cls, output, target, gradient):
        return cls.factor * (output - target) * gradient

    @staticmethod
    def backward(ctx, gradient):
        slope = Squared.slope(*ctx.saved_tensors, gradient)
        return slope, -slope


class WrongSlope(Squared):
    @staticmethod
    def backward(ctx, gradient):
        output, target = ctx.saved_tensors
        return 3 * (output - target) * gradient, -2 * (output - target) * gradient


def closure(factor):
    def inner(target, output):  # in another order than the contract
        return factor * (squared(output, target) + output - target)

    return inner


def by_numpy(output, target):
    same_shapes(output, target)
    return torch.from_numpy(numpy.asarray((output.detach().numpy() - target.detach().numpy()) ** 2))


def keyword_only(*, output, target, power=2.0):
    same_shapes(output, target)
    return (output - target).abs() ** power


def positional_only(output, target, /):
    return squared(output, target)


def any_number(*operands):
    return squared(*operands)


class Callable:
    def __call__(self, output, target):
        return squared(output, target)


@pytest.mark.parametrize(
    "loss",
    [
        squared,
        Module(),
        Module,
        functools.partial(Module(), reduction="none"),
        closure(3.0),
        Squared,
        Squared.apply,
        by_numpy,
        keyword_only,
        positional_only,
        any_number,
        Callable(),
        torch.jit.ignore(squared),
    ],
    ids=lambda loss: getattr(loss, "__name__", type(loss).__name__),
)
def test_takes_whatever_is_called_a_loss(loss):
    shapefuzz.check(loss, ELEMENTS, **FAST)


@pytest.mark.parametrize(
    "result",
    [
        lambda losses: losses.mean(),
        lambda losses: losses.mean().item(),
        lambda losses: numpy.float64(losses.mean().item()),
        lambda losses: (losses.mean(), losses),
        lambda losses: [losses.mean(), 1],
    ],
)
def test_takes_whatever_people_return(result):
    shapefuzz.check(lambda output, target: result(squared(output, target)), MEAN, **FAST)


def test_says_what_run_says():
    def mse(output, target):
        return ((output - target) ** 2).mean()

    with pytest.raises(AssertionError) as raised:
        shapefuzz.check(mse, MEAN, **FAST)
    text = str(raised.value)
    assert text.startswith("mse: 1 problem in ")
    for part in ("silent_broadcast", "contract  (output: real[*S]", "instead", "replay    python3 -m"):
        assert part in text
    shapefuzz.check(mse, MEAN, policy="broadcast", **FAST)


def test_finds_a_wrong_gradient():
    with pytest.raises(AssertionError, match="wrong_gradient"):
        shapefuzz.check(WrongSlope, ELEMENTS, **FAST)
    shapefuzz.check(WrongSlope, ELEMENTS, own_gradient=True, **FAST)


def test_finds_an_output_that_nothing_flows_back_to():
    def detached(output, target):
        return squared(output.detach(), target).mean()

    with pytest.raises(AssertionError, match="wrong_gradient"):
        shapefuzz.check(detached, MEAN, **FAST)
    with torch.no_grad(), pytest.raises(AssertionError, match="wrong_gradient"):
        shapefuzz.check(detached, MEAN, **FAST)
    with torch.inference_mode(), pytest.raises(AssertionError, match="wrong_gradient"):
        shapefuzz.check(detached, MEAN, **FAST)


def test_of_no_valid_call_nothing_is_shown():
    with pytest.raises(AssertionError, match="no valid case within"):
        shapefuzz.check(squared, ELEMENTS.replace("*S", "N") + " where N >= 100", **FAST)


def test_calls_chance_by_its_name():
    def noisy(output, target):
        return squared(output, target).mean() + torch.rand((), dtype=torch.float64)

    with pytest.raises(AssertionError, match="nondeterministic") as raised:
        shapefuzz.check(noisy, MEAN, max_rank=1, max_size=2)
    assert "fresh memory" not in str(raised.value)


def test_leaves_defaults_alone_that_no_case_can_spell():
    def loss(output, target, device="cuda:0", prefix="", huge=2**70):
        return squared(output, target)

    shapefuzz.check(loss, ELEMENTS, **FAST)


def test_differentiates_inside():
    def penalised(output, target):
        losses = squared(output, target)
        (slope,) = torch.autograd.grad(losses.sum(), output, create_graph=True)
        return losses + 0 * slope

    shapefuzz.check(penalised, ELEMENTS, **FAST)


def test_tries_the_words_and_flags():
    def loss(output, target, *, mode="mean"):
        losses = squared(output, target)
        return losses.mean() if mode == "mean" else losses.sum()

    shapefuzz.check(loss, MEAN, **FAST)
    with pytest.raises(AssertionError, match="mode=total"):
        shapefuzz.check(loss, MEAN, choices={"mode": ["mean", "total"]}, **FAST)


def test_compares_entries():
    shapefuzz.check(squared, ELEMENTS, entries={"again": squared}, **FAST)

    def doubled(output, target):
        return 2 * squared(output, target)

    with pytest.raises(AssertionError, match="entry_disagreement"):
        shapefuzz.check(squared, ELEMENTS, entries={"doubled": doubled}, **FAST)


def test_leaves_this_process_as_it_is():
    torch.set_num_threads(2)
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        shapefuzz.check(squared, ELEMENTS, **FAST)
        warnings.warn("still here")
    assert [str(w.message) for w in seen] == ["still here"]
    assert torch.get_num_threads() == 2
    assert torch.ones(2, requires_grad=True).sum().item() == 2


def test_finds_a_crash_and_outlives_it():
    def crashes(output, target):
        if output.dim() == 2:
            os.abort()
        return squared(output, target)

    with pytest.raises(AssertionError, match="crash"):
        shapefuzz.check(crashes, ELEMENTS, **FAST)


def test_warns_of_threads():
    stop = threading.Event()
    thread = threading.Thread(target=stop.wait, name="loader")
    thread.start()
    try:
        with pytest.warns(RuntimeWarning, match="1 more thread of Python \\(loader\\)"):
            shapefuzz.check(squared, ELEMENTS, **FAST)
    finally:
        stop.set()
        thread.join()


def test_does_not_wait_for_the_interpreter_of_a_busy_thread():
    # Another thread holds the interpreter's lock at most forks; a worker must not wait for it.
    stop = threading.Event()

    def busy():
        while not stop.is_set():
            pass

    thread = threading.Thread(target=busy)
    thread.start()
    try:
        with pytest.warns(RuntimeWarning):
            shapefuzz.check(squared, ELEMENTS, **FAST)
    finally:
        stop.set()
        thread.join()


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda: shapefuzz.check(squared), "found no contract"),
        (lambda: shapefuzz.check(squared, "(output: reel[*S], target: real[*S]) -> [*S]"), "\\^"),
        (lambda: shapefuzz.check(squared, "(output: real[*S]) -> [*S]"), "takes 'target' too"),
        (
            lambda: shapefuzz.check(squared, "(outputs: real[*S], target: real[*S]) -> [*S]"),
            "did you mean output",
        ),
        (lambda: shapefuzz.check(squared, ""), "found no contract"),
        (lambda: shapefuzz.check(squared, ELEMENTS, max_rank=17), "max_rank: found 17"),
        (lambda: shapefuzz.check(squared, ELEMENTS, max_size="2"), "max_size: found '2'"),
        (lambda: shapefuzz.check(squared, ELEMENTS, max_size=0), "max_size: found 0"),
        (lambda: shapefuzz.check(squared, ELEMENTS, seed=-1), "seed: found -1"),
        (lambda: shapefuzz.check(squared, ELEMENTS, policy=None), "policy: found None"),
        (lambda: shapefuzz.check(squared, ELEMENTS, thorough="no"), "thorough: found 'no'"),
        (lambda: shapefuzz.check(squared, ELEMENTS, name=3), "name: found 3"),
        (lambda: shapefuzz.check(squared, ELEMENTS, entries=[squared]), "entries: found"),
        (lambda: shapefuzz.check(squared, ELEMENTS, choices=3), "choices: found 3"),
        (lambda: shapefuzz.check(squared, ELEMENTS, choices={"nope": ["a"]}), "found 'nope'"),
        (lambda: shapefuzz.check(squared, ELEMENTS, constants=None), "constants: found None"),
        (lambda: shapefuzz.check(squared, ELEMENTS, baseline=3), "baseline: found 3"),
        (lambda: shapefuzz.check(squared, ELEMENTS, own_gradient="x"), "own_gradient: found 'x'"),
        (lambda: shapefuzz.check(3, ELEMENTS), "found 3, expected a function"),
        (lambda: shapefuzz.check(squared, ELEMENTS, policy="lax"), "policy: found 'lax'"),
        (lambda: shapefuzz.check(squared, ELEMENTS, constants=["x"]), "'x' as a constant"),
        (lambda: shapefuzz.check(squared, ELEMENTS, baseline="none.txt"), "none.txt"),
        (lambda: shapefuzz.check(squared, ELEMENTS, name="a b"), "found 'a b'"),
        (lambda: shapefuzz.loss(squared), "found no contract"),
    ],
)
def test_refuses_what_does_not_fit(call, text):
    with pytest.raises(shapefuzz.InputError, match=text):
        call()
