"""The law as data: complete, dated, checked; and both sides of each day it changes."""
from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from geodata.errors import BadInput
from locator.rules import FIELDS, LAW, RULE_SETS, read_file, read_rules, rules_of

ON = date(2026, 11, 24)


@pytest.mark.parametrize(("rule", "field", "seconds"), [
    ("cn", "drive", 4 * 3600), ("cn", "break_", 20 * 60), ("cn", "day_drive", None),
    ("eu", "drive", 16_200), ("eu", "break_", 2_700), ("eu", "split_first", 900), ("eu", "split_second", 1_800),
    ("eu", "day_drive", 9 * 3600), ("eu", "day_drive_long", 10 * 3600), ("eu", "week_drive", 56 * 3600),
    ("eu", "two_weeks_drive", 90 * 3600), ("eu", "day_rest", 11 * 3600), ("eu", "reduced_rest", 9 * 3600),
    ("eu", "reduced_rests", 3),
    ("us", "day_drive", 11 * 3600), ("us", "duty", 14 * 3600), ("us", "break_", 1_800), ("us", "drive", 8 * 3600),
    ("us", "cycle", 70 * 3600), ("us", "restart", 34 * 3600), ("us", "part_long", 7 * 3600), ("us", "part_short", 2 * 3600),
    ("company", "night_drive", 2 * 3600), ("company", "night_from", 22 * 3600),
])
def test_what_the_law_says(rule: str, field: str, seconds: int | None) -> None:
    assert getattr(read_rules(rule, ON), field) == seconds


@pytest.mark.parametrize("rule", RULE_SETS)
def test_every_value_has_an_article_and_is_used(rule: str) -> None:
    rules = read_rules(rule, ON)
    said = tomllib.loads((LAW / f"{rule}.toml").read_text(encoding="utf-8"))
    assert {field.rstrip("_") for field in rules.values} == set(said) - {"family", "base", "countries"}
    for field, value in rules.values.items():
        assert field in FIELDS and value.source and value.says
        assert value.url.startswith("https://") or value.source == "own rule"


def test_every_field_of_the_rules_is_told_in_the_docs() -> None:
    page = (LAW.parents[1] / "docs" / "rules.md").read_text(encoding="utf-8")
    assert not [field for field in FIELDS if f"`{field.rstrip('_')}`" not in page]


def entry(value: Any, since: date = date(2020, 1, 1), **more: Any) -> dict[str, Any]:
    return {"value": value, "unit": "s", "says": "so long", "since": since, "source": "an article", "url": ""} | more


def rules(**tables: Any) -> dict[str, Any]:
    return {"family": "continuous", "drive": [entry(14_400)], "break": [entry(1_200)]} | tables


@pytest.mark.parametrize(("day", "seconds"), [(date(2021, 5, 31), 14_400), (date(2021, 6, 1), 10_800), (ON, 10_800)])
def test_the_day_of_departure_decides(day: date, seconds: int) -> None:
    said = rules(drive=[entry(14_400), entry(10_800, date(2021, 6, 1))])
    assert rules_of("own", said, day).drive == seconds


@pytest.mark.parametrize(("said", "code", "field"), [
    ({"family": "martian"}, "not_allowed", "rules.family"),
    (rules(drive=[entry("4 h")]), "not_a_number", "rules.drive.value"),
    (rules(drive=[entry(True)]), "not_a_number", "rules.drive.value"),
    (rules(drive=[entry(10**9)]), "out_of_range", "rules.drive.value"),
    (rules(drive=[entry(14_400, date(2027, 1, 1))]), "missing", "rules.drive"),
    (rules(drive=[{"value": 14_400}]), "missing", "rules.drive.unit"),
    (rules(drive=[entry(14_400, colour="red")]), "unknown_field", "rules.drive.colour"),
    (rules(drive=14_400), "bad_file", "rules.drive"),
    (rules(drive=[entry(14_400, date(2021, 1, 1)), entry(14_000)]), "bad_file", "rules.drive"),
    (rules(drive=[entry(14_400, since="2020-01-01")]), "bad_time", "rules.drive.since"),
    (rules(speed=[entry(80)]), "unknown_field", "rules.speed"),
    (rules(night_drive=[entry(7_200)]), "missing", "rules.night_from"),
    (rules(base="cn", drive=[entry(14_401)]), "out_of_range", "rules.drive"),
    (rules(base="cn", **{"break": [entry(1_199)]}), "out_of_range", "rules.break"),
])
def test_a_file_that_will_not_do_says_where(said: dict[str, Any], code: str, field: str) -> None:
    with pytest.raises(BadInput) as refused:
        rules_of("own", said, ON)
    assert (refused.value.code, refused.value.field) == (code, field)


def test_unknown_names_and_days_before_the_law() -> None:
    for name, on, code in (("fr", ON, "not_allowed"), ("cn", date(2004, 4, 30), "missing"), ("us", date(2020, 9, 28), "missing")):
        with pytest.raises(BadInput) as refused:
            read_rules(name, on)
        assert refused.value.code == code
    assert read_rules("cn", date(2004, 5, 1)).drive == 14_400


def test_a_file_of_ones_own(tmp_path: Path) -> None:
    text = (LAW / "company.toml").read_text(encoding="utf-8")
    (tmp_path / "own.toml").write_text(text.replace("14_400", "10_800"), encoding="utf-8")
    assert read_file(tmp_path / "own.toml", ON).drive == 10_800
    (tmp_path / "broken.toml").write_bytes(b"\xff\xfe")
    for name, code in (("none", "file_not_found"), ("broken", "bad_file")):
        with pytest.raises(BadInput) as refused:
            read_file(tmp_path / f"{name}.toml", ON)
        assert refused.value.code == code


def test_seven_days_and_adverse_conditions() -> None:
    us = read_rules("us", ON)
    assert us.in_seven_days().cycle == 60 * 3600
    assert (us.in_adverse_conditions().day_drive, us.in_adverse_conditions().duty) == (13 * 3600, 16 * 3600)
    assert read_rules("cn", ON).in_seven_days().cycle is None
