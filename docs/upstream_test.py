#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Do the programs of docs/upstream print what the reports say, in PyTorch 2.14, and are the reports
short? A program in C++ has to be one of findings.md, which a test of its own runs.

Usage: upstream_test.py [--write]   (--write: pastes what they print into the reports)
Exit status 77 without PyTorch 2.14: nothing to run.
"""
import glob
import os
import re
import signal
import subprocess
import sys

RELEASE = "2.14"
MOST_LINES = 60
MOST_LINES_OF_CODE = 12
HERE = os.path.dirname(os.path.abspath(__file__))
FINDING = re.compile(r"```cpp\n((?:(?!```).)*)```\n\n```text\n((?:(?!```).)*)```\n", re.S)
PROGRAM = re.compile(r"```(python|cpp)\n(.*?)```\n\nIt prints:\n\n```text\n(.*?)```\n", re.S)


def output_of(program):
    """What it prints and, if it does not end in good order, of what it died."""
    run = subprocess.run([sys.executable, "-W", "ignore", "-"], input=program, text=True, timeout=120,
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    if run.returncode < 0:
        return run.stdout + signal.strsignal(-run.returncode) + "\n"
    if run.returncode > 0:
        return run.stdout + run.stderr.strip().splitlines()[-1] + "\n"
    return run.stdout


def check(path, findings, write):
    """What is wrong with a report, a line each."""
    name = os.path.basename(path)
    with open(path, encoding="utf-8") as file:
        text = file.read()
    if text.count("\n") >= MOST_LINES:
        yield f"{name}: {text.count(chr(10))} lines, expected fewer than {MOST_LINES}"
    found = PROGRAM.search(text)
    if not found:
        yield f"{name}: no program with what it prints"
        return
    language, program, pasted = found.groups()
    if language == "cpp":
        output = findings.get(program)
        if output is None:
            yield f"{name}: the program is not one of findings.md"
            return
    else:
        count = sum(1 for line in program.splitlines() if line.strip())
        if count > MOST_LINES_OF_CODE:
            yield f"{name}: {count} lines of code, expected at most {MOST_LINES_OF_CODE}"
        output = output_of(program)
    if output == pasted:
        return
    if not write:
        yield f"{name} says:\n{pasted}and the program prints:\n{output}"
        return
    with open(path + ".new", "w", encoding="utf-8") as file:
        file.write(text[:found.start(3)] + output + text[found.end(3):])
    os.rename(path + ".new", path)


def main():
    if sys.argv[1:] not in ([], ["--write"]):
        print(__doc__, file=sys.stderr)
        return 2
    try:
        import torch
    except ModuleNotFoundError:
        print("no PyTorch (Debian: python3-torch): nothing to run")
        return 77
    if not torch.__version__.startswith(RELEASE + "."):
        print(f"PyTorch is {torch.__version__}, the reports are of {RELEASE}: nothing to run")
        return 77
    with open(os.path.join(HERE, "findings.md"), encoding="utf-8") as file:
        findings = dict(FINDING.findall(file.read()))
    reports = sorted(glob.glob(os.path.join(HERE, "upstream", "[0-9]*.md")))
    failures = [line for path in reports for line in check(path, findings, sys.argv[1:] == ["--write"])]
    print(*failures, sep="\n")
    print(f"{len(reports)} reports, {len(failures)} failures")
    return 1 if failures or not reports else 0


if __name__ == "__main__":
    sys.exit(main())
