"""Scripts and styles served from here, kept in memory: ours and the vendored ones of maps/static.

In: two folders, read once.    Out: their bytes by name, under an address that changes when any of them does.
Never knows: which page uses what. A name is looked up among those read, never made into a path.
"""
from __future__ import annotations

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from flask import Response, request

import maps
from geodata.errors import NotFound

FOLDERS = {"web": Path(__file__).parent / "static", "maps": Path(maps.__file__).parent / "static"}
FOR_EVER = "public, max-age=31536000, immutable"
TEXT = (".js", ".css", ".svg", ".txt")


@dataclass(frozen=True)
class Asset:
    """One file as it is sent; `packed` is its gzip, or None where that does not pay."""

    raw: bytes
    packed: bytes | None
    media_type: str


@dataclass(frozen=True)
class Assets:
    """name such as "maps/leaflet/leaflet.js" -> Asset."""

    KEY: ClassVar[str] = "locator.assets"      # in Flask's app.extensions
    version: str
    files: dict[str, Asset]

    @classmethod
    def read(cls) -> Assets:
        """Everything in the two folders."""
        files = {f"{room}/{path.relative_to(folder).as_posix()}": _read(path)
                 for room, folder in FOLDERS.items() for path in sorted(folder.rglob("*")) if path.is_file()}
        digest = hashlib.sha256(b"".join(name.encode() + asset.raw for name, asset in files.items()))
        return cls(digest.hexdigest()[:12], files)

    def address(self, name: str) -> str:
        """Where a file is served; a folder's name gives the beginning of its files' addresses."""
        return f"/assets/{self.version}/{name}"

    def send(self, version: str, name: str) -> Response:
        """The file, kept for ever under its own version; under another one only for now."""
        if (asset := self.files.get(name)) is None:
            raise NotFound("unknown_page", value=request.path)
        gzipped = asset.packed is not None and request.accept_encodings.quality("gzip") > 0
        response = Response(asset.packed if gzipped else asset.raw, content_type=asset.media_type)
        if gzipped:
            response.headers["Content-Encoding"] = "gzip"
        response.vary.add("Accept-Encoding")
        response.headers["Cache-Control"] = FOR_EVER if version == self.version else "no-cache"
        return response


def _read(path: Path) -> Asset:
    raw, text = path.read_bytes(), path.suffix in TEXT
    media_type = mimetypes.types_map.get(path.suffix, "application/octet-stream")
    if path.suffix == ".js":
        media_type = "text/javascript"
    return Asset(raw, gzip.compress(raw, 9) if text else None, f"{media_type}; charset=utf-8" if text else media_type)
