"""locator serve: the pages and the API, until Ctrl-C, over http, or over https and nothing else.

In: host, port, a certificate or the wish for one.    Out: a server; its address is printed when it accepts connections.
Never knows: what it serves.
"""
from __future__ import annotations

import multiprocessing
import socket
import threading
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import click
from granian import Granian
from granian.constants import Interfaces, SSLProtocols
from granian.log import LogLevels

from geodata.errors import BadInput, Unavailable
from locator.cli.caller import Caller, caller
from locator.cli.helping import Number, Verb
from locator.cli.options import option
from locator.settings import Settings
from locator.tls import EVERYWHERE, Certificate, given_certificate, lan_addresses, own_certificate
from locator.vehicles import vehicle
from locator.warming import warm_up
from locator.web import create_app
from locator.wiring import open_locator

STOPPING_S = 5      # a request still running then is given up


@click.command("serve", cls=Verb)
@option("--host", metavar="ADDRESS")
@option("--port", type=Number(0, 65_535), metavar="N")
@option("--workers", type=Number(1, 64), metavar="N")
@option("--tls", is_flag=True)
@option("--cert", metavar="FILE")
@option("--key", metavar="FILE")
def serve(host: str | None, port: int | None, workers: int | None, tls: bool, cert: str | None, key: str | None) -> None:
    """Serve until stopped."""
    who = caller()
    settings = Settings.read(host=host, port=port, workers=workers, tls_cert=cert, tls_key=key, region=who.said.get("region"))
    address = (settings.host, free_port(settings.host, settings.port))
    certificate = shown_certificate(settings, tls)
    if certificate is not None:
        click.echo(who.text("certificate", value=certificate.cert, until=f"{certificate.until:%Y-%m-%d}",
                            fingerprint=certificate.fingerprint), err=True)
    click.echo(who.text("preparing", value=settings.region), err=True)
    warm_up()
    open_locator(settings, None).warm(vehicle())              # loaded and weighted once; forked workers share its memory
    app = create_app(settings, open_locator)
    multiprocessing.set_start_method("fork", force=True)
    server = Granian("locator.web:create_app", *address, interface=Interfaces.WSGI, websockets=False,
                     workers=settings.workers, blocking_threads=settings.threads,
                     log_level=LogLevels.warning, workers_kill_timeout=STOPPING_S,
                     ssl_cert=certificate.cert if certificate else None, ssl_key=certificate.key if certificate else None,
                     ssl_protocol_min=SSLProtocols.tls12)     # phones before Android 10 know no 1.3
    threading.Thread(target=announce, args=(who, address, "http" if certificate is None else "https"), daemon=True).start()
    server.serve(target_loader=lambda: app, wrap_loader=False)


def shown_certificate(settings: Settings, tls: bool) -> Certificate | None:
    """The given certificate, else for `tls` our own; None for http. Raises BadInput missing when one file comes alone."""
    now = datetime.now(UTC)
    if settings.tls_cert or settings.tls_key:
        for field, said in (("cert", settings.tls_cert), ("key", settings.tls_key)):
            if not said:
                raise BadInput("missing", field=field)
        return given_certificate(Path(settings.tls_cert).expanduser(), Path(settings.tls_key).expanduser(), now)
    return own_certificate(settings.data / "tls", settings.host, now) if tls else None


def free_port(host: str, port: int) -> int:
    """`port`, or any free one for 0. Raises Unavailable port_taken: granian would share it silently."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with closing(socket.socket(family, kind)) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            return int(probe.getsockname()[1])
    except OSError as why:
        raise Unavailable("port_taken", field="port", value=f"{host}:{port}") from why


def announce(who: Caller, address: tuple[str, int], scheme: str) -> None:
    """Print the address as soon as a worker accepts connections; for every address of the machine, those a phone can use."""
    while True:
        time.sleep(0.2)                                       # the workers are forked meanwhile
        try:
            socket.create_connection(address, timeout=1).close()
        except OSError:
            continue
        hosts = (lan_addresses() if address[0] in EVERYWHERE else []) or [address[0]]
        said = [f"{scheme}://{f'[{host}]' if ':' in host else host}:{address[1]}/" for host in hosts]
        return click.echo(who.text("serving", address=" ".join(said)))
