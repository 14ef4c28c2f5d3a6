"""The table of tags in docs/roads.md is the one the tests give."""
from __future__ import annotations

from pathlib import Path

from tests.tags import BEGIN, END, PAGE, marks, table, tagged, with_table


def test_the_table_of_tags_is_what_the_tests_say() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert text.count(BEGIN) == text.count(END) == 1
    assert with_table(text) == text, "run: python -m tests.tags"


def test_the_tags_every_lorry_meets_have_a_test() -> None:
    keys = {tag.partition("=")[0] for tag in tagged()}
    assert {"access", "vehicle", "motor_vehicle", "hgv", "goods", "oneway", "barrier", "maxheight", "maxweight", "restriction",
            "restriction:hgv", "except", "junction", "route", "construction"} <= keys


def test_marks_are_read_without_running(tmp_path: Path) -> None:
    file = tmp_path / "test_x.py"
    file.write_text('import pytest\n\n\n@pytest.mark.tags("hgv=no", "hgv=yes")\ndef test_it() -> None:\n    raise SystemExit\n')
    assert list(marks(file)) == [("hgv=no", "test_it"), ("hgv=yes", "test_it")]
    assert table().startswith("| key | values | tests |")
