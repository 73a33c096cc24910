"""Makes a seeded instance ready for the load: prints cookies and addresses as one JSON object.

`python bench/instance.py FOLDER`: the instance must have been seeded by `foyer seed`.
"""

from __future__ import annotations

import json
import sys
from urllib.parse import quote

from portal.base.config import load
from portal.base.database import statements
from portal.factory import create_app
from portal.models.client import Client
from portal.models.document import OFFER, PUBLISHED, Document
from portal.models.link import Link
from portal.models.staff import ADMIN, Staff
from portal.operations import sign_ins
from portal.policies import scope as scopes
from portal.policies.actors import Stranger
from portal.queries import firms


def main(folder: str) -> None:
    """Sign a portal admin in, open a client's link, and count the statements of each page."""
    app = create_app(load({"PORTAL_INSTANCE": folder, "PORTAL_BASE_URL": "http://localhost"}))
    firm = firms.the_only()
    assert firm is not None
    with scopes.of_firm(firm.id) as scope:
        open_offer = (Document.kind == OFFER) & (Document.state == PUBLISHED) & Document.outcome.is_null()
        offer = scope.first(scope.of(Document).where(open_offer).order_by(Document.id))
        client = scope.by_id(Client, offer.client_id)
        link = scope.first(scope.of(Link).where(Link.client == client.id, Link.contact.is_null()))
        staff = scope.first(scope.of(Staff).where(Staff.role == ADMIN))
        rare = scope.first(scope.of(Client).where(Client.is_test == False).order_by(Client.id.desc()))  # noqa: E712
    stranger = Stranger(firm.id, "127.0.0.1", "bench")
    cookies = {
        "client": f"foyer-client={sign_ins.open_link(stranger, link)}",
        "staff": f"foyer-staff={sign_ins.begin_staff(stranger, staff)}",
    }
    pages = {
        "start page by link": ("client", "/portal/"),
        "offer page": ("client", f"/portal/documents/{offer.uid}"),
        "today": ("staff", "/firm/"),
        "client page": ("staff", f"/firm/clients/{client.uid}"),
        "client list": ("staff", "/firm/clients"),
        "list, a rare name": ("staff", f"/firm/clients?q={quote(rare.name)}"),
        "list, a common word": ("staff", "/firm/clients?q=gmbh"),
        "list, two letters": ("staff", "/firm/clients?q=me"),
    }
    counted = {name: count(app, cookies[side], path) for name, (side, path) in pages.items()}
    print(json.dumps({"cookies": cookies, "pages": pages, "statements": counted}))


def count(app: object, cookie: str, path: str) -> int:
    """Statements of a page, the second time it is asked for."""
    browser = app.test_client()  # type: ignore[attr-defined]
    name, _, value = cookie.partition("=")
    browser.set_cookie(name, value)
    for _ in range(2):
        statements.count = 0
        answer = browser.get(path, headers={"Accept-Language": "de"})
        if answer.status_code != 200:
            raise RuntimeError(f"{path} answered {answer.status_code}")
    return int(statements.count)


if __name__ == "__main__":
    main(sys.argv[1])
