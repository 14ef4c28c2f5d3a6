"""Who is asked: a request under a name that is not this server's is refused.

In: the Host header of a request, Settings.    Out: BadInput untrusted_host, or nothing.
Never knows: what is asked for.

A page anywhere can have its own name point to the loopback, or to an address of the office (DNS rebinding); the reader's
browser then takes this server for part of that page, which reads and changes what the reader may. The name gives it away:
the browser sends it. An address in numbers cannot be pointed elsewhere, so that it is always trusted.
"""
from __future__ import annotations

from ipaddress import ip_address

from flask import Flask, request
from werkzeug.sansio.utils import host_is_trusted

from geodata.errors import BadInput

LOOPBACK = (".localhost",)       # and localhost itself: RFC 6761 keeps the name and all below it on this machine


def check_hosts(app: Flask, names: tuple[str, ...]) -> None:
    """From now on `app` answers only what is asked under `names` and the loopback's, whatever the path or method."""

    @app.before_request
    def refuse_others() -> None:
        said = request.headers.get("Host", "")
        if said and not trusted(said, names):                    # none: HTTP/1.0, a balancer's check and no browser
            raise BadInput("untrusted_host", field="Host", value=said)


def trusted(host: str, names: tuple[str, ...]) -> bool:
    """Whether a Host header is one of `names`, of the loopback's, or an address in numbers, with any port or none."""
    host = host.lower()
    if not host_is_trusted(host):                                # its characters, its port
        return False
    return _is_address(host) or host_is_trusted(host.partition(":")[0], (*LOOPBACK, *names))


def _is_address(host: str) -> bool:
    bare = host[1:].partition("]")[0] if host.startswith("[") else host.partition(":")[0]
    try:
        return bool(ip_address(bare))
    except ValueError:
        return False
