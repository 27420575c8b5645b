# SPDX-License-Identifier: BSD-3-Clause
"""Losses of Python on other devices: `--device compile`, `cuda` and `meta`."""

import json
import subprocess
import sys

import pytest

from shapefuzz import _compiled, _engine

LOSSES = '''
import shapefuzz
import torch

CONTRACT = "(output: real[*S], target: real[*S]) -> [*S]"

@shapefuzz.loss(CONTRACT)
def mse(output, target):
    if output.shape != target.shape:
        raise ValueError("the shapes differ")
    return (output - target) ** 2

@shapefuzz.loss(CONTRACT)
def checks_eagerly(output, target):
    if not torch.compiler.is_compiling() and output.shape != target.shape:
        raise ValueError("the shapes differ")
    return (output - target) ** 2

@shapefuzz.loss(CONTRACT)
def doubles_compiled(output, target):
    if output.shape != target.shape:
        raise ValueError("the shapes differ")
    return (output - target) ** 2 * (2 if torch.compiler.is_compiling() else 1)
'''
CASE = "checks_eagerly(output=f64[4,1], target=f64[4])"

compiles = pytest.mark.skipif(_compiled.why_not() != "", reason=_compiled.why_not())


@pytest.fixture
def losses(tmp_path):
    (tmp_path / "losses.py").write_text(LOSSES, encoding="utf-8")


def test_says_why_there_is_no_compiler(command, losses):
    if not _compiled.why_not():
        pytest.skip("this torch has a compiler")
    done = command("run", "losses.py", "--device", "compile", CASE)
    assert done.status == 2
    assert "torch.compile" in done.errors and "Traceback" not in done.errors


@compiles
def test_a_loss_that_compiles_to_the_same_passes(command, losses):
    done = command("sweep", "losses.py", "mse", "--device", "compile", "--cases", "12")
    assert done.status == 0, done.out + done.errors
    assert "with torch.compile against eager PyTorch" in done.out
    assert "unexplained: 0" in done.out


@compiles
def test_a_check_that_is_compiled_away_is_found(command, losses):
    done = command("sweep", "losses.py", "checks_eagerly", "--device", "compile", "--cases", "12", "--signatures")
    assert done.status == 1, done.out + done.errors
    assert "entry_disagreement" in done.out
    done = command("run", "losses.py", "--device", "compile", CASE)
    assert done.status == 1
    assert "torch.compile and eager PyTorch disagree" in done.out
    assert "eager PyTorch refuses it: ValueError: the shapes differ" in done.out


@compiles
def test_another_value_is_found_and_told_apart(command, losses):
    done = command("run", "losses.py", "--device", "compile", "doubles_compiled(output=f64[1]{3}, target=f64[1]{1})")
    assert done.status == 1, done.out + done.errors
    assert "eager [1]: 4" in done.out and "torch.compile [1]: 8" in done.out
    done = command("emit", "losses.py", "--device", "compile", "doubles_compiled(output=f64[1]{3}, target=f64[1]{1})")
    assert "torch.compile(loss, dynamic=True)" in done.out


@compiles
def test_a_program_shows_both_calls(command, tmp_path):
    case = "soft_margin_loss(input=f64[1], target=f64[2,3], reduction=sum)"
    program = command("emit", "--device", "compile", case).out
    assert "code of its own" not in program, "the finding is of Python itself"
    (tmp_path / "program.py").write_text(program, encoding="utf-8")
    said = subprocess.run(
        [sys.executable, "program.py"], cwd=tmp_path, capture_output=True, text=True, check=True
    ).stdout
    assert "eager refused: output with shape [1] doesn't match the broadcast shape [2, 3]" in said
    assert "compiled 5.6" in said


@compiles
def test_pytorchs_own_losses_are_compiled_as_python_spells_them(command):
    done = command("run", "--json", "--device", "compile", "mse_loss@module(input=f64[2,2], target=f64[2,2])")
    assert done.status == 0, done.out + done.errors
    record = json.loads(done.out)
    assert record["device"] == "compile" and record["verdict"] == "pass"
    assert record["numbers"]["expected"] == record["numbers"]["actual"]


def test_a_device_that_is_not_there_is_named(command, losses):
    done = command("run", "losses.py", "--device", "cuda", "mse(output=f64[2], target=f64[2])")
    if done.status == 0:
        pytest.skip("there is a CUDA device")
    assert done.status == 2
    assert "there is no CUDA device here" in done.errors


def test_the_cpu_by_another_name_agrees_with_itself(command, losses, monkeypatch):
    monkeypatch.setenv("SHAPEFUZZ_FAKE_CUDA", "1")
    done = command("sweep", "losses.py", "mse", "--device", "cuda", "--max-rank", "2", "--max-size", "2")
    assert done.status == 0, done.out + done.errors
    assert "with CUDA against the CPU" in done.out and "unexplained: 0" in done.out


def test_meta_sees_the_shapes_of_a_loss_of_python(command, losses):
    done = command("sweep", "losses.py", "mse", "--device", "meta", "--max-rank", "2", "--max-size", "2")
    assert done.status == 0, done.out + done.errors
    assert "unexplained: 0" in done.out


@compiles
def test_each_cause_explains_its_exemplary_cases(command, tmp_path):
    causes = [json.loads(line) for line in command("causes", "--json").out.splitlines()]
    examples = [
        (cause, example) for cause in causes if cause["device"] == "compile" for example in cause["examples"]
    ]
    assert examples
    (tmp_path / "examples.case").write_text("".join(example["case"] + "\n" for _, example in examples))
    done = command("run", "--json", "--device", "compile", "--file", "examples.case", timeout=300)
    records = [json.loads(line) for line in done.out.splitlines()]
    assert len(records) == len(examples), done.errors
    for (cause, example), found in zip(examples, records):
        strikes = _engine.libtorch_version() in cause["releases"].split(", fixed")[0]
        assert (found.get("cause") == cause["name"]) == strikes, (cause["releases"], found)
        assert (found["verdict"] == example["verdict"]) == strikes, (cause["releases"], found)
