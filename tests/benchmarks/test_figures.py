"""A bench must be able to fail."""
from __future__ import annotations

import sys
from types import ModuleType

import pytest

from tests.benchmarks.__main__ import main
from tests.benchmarks.figures import Figure


@pytest.mark.parametrize(("value", "asked", "holds"), [
    (5, "<=5", True), (5.01, "<=5", False), (5, ">=5", True), (4.99, ">=5", False), (0, "==0", True), (1, "==0", False),
    (float("nan"), "<=5", False),
])
def test_a_figure_holds_or_falls_short(value, asked, holds):
    assert Figure("x", value, "ms", asked).holds is holds


def test_one_figure_that_falls_short_fails_the_run(monkeypatch, capsys):
    bench = ModuleType("tests.benchmarks.bench_drawn")
    bench.figures = lambda: iter([Figure("good", 1, "ms", "<=2"), Figure("bad", 3, "ms", "<=2")])
    monkeypatch.setitem(sys.modules, bench.__name__, bench)
    assert main(["drawn"]) == 1
    assert capsys.readouterr().out.splitlines() == ["good 1 ms <=2", "bad 3 ms <=2  FELL SHORT"]
