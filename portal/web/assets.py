"""Style sheets, scripts and pictures: read once at start, compressed, served from memory under hashed addresses."""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
import re
from dataclasses import dataclass
from pathlib import Path

from flask import Flask, Response, request

from portal.base.errors import NotFound
from portal.policies.permissions import PUBLIC
from portal.web.routing import Area

_STATIC = Path(__file__).resolve().parents[2] / "static"
_YEAR = "public, max-age=31536000, immutable"
# what only staff see costs a client's first visit nothing
_BUNDLES = {"app.css": "css/*.css", "staff.css": "css/staff/*.css", "app.js": "js/*.js"}
_SINGLE = ("img/*.svg", "img/*.png", "img/*.webp", "vendor/*.js")

area = Area("assets", door="public")


@dataclass(frozen=True)
class _Asset:
    body: bytes
    packed: bytes | None
    media_type: str
    etag: str


class Assets:
    """All assets by name; `address` gives the hashed one."""

    def __init__(self, folder: Path = _STATIC) -> None:
        self._by_name: dict[str, _Asset] = {}
        for name, pattern in _BUNDLES.items():
            self._put(name, _joined(sorted(folder.glob(pattern)), name).encode())
        for pattern in _SINGLE:
            for path in sorted(folder.glob(pattern)):
                self._put(path.name, path.read_bytes())

    def address(self, name: str) -> str:
        return f"/static/{self._by_name[name].etag}/{name}"

    def get(self, name: str, etag: str) -> _Asset:
        """Raises NotFound for an unknown name or another version."""
        asset = self._by_name.get(name)
        if asset is None or asset.etag != etag:
            raise NotFound(name)
        return asset

    def _put(self, name: str, body: bytes) -> None:
        media_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
        packed = (
            gzip.compress(body, 9, mtime=0) if media_type.startswith(("text/", "image/svg", "application/")) else None
        )
        etag = hashlib.sha256(body).hexdigest()[:12]
        self._by_name[name] = _Asset(body, packed, media_type, etag)


def _joined(paths: list[Path], name: str) -> str:
    """One file of many, without comments and indents; see static/README.md for why that is safe."""
    text = "\n".join(path.read_text(encoding="utf-8") for path in paths)
    if name.endswith(".css"):
        text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    lines = (line.strip() for line in text.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("//"))


assets = Assets()


def init_app(app: Flask) -> None:
    app.jinja_env.globals["asset"] = assets.address


@area.get("/static/<etag>/<name>", allow=PUBLIC, kept=True)
def show(etag: str, name: str) -> Response:
    """One asset, for a year: its address changes with its content."""
    asset = assets.get(name, etag)
    response = Response(asset.body, mimetype=asset.media_type)
    if asset.packed is not None and "gzip" in request.headers.get("Accept-Encoding", ""):
        response = Response(asset.packed, mimetype=asset.media_type, headers={"Content-Encoding": "gzip"})
    response.headers["Cache-Control"] = _YEAR
    response.vary.add("Accept-Encoding")
    return response


@area.get("/favicon.ico", allow=PUBLIC, kept=True)
def favicon() -> Response:
    """Browsers ask for it; pages name their icon themselves."""
    return Response(status=204, headers={"Cache-Control": "public, max-age=86400"})
