"""GCJ-02 and BD-09, against published pairs and their own inverse."""
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from geodata.datum import CHINA_BOX, DATUMS, from_wgs84, to_wgs84
from geodata.errors import BadInput

GEOD = Geod(ellps="WGS84")


def metres(a, b):
    return GEOD.inv(a[:, 0], a[:, 1], b[:, 0], b[:, 1])[2]


@pytest.mark.parametrize(("wgs84", "gcj02"), [
    ((121.5272106, 31.1774276), (121.531541859215, 31.17530398364597)),    # Shanghai, eviltransform's tests
    ((113.912316, 22.543847), (113.9171764808363, 22.540796131694766)),  # Shenzhen
    ((116.377817, 39.911954), (116.38404722455657, 39.91334545536069)),  # Beijing
], ids=["shanghai", "shenzhen", "beijing"])
def test_gcj02_agrees_with_the_published_table_to_a_centimetre(wgs84, gcj02):
    assert metres(from_wgs84([wgs84], "gcj02"), np.array([gcj02]))[0] < 0.01
    assert metres(to_wgs84([gcj02], "gcj02"), np.array([wgs84]))[0] < 0.01


def test_bd09_agrees_with_baidus_own_offset():
    bd = from_wgs84(to_wgs84([(116.404, 39.915)], "gcj02"), "bd09")      # coordtransform's example
    assert bd[0] == pytest.approx([116.41036949371029, 39.92133699351021], abs=1e-8)


@pytest.mark.parametrize("datum", DATUMS)
def test_there_and_back_is_within_a_centimetre_all_over_china(datum):
    rng = np.random.default_rng(1)
    west, south, east, north = CHINA_BOX
    points = rng.uniform((west + 1, south + 1), (east - 1, north - 1), (20_000, 2))
    points = np.vstack([points, [[105.0, 35.0], [105.0, 31.7], [119.95, 35.0]]])   # the root's kink
    assert metres(to_wgs84(from_wgs84(points, datum), datum), points).max() < 0.01
    assert metres(from_wgs84(to_wgs84(points, datum), datum), points).max() < 0.01


@given(st.floats(-180, 180), st.floats(-89, 89))
def test_outside_china_gcj02_is_wgs84(lon, lat):
    west, south, east, north = CHINA_BOX
    if west - 0.02 <= lon <= east + 0.02 and south - 0.02 <= lat <= north + 0.02:
        return
    assert from_wgs84([(lon, lat)], "gcj02").tolist() == [[lon, lat]]
    assert to_wgs84([(lon, lat)], "gcj02").tolist() == [[lon, lat]]


def test_wujin_is_half_a_kilometre_off_in_gcj02_and_more_in_bd09():
    wujin = np.array([[119.9541, 31.7206]])
    assert 400 < metres(from_wgs84(wujin, "gcj02"), wujin)[0] < 600
    assert 1_000 < metres(from_wgs84(wujin, "bd09"), wujin)[0] < 1_300


def test_the_given_array_stands_and_the_empty_one_is_fine():
    given_points = np.array([[120.0, 31.0]])
    to_wgs84(given_points, "bd09")
    assert given_points.tolist() == [[120.0, 31.0]]
    assert to_wgs84(np.empty((0, 2)), "bd09").shape == (0, 2)
    assert np.isnan(to_wgs84([(np.nan, 31.0)], "gcj02")).any()


def test_an_unknown_datum_is_refused_not_guessed():
    with pytest.raises(BadInput, match="bad_datum"):
        to_wgs84([(120, 31)], "cgcs2000")
