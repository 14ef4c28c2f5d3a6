"""What a driver says when he asks for a plan: which rules, what is behind him, what he would like; checked for every door.

In: values from a command line, a form, JSON.    Out: PlanAsk; from it, on a day and in a country, Rules and DriverState.
Never knows: which door, which region, roads, how a plan is found.
"""
from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from geodata.columns import SERVICES
from geodata.errors import BadInput
from locator.asks import number
from locator.rests import DriverState
from locator.rules import RULE_SETS, Rules, read_file, read_rules, rule_of

WISHES = (*SERVICES, "bays", "free")      # what a stop may be liked for: a service, known lorry bays, parking known to be free
UNKNOWN_HOURS = ("open", "closed")
LONGEST_MIN = 60 * 24 * 60.0
LOW, HIGH = 0, LONGEST_MIN
# option -> the field of DriverState it is, minutes there seconds
MINUTES = {"driven_min": "since_break_s", "driven_today_min": "driven_today_s", "driven_week_min": "driven_week_s",
           "driven_last_week_min": "driven_last_week_s", "cycle_min": "cycle_s", "part_min": "part_s",
           "part_driven_min": "part_driven_s"}
MOMENTS = {"duty_start": "on_duty_s", "week_rest_end": "since_week_rest_s", "part_end": "part_on_duty_s"}
PLAIN = ("split_taken", "split_rest_taken", "long_days", "reduced_rests", "week_rest_was_reduced")


@dataclass(frozen=True)
class PlanAsk:
    """All zero: rested, at the start of his day. Minutes; moments are when something began or ended.

    rule            of RULE_SETS; None: the one of the region's country
    rules_file      own rules (docs/rules.md), for `company` or when no rule is named
    wishes          of WISHES: a stop without one of them counts as locator.planned.WISH_S more
    unknown_hours   open | closed: may he be sent to a place whose hours nobody knows?
    driven_min      driven since the last break that counts; driven_today_min: since the last daily rest
    duty_start      when his day began: the end of his last daily rest
    part_*          us: length of the last part of a rest in two parts, when it ended, driving since
    adverse, seven_days   us: 2 h more in conditions nobody could foresee; 60 h in 7 days instead of 70 in 8
    the others      as in DriverState
    Raises  BadInput not_allowed, not_a_number, not_finite, out_of_range
    """

    rule: str | None = None
    rules_file: Path | None = None
    wishes: tuple[str, ...] = ()
    unknown_hours: str = "open"
    driven_min: float = 0.0
    driven_today_min: float = 0.0
    driven_week_min: float = 0.0
    driven_last_week_min: float = 0.0
    cycle_min: float = 0.0
    part_min: float = 0.0
    part_driven_min: float = 0.0
    duty_start: datetime | None = None
    week_rest_end: datetime | None = None
    part_end: datetime | None = None
    split_taken: bool = False
    split_rest_taken: bool = False
    week_rest_was_reduced: bool = False
    long_days: int = 0
    reduced_rests: int = 0
    adverse: bool = False
    seven_days: bool = False

    def __post_init__(self) -> None:
        for name, given, known in (("rule", (self.rule,) if self.rule else (), RULE_SETS), ("want", self.wishes, WISHES),
                                   ("unknown_hours", (self.unknown_hours,), UNKNOWN_HOURS)):
            for value in given:
                if value not in known:
                    raise BadInput("not_allowed", field=name, value=value, allowed=", ".join(known))
        for name in MINUTES:
            number(name, getattr(self, name), LOW, HIGH)

    def rules(self, country: str | None, on: date) -> Rules:
        """What holds on that day. Raises BadInput: missing (rule) where the country has none of ours; what read_file raises."""
        if self.rules_file is not None and self.rule in (None, "company"):
            rules = read_file(self.rules_file, on)
        else:
            name = self.rule or rule_of(country)
            if name is None:
                raise BadInput("missing", field="rule")
            rules = read_rules(name, on)
        rules = rules.in_adverse_conditions() if self.adverse else rules
        return rules.in_seven_days() if self.seven_days else rules

    def state(self, depart: datetime) -> DriverState:
        """What is behind him at departure. Raises BadInput out_of_range for a moment after it, or too long before."""
        said = {field: 60.0 * getattr(self, name) for name, field in MINUTES.items()}
        since = {name: self._since(name, depart) for name in MOMENTS}
        if since["duty_start"] is not None and self.part_min:
            since["duty_start"] = max(since["duty_start"] - said["part_s"], 0.0)         # a part in the berth is not of the day
        said |= {MOMENTS[name]: seconds for name, seconds in since.items() if seconds is not None}
        return DriverState(**said, **{name: getattr(self, name) for name in PLAIN})

    def _since(self, name: str, depart: datetime) -> float | None:
        """Seconds from a moment to the departure; one without an offset is of the departure's zone."""
        at: datetime | None = getattr(self, name)
        if at is None:
            return None
        at = at.replace(tzinfo=depart.tzinfo) if at.tzinfo is None else at
        seconds = (depart.astimezone(UTC) - at.astimezone(UTC)).total_seconds()
        if not 0 <= seconds <= 60 * LONGEST_MIN:
            raise BadInput("out_of_range", field=name, value=at.isoformat(timespec="minutes"), low="depart − 60 d",
                           high=depart.isoformat(timespec="minutes"))
        return seconds
