# SPDX-License-Identifier: BSD-3-Clause
"""The losses of examples/python_loss: the right forms pass, the wrong ones are found."""

import os
import pathlib
import shlex
import shutil
import subprocess
import sys

import pytest

EXAMPLES = pathlib.Path(__file__).parents[2] / "examples" / "python_loss"
FOUND = {
    "focal": "forgot_unsqueeze",
    "dice": "lets through",
    "ntxent": "longer_batch",
    "quantile": "lets through",
    "q_learning": "pairs every sample of q and action",
}
# Under a thousand cases.
FEW = ["--max-rank", "2", "--max-size", "3"]


@pytest.fixture
def run(tmp_path):
    """A command in a copy of the examples."""
    folder = tmp_path / "python_loss"
    shutil.copytree(EXAMPLES, folder, ignore=shutil.ignore_patterns("__pycache__"))

    def run(*arguments):
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=300,
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
            check=False,
        )

    return run


@pytest.mark.parametrize("name", FOUND)
def test_the_right_form_passes(run, name):
    done = run("-m", "shapefuzz", "sweep", f"{name}.py:{name}")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "unexplained: 0" in done.stdout


@pytest.mark.parametrize(("name", "text"), FOUND.items())
def test_the_wrong_form_is_found_in_few_cases(run, name, text):
    done = run("-m", "shapefuzz", "sweep", f"{name}.py:{name}_broadcasting", *FEW)
    assert done.returncode == 1, done.stdout + done.stderr
    assert text in done.stdout
    cases = int(done.stdout.split(" cases,")[0].split()[-1].replace(",", ""))
    assert cases <= 1000


def test_the_silent_regression_is_stopped(tmp_path):
    program = EXAMPLES.parent / "silent_regression" / "regression.py"
    done = subprocess.run(
        [sys.executable, str(program)], cwd=tmp_path, capture_output=True, text=True, timeout=100, check=True
    )
    wrong, *guarded, right = done.stdout.splitlines()
    assert float(wrong.split("R2 ")[1]) < 0.2
    assert guarded[0].startswith("guarded: mse: target is [64] where [64, 1] is demanded")
    assert float(right.split("R2 ")[1]) > 0.99
    assert (tmp_path / "losses.svg").read_text().count("<polyline") == 2


def test_the_commands_of_the_readme_do_what_it_says(run):
    commands = [
        shlex.split(line)[1:]
        for line in (EXAMPLES / "README.md").read_text().splitlines()
        if line.startswith("    python3 ")
    ]
    assert len(commands) == 4
    for command in commands:
        plugin = ["-p", "pytest_shapefuzz", "-p", "no:cacheprovider"] if "pytest" in command else []
        done = run(*command, *plugin)
        expected = 1 if {"sweep", "run"} & set(command) else 0
        assert done.returncode == expected, done.stdout + done.stderr
