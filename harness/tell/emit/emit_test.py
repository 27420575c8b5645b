#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Do emitted programs print what `shapefuzz run` prints? In C++ always; in Python too, except
where its own functional and module differ from C++'s.

Usage: emit_test.py DIRECTORY PROGRAMS   (the directory that write_programs wrote; its C++, compiled)
"""
import collections
import math
import os
import re
import subprocess
import sys

NUMBER = re.compile(r"-?(?:\d+\.?\d*(?:e[+-]?\d+)?|nan|inf)")


def sections(text):
    """The lines behind each `== NUMBER ...`."""
    found = {}
    for line in text.splitlines():
        if line.startswith("== "):
            current = found.setdefault(line.split()[1], [])
        elif current is not None:
            current.append(line)
    return found


def same_number(a, b):
    a, b = float(a), float(b)
    if math.isnan(a) or math.isnan(b) or math.isinf(a) or math.isinf(b):
        return str(abs(a)) == str(abs(b))
    return abs(a - b) <= 2e-5 * max(1, abs(a), abs(b))


def same(expected, printed):
    """Equal but for the last digit of a number, and for how a language words a refusal."""
    if expected == printed:
        return True
    if " refused: " in expected and " refused: " in printed:
        return expected.split(" refused: ")[0] == printed.split(" refused: ")[0]
    if NUMBER.sub("#", expected) != NUMBER.sub("#", printed):
        return False
    return all(map(same_number, NUMBER.findall(expected), NUMBER.findall(printed)))


def run_python(directory, numbers):
    """Each program in a process of its own that shares the import of torch."""
    import torch  # noqa: F401

    printed = {}
    for number in numbers:
        reader, writer = os.pipe()
        if os.fork() == 0:
            os.dup2(writer, 1)
            with open(os.path.join(directory, number + ".py")) as program:
                exec(compile(program.read(), number + ".py", "exec"), {"__name__": "__main__"})
            sys.stdout.flush()
            os._exit(0)
        os.close(writer)
        with os.fdopen(reader) as pipe:
            printed[number] = pipe.read().splitlines()
        os.wait()
    return printed


def differences(expected, printed, cases):
    for number, lines in expected.items():
        out = printed.get(number, [])
        if not (len(lines) == len(out) and all(map(same, lines, out))):
            yield *cases[number], lines, out


def varies(verdict, case, lines, out):
    """What is read outside of a tensor or of an empty batch's result is what lay there, and ends
    the process or not; what is expected stays."""
    outside = verdict in ("out_of_bounds", "uninitialized_read")
    empty = re.search(r"\[(?:\d+,)*0[,\]]", case)
    known = [line.rstrip() for line in lines if not line.startswith("actual")]
    return (outside or empty) and known == [line for line in out if not line.startswith("actual")]


def main():
    directory, programs = sys.argv[1:]
    with open(os.path.join(directory, "expected.txt")) as file:
        text = file.read()
    expected = sections(text)
    if not expected:
        print("no baseline for this LibTorch: nothing to compare")
        return 77
    cases = {n: (v, c) for n, v, c in re.findall(r"^== (\d+) (\w+) (.*)$", text, re.M)}
    printed = sections(subprocess.run([programs], stdout=subprocess.PIPE, text=True).stdout)
    failures = 0
    varying = []
    for verdict, case, lines, out in differences(expected, printed, cases):
        if varies(verdict, case, lines, out):
            varying.append(case)
            continue
        failures += 1
        print("C++:", case, "\n ", "\n  ".join(lines), "\n  printed\n ", "\n  ".join(out))
    differ = collections.Counter()
    try:
        for verdict, case, lines, out in differences(expected, run_python(directory, expected), cases):
            if varies(verdict, case, lines, out):
                continue
            way = re.match(r"(\w+)(?:@(\w+))?", case).groups("functional")
            if way[1] in ("functional", "module"):
                differ[way] += 1
                if "-v" in os.environ.get("EMIT_TEST", ""):
                    print("differs:", case, "\n ", "\n  ".join(lines), "\n  printed\n ", "\n  ".join(out))
                continue
            failures += 1
            print("Python:", case, "\n ", "\n  ".join(lines), "\n  printed\n ", "\n  ".join(out))
    except ModuleNotFoundError:
        print("without PyTorch (Debian: python3-torch) only C++ was compared")
    for (loss, entry), count in sorted(differ.items()):
        print(f"Python's {loss}@{entry} differs from C++'s in {count} cases")
    if varying:
        print("another number each time, from outside of a tensor or uninitialised memory:", *varying, sep="\n  ")
    print(f"{len(expected)} programs, {failures} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
