"""A map's shell names only what is served from here, and leaves Folium as it found it."""
from __future__ import annotations

import json
import re
from pathlib import Path

import folium
import pytest
from folium.plugins import MarkerCluster

from maps import screen
from maps.screen import UnknownAsset, draw_shell, parts, use_local, zoom_of

STATIC = Path(screen.__file__).parent / "static"
WUJIN = (119.667, 31.334, 120.201, 31.810)


def test_every_asset_is_local_and_is_there() -> None:
    shell = parts(draw_shell(WUJIN, "/maps", basemap={"main": "/basemap/wujin/main.pmtiles"}))
    assert shell.scripts and shell.styles
    for address in (*shell.scripts, *shell.styles):
        assert (STATIC / address.removeprefix("/maps/")).is_file()
    whole = draw_shell(WUJIN, "/maps", basemap={}).get_root().render()
    assert not re.findall(r'(?:src|href)="(?:https?:)?//[^"]*', whole)


def test_what_a_style_asks_for_is_vendored_too() -> None:
    for style in STATIC.rglob("*.css"):
        for url in re.findall(r"url\(([^)#]+)\)", style.read_text(encoding="utf-8")):
            assert (style.parent / url).is_file(), url


def test_every_vendored_script_has_its_licence_beside_it() -> None:
    for file in STATIC.rglob("*.js"):
        assert file.name == "roads.js" or (file.parent / "LICENSE.txt").is_file()


def test_an_asset_nobody_vendored_is_an_error() -> None:
    shell = folium.Map(tiles=None)
    MarkerCluster().add_to(shell)  # type: ignore[no-untyped-call]
    with pytest.raises(UnknownAsset, match="markercluster"):
        use_local(shell.get_root(), "/maps")


def test_folium_itself_stays_as_it_was() -> None:
    before = list(folium.Map.default_js)
    draw_shell(WUJIN, "/maps", basemap={"main": "/x.pmtiles"})
    assert list(folium.Map.default_js) == before
    assert "jsdelivr" in folium.Map().get_root().render()


@pytest.mark.parametrize(("bbox", "zoom"), [
    ((-180.0, -85.0, 180.0, 85.0), 5), (WUJIN, 9), ((119.9, 31.7, 119.9, 31.7), 13), ((-180.0, -90.0, 180.0, 90.0), 5),
    ((0.0, 0.0, 360 / 2**8 * 360 / 256, 0.1), 8), ((0.0, 0.0, 360 / 2**8 * 360 / 255, 0.1), 7),
])
def test_the_whole_box_fits_a_phone(bbox: tuple[float, float, float, float], zoom: int) -> None:
    assert zoom_of(bbox) == zoom


def test_the_map_stands_at_the_middle_of_the_box_with_latitude_first() -> None:
    shell = parts(draw_shell(WUJIN, "/maps", basemap={}))
    assert re.search(r"center: \[31\.572, 119\.934\]", shell.script) and "fitBounds" not in shell.script
    assert f'id="{shell.name}"' in shell.html and "locatorRoads" not in shell.script


def test_an_address_cannot_leave_the_script() -> None:
    hostile = "/</script><script>alert(1)//{{7*7}}{% raw %}"
    shell = parts(draw_shell(WUJIN, "/maps", basemap={"main": hostile}))
    assert "<" not in shell.script and "7*7" in shell.script
    literal = re.search(r'JSON\.parse\(("[^"]*(?:\\"[^"]*)*")\)', shell.script)
    assert literal and json.loads(json.loads(literal[1]))["files"]["main"] == hostile
