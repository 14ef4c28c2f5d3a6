"""locator serve: the pages and the API, until Ctrl-C.

In: host, port.    Out: a server; its address is printed when it accepts connections.
Never knows: what it serves.
"""
from __future__ import annotations

import multiprocessing
import socket
import threading
import time
from contextlib import closing

import click
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from geodata.errors import Unavailable
from locator.cli.caller import Caller, caller
from locator.cli.helping import Number, Verb
from locator.cli.options import option
from locator.settings import Settings
from locator.web import create_app
from locator.wiring import open_locator

STOPPING_S = 5      # a request still running then is given up


@click.command("serve", cls=Verb)
@option("--host", metavar="ADDRESS")
@option("--port", type=Number(0, 65_535), metavar="N")
@option("--workers", type=Number(1, 64), metavar="N")
def serve(host: str | None, port: int | None, workers: int | None) -> None:
    """Serve until stopped."""
    who = caller()
    settings = Settings.read(host=host, port=port, workers=workers, region=who.said.get("region"))
    address = (settings.host, free_port(settings.host, settings.port))
    click.echo(who.text("preparing", value=settings.region), err=True)
    open_locator(settings, None)                              # loaded once; forked workers share its memory
    app = create_app(settings, open_locator)
    multiprocessing.set_start_method("fork", force=True)
    server = Granian("locator.web:create_app", *address, interface=Interfaces.WSGI, websockets=False,
                     workers=settings.workers, blocking_threads=settings.threads,
                     log_level=LogLevels.warning, workers_kill_timeout=STOPPING_S)
    threading.Thread(target=announce, args=(who, address), daemon=True).start()
    server.serve(target_loader=lambda: app, wrap_loader=False)


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


def announce(who: Caller, address: tuple[str, int]) -> None:
    """Print the address as soon as a worker accepts connections."""
    while True:
        time.sleep(0.2)                                       # the workers are forked meanwhile
        try:
            socket.create_connection(address, timeout=1).close()
        except OSError:
            continue
        host = f"[{address[0]}]" if ":" in address[0] else address[0]
        return click.echo(who.text("serving", address=f"http://{host}:{address[1]}/"))
