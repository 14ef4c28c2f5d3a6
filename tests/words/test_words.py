"""Both languages say the same things, and every code has words."""
from __future__ import annotations

import re
from pathlib import Path

import pytest

from geodata.errors import CODES, LocatorError
from locator.words import LANGS, best_lang, words

PLACES = re.compile(r"%\((\w+)\)s")
FOLDER = Path(__file__).parents[2] / "locator" / "words"


def test_both_languages_have_the_same_keys() -> None:
    zh, en = words("zh").table, words("en").table
    assert set(zh) == set(en)
    assert all(text.strip() for text in [*zh.values(), *en.values()])


def test_no_key_stands_twice_in_a_file() -> None:
    for lang in LANGS:
        keys = re.findall(r'^msgid "(.+)"$', (FOLDER / f"{lang}.po").read_text(encoding="utf-8"), re.MULTILINE)
        assert len(keys) == len(set(keys)), sorted(key for key in keys if keys.count(key) > 1)


def test_a_sentence_names_the_same_values_in_both_languages() -> None:
    zh, en = words("zh").table, words("en").table
    differing = {key for key in zh if set(PLACES.findall(zh[key])) != set(PLACES.findall(en[key]))}
    assert not differing


@pytest.mark.parametrize("lang", LANGS)
def test_every_sentence_can_be_filled_in(lang: str) -> None:
    for key, text in words(lang).table.items():
        filled = words(lang).text(key, **dict.fromkeys(PLACES.findall(text), "§"))
        assert "%(" not in filled and filled.count("§") == len(PLACES.findall(text)), key


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("lang", LANGS)
def test_every_error_has_words_naming_only_what_it_carries(lang: str, code: str) -> None:
    sentence = words(lang).table[f"error.{code}"]
    assert set(PLACES.findall(sentence)) <= {"field", "value", *CODES[code][1]}


def test_every_kind_service_and_column_has_a_name() -> None:
    assert words("zh").text("kind.drivers_home") == "司机之家" and words("en").text("service.shower") == "Shower"
    assert words("en").text("column.lorry_bays") == "Lorry bays"


def test_the_words_of_an_error_and_no_more_than_its_start() -> None:
    error = LocatorError("unknown_place", field="from", value="湖" * 500, suggestions="湖塘、湖滨路")
    said = words("zh").error(error)
    assert "湖塘、湖滨路" in said and len(said) < 150
    assert words("en").error(LocatorError("unknown_place", value="x")).endswith("Similar names: —.")


def test_suggestions_are_listed_as_the_language_lists_or_left_out_where_there_are_none() -> None:
    several, none = (LocatorError("unknown_place", value="x", suggestions=names) for names in (["A", "B"], []))
    assert "A、B" in words("zh").error(several) and "A, B" in words("en").error(several)
    assert "—" not in words("zh").error(none) and "—" not in words("en").error(none)


def test_a_percent_sign_in_a_value_is_only_text() -> None:
    assert "50%(d)s" in words("en").text("error.unknown_page", value="50%(d)s")


def test_an_unknown_key_is_our_fault() -> None:
    with pytest.raises(KeyError):
        words("zh").text("error.no_such_code")


@pytest.mark.parametrize(("tags", "lang"), [
    (["en-GB"], "en"), (["zh-Hans-CN"], "zh"), (["fr", "en"], "en"), (["de"], "zh"), ([], "zh"), (["*", "../x"], "zh"),
])
def test_the_language_is_the_first_we_speak(tags: list[str], lang: str) -> None:
    assert best_lang(tags) == lang
