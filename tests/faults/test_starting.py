"""What outsiders found about starting: each wrong setting and each broken file is one line, not a traceback."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from portal.base import config
from portal.base.config import ConfigError

CHECKOUT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    "address", ["https://x y.example.com", "https://müller.example.com", "https://a<b.example.com"]
)
def test_a_name_no_browser_can_ask_for_is_refused(address: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="PORTAL_BASE_URL"):
        config.load({"PORTAL_INSTANCE": str(tmp_path), "PORTAL_BASE_URL": address})


@pytest.mark.parametrize("address", ["https://xn--mller-kva.example.com", "http://[::1]:8000", "https://192.0.2.7"])
def test_names_and_addresses_are_taken(address: str, tmp_path: Path) -> None:
    assert config.load({"PORTAL_INSTANCE": str(tmp_path), "PORTAL_BASE_URL": address}).base_url == address


@pytest.mark.parametrize(
    ("address", "right"),
    [
        ("pop3://a:b@mail.example.com", "imaps://"),
        ("imaps://mail.example.com", "user:password"),
        ("imaps://a@mail.example.com", "user:password"),
        ("imaps://a:b@mail.example.com:99999", "imaps://"),
        ("imap://a:b@mail.example.com", "loopback"),
    ],
)
def test_a_mailbox_for_bounced_mails_that_cannot_be_read(address: str, right: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="PORTAL_BOUNCE_URL") as caught:
        config.load({"PORTAL_INSTANCE": str(tmp_path), "PORTAL_BOUNCE_URL": address})
    assert right in str(caught.value)
    assert "\n" not in str(caught.value)
    assert ":b@" not in str(caught.value), "no password in what is printed"


@pytest.mark.parametrize("address", ["imaps://a%40b:c@mail.example.com/INBOX", "imap://a:b@127.0.0.1:1143"])
def test_mailboxes_that_are_taken(address: str, tmp_path: Path) -> None:
    assert config.load({"PORTAL_INSTANCE": str(tmp_path), "PORTAL_BOUNCE_URL": address}).bounce_url == address


def start(folder: Path) -> tuple[int, str]:
    """Of `foyer serve` on that folder: exit status and what it said."""
    done = subprocess.run(
        [sys.executable, "app.py"],
        cwd=CHECKOUT,
        env={"PATH": os.environ["PATH"], "PORTAL_INSTANCE": str(folder), "PORTAL_PORT": "9199"},
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    return done.returncode, done.stderr


def test_a_file_where_the_instance_should_be(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    for folder in (tmp_path / "file", tmp_path / "file" / "below"):
        status, said = start(folder)
        assert (status, said.count("\n")) == (2, 1)
        assert "PORTAL_INSTANCE" in said


def test_settings_in_another_encoding(tmp_path: Path) -> None:
    (tmp_path / "portal.env").write_bytes(b"PORTAL_MAIL_FROM=b\xfcro@example.com\n")
    status, said = start(tmp_path)
    assert (status, said.count("\n")) == (2, 1)
    assert "UTF-8" in said


def test_a_database_that_is_none(instance: config.Config, tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "keys.json").write_bytes(instance.keys_path.read_bytes())
    (broken / "portal.sqlite3").write_bytes(b"garbage" * 1000)
    status, said = start(broken)
    assert (status, said.count("\n")) == (1, 1)
    assert "restore" in said
