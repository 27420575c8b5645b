# SPDX-License-Identifier: BSD-3-Clause
"""What a sweep takes."""

import json
import os
import pathlib
import subprocess
import tempfile
import time
from dataclasses import dataclass


@dataclass
class Took:
    """What a sweep took of the clock and of the processors."""

    seconds: float
    processor: float
    cases: int


def sweep(shapefuzz: str, arguments: list[str]) -> Took:
    """Runs `shapefuzz sweep`. Its findings are not looked at."""
    with tempfile.TemporaryDirectory() as scratch:
        summary = pathlib.Path(scratch) / "summary.json"
        command = [shapefuzz, "sweep", *arguments, "--summary", str(summary)]
        begin = time.monotonic()
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            _, status, used = os.wait4(process.pid, 0)  # with all its workers
            process.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.monotonic() - begin
        # A part of a sweep does not meet every known cause, and says so.
        if process.returncode not in (0, 1):
            raise SystemExit(f"{' '.join(command)} has failed, exit status {process.returncode}")
        return Took(seconds, used.ru_utime + used.ru_stime, int(json.loads(summary.read_text())["cases"]))
