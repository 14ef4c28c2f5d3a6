"""Tables stand straight in a terminal, whatever script fills them, and cannot steer it."""
from __future__ import annotations

import pytest

from locator.cli.caller import Caller
from locator.cli.tables import clock, cut, duration, km, plain, table, width


@pytest.mark.parametrize(("text", "columns"), [
    ("abc", 3), ("湖塘", 4), ("湖塘 G42", 8), ("é", 1), ("e\u0301", 1), ("ｱ", 1), ("Ａ", 2), ("", 0),
    ("a\u200db", 2),
])
def test_width_counts_terminal_columns(text: str, columns: int) -> None:
    assert width(text) == columns


def test_columns_line_up_for_chinese_and_latin() -> None:
    lines = table(["名称", "km"], [["湖塘镇", "1.5"], ["Yaoguan", "12.25"]], right="-r")
    assert {width(line) for line in lines} == {7 + 2 + 5}
    assert lines[2] == "湖塘镇     1.5".replace("     ", " " * (1 + 2 + 2))
    assert lines[3] == "Yaoguan  12.25"


def test_a_column_nobody_fills_is_left_out_and_unknown_is_a_dash() -> None:
    lines = table(["a", "b", "c"], [["1", None, None], ["2", "", "x"]])
    assert lines[0].split() == ["a", "c"]
    assert lines[2].split() == ["1", "—"]


def test_long_cells_are_cut_by_columns() -> None:
    assert cut("一二三四五", 6) == "一二…" and width(cut("一二三四五", 6)) <= 6
    assert cut("abcdef", 6) == "abcdef"
    assert cut("一" * 500_000, 6) == "一一…"           # at once: a long name must not keep anybody waiting


def test_a_name_cannot_send_escape_sequences() -> None:
    assert "\x1b" not in plain("x\x1b[2Jy\nz\u202e") and "\n" not in plain("a\nb")
    assert all(char.isprintable() for char in "".join(table(["n"], [["\x1b]0;pwned\x07"]])))


@pytest.mark.parametrize(("metres", "text"), [
    (0, "0 m"), (999.4, "999 m"), (999.6, "1.0 km"), (12_345, "12.3 km"), (None, None),
])
def test_kilometres(metres: float | None, text: str | None) -> None:
    assert km(metres) == text


@pytest.mark.parametrize(("seconds", "zh", "en"), [
    (0.4, "0秒", "0 s"), (59.4, "59秒", "59 s"), (59.6, "1分00秒", "1 min 00 s"),
    (151, "2分31秒", "2 min 31 s"), (600, "10分钟", "10 min"), (3_569, "59分钟", "59 min"), (3_570, "1小时00分", "1 h 00 min"),
    (7_380, "2小时03分", "2 h 03 min"), (None, None, None),
])
def test_durations(seconds: float | None, zh: str | None, en: str | None) -> None:
    assert (duration(Caller("zh"), seconds), duration(Caller("en"), seconds)) == (zh, en)


def test_the_clock_shows_the_day_only_when_it_differs() -> None:
    assert clock("2026-11-23T08:05:30+08:00", since="2026-11-23T07:00:00+08:00") == "08:05"
    assert clock("2026-11-24T00:05:00+08:00", since="2026-11-23T23:00:00+08:00") == "11-24 00:05"
    assert clock(None) is None
