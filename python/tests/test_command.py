# SPDX-License-Identifier: BSD-3-Clause
"""`python3 -m shapefuzz` over a file."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest
import torch

LOSSES = '''
import shapefuzz

CONTRACT = "(output: real[*S], target: real[*S]) -> mean[*S]"

@shapefuzz.loss(CONTRACT)
def checked(output, target):
    if output.shape != target.shape:
        raise ValueError("the shapes differ")
    return ((output - target) ** 2).mean()

@shapefuzz.loss(CONTRACT)
def mse(output, target):
    return ((output - target) ** 2).mean()

def dice(output, mask, smooth=1.0):
    common = (output * mask).flatten(1).sum(1)
    return (1 - (2 * common + smooth) / ((output + mask).flatten(1).sum(1) + smooth)).mean()
'''
DICE = "(output: prob[N,C,*d], mask: binary[N,C,*d]) -> mean[N]"
SMALL = ["--max-rank", "2", "--max-size", "2", "--jobs", "1"]
CASE = "mse(output=f64[4,1], target=f64[4])"


@pytest.mark.parametrize(
    ("arguments", "status", "texts"),
    [
        (["sweep", "losses.py:checked", *SMALL], 0, ["unexplained: 0"]),
        (["sweep", "losses.py", *SMALL], 1, ["lets through", "mse", "checked"]),
        (["sweep", "losses.py:dice", "--contract", DICE, *SMALL], 1, ["lets through"]),
        (["run", "losses.py", CASE], 1, ["target.unsqueeze(-1)"]),
        (["shrink", "losses.py", CASE], 1, ["mse(output=f64[2,1], target=f64[2])"]),
        (["emit", "losses.py", CASE], 0, ["from losses import mse", "mse(output=output"]),
        (["infer", "losses.py:dice"], 0, ["(output: real[N,C,*d], mask: real[N,C,*d]) -> mean[N]"]),
        (["losses", "losses.py"], 0, ["checked", "mse"]),
        (["run", "mse_loss(input=f64[2,1], target=f64[2])"], 1, ["cause     broadcasts"]),
        (["--version"], 0, ["shapefuzz 0.1.0, LibTorch " + torch.__version__.split(".")[0]]),
        (["--help"], 0, ["right behind the command", "sweep"]),
    ],
)
def test_answers(command, arguments, status, texts):
    result = command(*arguments, losses=LOSSES)
    assert result.status == status, result.out + result.errors
    for text in texts:
        assert text in result.out


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["sweep", "none.py"], "none.py: there is no such file"),
        (["sweep", "losses.py:dicee"], "did you mean dice?"),
        (["sweep", "losses.py:dice"], "infer losses.py:dice prints one that fits"),
        (["sweep", "losses.py", "--contract", DICE], "expected losses.py:FUNCTION"),
        (["sweep", "losses.py:dice", "--contract", DICE.replace("mask", "maske")], "mean mask?"),
        (["sweep", "losses.py:dice", "--contract"], "found nothing"),
        (["sweep", "losses.py:dice", "--contract", "(output: reel[N]) -> [N]"], "takes 'mask' too"),
        (["emit", "losses.py", CASE, "--as", "cpp"], "expected python"),
        (["run", "losses.py", "mse(output=f64[4,1], tarrget=f64[4])"], "tarrget"),
        (["swep", "losses.py"], "did you mean sweep?"),
        (["sweep", "broken.py"], "cannot be imported, as the traceback above says"),
        (["sweep", "leaves.py"], "ends the process while it is imported"),
        (["sweep", "empty.py"], "names no loss"),
        (["sweep", "twice.py"], "two losses have the name a"),
    ],
)
def test_refuses(command, arguments, text):
    result = command(
        *arguments,
        losses=LOSSES,
        broken="import nowhere\n",
        leaves="raise SystemExit(0)\n",
        empty="",
        twice="import shapefuzz\n"
        "a = shapefuzz.loss('(x: real[N]) -> [N]')(lambda x: x)\n"
        "b = shapefuzz.loss('(x: real[N]) -> [N]')(lambda x: x + 1)\n"
        "a.__shapefuzz__.name = b.__shapefuzz__.name = 'a'\n",
    )
    assert result.status == 2, result.out + result.errors
    assert text in result.errors
    assert result.out == ""


def test_a_file_may_be_part_of_a_package(command, tmp_path):
    package = tmp_path / "pkg" / "sub"
    package.mkdir(parents=True)
    (tmp_path / "pkg" / "__init__.py").write_text("")
    (package / "__init__.py").write_text("")
    (tmp_path / "pkg" / "util.py").write_text("def gap(a, b):\n    return a - b\n")
    (package / "losses.py").write_text(
        LOSSES.replace("import shapefuzz", "import shapefuzz\nfrom ..util import gap")
    )
    result = command("emit", "pkg/sub/losses.py", CASE)
    assert result.status == 0, result.errors
    assert "from pkg.sub.losses import mse" in result.out


def test_emits_no_import_that_cannot_be(command, tmp_path):
    (tmp_path / "a-b.py").write_text(LOSSES)
    result = command("emit", "a-b.py", CASE)
    assert "from yours import mse" in result.out


def test_shows_the_files_own_traceback(command):
    result = command("sweep", "broken.py", broken="import nowhere\n")
    assert "No module named 'nowhere'" in result.errors
    assert "importlib" not in result.errors


BAD = '''
import os, sys, warnings
import torch
import shapefuzz

CONTRACT = "(output: real[*S], target: real[*S]) -> mean[*S]"

def mse(output, target):
    if output.shape != target.shape:
        raise ValueError("the shapes differ")
    return ((output - target) ** 2).mean()

def none(output, target):
    mse(output, target)

def text(output, target):
    return "loss"

def array(output, target):
    return mse(output, target).detach().numpy().reshape(1)

def whole(output, target):
    return mse(output, target).long()

def exits(output, target):
    sys.exit(0)

def interrupts(output, target):
    raise KeyboardInterrupt

def typo(output, target):
    return mse(outputt, target)

def recursion(output, target):
    return recursion(output, target)

def changes(output, target):
    with torch.no_grad():
        target.add_(1)
    return mse(output, target)

class Bad(torch.autograd.Function):
    @staticmethod
    def forward(ctx, output, target):
        return mse(output, target)

    @staticmethod
    def backward(ctx, gradient):
        return undefined

def backward(output, target):
    return Bad.apply(output, target)

def hangs(output, target):
    while True:
        pass

def elsewhere(output, target):
    return mse(output, target).to("meta")

def prints(output, target):
    print("here")
    print("here", file=sys.stderr)
    os.write(1, b"here")
    return mse(output, target)

def warns(output, target):
    warnings.warn("odd")
    return mse(output, target)

def forks(output, target):
    if os.fork() == 0:
        return mse(output, target)
    os.wait()
    return mse(output, target)
'''


@pytest.mark.parametrize(
    ("function", "texts"),
    [
        ("none", ["unclean_rejection", "returns None"]),
        ("text", ["unclean_rejection", "returns str"]),
        ("array", ["unclean_rejection", "returns ndarray"]),
        ("whole", ["unclean_rejection", "returns Long"]),
        ("exits", ["crash", "the call ends its process"]),
        ("interrupts", ["unclean_rejection", "KeyboardInterrupt"]),
        ("typo", ["unclean_rejection", "NameError: name 'outputt' is not defined (bad.py:32)"]),
        ("recursion", ["unclean_rejection", "RecursionError"]),
        ("changes", ["input_mutated"]),
        ("backward", ["backward_rejected", "name 'undefined' is not defined"]),
        ("hangs", ["timed_out"]),
        ("elsewhere", ["unclean_rejection", "a tensor on meta"]),
    ],
)
def test_a_faulty_loss_is_a_finding(command, function, texts):
    limit = ["--timeout", "0.5"]
    case = f"{function}(output=f64[2], target=f64[2])"
    result = command("run", f"bad.py:{function}", "--contract", CONTRACT, case, *limit, bad=BAD)
    assert result.status == 1, result.out + result.errors
    for text in texts:
        assert text in result.out


CONTRACT = "(output: real[*S], target: real[*S]) -> mean[*S]"


@pytest.mark.parametrize("function", ["prints", "warns", "forks"])
def test_an_odd_loss_is_none(command, function):
    one = ["--max-rank", "1", "--max-size", "2", "--jobs", "1"]
    result = command("sweep", f"bad.py:{function}", "--contract", CONTRACT, *one, bad=BAD)
    assert result.status == 0, result.out + result.errors
    assert "here" not in result.out + result.errors


def test_a_thread_that_holds_the_interpreter_is_no_deadlock(command):
    # It has the lock of the interpreter at most forks, and is in none of the workers.
    busy = "import threading\nthreading.Thread(target=lambda: exec('while True: pass'), daemon=True).start()\n"
    one = ["--max-rank", "1", "--max-size", "2", "--jobs", "2", "--timeout", "2"]
    result = command("sweep", "busy.py:checked", *one, busy=busy + LOSSES, timeout=60)
    assert result.status == 0, result.out + result.errors
    assert "1 more thread of Python (Thread-1" in result.errors


def test_warnings_are_told(command):
    case = "warns(output=f64[2], target=f64[2])"
    result = command("run", "bad.py:warns", "--contract", CONTRACT, case, bad=BAD)
    assert result.status == 0
    assert "warns: odd" in result.out


def test_campaign_triage_and_report(command, tmp_path):
    fuzz = ["fuzz", "losses.py:mse", "--for", "3s", "--jobs", "1", "--dir", "d", "--no-triage"]
    result = command(*fuzz, losses=LOSSES.replace(".mean()\n\ndef", ".sum()\n\ndef"))
    assert result.status == 0, result.out + result.errors
    # However slow the machine is, each is shrunk; also a wrong sum of a valid call with a drawn layout.
    result = command("triage", "losses.py:mse", "d", "--jobs", "1")
    assert result.status == 1, result.out + result.errors
    assert "run losses.py:mse --file" in result.out
    assert "wrong_value" in result.out
    assert ", 0 flaky" in result.out
    result = command("report", "losses.py:mse", "d", "-o", "report.html")
    assert result.status == 0, result.errors
    assert "silent_broadcast" in (tmp_path / "report.html").read_text()


def test_a_baseline_forgives_until_something_new_comes(command, tmp_path):
    sweep = ["sweep", "losses.py", *SMALL]
    assert command(*sweep, "--write-baseline", "known.txt", losses=LOSSES).status == 0
    assert "python3 -m shapefuzz sweep losses.py" in (tmp_path / "known.txt").read_text()
    assert command(*sweep, "--baseline", "known.txt").status == 0
    result = command(*sweep, "--baseline", "known.txt", losses=LOSSES.replace(".mean()\n\n@", ".sum()\n\n@"))
    assert result.status == 1, result.out
    assert "wrong_value" in result.out


def test_records_are_those_of_the_command(command, tmp_path):
    result = command("sweep", "losses.py:mse", *SMALL, "--out", "out.jsonl", losses=LOSSES)
    assert result.status == 1
    records = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert {record["loss"] for record in records} == {"mse"}
    assert {record["verdict"] for record in records} == {"silent_broadcast"}


def test_an_interrupt_ends_it(tmp_path):
    (tmp_path / "losses.py").write_text(LOSSES)
    arguments = ["sweep", "losses.py", "--max-rank", "4", "--max-size", "6"]
    running = subprocess.Popen(
        [sys.executable, "-m", "shapefuzz", *arguments],
        cwd=tmp_path,
        stdout=subprocess.DEVNULL,
        env=os.environ,
    )
    time.sleep(4)
    running.send_signal(signal.SIGINT)
    assert running.wait(timeout=20) != 0
