"""The standard routes of a region: orders kept by name, so that tomorrow's papers are one call.

    LOCATOR_DATA/print/wujin.json        {"version": 7, "routes": [{"name": …, "from": …, …}, …]}
    LOCATOR_DATA/print/wujin.6.json      what stood before, KEPT versions back

In: a folder, orders as flat mappings.    Out: the same, checked before they are kept.
Never knows: doors, papers. Another's change is never overwritten unseen: whoever writes says which version he read.
"""

from __future__ import annotations

import fcntl
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from geodata.errors import BadInput, NotFound, StaleEdit
from geodata.regions import NAME
from geodata.whole import no_room, write_whole
from locator.printing.orders import read_order

MOST = 300  # routes of one region
LONGEST_NAME = 80
KEPT = 20  # versions before the standing one
Routes = dict[str, dict[str, Any]]


class SavedRoutes:
    """Read without a lock, written under one, each time whole."""

    def __init__(self, data: Path, region: str) -> None:
        if not NAME.fullmatch(region):
            raise BadInput("bad_name", field="region", value=region)
        self.file = data / "print" / f"{region}.json"

    def read(self) -> tuple[int, Routes]:
        """(version, routes by name). Version 0: nothing was saved yet. Raises BadInput bad_file."""
        if not self.file.is_file():
            return 0, {}
        try:
            said = json.loads(self.file.read_text(encoding="utf-8"))
            return int(said["version"]), {str(one["name"]): dict(one) for one in said["routes"]}
        except (OSError, ValueError, KeyError, TypeError) as wrong:
            raise BadInput("bad_file", field="region", value=self.file.name, reason=str(wrong)) from wrong

    def put(self, order: Mapping[str, Any], *, version: int | None = None) -> int:
        """Keep an order under its name, in place of the one that had it. Returns the new version.

        Raises  BadInput for an order that could not be read, too_large; StaleEdit when `version` is not the standing one.
        """
        said = {name: value for name, value in order.items() if value not in (None, "", [])}
        name = str(said.get("name") or "").strip()
        if not name:
            raise BadInput("missing", field="name")
        if len(name) > LONGEST_NAME:
            raise BadInput("too_large", field="name", limit=LONGEST_NAME, unit="characters")
        read_order(said)

        def change(routes: Routes) -> None:
            routes[name] = {**said, "name": name}
            if len(routes) > MOST:
                raise BadInput("too_large", field="name", limit=MOST, unit="items")

        return self._change(change, version)

    def remove(self, name: str, *, version: int | None = None) -> int:
        """Raises NotFound unknown_route, StaleEdit."""

        def change(routes: Routes) -> None:
            if name not in routes:
                raise NotFound("unknown_route", field="name", value=name, known=", ".join(list(routes)[:10]))
            del routes[name]

        return self._change(change, version)

    def _change(self, change: Callable[[Routes], None], version: int | None) -> int:
        with self._alone():
            standing, routes = self.read()
            if version is not None and version != standing:
                raise StaleEdit("stale_edit", field="version", value=version, current=standing)
            change(routes)
            if standing:
                write_whole(self.file.with_name(f"{self.file.stem}.{standing}.json"), self.file.read_bytes())
            write_whole(
                self.file,
                json.dumps({"version": standing + 1, "routes": list(routes.values())}, ensure_ascii=False, indent=1).encode(),
            )
            self.file.with_name(f"{self.file.stem}.{standing - KEPT}.json").unlink(missing_ok=True)
        return standing + 1

    @contextmanager
    def _alone(self) -> Iterator[None]:
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            lock = self.file.with_suffix(".lock").open("a")
        except OSError as why:
            raise no_room(why, self.file) from why
        with lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
