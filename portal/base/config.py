"""Settings from the environment and `portal.env` in the instance folder. A wrong one stops the start."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import urlsplit

from portal.base import crash

# a name or an address; browsers send other letters as xn--…, so nothing else could ever be asked for
_HOST = re.compile(r"[a-zA-Z0-9_.-]+|[0-9a-fA-F:.]+")
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class ConfigError(Exception):
    """One line: what is wrong and what would be right."""


@dataclass(frozen=True)
class Config:
    """All settings, checked. `base_url` has no trailing slash; `clock_offset_file` and `crash_at` are for tests."""

    instance: Path
    base_url: str
    host: str
    port: int
    mail_url: str | None
    mail_from: str
    bounce_url: str | None
    proxy_hops: int
    clock_offset_file: Path | None
    crash_at: str | None

    @property
    def loopback(self) -> bool:
        return urlsplit(self.base_url).hostname in LOOPBACK

    @property
    def https(self) -> bool:
        return self.base_url.startswith("https://")

    @property
    def database_path(self) -> Path:
        return self.instance / "portal.sqlite3"

    @property
    def files_path(self) -> Path:
        return self.instance / "files"

    @property
    def outbox_path(self) -> Path:
        """Where mail is written as .eml when no mail server is set."""
        return self.instance / "outbox"

    @property
    def keys_path(self) -> Path:
        return self.instance / "keys.json"


KNOWN = {
    "PORTAL_INSTANCE",
    "PORTAL_BASE_URL",
    "PORTAL_HOST",
    "PORTAL_PORT",
    "PORTAL_MAIL_URL",
    "PORTAL_MAIL_FROM",
    "PORTAL_BOUNCE_URL",
    "PORTAL_TRUSTED_PROXY_HOPS",
    "PORTAL_CLOCK_OFFSET_FILE",
    "PORTAL_CRASH_AT",
}


def load(environ: Mapping[str, str] | None = None) -> Config:
    """Read and check all settings; the environment wins over `portal.env`. Raises ConfigError."""
    environ = os.environ if environ is None else environ
    instance = _folder(environ.get("PORTAL_INSTANCE") or "instance")
    values = {
        **_file(instance / "portal.env"),
        **{k: v for k, v in environ.items() if k.startswith("PORTAL_")},
    }
    _point_out_unknown(values)
    port = _number(values, "PORTAL_PORT", 8000, 1, 65535)
    base_url = _base_url(values.get("PORTAL_BASE_URL") or f"http://127.0.0.1:{port}")
    config = Config(
        instance=instance,
        base_url=base_url,
        host=values.get("PORTAL_HOST") or "127.0.0.1",
        port=port,
        mail_url=_mail_url(values.get("PORTAL_MAIL_URL") or ""),
        mail_from=_mail_from(values.get("PORTAL_MAIL_FROM") or "", base_url),
        bounce_url=_bounce_url(values.get("PORTAL_BOUNCE_URL") or ""),
        proxy_hops=_number(values, "PORTAL_TRUSTED_PROXY_HOPS", 0, 0, 5),
        clock_offset_file=Path(p) if (p := values.get("PORTAL_CLOCK_OFFSET_FILE")) else None,
        crash_at=_crash_at(values.get("PORTAL_CRASH_AT") or ""),
    )
    if (config.clock_offset_file or config.crash_at) and not config.loopback:
        raise ConfigError(
            "PORTAL_CLOCK_OFFSET_FILE and PORTAL_CRASH_AT are for tests and need a base address on loopback; unset them"
        )
    return config


def _folder(text: str) -> Path:
    path = Path(text).resolve()
    there = next(place for place in (path, *path.parents) if place.exists())
    if not there.is_dir():
        raise ConfigError(f"PORTAL_INSTANCE is {text!r}, but {there} is no folder")
    return path


def _file(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    found = {}
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} cannot be read: save it as UTF-8, readable by this account ({error})") from error
    for number, line in enumerate(lines, 1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        name, sign, value = text.partition("=")
        if not sign or not name.strip().startswith("PORTAL_"):
            raise ConfigError(f"{path.name}, line {number}: write PORTAL_NAME=value, not {text!r}")
        found[name.strip()] = value.strip().strip('"').strip("'")
    return found


def _point_out_unknown(values: Mapping[str, str]) -> None:
    for name in sorted(set(values) - KNOWN):
        if values[name]:
            print(f"foyer: the setting {name} is not known and has no effect", file=sys.stderr)


def _number(values: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    text = values.get(name) or str(default)
    if not text.isascii() or not text.isdigit() or not low <= int(text) <= high:
        raise ConfigError(f"{name} is {text!r}; it takes a whole number from {low} to {high}")
    return int(text)


def _base_url(text: str) -> str:
    parts = urlsplit(text.rstrip("/"))
    try:
        host, _port = parts.hostname, parts.port
    except ValueError:
        host = None
    if (
        parts.scheme not in ("http", "https")
        or not host
        or not _HOST.fullmatch(host)
        or parts.path
        or parts.query
        or parts.fragment
        or parts.username
    ):
        ascii_only = "" if text.isascii() else " (a name with other letters in the form that begins with xn--)"
        raise ConfigError(f"PORTAL_BASE_URL is {text!r}; write it like https://portal.example.com{ascii_only}")
    if parts.scheme == "http" and host not in LOOPBACK:
        raise ConfigError(f"PORTAL_BASE_URL is {text!r}; plain http is for loopback only, write https://{host}")
    return f"{parts.scheme}://{parts.netloc.lower()}"


def _mail_url(text: str) -> str | None:
    if not text:
        return None
    parts = urlsplit(text)
    try:
        known = parts.scheme in ("smtp", "smtps") and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        known = False
    if not known:
        raise ConfigError("PORTAL_MAIL_URL cannot be read; write it like smtp://user:password@mail.example.com:587")
    return text


def _mail_from(text: str, base_url: str) -> str:
    if not text:
        host = urlsplit(base_url).hostname or "localhost"
        return f"portal@{'localhost' if host in LOOPBACK else host}"
    address = parseaddr(text)[1]
    if "@" not in address or any(c in text for c in "\r\n"):
        raise ConfigError(f"PORTAL_MAIL_FROM is {text!r}; write it like portal@example.com")
    return address


def _bounce_url(text: str) -> str | None:
    if not text:
        return None
    parts = urlsplit(text)
    try:
        known = bool(parts.hostname and parts.username and parts.password) and (parts.port is None or parts.port > 0)
    except ValueError:
        known = False
    if parts.scheme not in ("imaps", "imap") or not known or not text.isprintable():
        raise ConfigError(
            "PORTAL_BOUNCE_URL cannot be read; write it like imaps://user:password@mail.example.com:993/INBOX"
        )
    if parts.scheme == "imap" and parts.hostname not in LOOPBACK:
        raise ConfigError(f"PORTAL_BOUNCE_URL: imap:// is for loopback only, write imaps://…@{parts.hostname}")
    return text


def _crash_at(text: str) -> str | None:
    if text and text.partition(":")[0] not in crash.POINTS:
        raise ConfigError(f"PORTAL_CRASH_AT is {text!r}; it takes one of {', '.join(sorted(crash.POINTS))}")
    return text or None
