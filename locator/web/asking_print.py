"""What may be printed over HTTP: a route as an order says it, a place, a district; on which paper.

In: a Flask request, by locator.web.asking.    Out: RoutePrint, RoutePanels, PosterPrint …; the row of an order they say.
Never knows: how a paper is made. Values are checked by locator.printing.orders, the same for a table and a form.
"""

from __future__ import annotations

from typing import Annotated, Any, TypeVar

from flask import request
from pydantic import BaseModel, ConfigDict, Field

from locator.plan_asks import LONGEST_MIN, WISHES
from locator.printing.orders import FIELDS, LONGEST
from locator.printing.panels import MOST_PIXELS, PANEL_PPI
from locator.printing.sheets import ORIENTATIONS, OVERLAPS, ROUTE_PAPERS, SCALES, UPS, WALL_PAPERS
from locator.rules import RULE_SETS
from locator.web.asking import (
    HENGSHANQIAO,
    HUTANG,
    Asked,
    Kinds,
    Options,
    Position,
    Services,
    Text,
    listed,
    read_json,
    read_query,
    read_values,
)

PREVIEW_PPI = (24, 110)
PANEL_PPIS = (36, 300)  # more is drawn from the command line
WALL_PPI = (24, 60)  # A0 at 60 is 5.6 million pixels
POSTER_PAPERS = ("A4", "A3", "A2")
MANY_VIAS = 50
Model = TypeVar("Model", bound=Asked)
SAVED_EXAMPLE: dict[str, Any] = {"order": {"name": "早班", "from": HUTANG, "to": HENGSHANQIAO, "paper": "A5"}, "version": 0}


class OnPaper(BaseModel):
    """How the paper lies."""

    orientation: Annotated[str, listed(ORIENTATIONS)] = Field("portrait", description="How the paper lies.")


class Previewed(BaseModel):
    """Which page of it as a picture."""

    page: int = Field(
        1, ge=1, le=500, description="Of a picture (.png): which page, from 1. `Page-Count` tells how many there are."
    )
    ppi: int = Field(60, ge=PREVIEW_PPI[0], le=PREVIEW_PPI[1], description="Of a picture (.png): pixels an inch.")


class Pictured(BaseModel):
    """The maps on a paper as pictures for a GIS."""

    ppi: int = Field(
        PANEL_PPI,
        ge=PANEL_PPIS[0],
        le=PANEL_PPIS[1],
        description=f"Pixels an inch; all pictures together have at most {MOST_PIXELS // 1_000_000} million pixels.",
    )


class RouteOrder(Options, OnPaper):
    """A route to be printed: by places or as an encoded polyline."""

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
        json_schema_extra={"examples": [{"from": HUTANG, "to": HENGSHANQIAO, "depart": "2026-11-26T08:00", "paper": "A4"}]},
    )

    from_: Position | None = Field(None, alias="from", description='Where he starts: a name or "lon,lat".')
    to: Position | None = Field(None, description="Where he goes.")
    via: list[Position] = Field([], max_length=MANY_VIAS, description="Passed in this order; said once for each.")
    polyline: Annotated[str, Field(max_length=LONGEST)] | None = Field(None, description="His own line as an encoded polyline.")
    precision: int = Field(5, description="Decimal places of `polyline`: 5 or 6.", json_schema_extra={"enum": [5, 6]})
    kind: Kinds = []
    service: Services = []
    max_detour_s: float | None = Field(None, ge=0, le=86_400, description="Leave out stops that cost more, seconds.")
    limit: int | None = Field(None, ge=1, le=500, description="At most so many stops, those of the least detour. Default: 60.")
    rule: Annotated[str, listed(RULE_SETS)] | None = Field(
        None, description="Driving-time rules; without it those of the country."
    )
    driven_min: float = Field(0.0, ge=0, le=LONGEST_MIN, description="Minutes driven since the last break that counts.")
    want: Text | None = Field(None, description=f"What a stop is liked for, with commas between: {', '.join(WISHES)}.")
    paper: Annotated[str, listed(ROUTE_PAPERS)] = Field("A4", description="Size of the paper.")
    up: Annotated[str, listed(UPS)] = Field("travel", description="What is up on a strip: the way he drives, or north.")
    scale: int | None = Field(None, ge=SCALES[0], le=SCALES[1], description="1 : so much. Default: chosen to fit.")
    overlap: float = Field(0.1, ge=OVERLAPS[0], le=OVERLAPS[1], description="Share of a page that its neighbour shows too.")

    def row(self) -> dict[str, Any]:
        """The same as the row of an order."""
        said = self.model_dump(by_alias=True, exclude_none=True)
        joined = {name: ",".join(said[name]) for name in ("kind", "service", "avoid")}
        return {name: value for name, value in {**said, **joined}.items() if name in FIELDS}


class RoutePrint(RouteOrder, Previewed):
    """A paper of it, or a page of that as a picture."""


class RoutePanels(RouteOrder, Pictured):
    """The maps on it alone."""


class PosterOrder(Options, OnPaper):
    """A station's poster."""

    place: Text = Field(description="The id of a place of a layer, or its name.", examples=["wujin-service_centre-1"])
    paper: Annotated[str, listed(POSTER_PAPERS)] = Field("A3", description="Size of the paper.")

    def row(self) -> dict[str, Any]:
        """What it says of the lorry and the paper, as the row of an order."""
        said = self.model_dump(exclude_none=True)
        return {name: value for name, value in {**said, "avoid": ",".join(said["avoid"])}.items() if name in FIELDS}


class PosterPrint(PosterOrder, Previewed):
    """The poster, or its page as a picture."""


class PosterPanels(PosterOrder, Pictured):
    """The map on it alone."""


class WallOrder(Asked, OnPaper):
    """A district's wall map."""

    paper: Annotated[str, listed(WALL_PAPERS)] = Field("A1", description="Size of the paper.")


class WallPrint(WallOrder, Previewed):
    """The map, or its page as a picture."""

    ppi: int = Field(40, ge=WALL_PPI[0], le=WALL_PPI[1], description="Of a picture (.png): pixels an inch.")


class WallPanels(WallOrder, Pictured):
    """The map alone, without title and index."""


class SavedAsk(Asked):
    """The saved routes of a region."""


class SaveAsked(Asked):
    """A route to keep under a name, as the order of a paper says it."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [SAVED_EXAMPLE]})

    order: dict[str, Any] = Field(description=f"Names and values: {', '.join(FIELDS)}.")
    version: int | None = Field(None, ge=0, description="The version read before; without it, whatever stands is changed.")


class ForgetAsk(Asked):
    """Which saved route to take out."""

    version: int | None = Field(None, ge=0, description="The version read before; without it, whatever stands is changed.")


def read_print(model: type[Model]) -> Model:
    """The query as `model`; of a POST or PUT, its JSON with it."""
    return read_query(model) if request.method == "GET" else read_values(model, read_json(request.get_data()))


# for the OpenAPI document: the bodies of calls, the calls in the order in which they are told, a query to try
BODIES: dict[tuple[str, str], type[Asked]] = {
    ("/print/{what}.pdf", "post"): RoutePrint,
    ("/print/{what}.png", "post"): RoutePrint,
    ("/print/{what}.zip", "post"): RoutePanels,
    ("/api/print/routes", "put"): SaveAsked,
}
CALLS = (
    "print_route",
    "print_long_route",
    "preview_route",
    "preview_long_route",
    "print_poster",
    "print_wall",
    "route_panels",
    "long_route_panels",
    "poster_panels",
    "wall_panels",
    "saved_routes",
    "save_route",
    "forget_route",
)
QUERIES = {
    "/print/{what}.pdf": "?from=%E6%B9%96%E5%A1%98&to=%E6%A8%AA%E5%B1%B1%E6%A1%A5",
    "/print/{what}.png": "?from=%E6%B9%96%E5%A1%98&to=%E6%A8%AA%E5%B1%B1%E6%A1%A5&page=2",
    "/print/{what}.zip": "?from=%E6%B9%96%E5%A1%98&to=%E6%A8%AA%E5%B1%B1%E6%A1%A5&ppi=72",
    "/print/poster.zip": "?place=wujin-service_centre-1&ppi=72",
    "/print/wall.zip": "?paper=A3&ppi=72",
    "/print/poster.{form}": "?place=wujin-service_centre-1",
    "/print/wall.{form}": "?paper=A3",
}
