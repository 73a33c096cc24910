"""`make bench`: pages as ratios to a bare Flask page under the same server, measured in the same run.

One core serves, the other asks. The steadiest figure is processor time per request of the server; the ratios of
`docs/performance.md` are made of it. Takes about five minutes and stops by itself.
"""

from __future__ import annotations

import gzip
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build" / "bench"
PYTHON = sys.executable
FOYER = str(Path(sys.executable).with_name("foyer"))
SIZES = tuple(int(size) for size in os.environ.get("BENCH_CLIENTS", "1000,100000").split(","))
CONNECTIONS = (1, 8, 32)
SECONDS = float(os.environ.get("BENCH_SECONDS", "3"))
_TICK = os.sysconf("SC_CLK_TCK")
_CORES = sorted(os.sched_getaffinity(0))


@dataclass(frozen=True)
class Measured:
    """A page under load. `cpu_ms` is the server's processor time for one request at 8 connections, `ratio` that time
    against the bare page's, asked just before: a shared machine is twice as quick in one minute as in the next."""

    name: str
    clients: int
    cpu_ms: float
    ratio: float
    loads: dict[int, dict[str, float]]
    statements: int


def main() -> int:
    """Measure everything and print the tables."""
    found: list[Measured] = []
    notes: list[str] = []
    with bare() as floor:
        first = Measured("bare Flask page", 0, *at_eight(floor), 0)
        for clients in SIZES:
            folder = seeded(clients)
            ready = json.loads(run([PYTHON, "-m", "bench.instance", str(folder)]))
            with served(folder) as (port, process, started):
                notes.append(f"{clients:>7,} clients: start to first answer {started:.2f} s")
                for name, (side, path) in ready["pages"].items():
                    asked = Asked(port, process.pid, path, ready["cookies"][side])
                    found.append(measure(name, clients, asked, floor, ready["statements"][name]))
                notes.append(f"{clients:>7,} clients: resident under load {resident(process.pid):.0f} MB")
                if clients == SIZES[0]:
                    size = first_visit(port, ready)
                    notes.append(f"first visit to an offer: {size:.1f} kB compressed, without the page picture")
        notes += many(first.cpu_ms)
    table([first, *found])
    growth(found)
    print("\n".join(notes))
    return 0


def many(page_ms: float) -> list[str]:
    """Bulk work on a copy of the smallest instance: seconds, and processor time per row in bare pages."""
    folder = BUILD / "many"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(seeded(SIZES[0]), folder)
    took = json.loads(run([PYTHON, "-m", "bench.many", str(folder)]))
    return [
        f"{name}: {each['rows']:,} rows in {each['wall']:.1f} s, "
        f"{each['cpu'] / each['rows'] * 1000 / page_ms:.1f} bare pages a row"
        for name, each in took.items()
    ]


@dataclass(frozen=True)
class Asked:
    """What is asked of which process."""

    port: int
    pid: int
    path: str
    cookie: str


@contextmanager
def bare() -> Iterator[Asked]:
    """The floor: a bare Flask page, on the same core as what is measured."""
    port = free_port()
    process = start([PYTHON, str(ROOT / "bench" / "bare.py"), str(port)], {})
    try:
        wait_for(port, "/")
        yield Asked(port, process.pid, "/", "")
    finally:
        stop(process)


def seeded(clients: int) -> Path:
    """An instance with so many clients, made once."""
    folder = BUILD / str(clients)
    if not (folder / "keys.json").exists():
        folder.mkdir(parents=True, exist_ok=True)
        began = time.perf_counter()
        run([FOYER, "seed", "--clients", str(clients)], PORTAL_INSTANCE=str(folder))
        print(f"seeded {clients:,} clients in {time.perf_counter() - began:.1f} s")
    # one that was seeded by an earlier version
    run([FOYER, "upgrade"], PORTAL_INSTANCE=str(folder))
    return folder


@contextmanager
def served(folder: Path) -> Iterator[tuple[int, subprocess.Popen[bytes], float]]:
    """The portal on the instance: port, process, seconds from start to the first answer."""
    port = free_port()
    began = time.perf_counter()
    process = start([PYTHON, str(ROOT / "app.py")], {"PORTAL_INSTANCE": str(folder), "PORTAL_PORT": str(port)})
    try:
        wait_for(port, "/healthz")
        yield port, process, time.perf_counter() - began
    finally:
        stop(process)


def measure(name: str, clients: int, asked: Asked, floor: Asked, statements: int) -> Measured:
    """Load a page at each number of connections."""
    load(asked, 1, 0.5)
    loads = {1: load(asked, 1, SECONDS)}
    floor_ms, _ratio, _loads = at_eight(floor)
    cpu_ms, _ratio, eight = at_eight(asked)
    loads |= {**eight, 32: load(asked, 32, SECONDS)}
    return Measured(name, clients, cpu_ms, cpu_ms / floor_ms, loads, statements)


def at_eight(asked: Asked) -> tuple[float, float, dict[int, dict[str, float]]]:
    """Processor milliseconds for one request at 8 connections, the ratio of a floor to itself, and the load."""
    before = processor_seconds(asked.pid)
    result = load(asked, 8, SECONDS)
    return (processor_seconds(asked.pid) - before) * 1000 / max(1, result["count"]), 1.0, {8: result}


def load(asked: Asked, connections: int, seconds: float) -> dict[str, float]:
    """One load in a process of its own, on the last core."""
    how = ["127.0.0.1", str(asked.port), asked.path, str(connections), str(seconds), asked.cookie]
    command = [PYTHON, str(ROOT / "bench" / "load.py"), *how]
    answer: dict[str, float] = json.loads(run(pinned(command, _CORES[-1])))
    if answer["bad"]:
        raise RuntimeError(f"{asked.path}: {answer['bad']} answers were not 200")
    return answer


def first_visit(port: int, ready: dict[str, Any]) -> float:
    """Kilobytes of an offer page with everything it loads before anybody scrolls."""
    side, path = ready["pages"]["offer page"]
    page = fetch(port, path, ready["cookies"][side])
    html = gzip.decompress(page).decode()
    assets = set(re.findall(r'(?:href|src)="(/(?:static|brand)/[^"#]+)', html))
    return (len(page) + sum(len(fetch(port, asset, "")) for asset in assets)) / 1000


def table(found: list[Measured]) -> None:
    """All figures, and processor time as a ratio to the floor."""
    print(f"\n{'page':<22}{'clients':>9}{'cpu ms':>9}{'ratio':>8}{'stmts':>7}", end="")
    print("".join(f"{f'{c} conn: req/s':>17}{'p50':>8}{'p99':>8}" for c in CONNECTIONS))
    for each in found:
        print(
            f"{each.name:<22}{each.clients or '':>9}{each.cpu_ms:>9.2f}{each.ratio:>8.1f}{each.statements or '':>7}",
            end="",
        )
        print("".join(_figures(each.loads.get(connections)) for connections in CONNECTIONS))


def _figures(result: dict[str, float] | None) -> str:
    if result is None:
        return " " * 33
    return f"{result['per_second']:>17.0f}{result['p50_ms']:>8.1f}{result['p99_ms']:>8.1f}"


def growth(found: list[Measured]) -> None:
    """How much dearer a page gets with a hundred times as many clients."""
    small = {each.name: each for each in found if each.clients == SIZES[0]}
    print()
    for each in found:
        if each.clients != SIZES[0]:
            print(
                f"{each.name:<22} {each.clients:,} against {SIZES[0]:,} clients: "
                f"{each.ratio / small[each.name].ratio:.2f}"
            )


def processor_seconds(pid: int) -> float:
    """User and system time of a process with the children it waited for."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(int(fields[place]) for place in (11, 12, 13, 14)) / _TICK


def resident(pid: int) -> float:
    """Megabytes of memory that the process holds."""
    text = Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", text)[1]) / 1024  # type: ignore[index]


def start(command: list[str], settings: dict[str, str]) -> subprocess.Popen[bytes]:
    """A server on the first core."""
    return subprocess.Popen(
        pinned(command, _CORES[0]), env={**os.environ, **settings}, stdout=subprocess.DEVNULL, cwd=ROOT
    )


def stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    process.wait(timeout=30)


def pinned(command: list[str], core: int) -> list[str]:
    return ["taskset", "-c", str(core), *command]


def run(command: list[str], **settings: str) -> str:
    """Run to the end and give what it printed. Raises when it fails."""
    done = subprocess.run(
        command, env={**os.environ, **settings}, capture_output=True, text=True, check=False, cwd=ROOT
    )
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr[-2000:]}")
    return done.stdout.strip().splitlines()[-1] if done.stdout.strip() else ""


def fetch(port: int, path: str, cookie: str) -> bytes:
    headers = {"Accept-Encoding": "gzip", "Cookie": cookie, "Accept-Language": "de"}
    with urllib.request.urlopen(
        urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers=headers), timeout=10
    ) as answer:
        return bytes(answer.read())


def wait_for(port: int, path: str) -> None:
    until = time.perf_counter() + 20
    while time.perf_counter() < until:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=1):
                return
        except OSError:
            time.sleep(0.02)
    raise RuntimeError("the server did not answer")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    raise SystemExit(main())
