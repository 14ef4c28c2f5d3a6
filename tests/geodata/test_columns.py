"""The column tables hold together, and services survive their cell."""
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.columns import (
    ACCURACY,
    EVENTS,
    GRID_CELLS,
    KINDS,
    NAMES,
    NAVIGABLE,
    PLACES,
    SERVICES,
    TABLES,
    Service,
    services_of,
    services_text,
)
from geodata.errors import BadInput

HOURS_OR_NONE = st.none() | st.text(max_size=20)
SOME_SERVICE = st.builds(Service, st.sampled_from(list(SERVICES)), HOURS_OR_NONE, HOURS_OR_NONE,
                         st.none() | st.booleans(), HOURS_OR_NONE)


def test_every_kind_of_place_has_the_same_columns_and_its_own_kind():
    assert list(PLACES) == list(KINDS)
    names = {tuple(column.name for column in table) for table in PLACES.values()}
    assert len(names) == 1
    for kind, table in PLACES.items():
        assert next(column for column in table if column.name == "kind").allowed == (kind,)


def test_a_table_for_places_of_any_kind_for_cells_and_events():
    assert set(TABLES) == {*KINDS, "places", "grid_cells", "events"}


@pytest.mark.parametrize("column", [*TABLES["places"], *GRID_CELLS, *EVENTS, *NAMES], ids=lambda column: column.name)
def test_every_column_says_what_it_is_in_both_languages_and_whence(column):
    assert column.title_zh
    assert column.title_en
    assert column.source
    assert (column.low is None) == (column.high is None)
    assert column.dtype in {"str", "int", "float", "bool", "date", "time", "services", "geometry"}


@pytest.mark.parametrize("table", [*TABLES.values()], ids=list(TABLES))
def test_geometry_comes_last_and_names_are_single(table):
    assert [column.dtype for column in table].index("geometry") == len(table) - 1
    assert len({column.name for column in table}) == len(table)


def test_every_term_has_both_titles_and_a_source():
    for term in (*KINDS.values(), *SERVICES.values(), *ACCURACY.values()):
        assert term.zh
        assert term.en
        assert term.source
    assert list(ACCURACY) == ["A", "B", "C", "D", "E", "invented", "unknown"]
    assert set(ACCURACY) >= NAVIGABLE


def test_kinds_and_services_fit_the_flags_of_the_index():
    assert len(KINDS) <= 16
    assert len(SERVICES) <= 48


@given(st.lists(SOME_SERVICE, max_size=6))
def test_services_survive_their_cell(services):
    assert services_of(services_text(services)) == tuple(services)


@pytest.mark.parametrize("nothing", [None, "", "  ", "[]", np.nan])
def test_nothing_known_is_no_service(nothing):
    assert services_of(nothing) == ()


def test_unknown_stays_unknown():
    assert services_of('[{"what":"shower"}]') == (Service("shower", None, None, None, None),)
    assert services_of('[{"what":"shower","free":false,"price":10}]') == (Service("shower", None, "10", False, None),)
    assert services_text([]) is None


@pytest.mark.parametrize("cell", [
    "shower", "{}", "5", '["shower"]', '[{"what":"sauna"}]', '[{"hours":"24/7"}]', '[{"what":"bed","free":"yes"}]',
    "[" * 5_000, '[{"what":["bed"]}]', "null",
])
def test_a_cell_that_is_no_list_of_services_is_refused(cell):
    with pytest.raises(BadInput) as caught:
        services_of(cell)
    assert caught.value.field == "services"
