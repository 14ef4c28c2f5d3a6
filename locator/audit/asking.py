"""What an audit is asked, checked once for every door; what it is measured against.

In: values from a door.    Out: AuditAsk.
Never knows: which door, where the trips come from.
"""
from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from geodata.errors import BadInput
from locator.asks import DATUMS, Want, number
from locator.rules import RULE_SETS, read_rules
from locator.vehicles import Vehicle, vehicle

DEPTHS = ("quick", "routed", "matched")
CORRIDOR_M = {"quick": 500.0, "routed": 5_000.0, "matched": 5_000.0}      # where nothing is said
MAX_DETOUR_S = 600.0                 # what a rest may cost besides, where roads are known
LONGEST_BEHIND_S = 86_400.0


@dataclass(frozen=True)
class AuditAsk:
    """depth     quick: timed tracks, places within corridor_m of the line, no detour known: approximate
              routed: two ends, the fastest way, exact detours;  matched: lines, on the roads driven, exact detours
    rule      whose longest driving and least break;  on: the law of which day
    want      which places may be rested at;  its max_detour_s is what leaving the road for one may cost (routed, matched)
    corridor_m  only places so near the line are looked at
    behind_s  driven before each trip since the last rest
    """

    depth: str = "quick"
    rule: str = "cn"
    on: date = field(default_factory=date.today)
    want: Want = field(default_factory=lambda: Want(max_detour_s=MAX_DETOUR_S))
    vehicle: Vehicle = field(default_factory=vehicle)
    corridor_m: float | None = None
    behind_s: float = 0.0
    datum: str = "wgs84"

    def __post_init__(self) -> None:
        for name, value, known in (("depth", self.depth, DEPTHS), ("rule", self.rule, RULE_SETS)):
            if value not in known:
                raise BadInput("not_allowed", field=name, value=value, allowed=", ".join(known))
        if self.datum not in DATUMS:
            raise BadInput("bad_datum", field="datum", value=self.datum, allowed=", ".join(DATUMS))
        number("corridor_m", self.corridor_m, 1.0, 50_000.0)
        number("behind_s", self.behind_s, 0.0, LONGEST_BEHIND_S)
        read_rules(self.rule, self.on)

    @property
    def within_m(self) -> float:
        return CORRIDOR_M[self.depth] if self.corridor_m is None else float(self.corridor_m)

    @property
    def detour_s(self) -> float:
        return MAX_DETOUR_S if self.want.max_detour_s is None else float(self.want.max_detour_s)

    @property
    def drive_s(self) -> int:
        return read_rules(self.rule, self.on).drive

    @property
    def break_s(self) -> int:
        return read_rules(self.rule, self.on).break_
