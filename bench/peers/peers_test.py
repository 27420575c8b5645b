#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Each peer finds a fault that it can find, and nothing in a correct loss.

  bench/peers/peers_test.py LIBRARY RAPIDCHECK"""

import importlib.util
import pathlib
import subprocess
import sys

SKIPPED = 77  # for ctest


def outcomes(*command: str) -> list[str]:
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return [line.split("\t")[3] for line in done.stdout.splitlines()]


def is_right(name: str, of_fault: list[str], of_twin: list[str]) -> bool:
    if (of_fault, of_twin) == (["found"], ["censored"]):
        return True
    print(f"{name}: expected a finding in the faulty loss and none in its twin: {of_fault}, {of_twin}", file=sys.stderr)
    return False


def main() -> int:
    library, rapidcheck = sys.argv[1:]
    if importlib.util.find_spec("hypothesis") is None or importlib.util.find_spec("torch") is None:
        print("peers_test: needs python3-hypothesis and python3-torch", file=sys.stderr)
        return SKIPPED
    here = pathlib.Path(__file__).resolve().parent
    failed = 0
    for name, arguments, faulty in (
        ("hypothesis", ["hypothesis_peer.py", "--cases", "200"], "squared_broadcasts"),
        ("gradcheck", ["gradcheck_peer.py"], "squared_gradient_doubled"),
    ):
        script = [sys.executable, str(here / arguments[0]), library, faulty, "--seeds", "1", *arguments[1:]]
        failed += not is_right(name, outcomes(*script), outcomes(*script, "--twins"))
    hunt = ["1", "200", "20", "squared_broadcasts"]
    failed += not is_right("rapidcheck", outcomes(rapidcheck, *hunt), outcomes(rapidcheck, "--twins", *hunt))
    return min(failed, 1)


if __name__ == "__main__":
    sys.exit(main())
