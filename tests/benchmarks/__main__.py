"""`python -m tests.benchmarks [NAME…]`: every bench_*.py here, or those named; exits 1 when one falls short."""
from __future__ import annotations

import importlib
import sys
from pathlib import Path

from tests.benchmarks.figures import say


def main(names: list[str]) -> int:
    names = names or sorted(file.stem.removeprefix("bench_") for file in Path(__file__).parent.glob("bench_*.py"))
    short = 0
    for name in names:
        say(name)
        for figure in importlib.import_module(f"tests.benchmarks.bench_{name}").figures():
            print(figure, flush=True)
            short += not figure.holds
    say(f"done; {short} fell short" if short else "done")
    return 1 if short else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
