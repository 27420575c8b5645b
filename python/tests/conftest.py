# SPDX-License-Identifier: BSD-3-Clause
import os
import subprocess
import sys

import pytest

pytest_plugins = ["pytester"]


class Result:
    """What a command has said."""

    def __init__(self, done):
        self.status = done.returncode
        self.out = done.stdout
        self.errors = done.stderr


@pytest.fixture
def command(tmp_path):
    """Runs `python3 -m shapefuzz` in a folder of its own, which has the files that are given."""

    def run(*arguments, timeout=100, **files):
        for name, text in files.items():
            (tmp_path / f"{name}.py").write_text(text)
        done = subprocess.run(
            [sys.executable, "-m", "shapefuzz", *arguments],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=timeout,
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
            check=False,
        )
        return Result(done)

    return run
