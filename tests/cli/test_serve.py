"""`foyer serve`: starts, says where, refuses in one line, and ends without dropping anybody."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from portal.base import clock, lock
from portal.base.database import database
from portal.models import notices
from tests.cli.conftest import FOYER, ROOT, Site, environment, foyer, open_at

# a server whose pages take a second, to be asked while it is told to end
SLOW = """
import sys, time
from portal.cli import main, serve
def create_app(_config):
    def app(environ, start_response):
        if environ["PATH_INFO"] == "/slow":
            time.sleep(1.2)
        body = environ["wsgi.input"].read() or b"x" * 300000
        start_response("200 OK", [("Content-Length", str(len(body)))])
        return [body]
    return app
serve.create_app = create_app
sys.exit(main(["serve", "--no-worker"]))
"""


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


@contextmanager
def serving(folder: Path, *words: str, program: str = "") -> Iterator[tuple[subprocess.Popen[str], str, list[str]]]:
    """A server on a free port, its address and what it said at its start."""
    port = free_port()
    command = [sys.executable, "-c", program] if program else [*FOYER, "serve", *words]
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment(folder, {"PORTAL_PORT": str(port)}), stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    with process:
        try:
            said = []
            while "Foyer serves" not in "".join(said):
                line = process.stdout.readline()
                if not line:
                    raise AssertionError(process.stderr.read() if process.stderr else "")
                said.append(line)
            yield process, f"http://127.0.0.1:{port}", said
        finally:
            if process.poll() is None:
                process.kill()


def answer(url: str, **options: object) -> tuple[int, bytes]:
    try:
        with urllib.request.urlopen(url, timeout=10, **options) as response:  # type: ignore[arg-type]
            return response.status, response.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()


def end(process: subprocess.Popen[str], number: int = signal.SIGTERM) -> int:
    process.send_signal(number)
    return process.wait(30)


def test_an_empty_folder_becomes_an_instance_with_a_set_up_address(tmp_path: Path) -> None:
    with serving(tmp_path / "new") as (process, url, said):
        assert said == [f"Foyer serves {url} (listening on 127.0.0.1, port {url.rpartition(':')[2]}; Ctrl-C ends it)\n"]
        assert process.stdout is not None
        setup = process.stdout.readline()
        assert f"{url}/setup/" in setup
        assert answer(f"{url}/healthz")[0] == 200
        assert answer(setup.split()[-1])[0] == 200
        assert end(process) == 0
        assert process.stderr is not None
        assert process.stderr.read() == ""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_works_until_it_is_told_to_end(site: Site, number: int) -> None:
    database.close()
    with serving(site.folder) as (process, url, said):
        assert len(said) == 1
        deadline = time.monotonic() + 10
        while answer(f"{url}/readyz")[0] != 200 and time.monotonic() < deadline:
            time.sleep(0.1)
        assert answer(f"{url}/readyz")[0] == 200
        assert lock.holder(site.folder) == process.pid
        assert end(process, number) == 0
    assert lock.holder(site.folder) is None


def test_without_the_worker_nothing_beats(site: Site) -> None:
    database.close()
    with serving(site.folder, "--no-worker") as (process, url, _said):
        assert answer(f"{url}/readyz")[0] == 503
        assert answer(f"{url}/healthz")[0] == 200
        assert end(process) == 0


def test_the_worker_alone_beats(site: Site) -> None:
    database.close()
    with subprocess.Popen(
        [*FOYER, "worker"], cwd=ROOT, env=environment(site.folder), stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert "worker works" in process.stdout.readline()
        open_at(site.folder)
        deadline = time.monotonic() + 10
        while notices.find(notices.HEARTBEAT) is None and time.monotonic() < deadline:
            time.sleep(0.1)
        beat = notices.find(notices.HEARTBEAT)
        assert beat is not None
        assert (clock.now() - beat.at).total_seconds() < 10
        assert end(process) == 0


def test_a_taken_port_is_said_with_the_way_out(site: Site) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = foyer(site.folder, "serve", env={"PORTAL_PORT": str(port)})
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert f"port {port} on 127.0.0.1 is taken" in done.stderr
    assert f"PORTAL_PORT={port % 65535 + 1}" in done.stderr


def test_one_server_per_instance(site: Site) -> None:
    with lock.held(site.folder):
        done = foyer(site.folder, "serve", env={"PORTAL_PORT": str(free_port())})
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "already runs on" in done.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORTAL_PORT", "eighty"),
        ("PORTAL_BASE_URL", "http://portal.example.com"),
        ("PORTAL_MAIL_URL", "mail.example.com"),
        ("PORTAL_HOST", "192.0.2.7"),
        ("PORTAL_HOST", "no such host"),
    ],
)
def test_a_wrong_setting_stops_the_start_in_one_line(site: Site, name: str, value: str) -> None:
    done = foyer(site.folder, "serve", env={name: value})
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1), done.stderr
    assert name in done.stderr


def test_who_is_being_answered_is_answered_before_the_end(site: Site) -> None:
    database.close()
    with serving(site.folder, program=SLOW) as (process, url, _said):
        port = int(url.rpartition(":")[2])
        with (
            socket.create_connection(("127.0.0.1", port)) as slow,
            socket.create_connection(("127.0.0.1", port)) as idle,
            socket.create_connection(("127.0.0.1", port)) as half,
        ):
            idle.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            assert len(_all(idle, 300_000)) >= 300_000
            half.sendall(b"POST /slow HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n12345")
            slow.sendall(b"GET /slow HTTP/1.1\r\nHost: x\r\n\r\n")
            time.sleep(0.3)
            process.send_signal(signal.SIGTERM)
            time.sleep(0.7)
            with pytest.raises(ConnectionRefusedError):
                socket.create_connection(("127.0.0.1", port))
            half.sendall(b"67890")
            assert _all(half, 150).endswith(b"1234567890")
            assert len(_all(slow, 300_000)) >= 300_000
            assert idle.recv(10) == b""
        assert process.wait(10) == 0


def _all(sock: socket.socket, least: int) -> bytes:
    sock.settimeout(10)
    content = b""
    while len(content) < least and (chunk := sock.recv(65536)):
        content += chunk
        if content.endswith(b"1234567890"):
            break
    return content


def test_it_starts_again_after_a_kill(site: Site) -> None:
    database.close()
    with serving(site.folder, program=SLOW) as (process, _url, _said):
        process.kill()
        process.wait()
    with serving(site.folder, program=SLOW) as (process, url, _said):
        assert answer(url)[0] == 200
        assert end(process) == 0


def test_headers_of_a_proxy_reach_the_app_only_with_hops() -> None:
    from dataclasses import replace

    from portal.base.config import load
    from portal.cli.serve import _options

    config = load({})
    assert _options(config)["clear_untrusted_proxy_headers"] is True
    assert _options(replace(config, proxy_hops=1))["clear_untrusted_proxy_headers"] is False
