"""Opening hours at a moment: open, closed, and honestly unknown."""
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.errors import BadInput
from geodata.hours import MAX_LENGTH, is_open, next_change, valid

WUJIN = ZoneInfo("Asia/Shanghai")
MONDAY_10 = datetime(2026, 11, 23, 10, 0, tzinfo=WUJIN)


def at(hour, minute=0, *, day=23):
    return datetime(2026, 11, day, hour, minute, tzinfo=WUJIN)


@pytest.mark.parametrize(("text", "moment", "answer"), [
    ("24/7", at(3), True),
    ("06:00-22:00", at(5, 59), False),
    ("06:00-22:00", at(6, 0), True),
    ("06:00-22:00", at(21, 59), True),
    ("06:00-22:00", at(22, 0), False),
    ("22:00-06:00", at(2), True),                                # over midnight
    ("Mo-Fr 08:00-17:00", at(10, day=22), False),                # a Sunday
    ("08:00-12:00,14:00-17:00", at(13), False),
    ("off", at(10), False),
    ("unknown", at(10), None),
    ("Mo-Fr 08:00-17:00 unknown", at(10), None),
    ("Mo-Fr 08:00-17:00 unknown", at(18), False),
    ("rubbish", at(10), None),
    ("", at(10), None),
    (None, at(10), None),
    (float("nan"), at(10), None),
    ("24/7" + " " * MAX_LENGTH, at(10), None),
])
def test_open_closed_or_unknown(text, moment, answer):
    assert is_open(text, moment) is answer


def test_the_clock_is_the_one_of_the_given_zone():
    assert is_open("09:00-11:00", MONDAY_10) is True
    assert is_open("09:00-11:00", MONDAY_10.astimezone(UTC)) is False        # 02:00 there
    assert is_open("09:00-11:00", MONDAY_10.astimezone(timezone(timedelta(hours=8)))) is True


def test_a_naive_moment_is_refused():
    with pytest.raises(BadInput, match="bad_time"):
        is_open("24/7", datetime(2026, 11, 23, 10))


@pytest.mark.parametrize(("text", "country", "answer"), [
    ("Mo-Fr 08:00-17:00; PH off", "CN", None),         # it may be a holiday: nobody here knows
    ("Mo-Fr 08:00-17:00; PH off", None, None),
    ("Mo-Fr 08:00-17:00; PH off", "XX", None),
    ("Mo-Fr 08:00-17:00; PH off", "FR", True),         # a calendar is known, and it is an ordinary Monday
    ("Mo-Fr 08:00-17:00; PH off", "fr", True),
    ("Mo-Fr 08:00-17:00; PH 09:00-12:00", "CN", True),  # open at ten on either kind of day
    ("Mo-Fr 08:00-17:00; SH off", "FR", None),         # school holidays are known nowhere
])
def test_a_holiday_nobody_knows_of_makes_the_answer_unknown(text, country, answer):
    assert is_open(text, MONDAY_10, country=country) is answer


def test_a_known_public_holiday_closes():
    christmas = datetime(2026, 12, 25, 10, tzinfo=ZoneInfo("Europe/Paris"))
    assert is_open("Mo-Fr 08:00-17:00; PH off", christmas, country="FR") is False


def test_sun_hours_need_a_place():
    assert is_open("sunrise-sunset", MONDAY_10) is None
    assert is_open("sunrise-sunset", MONDAY_10, lonlat=(119.95, 31.72)) is True
    assert is_open("sunrise-sunset", at(6, 20), lonlat=(119.95, 31.72)) is False      # the sun rises at 06:35
    assert is_open("sunrise-sunset", at(6, 50), lonlat=(119.95, 31.72)) is True
    assert is_open("sunrise-sunset", MONDAY_10, lonlat=(31.72, 119.95)) is None       # no such latitude


def test_the_next_change_is_told_in_the_same_zone():
    assert next_change("06:00-22:00", MONDAY_10) == at(22)
    assert next_change("24/7", MONDAY_10) is None
    assert next_change("rubbish", MONDAY_10) is None
    assert next_change(None, MONDAY_10) is None
    assert next_change("2099 10:00-12:00", MONDAY_10) is None            # beyond a year


@pytest.mark.parametrize(("text", "good"), [
    ("24/7", True), ("Mo-Su 06:00-22:00", True), ("8am to 5pm", False), ("全天", False), ("", False),
    (None, False),
])
def test_valid(text, good):
    assert valid(text) is good


@given(st.text(max_size=60))
def test_no_text_breaks_it(text):
    assert is_open(text, MONDAY_10, lonlat=(119.95, 31.72)) in (True, False, None)
    next_change(text, MONDAY_10)
