# SPDX-License-Identifier: BSD-3-Clause
"""Hunts of the peers in Python: each in a process of its own, which a faulty loss may end, and with a
cap on its time; a line for each on the standard output."""

import argparse
import dataclasses
import os
import signal
import sys
import time
from collections.abc import Callable
from typing import Any

import torch

from families import loss_of
from promise import Call, Case

operators: Any = vars(torch)["ops"]  # which has no types


class Hunt:
    """What is counted. A case is found only if it has triggered the planted fault."""

    def __init__(self, name: str, peer: str, seed: int, is_planted: bool) -> None:
        self.name, self.peer, self.seed, self.is_planted = name, peer, seed, is_planted
        self.operators: Any = operators.shapefuzz_bench
        self.loss: Call = getattr(self.operators, name)
        self.cases = 0
        self.begun = time.process_time()
        self.found_at: tuple[int, float] | None = None
        self.first_triggered = 0
        self.smallest: Case | None = None
        self.why = "-"
        self.spurious: str | None = None

    def judge(self, case: Case, property_of: Callable[[Case], None]) -> None:
        """Raises what the property raises, but only if it is the fault's doing."""
        if self.found_at is None:
            self.cases += 1
        before = self.operators.triggered()
        try:
            property_of(case)
        except AssertionError as error:
            if self.is_planted and self.operators.triggered() == before:
                self.spurious = self.spurious or f"{case!r}: {error}"
                return
            if self.found_at is None:
                self.found_at = (self.cases, time.process_time() - self.begun)
                self.first_triggered = self.first_triggered or self.cases
            self.smallest, self.why = case, str(error)
            raise
        finally:
            if not self.first_triggered and self.operators.triggered() > before:
                self.first_triggered = self.cases

    def report(self) -> None:
        cases, seconds = self.found_at or (self.cases, time.process_time() - self.begun)
        case = self.smallest
        columns: list[Any] = [
            self.name, self.peer, self.seed, "found" if self.found_at else "censored", cases, f"{seconds:.6f}",
            self.first_triggered, case.size() if case else "-", repr(case) if case else "-", one_line(self.why),
        ]
        print(*columns, sep="\t", flush=True)
        if self.spurious:
            print(f"{self.name}: not the fault's doing: {one_line(self.spurious)}", file=sys.stderr, flush=True)


def one_line(text: str) -> str:
    return " ".join(text.split())[:200]


@dataclasses.dataclass(frozen=True)
class Command:
    losses: list[str]
    seeds: int
    cases: int
    seconds: float  # at most, for a hunt with its shrinking
    twins: bool
    valid_percent: int


def in_child(command: Command, hunt: Callable[[], Hunt], run: Callable[[Hunt], None]) -> None:
    child = os.fork()
    if child:
        _, status = os.waitpid(child, 0)
        if status:
            print(f"a hunt has ended early: {status}", file=sys.stderr, flush=True)
        return
    running = hunt()
    running.operators.plant(not command.twins)

    def give_up(_signal: int, _frame: Any) -> None:
        running.report()
        os._exit(0)

    signal.signal(signal.SIGPROF, give_up)
    signal.setitimer(signal.ITIMER_PROF, command.seconds)
    run(running)
    signal.setitimer(signal.ITIMER_PROF, 0)
    running.report()
    os._exit(0)


def command_of(description: str | None, library_cases: int) -> Command:
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("library", help="libshapefuzz_bench_operators.so")
    parser.add_argument("losses", nargs="+")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--cases", type=int, default=library_cases)
    parser.add_argument("--seconds", type=float, default=30, help="of the processor, after which a hunt ends")
    parser.add_argument("--twins", action="store_true", help="hunt in the correct twins")
    parser.add_argument("--valid-percent", type=int, default=50, help="how many of the cases are valid")
    options = parser.parse_args()
    torch.set_num_threads(1)
    operators.load_library(options.library)
    return Command(options.losses, options.seeds, options.cases, options.seconds, options.twins, options.valid_percent)


def hunt_all(command: Command, peer: str, run: Callable[[Hunt], None]) -> None:
    for name in command.losses:
        loss_of(name)  # it is one
        for seed in range(1, command.seeds + 1):
            in_child(command, lambda: Hunt(name, peer, seed, not command.twins), run)
