"""Every setting, in one table: read from the environment once, checked, frozen.

In: environment variables LOCATOR_<FIELD>.    Out: Settings.
Never knows: who uses them. What each means to the person who runs the house is in docs/settings.md.
"""
from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from geodata.errors import BadInput

PREFIX = "LOCATOR_"
HOST = re.compile(r"[.]?[a-z0-9]([a-z0-9-]*[a-z0-9])?([.][a-z0-9]([a-z0-9-]*[a-z0-9])?)*", re.ASCII)


def _setting(default: Any, *, low: int | None = None, high: int | None = None, allowed: tuple[str, ...] = (),
             read: Callable[[str, str], Any] | None = None) -> Any:
    return field(default=default, metadata={"low": low, "high": high, "allowed": allowed, "read": read})


def _host_names(name: str, value: str) -> tuple[str, ...]:
    """Comma-separated host names, as a browser sends them: small, in ASCII. A dot in front means all below it, too."""
    said = [part.strip() for part in value.split(",") if part.strip()]
    for part in said:
        if not HOST.fullmatch(_ascii(part)):
            raise BadInput("bad_host", field=name, value=part)
    return tuple(_ascii(part) for part in said)


def _ascii(host: str) -> str:
    dot = "." if host.startswith(".") else ""
    try:
        return dot + host.removeprefix(".").encode("idna").decode("ascii").lower()
    except UnicodeError:                    # an empty label, or one too long: no name
        return ""


@dataclass(frozen=True)
class Settings:
    """What the house may be told from outside. Each field is LOCATOR_<FIELD> in capitals."""

    data: Path = _setting(Path("var"))                               # regions, layers, state
    region: str = _setting("wujin")                                  # asked when none is named
    host: str = _setting("127.0.0.1")                                # loopback: a proxy stands before it
    port: int = _setting(8000, low=0, high=65_535)                   # 0: any free one
    trusted_hosts: tuple[str, ...] = _setting((), read=_host_names)  # names it is asked under, besides the loopback's
    lang: str = _setting("zh", allowed=("zh", "en"))                 # when the reader does not say
    workers: int = _setting(1, low=1, high=64)                       # server processes
    threads: int = _setting(4, low=1, high=64)                       # requests at once in each of them
    max_body_bytes: int = _setting(8_000_000, low=1_000, high=1_000_000_000)
    max_points: int = _setting(200_000, low=2, high=10_000_000)      # of a given line
    max_limit: int = _setting(1_000, low=1, high=100_000)            # stops in one answer
    request_timeout_s: int = _setting(30, low=1, high=3_600)
    tls_cert: str = _setting("")                                     # PEM files; both or neither
    tls_key: str = _setting("")
    unmet: int = _setting(1, low=0, high=1)                          # count questions that found no stop
    jobs: int = _setting(1, low=0, high=16)                          # long runs at once; 0: none may be started
    job_timeout_s: int = _setting(3_600, low=10, high=86_400)
    kept_bytes: int = _setting(1_000_000_000, low=1_000_000, high=1_000_000_000_000)      # runs and scenarios together
    dask: str = _setting("")                                         # tcp://… of a scheduler: trips are audited there
    company_rules: str = _setting("")                                # a TOML file of own driving-time rules, for rule company
    live_url: str = _setting("")                                     # where drivers reach the page; printed as a QR code
    staff_key: str = _setting("")                                    # asked of who changes saved routes; empty: nobody may
    help_line: str = _setting("")                                    # the operator's own number, shown first on /here
    vehicle_pool: int = _setting(4, low=1, high=64)                  # weighted road networks kept per region

    @classmethod
    def read(cls, env: Mapping[str, str] | None = None, **given: Any) -> Settings:
        """The settings of `env` (the process's own unless given); `given` fields win over it.

        Raises  BadInput with field LOCATOR_<FIELD>: not_a_number, out_of_range or not_allowed.
        """
        env = os.environ if env is None else env
        said = {f.name: env[name] for f in fields(cls) if env.get(name := env_name(f.name), "").strip()}
        said |= {name: value for name, value in given.items() if value is not None}
        return cls(**{f.name: _checked(f, said[f.name]) for f in fields(cls) if f.name in said})

    def own_rules(self, rule: str | None) -> Path | None:
        """The file of a company's own rules, where it is asked for and there is one."""
        return Path(self.company_rules).expanduser() if rule == "company" and self.company_rules else None

    def names(self) -> tuple[str, ...]:
        """The names this server is asked under: trusted_hosts, the page's own, the one it was told to listen on."""
        live = urlsplit(self.live_url).hostname if "://" in self.live_url else None
        return (*self.trusted_hosts, *(name for said in (live, self.host) if HOST.fullmatch(name := _ascii(said or ""))))

    def environment(self) -> dict[str, str]:
        """The same settings as environment variables, for a process started from this one."""
        said = {f.name: getattr(self, f.name) for f in fields(self)}
        return {env_name(name): ",".join(value) if isinstance(value, tuple) else str(value) for name, value in said.items()}


def env_name(name: str) -> str:
    """The environment variable of a field."""
    return PREFIX + name.upper()


def _checked(setting: Field[Any], value: Any) -> Any:
    name, meta = env_name(setting.name), setting.metadata
    if isinstance(setting.default, Path):
        return Path(value).expanduser()
    if isinstance(setting.default, int):
        return _whole(name, value, meta["low"], meta["high"])
    if meta["read"]:
        return value if isinstance(value, tuple) else meta["read"](name, value)
    value = str(value).strip()
    if meta["allowed"] and value not in meta["allowed"]:
        raise BadInput("not_allowed", field=name, value=value, allowed=", ".join(meta["allowed"]))
    return value


def _whole(name: str, value: Any, low: int, high: int) -> int:
    try:
        number = int(value)
    except (TypeError, ValueError) as why:
        raise BadInput("not_a_number", field=name, value=value) from why
    if not low <= number <= high:
        raise BadInput("out_of_range", field=name, value=value, low=low, high=high)
    return number
