# SPDX-License-Identifier: BSD-3-Clause
"""The pytest plugin."""

import importlib.util
import os
import subprocess
import sys

import pytest

TESTS = '''
import shapefuzz

CONTRACT = "(output: real[*S], target: real[*S]) -> mean[*S]"

@shapefuzz.loss(CONTRACT, entries={"again": lambda output, target: right(output, target)})
def right(output, target):
    if output.shape != target.shape:
        raise ValueError("the shapes differ")
    return ((output - target) ** 2).mean()

@shapefuzz.loss(CONTRACT)
def mse(output, target):
    return ((output - target) ** 2).mean()

def test_other():
    pass
'''


@pytest.fixture
def run(tmp_path):
    """pytest as a user has it, whether the plugin was installed or not."""
    installed = importlib.util.find_spec("shapefuzz").origin.find("site-packages") >= 0
    plugin = [] if installed else ["-p", "pytest_shapefuzz"]

    def run(*arguments, tests=TESTS):
        (tmp_path / "test_losses.py").write_text(tests)
        return subprocess.run(
            [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *plugin, *arguments],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=200,
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
            check=False,
        )

    return run


def test_makes_tests_of_losses(run):
    done = run("-q", "test_losses.py")
    assert "1 failed, 12 passed" in done.stdout
    assert "test_losses.py::mse::AMistakenShapeIsRefusedOrEqualsTheExpandedCall" in done.stdout
    assert "replay    python3 -m shapefuzz run test_losses.py 'mse(output=f64[" in done.stdout
    assert "Traceback" not in done.stdout
    assert "_check.py" not in done.stdout


def test_shards_as_pytest_does(run):
    pytest.importorskip("xdist")
    done = run("-q", "-n", "2", "test_losses.py")
    assert "1 failed, 12 passed" in done.stdout, done.stdout


def test_keeps_to_a_baseline_beside_the_tests(run, tmp_path):
    (tmp_path / "test_losses.py").write_text(TESTS)
    subprocess.run(
        [sys.executable, "-m", "shapefuzz", "sweep", "test_losses.py"]
        + ["--max-rank", "2", "--max-size", "2", "--write-baseline", "shapefuzz-known.txt"],
        cwd=tmp_path,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    assert run("-q", "test_losses.py").returncode == 0
    worse = TESTS.replace(".mean()\n\n@", ".sum()\n\n@")
    done = run("-q", "test_losses.py", tests=worse)
    assert done.returncode == 1
    assert "wrong_value" in done.stdout


def test_has_profiles(run):
    done = run("-q", "--shapefuzz-profile=ci", "test_losses.py", "-k", "right and Valid")
    assert "3 passed" in done.stdout
    done = run("-q", "--shapefuzz-profile=often", "test_losses.py")
    assert done.returncode != 0
    assert "invalid choice: 'often'" in done.stderr


def test_imports_no_torch_where_there_is_no_loss(run):
    tests = "import sys\ndef test_nothing():\n    assert 'torch' not in sys.modules\n"
    assert run("-q", "test_losses.py", tests=tests).returncode == 0
