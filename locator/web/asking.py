"""What may be asked over HTTP, and how a request's query, JSON, upload or GPX becomes it.

In: a Flask request.    Out: Asked (a checked model, and the bytes of an uploaded line).
Never knows: how a question is answered. Bounds that depend on the question are checked there, not here.

Every way in leads through `plain`: one flat mapping of names to values, so that `vehicle=rigid&height_m=3.8` in a
query and `{"vehicle": {"preset": "rigid", "height_m": 3.8}}` in a body are the same to the model.
"""
from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Annotated, Any, Generic, Literal, TypeVar

import orjson
from flask import g, request
from flask_babel import refresh
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    FiniteFloat,
    ValidationError,
    ValidationInfo,
)

from geodata.columns import KINDS, SERVICES
from geodata.errors import BadInput
from geodata.roads.marks import AVOIDABLE, LOADS
from locator.asks import ACCURACIES, LONGEST_DETOUR_S, MAX_VIAS, OLDEST_DAYS, ORDERS
from locator.vehicles import MEASURES, PRESETS, TUNNEL_CODES
from locator.web.problems import BadRequest, of_pydantic
from locator.words.exporting import FORMATS

DEEPEST = 16                 # levels of JSON; a GeoJSON FeatureCollection of lines needs 8
LONGEST_TEXT = 200           # characters of a name of ours or a time
JSON_TYPES = ("application/json", "application/geo+json")
GPX_TYPES = ("application/gpx+xml", "application/xml", "text/xml")
OF_VEHICLE = frozenset({*MEASURES, "hazmat", "tunnel_category"})
LISTS = {"kind": "kinds", "service": "services"}      # names in a query -> names in a body
Model = TypeVar("Model", bound="Asked")
View = TypeVar("View", bound=Callable[..., Any])
HUTANG, HENGSHANQIAO = "湖塘", "横山桥"


def _position(value: Any, info: ValidationInfo) -> Any:
    """A name, "lon,lat" or [lon, lat]; numbers become the text form, whose checks are the core's."""
    field = "from" if info.field_name == "from_" else info.field_name
    if isinstance(value, str):
        return value
    if isinstance(value, (list, tuple)) and len(value) == 2 and all(type(part) in (int, float) for part in value):
        return f"{float(value[0])!r},{float(value[1])!r}"
    raise BadInput("bad_lonlat", field=field, value=str(value)[:LONGEST_TEXT])


def split(value: Any) -> Any:
    """"a,b" or ["a", "b"] -> ["a", "b"]."""
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


def among(codes: Iterable[str]) -> Callable[[str, ValidationInfo], str]:
    known = tuple(codes)

    def check(value: str, info: ValidationInfo) -> str:
        if value not in known:
            raise BadInput("not_allowed", field=info.field_name, value=value, allowed=", ".join(known))
        return value
    return check


def listed(codes: Iterable[str]) -> Any:
    """The JSON schema of one of a closed list."""
    return Field(json_schema_extra={"enum": list(codes)})


Text = Annotated[str, Field(max_length=LONGEST_TEXT)]
Position = Annotated[str, BeforeValidator(_position, json_schema_input_type=str | tuple[float, float]),
                     Field(description="A name the region knows, \"lon,lat\", or [lon, lat]. Longitude first.")]
Kind = Annotated[str, AfterValidator(among(KINDS)), listed(KINDS)]
Service = Annotated[str, AfterValidator(among(SERVICES)), listed(SERVICES)]
Kinds = Annotated[list[Kind], BeforeValidator(split), Field(description="Only these kinds of place.")]
Services = Annotated[list[Service], BeforeValidator(split),
                     Field(description="Only places known to have all of these services.")]
Limit = Annotated[int | None, Field(ge=1, le=100_000, description=(
    "At most so many places, those of the least detour or drive; a server may allow fewer."))]
Depart = Annotated[Text | None, Field(examples=["2026-11-23T08:30"], description=(
    "ISO 8601; without an offset, in the region's time zone. Default: now."))]
Datum = Annotated[Literal["wgs84", "gcj02", "bd09"], Field(
    description="Datum of the coordinates given. Answers are always WGS 84.")]


class Asked(BaseModel):
    """What every question may carry."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    region: Text | None = Field(None, description="Name of a region; without it the server's own.")
    lang: Text | None = Field(None, description="Language of errors: zh or en. Also by Accept-Language.")


class Measures(BaseModel):
    """What may differ from a preset."""

    height_m: FiniteFloat | None = Field(None, description="Height with load, metres.")
    mass_t: FiniteFloat | None = Field(None, description="Actual mass, tonnes.")
    width_m: FiniteFloat | None = Field(None, description="Width, metres.")
    length_m: FiniteFloat | None = Field(None, description="Length, metres.")
    axle_t: FiniteFloat | None = Field(None, description="Greatest axle load, tonnes.")


class Load(BaseModel):
    """What it carries."""

    hazmat: Annotated[str, listed(LOADS)] = Field(
        "none", description="Dangerous goods: none, goods, or water for such as harm water.")
    tunnel_category: Annotated[str | None, listed(TUNNEL_CODES)] = Field(
        None, description="ADR tunnel code of the load: B bars most tunnels, E fewest.")


class Avoiding(BaseModel):
    """What a way is to do without."""

    avoid: Annotated[list[Annotated[str, listed(AVOIDABLE)]], BeforeValidator(split)] = Field(
        [], description="Roads not to be taken: with toll, by ferry, motorways.")


class VehicleIn(Measures, Load):
    """A preset, and the measures that differ from it."""

    model_config = ConfigDict(extra="forbid")

    preset: Annotated[str, listed(PRESETS)] = Field("lorry", description="A common vehicle to start from.")


class Moved(Asked, Avoiding):
    """A question about a vehicle that sets off at some time, as JSON."""

    vehicle: VehicleIn = Field(default_factory=lambda: VehicleIn.model_validate({}), description="A lorry by default.")
    depart: Depart = None
    datum: Datum = "wgs84"


class Options(Asked, Measures, Load, Avoiding):
    """The same as a query says it: everything on one level."""

    vehicle: Annotated[str, listed(PRESETS)] = Field("lorry", description="A common vehicle to start from.")
    depart: Depart = None
    datum: Datum = "wgs84"


class Doubts(BaseModel):
    """What must be known of a place."""

    open_at_eta: bool = Field(False, description="Leave out places, or services asked for, known to be closed on arrival.")
    min_accuracy: Annotated[str, AfterValidator(among(ACCURACIES)), listed(ACCURACIES)] | None = Field(
        None, description="Only positions of this class or better: A best, E worst.")
    max_age_days: int | None = Field(None, ge=0, le=OLDEST_DAYS, description=(
        "Only records known to have been checked at most so many days before departure."))


class Places(Doubts):
    """Which places, as a query says it."""

    kind: Kinds = []
    service: Services = []
    limit: Limit = None


class Stops(Doubts):
    """Which stops along a route."""

    max_detour_s: FiniteFloat | None = Field(
        None, ge=0, le=LONGEST_DETOUR_S, description="Leave out stops that cost more, seconds. Default: half an hour.")
    max_opposite_s: FiniteFloat | None = Field(None, ge=0, le=LONGEST_DETOUR_S, description=(
        "Leave out stops entered from the opposite carriageway that cost more than this, seconds."))
    start_m: FiniteFloat = Field(0.0, ge=0, le=1e8, description="Where the driver is now, metres from the route's start.")
    order: Annotated[str, AfterValidator(among(ORDERS)), listed(ORDERS)] = Field(
        "offset", description="In the order they are met, or cheapest first.")
    min_bays: int | None = Field(None, ge=1, le=100_000, description="Only places known to have so many lorry bays.")


class NearestAsk(Options, Places):
    """The places soonest reached from a point. Give `at`, or `lon` and `lat`."""

    at: Position | None = Field(None, description="A name, or \"lon,lat\". Longitude first.")
    lon: FiniteFloat | None = Field(None, description="Longitude, degrees; with `lat` instead of `at`.")
    lat: FiniteFloat | None = Field(None, description="Latitude, degrees.")
    max_drive_s: FiniteFloat | None = Field(
        None, ge=0, le=LONGEST_DETOUR_S, description="Leave out places farther than this, seconds. Default: a day.")


class Filed(BaseModel):
    """The answer, or a file made of it."""

    format: Annotated[str, AfterValidator(among(FORMATS)), listed(FORMATS)] = Field(
        "geojson", description=(
            "The answer as described here, or a file for other programs: route as track, stops as waypoints or events."))


class AlongOptions(Options, Places, Stops, Filed):
    """What a query may add to a body of /api/along."""


class RouteAsked(Moved):
    """A route by places (`from`, `via`, `to`) or by the driver's own line (`line` or `polyline`), not both."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True, json_schema_extra={
        "examples": [{"from": HUTANG, "to": HENGSHANQIAO, "vehicle": {"preset": "lorry", "height_m": 4.0}}]})

    from_: Position | None = Field(None, alias="from", description="Where he starts: a name, \"lon,lat\" or [lon, lat].")
    to: Position | None = Field(None, description="Where he goes.")
    via: list[Position] = Field([], max_length=MAX_VIAS, description="Passed in this order.")
    line: dict[str, Any] | list[Any] | None = Field(None, description=(
        "The driver's own line: a GeoJSON LineString (or Feature, or collection with one), or [[lon, lat], …]."))
    polyline: str | None = Field(None, description="The driver's own line as an encoded polyline.")
    precision: int = Field(5, description="Decimal places of `polyline`: 5 or 6.", json_schema_extra={"enum": [5, 6]})


class AlongAsked(RouteAsked, Stops, Filed):
    """The stops along a route, with the true detour of each."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True, json_schema_extra={"examples": [
        {"from": HUTANG, "to": HENGSHANQIAO, "services": ["shower"], "max_detour_s": 900, "depart": "2026-11-23T08:30"}]})

    kinds: Kinds = []
    services: Services = []
    limit: Limit = None


class LayersAsk(Asked):
    """Which region's layers."""


class ItemsAsk(Asked):
    """A part of a layer."""

    bbox: Text | None = Field(None, description="west,south,east,north in degrees; west > east crosses the dateline.",
                              examples=["119.8,31.6,120.1,31.8"])
    limit: int = Field(100, ge=1, le=10_000, description="At most so many items.")
    offset: int = Field(0, ge=0, le=1_000_000_000, description="Skip so many items.")


class UnmetAsk(Asked):
    """From which month on."""

    since: Text | None = Field(None, description="A month, 2026-11; without it all that are kept.", examples=["2026-11"])


class NamesAsk(Asked):
    """The beginning of a name."""

    q: Text = Field(description="What has been typed so far.", examples=["湖"])
    limit: int = Field(8, ge=1, le=50, description="At most so many names.")


class Read(Generic[Model]):
    """A checked question, and the GPX that came with it."""

    def __init__(self, asked: Model, gpx: bytes | None = None) -> None:
        self.asked, self.gpx = asked, gpx


def shown_in(model: type[Asked]) -> Callable[[View], View]:
    """Declare the query of a view for the OpenAPI document; the view reads it itself, with `read_query`."""
    def declare(view: View) -> View:
        view.__dict__["_spec"] = view.__dict__.get("_spec", {}) | {"args": [(model, "query")]}      # as APIFlask's `input` does
        return view
    return declare


def read_query(model: type[Model]) -> Model:
    """The request's query as `model`."""
    return _checked(model, _flat(request.args))


def read_values(model: type[Model], given: Mapping[str, Any]) -> Model:
    """The request's query, and these values over it, as `model`."""
    return _checked(model, _flat(request.args) | dict(given))


def read_body(model: type[Model]) -> Read[Model]:
    """The request's JSON, or its GPX with options in query or form, as `model`."""
    options, kind = _flat(request.args), request.mimetype
    if "Transfer-Encoding" in request.headers and not request.environ.get("wsgi.input_terminated"):
        raise BadRequest(411, "no_length")            # WSGI has no end of such a body: it would read as empty
    if kind in JSON_TYPES:
        return Read(_checked(model, plain(options) | plain(read_json(request.get_data()))))
    if kind in GPX_TYPES:
        return Read(_checked(model, plain(options)), request.get_data())
    if kind == "multipart/form-data":
        if (file := request.files.get("file")) is None:
            raise BadInput("missing", field="file")
        return Read(_checked(model, plain(options | _flat(request.form))), file.read())
    raise BadRequest(415, "media_type")


def read_json_body(model: type[Model]) -> Model:
    """The request's JSON as `model`, for questions that take nothing else."""
    if "Transfer-Encoding" in request.headers and not request.environ.get("wsgi.input_terminated"):
        raise BadRequest(411, "no_length")
    if request.mimetype not in JSON_TYPES:
        raise BadRequest(415, "media_type")
    return _checked(model, plain(_flat(request.args)) | plain(read_json(request.get_data())))


def read_json(text: bytes) -> dict[str, Any]:
    """A JSON object. Raises BadRequest when it is none: NaN, too deep, another type."""
    try:
        value = orjson.loads(text)                # refuses NaN and Infinity, and what would exhaust the stack
    except orjson.JSONDecodeError as why:
        raise BadRequest(400, "not_json") from why
    if not isinstance(value, dict):
        raise BadRequest(400, "not_object")
    if _depth(value) > DEEPEST:
        raise BadRequest(400, "too_deep")
    return value


def plain(given: Mapping[str, Any]) -> dict[str, Any]:
    """The same with the short names of a query written out, and a vehicle's measures put into the vehicle."""
    named = {LISTS.get(name, name): value for name, value in given.items() if name not in OF_VEHICLE}
    measures = {name: value for name, value in given.items() if name in OF_VEHICLE}
    vehicle = named.get("vehicle")
    if isinstance(vehicle, str):
        named["vehicle"] = {"preset": vehicle} | measures
    elif measures:
        named["vehicle"] = (vehicle if isinstance(vehicle, dict) else {}) | measures
    return named


def _flat(args: Any) -> dict[str, Any]:
    """name -> value; a name said more than once becomes "a,b", except vias, which may hold commas."""
    flat: dict[str, Any] = {name: ",".join(args.getlist(name)) for name in args}
    if "via" in flat:
        flat["via"] = args.getlist("via")
    return flat


def _checked(model: type[Model], given: dict[str, Any]) -> Model:
    if isinstance(given.get("lang"), str):
        g.lang = given["lang"]                # so that a problem found below is told in it
        refresh()
    try:
        return model.model_validate(given)
    except ValidationError as why:
        raise of_pydantic(why, model) from why


def _depth(value: Any) -> int:
    level, depth = [value], 0
    while level:
        depth += 1
        level = [inner for one in level if isinstance(one, (dict, list))
                 for inner in (one.values() if isinstance(one, dict) else one)]
    return depth
