"""Compiling beforehand: each question is truly put, and answered."""
from __future__ import annotations

from collections.abc import Callable

import pytest

from locator.warming import steps, warm_up


@pytest.mark.parametrize("step", steps(), ids=lambda step: str(step.__name__))
def test_every_question_is_answered(step: Callable[[], None]) -> None:
    step()


def test_warming_again_changes_nothing() -> None:
    warm_up()
    warm_up()
