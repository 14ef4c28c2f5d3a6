"""The one family of deliberate errors: what went wrong, in which field, with which value.

In: nothing.    Out: exceptions carrying a code from CODES.
Never knows: a language, HTTP, a terminal. The doors turn a code into words and a status.
"""
from __future__ import annotations

from typing import Any


class LocatorError(Exception):
    """A deliberate error. `code` chooses the words, `field` the form field, `value` what was given."""

    def __init__(self, code: str, *, field: str | None = None, value: Any = None, **params: Any) -> None:
        super().__init__(f"{code} field={field} value={str(value)[:80]!r} {params or ''}".strip())
        assert code in CODES, f"undeclared error code {code}"
        self.code, self.field, self.value = code, field, value
        self.params = params

    def __reduce__(self) -> tuple[Any, ...]:
        return _again, (type(self), self.code, self.field, self.value, self.params)


def _again(kind: type[LocatorError], code: str, field: str | None, value: Any, params: dict[str, Any]) -> LocatorError:
    return kind(code, field=field, value=value, **params)


class BadInput(LocatorError):
    """The caller can mend it: wrong value, wrong file."""


class NotFound(LocatorError):
    """A name that is not known here: region, layer, place."""


class NotReachable(LocatorError):
    """The roads do not lead there for this vehicle."""


class Forbidden(LocatorError):
    """Not for this caller."""


class StaleEdit(LocatorError):
    """Somebody else changed the layer first."""


class Unavailable(LocatorError):
    """Not now: busy, or an engine does not answer; worth trying again."""


class NoRoom(LocatorError):
    """The disk is full or not writable; what was there stays as it was."""


# code -> the class that carries it, with the params its words may use besides %(field)s and %(value)s
CODES: dict[str, tuple[type[LocatorError], tuple[str, ...]]] = {
    "missing": (BadInput, ()),                       # a field that is needed
    "not_a_number": (BadInput, ()),
    "not_finite": (BadInput, ()),                    # NaN or infinite
    "out_of_range": (BadInput, ("low", "high")),
    "not_allowed": (BadInput, ("allowed",)),         # not in a closed list
    "unknown_field": (BadInput, ("allowed",)),       # a name nobody asks for, often a misspelt one
    "bad_lonlat": (BadInput, ()),                    # neither lon,lat nor a usable pair
    "swapped_lonlat": (BadInput, ()),                # lat,lon given where lon,lat is meant
    "short_link": (BadInput, ()),                    # a map app's link that holds neither coordinates nor a name known here
    "bad_time": (BadInput, ()),
    "bad_datum": (BadInput, ("allowed",)),
    "bad_name": (BadInput, ()),                      # region or layer name with forbidden characters
    "bad_file": (BadInput, ("reason",)),             # unreadable, truncated, of another type
    "old_region": (BadInput, ()),                    # built by an earlier version, whose arrays mean something else
    "empty_file": (BadInput, ()),
    "file_not_found": (BadInput, ()),
    "too_large": (BadInput, ("limit", "unit")),      # bytes, points, rows, depth
    "bad_gpx": (BadInput, ("reason",)),
    "bad_geojson": (BadInput, ("reason",)),
    "bad_polyline": (BadInput, ("reason",)),
    "bad_table": (BadInput, ("errors",)),            # a table whose check found errors
    "line_too_short": (BadInput, ()),                # fewer than two distinct points
    "same_place": (BadInput, ()),                    # from = to with nothing between
    "ambiguous_route": (BadInput, ()),               # both places and a line
    "ambiguous_place": (BadInput, ("suggestions",)),
    "outside_region": (BadInput, ("region",)),
    "unknown_place": (NotFound, ("suggestions",)),
    "unknown_region": (NotFound, ("known",)),
    "unknown_layer": (NotFound, ("known",)),
    "unknown_vehicle": (BadInput, ("allowed",)),
    "unknown_page": (NotFound, ()),
    "layer_exists": (BadInput, ()),
    "unknown_id": (BadInput, ("count", "suggestions")),              # in a table or list by id; value: the first
    "no_roads": (BadInput, ()),                      # a question about roads in a region that has none
    "no_road_within_reach": (NotReachable, ("reach_m", "why", "road", "limit")),    # why the nearest road is closed to it
    "no_way_avoiding": (NotReachable, ()),           # only over roads that were to be avoided
    "unknown_closure": (NotFound, ()),               # nobody closed that road
    "unknown_route": (NotFound, ("known",)),         # no route was saved under that name
    "staff_only": (Forbidden, ()),                   # a change that asks for the staff's key
    "unknown_road": (NotFound, ()),                  # no such way in the region's roads
    "no_way_through": (NotReachable, ("why", "road", "limit")),      # both ends on roads, no path for this vehicle
    "stale_edit": (StaleEdit, ("current",)),
    "busy": (Unavailable, ()),
    "took_too_long": (Unavailable, ("limit_s",)),
    "unknown_job": (NotFound, ()),                   # none of that id is kept
    "no_result": (BadInput, ()),                     # of a job that is not done; value: its state
    "unknown_scenario": (NotFound, ("known",)),
    "scenario_exists": (BadInput, ()),
    "other_kind": (BadInput, ()),                    # two scenarios that answer different questions
    "kept_full": (NoRoom, ("limit",)),                # of what runs and scenarios may take together; value: with this one
    "jobs_off": (Unavailable, ()),                   # LOCATOR_JOBS=0
    "no_cluster": (Unavailable, ()),                 # LOCATOR_DASK does not answer
    "port_taken": (Unavailable, ()),                 # serve: somebody listens there already
    "disk_full": (NoRoom, ()),
    "not_writable": (NoRoom, ()),
    "bad_host": (BadInput, ()),                      # no host name: with a scheme, a port, a path
    "untrusted_host": (BadInput, ()),                # asked under a name that is not this server's
    "internal": (LocatorError, ()),                  # our fault; the log has the rest
    "too_many_requests": (Unavailable, ()),
    "bad_request": (BadInput, ("reason",)),          # HTTP-level: not JSON, wrong method, wrong type
}
