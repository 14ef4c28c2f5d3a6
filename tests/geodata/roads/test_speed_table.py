"""The table of speeds: every figure in order, every law with its date and source; a user's changes checked field by field."""
from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from geodata.errors import BadInput
from geodata.roads.speed_table import CEILINGS, MOST_KMH, SETTINGS, STANDARD, changed, read_changes


def test_every_class_and_ceiling_is_in_order() -> None:
    for lorry, lorry_top, van, van_top in STANDARD.classes.values():
        assert 0 < lorry <= lorry_top <= van_top <= MOST_KMH and lorry <= van <= van_top
    for part in CEILINGS:
        assert all(0 < lorry <= van for lorry, van in STANDARD.ceilings[part].values())


@pytest.mark.parametrize("country", sorted(STANDARD.figures["country"]))
def test_every_law_is_dated_and_has_its_source(country: str) -> None:
    rows = STANDARD.figures["country"][country]
    assert set(rows) <= set(SETTINGS) and {"urban", "rural"} <= set(rows)
    for row in rows.values():
        dates = [row[key] for key in ("since", "as_of") if key in row]
        assert len(dates) == 1 and isinstance(dates[0], date) and dates[0] <= date(2026, 11, 24)
        assert len(row["source"]) > 10
    for setting in ("rural", "motorroad", "motorway"):
        row = rows.get(setting, {})
        assert not row.get("lorry_kmh") or not row["kmh"] or row["lorry_kmh"] <= row["kmh"]


@pytest.mark.parametrize(("country", "setting", "kmh", "lorry_kmh"), [
    ("DE", "rural", 100, 60), ("DE", "motorway", None, 80), ("AT", "rural", 100, 70), ("CH", "motorway", 120, 80),
    ("PT", "rural", 90, 80),
    ("PT", "motorway", 120, 90), ("FR", "motorroad", 110, 80), ("ES", "motorway", 120, 90), ("IT", "motorway", 130, 80),
    ("CN", "motorway", 120, 100), ("CN", "rural", 70, None), ("LI", "rural", 80, None)])
def test_the_law_by_country(country: str, setting: str, kmh: float | None, lorry_kmh: float | None) -> None:
    law = STANDARD.law(country, setting)
    assert law is not None and (law.kmh, law.lorry_kmh) == (kmh, lorry_kmh)


def test_where_no_law_is_known() -> None:
    assert STANDARD.law("US", "rural") is None and STANDARD.law(None, "rural") is None and STANDARD.law("LI", "motorway") is None


def _file(folder: Path, text: str | bytes) -> Path:
    file = folder / "own.toml"
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return file


def test_changes_are_laid_over_the_standard_table(tmp_path: Path) -> None:
    said = read_changes(_file(tmp_path, """
        through_signed = 0.8
        [class.primary]
        lorry_kmh = 50
        [surface.woodchips]
        lorry_top_kmh = 5
        van_top_kmh = 8.5
        [zone]
        "zone:15" = 15
        [country.JP.motorway]
        kmh = 100
        lorry_kmh = 90
        since = 2024-04-01
        source = "道路交通法施行令 第二十七条"
    """))
    assert json.loads(json.dumps(said)) == said
    table = changed(said)
    assert table.changes() == {
        "through_signed": 0.8, "class.primary.lorry_kmh": 50, "surface.woodchips.lorry_top_kmh": 5,
        "surface.woodchips.van_top_kmh": 8.5, "zone.zone:15": 15, "country.JP.motorway.kmh": 100,
        "country.JP.motorway.lorry_kmh": 90, "country.JP.motorway.since": "2024-04-01",
        "country.JP.motorway.source": "道路交通法施行令 第二十七条"}
    assert table.classes["primary"] == (50, *STANDARD.classes["primary"][1:]) and list(table.classes) == list(STANDARD.classes)
    assert STANDARD.changes() == {} == changed({}).changes()


@pytest.mark.parametrize(("text", "code", "field"), [
    ("speed = 3", "unknown_field", "speeds.speed"), ("[class.lane]\nlorry_kmh = 3", "unknown_field", "speeds.class.lane"),
    ("[class.primary]\nlory_kmh = 3", "unknown_field", "speeds.class.primary.lory_kmh"),
    ("[class.primary]\nlorry_kmh = 'x'", "not_a_number", "speeds.class.primary.lorry_kmh"),
    ("[class.primary]\nlorry_kmh = true", "not_a_number", "speeds.class.primary.lorry_kmh"),
    ("[class.primary]\nlorry_kmh = nan", "out_of_range", "speeds.class.primary.lorry_kmh"),
    ("[class.primary]\nlorry_kmh = 0", "out_of_range", "speeds.class.primary.lorry_kmh"),
    ("[class.primary]\nlorry_top_kmh = 201", "out_of_range", "speeds.class.primary.lorry_top_kmh"),
    ("[class.primary]\nlorry_kmh = 71", "out_of_range", "speeds.class.primary.lorry_kmh"),
    ("[class]\nprimary = 3", "not_allowed", "speeds.class.primary"), ("class = 3", "not_allowed", "speeds.class"),
    ("[class.primary.lorry_kmh]\na = 3", "not_allowed", "speeds.class.primary.lorry_kmh.a"),
    ("through_signed = 1.1", "out_of_range", "speeds.through_signed"),
    ("[turn]\nfar_side_s = 31", "out_of_range", "speeds.turn.far_side_s"), ("turn = 3", "not_allowed", "speeds.turn"),
    ("[turn]\nleft_s = 3", "unknown_field", "speeds.turn.left_s"),
    ("[turn.far_side_s]\na = 3", "not_allowed", "speeds.turn.far_side_s.a"),
    ("through_signed = {a = 1}", "not_allowed", "speeds.through_signed.a"),
    ("[surface.bark]\nlorry_top_kmh = 3", "missing", "speeds.surface.bark.van_top_kmh"),
    ("[surface.bark]\nspeed = 3", "unknown_field", "speeds.surface.bark.speed"),
    ("[narrow.two]\nlorry_top_kmh = 3", "unknown_field", "speeds.narrow.two"),
    ("[zone.a]\nb = 3", "not_allowed", "speeds.zone.a.b"), ("zone.a = -3", "out_of_range", "speeds.zone.a"),
    ("[country.jp.rural]\nkmh = 3", "not_allowed", "speeds.country.jp"),
    ("[country.JP.wood]\nkmh = 3", "unknown_field", "speeds.country.JP.wood"),
    ("[country.JP.rural]\nlorry_kmh = 60", "missing", "speeds.country.JP.rural.kmh"),
    ("[country.JP.rural]\nkmh = 'x'", "not_a_number", "speeds.country.JP.rural.kmh"),
    ("class", "bad_file", "speeds"), (b"\xff", "bad_file", "speeds"), ("a." * 900 + "a = 1", "unknown_field", "speeds.a"),
    ("a = " + "[" * 50_000, "bad_file", "speeds"), (b"#" * 100_001, "too_large", "speeds"),
], ids=lambda value: str(value)[:40])
def test_a_wrong_change_is_refused_with_its_field(tmp_path: Path, text: str | bytes, code: str, field: str) -> None:
    with pytest.raises(BadInput) as wrong:
        read_changes(_file(tmp_path, text))
    assert (wrong.value.code, wrong.value.field) == (code, field)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as wrong:
        read_changes(tmp_path / "none.toml")
    assert (wrong.value.code, wrong.value.field) == ("file_not_found", "speeds")


DOC = (Path(__file__).parents[3] / "docs/roads.md").read_text(encoding="utf-8")


def _rows(first: str, columns: int) -> dict[str, list[str]]:
    """The rows of the page's table whose head begins so."""
    lines = DOC[DOC.index(f"| {first} |"):].split("\n\n")[0].splitlines()[2:]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return {row[0]: row[1:columns + 1] for row in cells}


def test_the_page_tells_the_figures_of_the_file() -> None:
    told = {name.split(" ")[0]: tuple(map(float, row)) for name, row in _rows("class", 4).items()}
    assert told == {name: tuple(map(float, row)) for name, row in STANDARD.classes.items()}

    def law(country: str, setting: str) -> str:
        found = STANDARD.law(country, setting)
        if found is None:
            return "–"
        kmh = f"{found.kmh:g}" if found.kmh else "none"
        return f"{kmh} / {found.lorry_kmh}" if found.lorry_kmh else kmh

    told_law = {country: [law(country, setting) for setting in SETTINGS] for country in STANDARD.figures["country"]}
    assert _rows("country", 5) == told_law


def test_the_pages_own_table_is_one(tmp_path: Path) -> None:
    shown = DOC[DOC.index("```toml") + 7:]
    assert len(changed(read_changes(_file(tmp_path, shown[:shown.index("```")]))).changes()) == 8
