"""Serve the portal: a production server with threads, and the worker inside."""

from __future__ import annotations

import argparse
import errno
import logging
import signal
import socket
import threading
import time
from contextlib import ExitStack
from types import FrameType
from typing import Any

from waitress import wasyncore
from waitress.channel import HTTPChannel
from waitress.server import create_server

from portal.base import config as settings
from portal.base import lock
from portal.base.config import Config, ConfigError
from portal.cli import console
from portal.factory import create_app
from portal.models.schema import TooNew
from portal.operations import boot, setup, upgrades
from portal.worker.loop import Worker

THREADS, CONNECTIONS, BACKLOG = 8, 500, 1024
BODY_AT_MOST = 60 * 1024 * 1024
_FINISH = 20.0  # seconds that requests and the worker have at the end


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--no-worker", action="store_true", help="the worker runs elsewhere: foyer worker")


def run(args: argparse.Namespace) -> int:
    config = settings.load()
    with ExitStack() as stack:
        hold(stack, config)
        sockets = listening(stack, config)
        bring_up(config)
        serve(config, sockets, with_worker=not args.no_worker)
    return 0


def hold(stack: ExitStack, config: Config) -> None:
    """Be the only server of the instance as long as `stack` lives. Raises GaveUp."""
    try:
        stack.enter_context(lock.held(config.instance))
    except lock.Held as other:
        raise console.GaveUp(
            f"a server ({other}) already runs on {config.instance}; stop it, or set PORTAL_INSTANCE to another folder"
        ) from other


def listening(stack: ExitStack, config: Config) -> list[socket.socket]:
    """Sockets for all addresses of the host. Who connects from now on waits for the first answer. Raises GaveUp."""
    found: list[socket.socket] = []
    failed: OSError | None = None
    for family, kind, protocol, _name, address in _addresses(config):
        sock = stack.enter_context(socket.socket(family, kind, protocol))
        try:
            _listen(sock, address)
        except OSError as error:
            failed = error
            if error.errno == errno.EADDRINUSE:
                break
            continue
        found.append(sock)
    if not found or (failed is not None and failed.errno == errno.EADDRINUSE):
        raise _cannot_listen(config, failed)
    return found


def bring_up(config: Config) -> None:
    """Open the instance and migrate it, after a backup. Raises ConfigError, GaveUp."""
    boot.open_instance(config)
    try:
        done = upgrades.run(config)
    except TooNew as error:
        raise console.GaveUp(str(error)) from error
    except OSError as error:
        raise console.GaveUp(f"no backup before the upgrade, so nothing was changed: {error}") from error
    if done.backup is not None:
        console.say(f"Upgraded ({', '.join(done.migrations)}); the state before is in {done.backup.path}")


def serve(config: Config, sockets: list[socket.socket], *, with_worker: bool = True) -> None:
    """Answer until SIGTERM or SIGINT; then take nothing new, finish what was begun and return."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    channels: dict[int, Any] = {}
    server = create_server(create_app(config), map=channels, sockets=sockets, **_options(config))
    worker = Worker(config) if with_worker else None
    stop = _stop_on_signal()
    if worker is not None:
        worker.start()
    _announce(config)
    while not stop.is_set():
        wasyncore.loop(timeout=0.5, use_poll=True, map=channels, count=1)
    ending = threading.Thread(target=worker.stop, args=(_FINISH,)) if worker is not None else None
    if ending is not None:
        ending.start()
    _finish(channels)
    server.task_dispatcher.shutdown(timeout=1)
    wasyncore.close_all(channels)
    if ending is not None:
        ending.join(_FINISH + 1)


def _addresses(config: Config) -> list[Any]:
    try:
        return socket.getaddrinfo(config.host, config.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError as error:
        raise ConfigError(f"PORTAL_HOST is {config.host!r}, which is no address of this machine") from error


def _listen(sock: socket.socket, address: Any) -> None:
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if sock.family == socket.AF_INET6:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    sock.bind(address)
    sock.listen(BACKLOG)


def _cannot_listen(config: Config, error: OSError | None) -> Exception:
    number = error.errno if error is not None else 0
    if number == errno.EADDRINUSE:
        way_out = f"stop what listens there, or choose another: PORTAL_PORT={config.port % 65535 + 1}"
        return console.GaveUp(f"port {config.port} on {config.host} is taken; {way_out}")
    if number == errno.EACCES:
        return console.GaveUp(f"port {config.port} is for root only; choose one above 1023: PORTAL_PORT=8000")
    return ConfigError(f"PORTAL_HOST is {config.host!r}, where this machine cannot listen ({error})")


def _options(config: Config) -> dict[str, Any]:
    return {
        "threads": THREADS,
        "connection_limit": CONNECTIONS,
        "backlog": BACKLOG,
        "ident": None,
        "max_request_body_size": BODY_AT_MOST,
        # waitress strips what our own proxies tell, even when it is told to trust none itself; ProxyFix reads it
        "clear_untrusted_proxy_headers": config.proxy_hops == 0,
    }


def _stop_on_signal() -> threading.Event:
    stop = threading.Event()

    def handle(number: int, _frame: FrameType | None) -> None:
        stop.set()
        signal.signal(number, signal.SIG_DFL)  # the second time it ends at once

    signal.signal(signal.SIGTERM, handle)
    signal.signal(signal.SIGINT, handle)
    return stop


def _announce(config: Config) -> None:
    console.say(f"Foyer serves {config.base_url} (listening on {config.host}, port {config.port}; Ctrl-C ends it)")
    if setup.needed():
        console.say(f"There is no firm yet. Set up the first one at {config.base_url}/setup/{setup.token()}")


def _finish(channels: dict[int, Any]) -> None:
    """Take no new connections, answer what was asked."""
    for item in list(channels.values()):
        if getattr(item, "accepting", False):
            item.accepting = False
            item.del_channel(channels)
            item.socket.close()
    deadline = time.monotonic() + _FINISH
    while time.monotonic() < deadline and (open_ones := _connections(channels)):
        for connection in open_ones:
            connection.will_close = not _is_busy(connection)
        wasyncore.loop(timeout=0.1, use_poll=True, map=channels, count=1)


def _connections(channels: dict[int, Any]) -> list[HTTPChannel]:
    return [item for item in list(channels.values()) if isinstance(item, HTTPChannel)]


def _is_busy(connection: HTTPChannel) -> bool:
    return bool(connection.requests or connection.request or connection.total_outbufs_len)
