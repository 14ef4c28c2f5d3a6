"""Files made of an answer whose places have hostile names: nothing in them is markup."""
from __future__ import annotations

import pytest

from locator.settings import Settings
from locator.words.exporting import FORMATS
from tests.doors import TRIP, doors_of
from tests.web.conftest import HOSTILE


@pytest.mark.parametrize("form", FORMATS[1:])
def test_hostile_places_are_text(hostile: Settings, form: str) -> None:
    made = doors_of(hostile).client.post(f"/api/along?format={form}", json=TRIP).data.decode().replace("\r\n ", "")
    assert "window.__fired" in made, "the hostile places are among the stops"
    if form != "ics":                                     # there a < is a letter
        assert not [name for name in HOSTILE if "<" in name and name in made] and "<img" not in made and "<script" not in made
