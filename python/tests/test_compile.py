# SPDX-License-Identifier: BSD-3-Clause
"""Guards under torch.compile: what they check, and that nobody notices them where nothing is wrong."""

import itertools

import pytest
import torch
import torch.nn.functional as F

import shapefuzz
from shapefuzz import _engine, _traced
from shapefuzz._declare import operands_in

ELEMENTS = "(output: real[*S], target: real[*S]) -> [*S]"

compiles = pytest.mark.skipif(
    not hasattr(torch, "compile") or not torch._dynamo.is_dynamo_supported(),
    reason="this torch has no compiler for this Python",
)


def mse(output, target):
    return ((output - target) ** 2).mean()


def compiled(function, **options):
    torch._dynamo.reset()
    return torch.compile(function, backend="eager", **options)


@compiles
@pytest.mark.parametrize("dynamic", [False, True, None])
def test_cuts_no_graph_and_refuses(dynamic):
    guarded = shapefuzz.guard(mse, ELEMENTS)

    def step(output, target):
        return guarded(output * 2, target=target) * 2

    whole = compiled(step, dynamic=dynamic, fullgraph=True)
    for count in (4, 5, 6):
        output, target = torch.rand(count, 1), torch.rand(count, 1)
        assert torch.allclose(whole(output, target), step(output, target))
    whole(torch.rand(4, 3), torch.rand(3))  # expanded
    step = compiled(step, dynamic=dynamic)
    step(torch.rand(4, 1), torch.rand(4, 1))
    for count in (4, 7):
        with pytest.raises(shapefuzz.ShapeError, match="forgot_unsqueeze"):
            step(torch.rand(count, 1), torch.rand(count))


@compiles
def test_compiles_no_more_often_than_without():
    from torch._dynamo.testing import CompileCounter  # not there in releases without a compiler

    def compilations(function):
        counter = CompileCounter()
        torch._dynamo.reset()
        function = torch.compile(function, backend=counter, dynamic=True)
        for count in (4, 5, 6, 7):
            function(torch.rand(count, 3), torch.rand(count, 3))
        return counter.frame_count

    assert compilations(shapefuzz.guard(mse, ELEMENTS)) == compilations(mse) == 1


@compiles
def test_says_of_a_whole_graph_why_there_is_none():
    loss = compiled(shapefuzz.guard(mse, ELEMENTS), fullgraph=True)
    with pytest.raises(torch._dynamo.exc.Unsupported):
        loss(torch.rand(4, 1), torch.rand(4))


@compiles
@pytest.mark.parametrize("by_module", [False, True])
def test_a_block_guards_what_was_compiled_before(by_module):
    module = torch.nn.MSELoss()
    loss = compiled((lambda a, b: module(a, b)) if by_module else (lambda a, b: F.mse_loss(a, b)))
    output, target = torch.rand(4, 1), torch.rand(4)
    loss(output, target)
    with shapefuzz.guarding(), pytest.raises(shapefuzz.ShapeError):
        loss(output, target)
    loss(output, target)


@compiles
def test_the_losses_of_pytorch_are_compiled_whole():
    x, labels, signs = torch.rand(4, 3), torch.tensor([0, 2, 1, 1]), torch.ones(4, 3)
    ctc = (torch.rand(5, 2, 3).log(), torch.ones(2, 2).long(), torch.tensor([5, 5]))
    calls = {
        "mse_loss": (x, x),
        "kl_div": (x.log(), x),
        "binary_cross_entropy": (x, x),
        "binary_cross_entropy_with_logits": (x, x, torch.ones(3)),
        "cross_entropy": (x, labels),
        "nll_loss": (x, labels, torch.ones(3)),
        "multi_margin_loss": (x, labels),
        "hinge_embedding_loss": (x, signs),
        "cosine_embedding_loss": (x, x, torch.ones(4)),
        "triplet_margin_loss": (x, x, x),
        "ctc_loss": (*ctc, torch.tensor([2, 2])),
    }

    def breaks(function, operands):
        torch._dynamo.reset()
        # Not the function itself: of one of its own the compiler of 2.6 asks too much.
        return torch._dynamo.explain(lambda *given: function(*given))(*operands).graph_break_count

    for name, operands in calls.items():
        function = getattr(F, name)
        assert breaks(shapefuzz.guard(function), operands) == breaks(function, operands), name


@pytest.mark.parametrize("policy", ["strict", "expand"])
def test_the_words_of_the_compiler_are_those_of_the_engine(policy):
    """Never more than the engine accepts; exactly that where nothing has to be expanded."""
    shapes = [
        shape for rank in range(4) for shape in itertools.product((0, 1, 3), repeat=rank)
    ]
    cases = accepted = 0
    for name, contract in _engine.libtorch_contracts().items():
        operands = operands_in(contract)
        guard = _engine.Guard(contract, name, policy)
        program = guard.program()
        rest = [() if name == "ctc_loss" else None] * (len(operands) - 2)
        if name.startswith(("triplet", "cosine", "margin")):
            continue  # three operands at once, below
        for pair in itertools.product(shapes, repeat=2):
            cases += 1
            accepted += compare(guard, program, [*pair, *rest], policy)
    for name in ("triplet_margin_loss", "cosine_embedding_loss"):
        guard = _engine.Guard(_engine.libtorch_contracts()[name], name, policy)
        for triple in itertools.product(shapes[:13], repeat=3):
            cases += 1
            accepted += compare(guard, guard.program(), list(triple), policy)
    assert cases > 30000
    assert accepted > 500


def compare(guard, program, sizes, policy):
    tensors = tuple(None if size is None else torch.empty(size, device="meta") for size in sizes)
    try:
        guard.demand(tensors, len(tensors))
        fits = True
    except shapefuzz.ShapeError:
        fits = False
    words = _traced.fits(program, sizes, policy != "strict")
    assert fits == words or (policy == "expand" and fits), (program, sizes)
    return words
