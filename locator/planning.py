"""The planner's questions of a Locator: coverage, spacing, criticality. Locator inherits them; one method per question.

In: asks.    Out: answers (frames, shares, no text).
Never knows: Flask, click, languages.
"""
from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import geopandas as gpd

from geodata.errors import BadInput
from geodata.layers import Layer
from geodata.regions import Region
from locator.asks import local
from locator.atlas import Atlas
from locator.coverage import Coverage, CoverAsk, Progress, Share, find_coverage
from locator.criticality import Criticality, find_criticality
from locator.engines.embedded import EmbeddedEngine
from locator.spacing import Spacing, SpacingAsk, find_spacing

if TYPE_CHECKING:
    from collections.abc import Callable

    from geodata.layers import Catalog
    from locator.engines.protocol import Engine
    from locator.siting.asking import SiteAsk
    from locator.siting.question import Siting

AREAS = ("Polygon", "MultiPolygon")


@dataclass(frozen=True, eq=False)
class CoverageAnswer:
    """zones: the asked layer and the share of each of its rows; None when no layer was asked."""

    region: Region
    atlas: Atlas
    coverage: Coverage
    zones: tuple[gpd.GeoDataFrame, list[Share]] | None


@dataclass(frozen=True, eq=False)
class SpacingAnswer:
    region: Region
    atlas: Atlas
    spacing: Spacing


@dataclass(frozen=True, eq=False)
class CriticalityAnswer:
    region: Region
    atlas: Atlas
    criticality: Criticality


@dataclass(frozen=True, eq=False)
class SitingAnswer:
    region: Region
    atlas: Atlas
    siting: Siting


class Planning:
    """What Locator answers planners."""

    if TYPE_CHECKING:
        region: Region
        engine: Engine
        _now: Callable[[], datetime]

        @property
        def atlas(self) -> Atlas: ...

        def layers(self) -> Catalog: ...

    def coverage(self, ask: CoverAsk, *, progress: Progress | None = None) -> CoverageAnswer:
        """How much of the freight roads lies within a driving time of a place. Raises no_roads, unknown_layer, not_allowed."""
        zones, country = None if ask.zones is None else self._areas(ask.zones), self.region.facts.country
        found = find_coverage(self.atlas, self._roads(), ask, now=self._today(), country=country, progress=progress)
        return CoverageAnswer(self.region, self.atlas, found, None if zones is None else (zones, found.by_zone(zones)))

    def spacing(self, ask: SpacingAsk, *, progress: Progress | None = None) -> SpacingAnswer:
        """How far apart the stops of each direction of each road are. Raises BadInput no_roads, not_allowed."""
        country = self.region.facts.country
        found = find_spacing(self.atlas, self._roads(), ask, now=self._today(), country=country, progress=progress)
        return SpacingAnswer(self.region, self.atlas, found)

    def criticality(self, ask: CoverAsk, *, gains: bool = True, progress: Progress | None = None) -> CriticalityAnswer:
        """What breaks when one place closes; with `gains`, what each adds to those before it. Raises no_roads, too_large."""
        now, country = self._today(), self.region.facts.country
        found = find_criticality(self.atlas, self._roads(), ask, now=now, country=country, gains=gains, progress=progress)
        return CriticalityAnswer(self.region, self.atlas, found)

    def siting(self, ask: SiteAsk, *, progress: Progress | None = None) -> SitingAnswer:
        """Where the next sites go, with a bound. Raises no_roads, unknown_layer, not_allowed, too_large, missing."""
        from locator.siting.question import find_siting  # 25 modules that no driver needs
        layer = None if ask.candidates is None else self.layers()[ask.candidates]
        country = self.region.facts.country
        found = find_siting(self.atlas, self._roads(), layer, ask, now=self._today(), country=country, progress=progress)
        return SitingAnswer(self.region, self.atlas, found)

    def _roads(self) -> EmbeddedEngine:
        """The engine that knows the roads. Raises BadInput no_roads."""
        if not isinstance(self.engine, EmbeddedEngine):
            raise BadInput("no_roads", field="region", value=self.region.name)
        return self.engine

    def _today(self) -> datetime:
        return local(None, self.region.tz, self._now())

    def _areas(self, name: str) -> gpd.GeoDataFrame:
        """The polygons of a layer. Raises NotFound unknown_layer, BadInput not_allowed when it holds none."""
        layer: Layer = self.layers()[name]
        frame = layer.frame[layer.frame.geometry.geom_type.isin(AREAS)].reset_index(drop=True)
        if frame.empty:
            known = [one for one, other in self.layers().items() if other.frame.geometry.geom_type.isin(AREAS).any()]
            raise BadInput("not_allowed", field="zones", value=name, allowed=", ".join(known) or "—")
        return frame
