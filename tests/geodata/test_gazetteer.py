"""Names to places: found, ambiguous, unknown with the nearest names; and coordinates as text."""
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.errors import BadInput, LocatorError, NotFound
from geodata.gazetteer import Gazetteer, Named, parse_lonlat

NAMES = pd.DataFrame([
    ("湖塘镇", "Hutang", "武进城区|Hutangzhen", 119.94458, 31.71581),
    ("横山桥镇", "Hengshanqiao", None, 120.1115, 31.76373),
    ("横林镇", "Henglin", None, 120.09554, 31.69846),
    ("武进区", "Wujin District", None, 119.9541, 31.7206),
    ("武进高新区", "Wujin High-tech Zone", None, 119.95, 31.63),
    ("戚墅堰街道", "Qishuyan", None, 120.05438, 31.728),
    ("新桥镇", "Xinqiao", None, 119.90, 31.90),
    ("新桥镇", "Xinqiao", None, 120.50, 31.50),
    ("São Paulo", None, None, -46.63611, -23.5475),
    ("沙市", "Shashi", None, 112.24, 30.31),
], columns=["name", "name_en", "alt", "lon", "lat"])


@pytest.fixture(scope="module")
def gazetteer():
    return Gazetteer(NAMES)


@pytest.mark.parametrize(("text", "name"), [
    ("湖塘镇", "湖塘镇"), (" 湖塘镇 ", "湖塘镇"),
    ("湖塘", "湖塘镇"),                     # without its suffix
    ("湖塘街道", "湖塘镇"),                 # with another one
    ("HUTANG", "湖塘镇"), ("Hutang town", "湖塘镇"), ("Hutangzhen", "湖塘镇"),
    ("ｈｕｔａｎｇ", "湖塘镇"),             # full width
    ("武进", "武进区"),                     # not 武进高新区, which only begins like that
    ("武进高新", "武进高新区"),
    ("戚墅", "戚墅堰街道"),                 # the only one that begins so
    ("sao paulo", "São Paulo"),
    ("沙市", "沙市"),                       # a name is never reduced to one letter
])
def test_a_place_is_found_by_name(gazetteer, text, name):
    assert gazetteer.find(text).name == name


def test_what_is_found_has_its_place(gazetteer):
    assert gazetteer.find("横山桥") == Named(120.1115, 31.76373, "横山桥镇", "Hengshanqiao")


@pytest.mark.parametrize("text", ["新桥", "新桥镇", "Xinqiao", "横"])
def test_two_places_of_one_name_are_refused_with_both(gazetteer, text):
    with pytest.raises(BadInput) as caught:
        gazetteer.find(text, field="from")
    assert caught.value.code == "ambiguous_place"
    assert caught.value.field == "from"
    assert len(caught.value.params["suggestions"]) == 2


def test_the_names_offered_are_in_the_letters_that_were_typed():
    vaduz = Gazetteer(pd.DataFrame({"name": ["Vaduz"], "alt": ["瓦杜茲|Vadutsa"], "lon": [9.52], "lat": [47.14]}))
    for typed, offered in (("Vadutz", "Vaduz"), ("瓦杜次", "瓦杜茲")):
        with pytest.raises(NotFound) as caught:
            vaduz.find(typed)
        assert caught.value.params["suggestions"][0] == offered


def test_towns_come_before_villages_and_have_their_english_name():
    names = pd.DataFrame({"name": ["新桥东", "新桥村", "新桥"], "name_en": [None, "Xinqiaocun", "Xinqiao"],
                          "kind": [None, "village", "town"], "lon": [118.0, 119.0, 120.0], "lat": 31.0})
    assert [(one.name, one.name_en, one.kind) for one in Gazetteer(names).suggest("新")] == [
        ("新桥", "Xinqiao", "town"), ("新桥村", "Xinqiaocun", "village"), ("新桥东", None, None)]


def test_two_entries_for_one_spot_are_one_place():
    twice = pd.concat([NAMES[:1], NAMES[:1].assign(lon=119.9446)])
    assert Gazetteer(twice).find("湖塘").lon == 119.94458


@pytest.mark.parametrize(("text", "first"), [
    ("湖唐镇", "湖塘镇"), ("Hengshanqaio", "Hengshanqiao"), ("Wujin Distrct", "Wujin District"),
])
def test_an_unknown_name_suggests_the_nearest(gazetteer, text, first):
    with pytest.raises(NotFound) as caught:
        gazetteer.find(text)
    assert caught.value.code == "unknown_place"
    assert caught.value.params["suggestions"][0] == first


@pytest.mark.parametrize("text", ["", "  ", "!?", "—"])
def test_nothing_typed_is_missing(gazetteer, text):
    with pytest.raises(BadInput, match="missing"):
        gazetteer.find(text)


def test_a_name_that_is_far_too_long_is_not_read_in_part(gazetteer):
    with pytest.raises(BadInput, match="too_large"):
        gazetteer.find("湖塘" + " " * 200, field="from")


def test_a_name_of_no_letters_is_not_found_and_breaks_nothing():
    odd = Gazetteer(pd.DataFrame([("—", 1.0, 2.0), ("Vaduz", 9.5, 47.1)], columns=["name", "lon", "lat"]))
    with pytest.raises(NotFound):
        odd.find("Vadutz")


def test_an_empty_gazetteer_knows_nothing():
    with pytest.raises(NotFound, match="unknown_place"):
        Gazetteer(NAMES[:0]).find("湖塘")


def test_typing_is_completed(gazetteer):
    assert [one.name for one in gazetteer.suggest("横")] == ["横山桥镇", "横林镇"]
    assert [one.name for one in gazetteer.suggest("heng", limit=1)] == ["横林镇"]
    assert gazetteer.suggest("") == []


@pytest.mark.parametrize(("text", "lonlat"), [
    ("119.95,31.72", (119.95, 31.72)), (" 119.95 , 31.72 ", (119.95, 31.72)),
    ("119.95，31.72", (119.95, 31.72)),
    ("119.95 31.72", (119.95, 31.72)), ("-8.74,41.375", (-8.74, 41.375)), ("180,-90", (180.0, -90.0)),
    ("１１９．９５，３１．７２", (119.95, 31.72)), ("1e-05,5.1E1", (0.00001, 51.0)),
    ("119.95,31.72" + " " * 200 + "x", None),
    ("湖塘", None), ("119.95", None), ("1,2,3", None), ("", None), ("G42,K12", None),
])
def test_coordinates_are_read(text, lonlat):
    assert parse_lonlat(text) == lonlat


@pytest.mark.parametrize(("text", "code"), [
    ("31.72,119.95", "swapped_lonlat"), ("200,119", "bad_lonlat"), ("180.1,0", "bad_lonlat"),
    ("nan,31", "not_finite"), ("119,inf", "not_finite"), ("119,-Infinity", "not_finite"),
])
def test_wrong_coordinates_are_named(text, code):
    with pytest.raises(BadInput) as caught:
        parse_lonlat(text, field="to")
    assert (caught.value.code, caught.value.field) == (code, "to")


@given(st.text(max_size=300))
def test_no_text_breaks_it(text):
    known = Gazetteer(NAMES)
    try:
        assert known.find(text).name in set(NAMES["name"])
    except LocatorError as why:
        assert why.code in {"missing", "unknown_place", "ambiguous_place"}


def test_two_hundred_thousand_names(shared):
    world = pd.read_csv(shared / "data/gazetteer/geonames_cities500_world.csv.gz", keep_default_na=False)
    gazetteer = Gazetteer(world.assign(alt=world["name_zh"]))
    assert len(gazetteer) == 234_908
    assert gazetteer.find("Vila do Conde").lon == pytest.approx(-8.745, abs=0.01)
    with pytest.raises(BadInput, match="ambiguous_place"):
        gazetteer.find("Springfield")
    with pytest.raises(NotFound) as caught:
        gazetteer.find("Vaduzz")
    assert caught.value.params["suggestions"][0] == "Vaduz"
