#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Do emitted programs print the numbers that `shapefuzz run` prints, and are they short? In C++
always; in Python too, except where its own functional and module differ from C++'s.

Usage: emit_test.py DIRECTORY PROGRAMS   (the directory that write_programs wrote; its C++, compiled)
"""
import collections
import math
import os
import re
import subprocess
import sys

NUMBER = re.compile(r"-?(?:\d+\.?\d*(?:e[+-]?\d+)?|nan|inf)")
NAME = re.compile(r"(?:expected|actual)(?: gradient of \w+)?")
MOST_LINES = 12  # of code: no longer than a report that somebody would write by hand


def sections(text):
    """The text behind each `== NUMBER ...`."""
    found = {}
    for line in text.splitlines():
        if line.startswith("== "):
            current = found.setdefault(line.split()[1], [])
        elif current is not None:
            current.append(line)
    return {number: "\n".join(lines) for number, lines in found.items()}


def numbers_of(text):
    """The elements in what stands behind a name. C++ prints a tensor's rows, perhaps with a factor
    or in blocks of columns, and behind them what it is; Python prints lists."""
    if text.lstrip().startswith("refused") or "refused: " in text:
        return "refused"
    text = re.sub(r"\[ CPU\w+\{.*\} ?\]", "", text)
    text = re.sub(r"^\[[\d, ]*\]: ?", "", text.strip())  # the sizes, of `shapefuzz run`
    text = re.sub(r"^\(.*\) = ?$", "", text, flags=re.M)  # which matrix
    blocks = re.search(r"^ ?Columns", text, flags=re.M)
    text = re.sub(r"^ ?Columns.*$", "", text, flags=re.M)
    factor = 1.0
    scaled = re.search(r"^ ?(\S+) +\*$", text, flags=re.M)
    if scaled:
        factor = float(scaled[1])
        text = text.replace(scaled[0], "")
    numbers = [factor * float(number) for number in NUMBER.findall(text)]
    return sorted(numbers) if blocks else numbers


def lines_of(text):
    """What stands behind each name, until something is refused; that, wherever it is printed."""
    marks = list(NAME.finditer(text))
    marks = [mark for mark in marks if mark.start() == 0 or text[mark.start() - 1] == "\n"]
    found = []
    for mark, following in zip(marks, marks[1:] + [None]):
        value = text[mark.end():following.start() if following else len(text)]
        value, *refused = re.split(r"^refused: ", value, flags=re.M)
        unfinished = refused and not value.strip()  # the name alone had been printed
        found.append((mark[0], "refused" if unfinished else numbers_of(value)))
        if refused and not unfinished:
            found.append(("refused", "refused"))
        if found[-1][1] == "refused":
            break
    if not marks and text.startswith("refused: "):
        found.append(("refused", "refused"))
    return found


def same_number(a, b, digits, largest):
    if math.isnan(a) or math.isnan(b) or math.isinf(a) or math.isinf(b):
        return str(abs(a)) == str(abs(b))
    return abs(a - b) <= digits * max(1, largest)


def same_numbers(ours, theirs, digits):
    if len(ours) != len(theirs):
        return False
    largest = max((abs(number) for number in ours if math.isfinite(number)), default=1)
    return all(same_number(a, b, digits, largest) for a, b in zip(ours, theirs))


def same_lines(expected, printed, digits):
    if len(expected) != len(printed):
        return False
    for (name, ours), (other, theirs) in zip(expected, printed):
        if ours == "refused" or theirs == "refused":
            if ours != theirs:
                return False
            continue
        # Blocks of columns come sorted, since they are in another order.
        if name != other or not (same_numbers(ours, theirs, digits) or same_numbers(sorted(ours), theirs, digits)):
            return False
    return True


def same(expected, printed, digits):
    return same_lines(lines_of(expected), lines_of(printed), digits)


def run_python(directory, numbers):
    """Each program in a process of its own that shares the import of torch."""
    import torch  # noqa: F401

    printed = {}
    for number in numbers:
        reader, writer = os.pipe()
        if os.fork() == 0:
            os.dup2(writer, 1)
            with open(os.path.join(directory, number + ".py")) as program:
                text = program.read()
            try:
                exec(compile(text, number + ".py", "exec"), {"__name__": "__main__"})
            except Exception as error:
                print("refused: " + str(error).split("\n")[0])
            sys.stdout.flush()
            os._exit(0)
        os.close(writer)
        with os.fdopen(reader) as pipe:
            printed[number] = pipe.read()
        os.wait()
    return printed


def differences(expected, printed, cases, digits):
    for number, text in expected.items():
        out = printed.get(number, "")
        if not same(text, out, digits):
            yield *cases[number], text, out


def varies(verdict, case, text, out):
    """What is read outside of a tensor or of an empty batch's result is what lay there, and ends
    the process or not; what is expected stays."""
    outside = verdict in ("out_of_bounds", "uninitialized_read", "crash", "timed_out")
    empty = re.search(r"\[(?:\d+,)*0[,\]]", case)
    known = [line for line in lines_of(text) if not line[0].startswith("actual")]
    printed = [line for line in lines_of(out) if line[0].startswith("expected")]
    return (outside or empty) and same_lines(known, printed, 1e-3)


def code_lines(text, comment):
    """Those that are neither empty nor a comment."""
    lines = [line.strip() for line in text.splitlines()]
    return [line for line in lines if line and not line.startswith(comment)]


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
    four_digits = 1e-3  # of a tensor that C++ prints
    for verdict, case, ours, out in differences(expected, printed, cases, four_digits):
        if varies(verdict, case, ours, out):
            varying.append(case)
            continue
        failures += 1
        print("C++:", case, "\n", ours, "\n  printed\n", out)
    for number in expected:
        with open(os.path.join(directory, number + ".py")) as file:
            count = len(code_lines(file.read(), "#"))
        if count > MOST_LINES:
            failures += 1
            print("Python:", cases[number][1], "has", count, "lines")
    differ = collections.Counter()
    try:
        six_digits = 2e-5
        for verdict, case, ours, out in differences(expected, run_python(directory, expected), cases, six_digits):
            if varies(verdict, case, ours, out):
                continue
            way = re.match(r"(\w+)(?:@(\w+))?", case).groups("functional")
            if way[1] in ("functional", "module"):
                differ[way] += 1
                if "-v" in os.environ.get("EMIT_TEST", ""):
                    print("differs:", case, "\n", ours, "\n  printed\n", out)
                continue
            failures += 1
            print("Python:", case, "\n", ours, "\n  printed\n", out)
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
