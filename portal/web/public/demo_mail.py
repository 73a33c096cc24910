"""The outgoing mail of a demo: what would be sent stands in files, and here. Any other instance has no such page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from flask import Response, current_app, g

from portal.base import demo_mark
from portal.base.config import Config
from portal.base.errors import NotFound
from portal.mail import written
from portal.policies.permissions import PUBLIC
from portal.queries import firms
from portal.web.answers import page, page_or_part
from portal.web.public import area


@area.get("/demo/mail", allow=PUBLIC)
def index() -> Response:
    """All mails, the newest first; with script the list asks for new ones by itself."""
    mails = written.newest(_folder())
    return page_or_part("public/demo/mail.html", part="public/demo/_mails.html", mails=mails)


@area.get("/demo/mail/<name>", allow=PUBLIC)
def show(name: str) -> Response:
    """One mail: its text with addresses to follow, and the source of its HTML, which nothing here runs."""
    mail = written.one(_folder(), name)
    return page("public/demo/letter.html", mail=mail, pieces=list(_pieces(mail.text)))


def _folder() -> Path:
    """Where the mails lie. Raises NotFound for an instance that is no demo, or has a mail server."""
    config: Config = current_app.config["PORTAL"]
    if config.mail_url is not None or not config.loopback or not demo_mark.is_demo(config.instance):
        raise NotFound("demo")
    g.shown_firm = firms.the_only()
    return config.outbox_path


def _pieces(text: str) -> Iterator[tuple[str, bool]]:
    """The text in pieces, each with whether it is an address of this portal."""
    config: Config = current_app.config["PORTAL"]
    address = re.compile(f'({re.escape(config.base_url)}/[^\\s<>"]*)')
    for number, piece in enumerate(address.split(text)):
        if piece:
            yield piece, number % 2 == 1
