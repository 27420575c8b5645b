# SPDX-License-Identifier: BSD-3-Clause
"""The pytest plugin: what `@shapefuzz.loss` names in a test module becomes tests, one a property.

It imports neither torch nor shapefuzz before there is such a loss."""

import os
import random
from pathlib import Path
from typing import Any, Iterator, Optional

import pytest

# How many cases a property draws; as the suites in C++.
_PROFILES = {"dev": 200, "ci": 1000, "nightly": 50000}
_BASELINE = "shapefuzz-known.txt"  # beside the tests


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options of the plugin."""
    group = parser.getgroup("shapefuzz", "losses that @shapefuzz.loss names")
    group.addoption(
        "--shapefuzz-profile",
        choices=sorted(_PROFILES),
        default=None,
        help="how many cases a property draws: dev 200, ci 1000, nightly 50000 with a new seed "
        "(default: SHAPEFUZZ_PROFILE, or dev)",
    )
    group.addoption(
        "--shapefuzz-baseline",
        metavar="FILE",
        default=None,
        help=f"what you have decided to live with (default: {_BASELINE} beside the tests)",
    )


def pytest_pycollect_makeitem(collector: Any, name: str, obj: Any) -> Optional[pytest.Collector]:
    """A collector for a loss, and nothing for everything else."""
    declared = getattr(obj, "__dict__", {}).get("__shapefuzz__")
    if declared is None or type(declared).__module__ != "shapefuzz._declare":
        return None
    tests: pytest.Collector = LossTests.from_parent(collector, name=name, loss=obj)
    return tests


class LossTests(pytest.Collector):
    """The tests of one loss."""

    def __init__(self, *, loss: Any, **rest: Any) -> None:
        super().__init__(**rest)
        self.loss = loss

    def collect(self) -> Iterator[pytest.Item]:
        """One test for each property of each entry."""
        from shapefuzz import _engine
        from shapefuzz._declare import declaration_of

        declared = declaration_of(self.loss)
        assert declared is not None
        for entry in declared.entries:
            suffix = "" if entry is declared.entries[0] else f"@{entry.name}"
            for name in _engine.property_names():
                yield PropertyTest.from_parent(
                    self, name=name + suffix, declared=declared, entry=entry.name, property_name=name
                )


class PropertyTest(pytest.Item):
    """One property of one loss."""

    def __init__(self, *, declared: Any, entry: str, property_name: str, **rest: Any) -> None:
        super().__init__(**rest)
        self.declared = declared
        self.entry = entry
        self.property_name = property_name

    def _baseline(self) -> str:
        chosen: Optional[str] = self.config.getoption("--shapefuzz-baseline")
        if chosen is not None:
            return chosen
        beside = Path(self.path).parent / _BASELINE
        return str(beside) if beside.is_file() else ""

    def runtest(self) -> None:
        """Judges the cases in processes of their own."""
        from shapefuzz import _check, _engine, _worker
        from shapefuzz._errors import InputError

        profile = self.config.getoption("--shapefuzz-profile") or os.environ.get("SHAPEFUZZ_PROFILE", "dev")
        if profile not in _PROFILES:
            raise InputError(
                f"SHAPEFUZZ_PROFILE: found '{profile}', expected {', '.join(_PROFILES)}"
            )
        draws = _engine.PropertyDraws(
            entry=self.entry,
            name=self.property_name,
            cases=_PROFILES[profile],
            seed=random.randrange(2**32) if profile == "nightly" else 1,
            baseline=self._baseline(),
        )
        thorough = os.environ.get("SHAPEFUZZ_THOROUGH", "") not in ("", "0")
        file = os.path.relpath(self.path)
        found = _check.judged(
            self.declared,
            file,
            lambda: _engine.check_property(draws, "expand", thorough, _worker.begin),
        )
        _check.demand(self.declared.name, found)

    def repr_failure(self, excinfo: Any, style: Any = None) -> Any:
        """The problem itself: how we came there is nobody's business."""
        if excinfo.errisinstance((AssertionError, ValueError, RuntimeError)):
            return str(excinfo.value)
        return super().repr_failure(excinfo)

    def reportinfo(self) -> Any:
        """Where pytest says that it is."""
        return self.path, None, f"{self.declared.name}: {self.property_name}"
