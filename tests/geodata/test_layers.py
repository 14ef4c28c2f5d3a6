"""Layers: whole columns, points on areas, flags, and a catalogue that does not change."""
import geopandas as gpd
import numpy as np
import pytest
import shapely
from pandas.testing import assert_frame_equal
from shapely.geometry import Point, Polygon, box

from geodata.columns import KINDS, SERVICES, TABLES, Service, services_text
from geodata.errors import BadInput, NotFound
from geodata.layers import Catalog, Layer, conform, kind_bits, layer_name, rows, service_bits

U_SHAPE = Polygon([(0, 0), (3, 0), (3, 3), (2, 3), (2, 1), (1, 1), (1, 3), (0, 3)])      # its centroid lies outside


def places(**columns):
    frame = gpd.GeoDataFrame({"id": ["a", "b", "c"], **columns}, geometry=[Point(119.9, 31.7), box(0, 0, 1, 1), U_SHAPE])
    return frame.set_crs(4326)


def test_a_layer_has_exactly_the_columns_of_its_table():
    layer = Layer.of("homes", "drivers_home", places(name=["x", None, "z"], extra=[1, 2, 3]))
    assert [*layer.frame] == [column.name for column in TABLES["drivers_home"]]
    assert layer.frame["kind"].tolist() == ["drivers_home"] * 3
    assert layer.frame.crs.to_epsg() == 4326
    assert layer.version == 1
    assert len(layer) == 3


def test_the_frame_handed_over_stands():
    frame = places(lorry_bays=[1, 2, None])
    before = frame.copy(deep=True)
    Layer.of("homes", "drivers_home", frame)
    assert_frame_equal(frame, before)


def test_unknown_is_unknown_in_every_type_and_none_for_doors():
    layer = Layer.of("homes", "drivers_home", places(lorry_bays=[20, None, None], demo=[True, None, None],
                                                     max_height_m=[4.2, None, None]))
    assert layer.frame.loc[1].drop(["id", "kind", "geometry"]).isna().all()
    first, second, _ = rows(layer.frame)
    assert (first["lorry_bays"], first["demo"], first["max_height_m"]) == (20, True, 4.2)
    assert {type(first[name]) for name in ("lorry_bays", "demo", "max_height_m")} == {int, bool, float}
    assert {key for key, value in second.items() if value is not None} == {"id", "kind"}


def test_ids_of_numbers_become_text():
    assert conform(places().assign(id=[1, 2, 3]), "fuel")["id"].tolist() == ["1", "2", "3"]


def test_other_coordinate_systems_come_home():
    layer = Layer.of("homes", "drivers_home", places().to_crs(32651))
    assert layer.points[0] == pytest.approx([119.9, 31.7], abs=1e-8)


@pytest.mark.parametrize("column", [{"lorry_bays": ["many", 1, 2]}, {"lorry_bays": [1.5, 1, 2]}, {"demo": ["x", 1, 2]}])
def test_a_value_of_the_wrong_type_is_refused(column):
    with pytest.raises(BadInput, match="bad_table"):
        conform(places(**column), "fuel")


def test_a_kind_that_is_none_is_refused():
    with pytest.raises(BadInput, match="not_allowed"):
        Layer.of("homes", "castle", places())


def test_points_lie_inside_their_area():
    points = Layer.of("homes", "drivers_home", places()).points
    assert points[0].tolist() == [119.9, 31.7]
    assert U_SHAPE.contains(Point(points[2]))
    assert not U_SHAPE.contains(U_SHAPE.centroid)


def test_flags_tell_kind_and_services():
    cells = [services_text([Service("shower"), Service("bed")]), services_text([Service("shower")]), None]
    flags = Layer.of("homes", "drivers_home", places(services=cells)).flags
    shower, bed = service_bits(["shower"]), service_bits(["bed"])
    assert [int(flag) & (shower | bed) for flag in flags] == [shower | bed, shower, 0]
    assert all(int(flag) & kind_bits(["drivers_home"]) for flag in flags)
    assert not any(int(flag) & kind_bits(["fuel"]) for flag in flags)


def test_every_kind_and_service_has_a_bit_of_its_own():
    bits = [kind_bits([kind]) for kind in KINDS] + [service_bits([service]) for service in SERVICES]
    assert len({*bits}) == len(bits)
    assert sum(bits) < 2**64
    assert kind_bits([]) == service_bits([]) == 0


@pytest.mark.parametrize("bits", [kind_bits, service_bits])
def test_an_unknown_kind_or_service_is_refused(bits):
    with pytest.raises(BadInput, match="not_allowed"):
        bits(["sauna"])


def test_the_index_finds_by_service():
    cells = [None, services_text([Service("shower")]), None]
    layer = Layer.of("homes", "drivers_home", places(services=cells))
    ids, _ = layer.index.nearest(np.array([[119.9, 31.7]]), 3)
    assert ids.tolist() == [[0, 2, 1]]
    ids, _ = layer.index.nearest(np.array([[119.9, 31.7]]), 2, need=service_bits(["shower"]))
    assert ids.tolist() == [[1, -1]]
    assert layer.row_of == {"a": 0, "b": 1, "c": 2}


def test_an_empty_layer_is_a_layer():
    layer = Layer.of("none", "fuel", places()[:0])
    assert layer.points.shape == (0, 2)
    assert layer.flags.shape == (0,)
    assert rows(layer.frame) == []
    assert layer.index.nearest(np.array([[0.0, 0.0]]), 1)[0].tolist() == [[-1]]


def test_cells_and_events_have_no_flags():
    cells = Layer.of("cells", "grid_cells", gpd.GeoDataFrame({"id": ["g1"]}, geometry=[box(0, 0, 1, 1)], crs=4326))
    assert cells.flags.tolist() == [0]


@pytest.mark.parametrize(("name", "good"), [
    ("homes", True), ("司机之家", True), ("a-b_2", True), ("x" * 63, True), ("x" * 64, False), ("", False),
    ("../etc", False), ("a/b", False), ("a b", False), ("-a", False), (".a", False), ("a\n", False), (None, False),
    ("{{7*7}}", False), ("<b>", False),
])
def test_a_layer_name_is_a_safe_folder_and_address(name, good):
    if good:
        assert layer_name(name) == name
    else:
        with pytest.raises(BadInput, match="bad_name"):
            layer_name(name)


def test_the_catalogue_does_not_change():
    homes, fuel = Layer.of("homes", "drivers_home", places()), Layer.of("fuel", "fuel", places())
    cells = Layer.of("cells", "grid_cells", gpd.GeoDataFrame({"id": []}, geometry=[], crs=4326))
    catalog = Catalog.of(homes, cells)
    more = catalog.with_layer(fuel)
    assert [*catalog] == ["homes", "cells"]
    assert [*more] == ["homes", "cells", "fuel"]
    assert [*more.without("homes")] == ["cells", "fuel"]
    assert [*more.places] == ["homes", "fuel"]
    assert more["fuel"] is fuel
    assert more.get("x") is None
    assert "x" not in more


def test_an_unknown_layer_is_told_with_the_known_ones():
    with pytest.raises(NotFound) as caught:
        Catalog.of(Layer.of("homes", "drivers_home", places()))["hoems"]
    assert (caught.value.code, caught.value.params["known"]) == ("unknown_layer", "homes")


def test_an_area_that_crosses_itself_still_has_a_point():
    bow = Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])
    layer = Layer.of("odd", "fuel", gpd.GeoDataFrame({"id": ["a"]}, geometry=[bow], crs=4326))
    assert np.isfinite(layer.points).all()
    assert shapely.distance(shapely.points(layer.points[0]), bow) < 1
