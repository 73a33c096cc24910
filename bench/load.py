"""A small HTTP load: so many connections that ask one address again and again, for so many seconds.

`python bench/load.py HOST PORT PATH CONNECTIONS SECONDS COOKIE` prints one JSON object. It runs in a process of
its own, on a core of its own, so that it takes nothing from the server.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time


async def ask(host: str, port: int, request: bytes, until: float, took: list[float], bad: list[int]) -> None:
    """One connection: ask, read the whole answer, ask again."""
    reader, writer = await asyncio.open_connection(host, port)
    while time.perf_counter() < until:
        began = time.perf_counter()
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        status = int(head[9:12])
        length = next(
            (int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0
        )
        if length:
            await reader.readexactly(length)
        took.append(time.perf_counter() - began)
        if status != 200:
            bad.append(status)
    writer.close()


async def run(host: str, port: int, path: str, connections: int, seconds: float, cookie: str) -> dict[str, float | int]:
    """Requests per second, p50 and p99 in milliseconds, and how many answers were not 200."""
    request = (
        f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\nAccept-Encoding: gzip\r\nAccept-Language: de\r\n"
        f"Cookie: {cookie}\r\nConnection: keep-alive\r\n\r\n"
    ).encode()
    took: list[float] = []
    bad: list[int] = []
    began = time.perf_counter()
    await asyncio.gather(*(ask(host, port, request, began + seconds, took, bad) for _ in range(connections)))
    elapsed = time.perf_counter() - began
    took.sort()
    return {
        "count": len(took),
        "per_second": len(took) / elapsed,
        "p50_ms": took[len(took) // 2] * 1000,
        "p99_ms": took[min(len(took) - 1, int(len(took) * 0.99))] * 1000,
        "bad": len(bad),
    }


if __name__ == "__main__":
    _host, _port, _path, _connections, _seconds, _cookie = sys.argv[1:]
    print(json.dumps(asyncio.run(run(_host, int(_port), _path, int(_connections), float(_seconds), _cookie))))
