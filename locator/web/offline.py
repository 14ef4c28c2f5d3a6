"""What lets a phone keep the page: the service worker, and the manifest for its home screen.

In: a request.    Out: a script whose text changes with the page; JSON.
Never knows: what the page shows. The worker itself is static/sw.js.
"""
from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import cast

import orjson
from apiflask import APIBlueprint
from flask import Response, current_app

import locator.words
from geodata.regions import list_regions, region_folder
from locator.web.assets import Assets
from locator.web.room import asked_words, room

offline = APIBlueprint("offline", __name__, enable_openapi=False)
MADE_OF = (Path(__file__).parent / "templates" / "page.html", *sorted(Path(locator.words.__file__).parent.glob("*.po")))


@offline.get("/sw.js")
def worker() -> Response:
    """The service worker. A browser that finds another text than the one it has renews what it kept."""
    assets = cast(Assets, current_app.extensions[Assets.KEY])
    text = assets.files["web/sw.js"].raw.decode().replace("{{version}}", _version(assets.version))
    return Response(text, content_type="text/javascript; charset=utf-8", headers={"Cache-Control": "no-cache"})


@offline.get("/manifest.webmanifest")
def manifest() -> Response:
    """Name and icon for a phone's home screen."""
    said, assets = asked_words(), cast(Assets, current_app.extensions[Assets.KEY])
    icon = {"src": assets.address("web/icon.svg"), "type": "image/svg+xml", "sizes": "any"}
    name = said.text("page.title")
    told = {"name": name, "short_name": name, "lang": said.lang, "start_url": f"/?lang={said.lang}", "display": "standalone",
            "background_color": "#f7f5f0", "theme_color": "#0b6e4f", "icons": [icon]}
    return Response(orjson.dumps(told), content_type="application/manifest+json", headers={"Cache-Control": "no-cache"})


def _version(assets: str) -> str:
    """Another for other assets, another page, other words, or a region built anew."""
    data = room().settings.data
    builds = [(name, (region_folder(data, name) / "current").read_text(errors="replace").strip()) for name in list_regions(data)]
    return hashlib.sha256(repr((assets, _made_of(), builds)).encode()).hexdigest()[:12]


@lru_cache(maxsize=1)
def _made_of() -> str:
    return hashlib.sha256(b"".join(path.read_bytes() for path in MADE_OF)).hexdigest()
