"""*Does this contact have access?*: one sentence for every combination, and it says what is true (T7, T13)."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from flask import Flask

from portal.base import clock
from portal.models.client import Client
from portal.models.contact import Contact, Membership
from portal.models.firm import PASSWORD, SECRET_LINK, Firm
from portal.models.link import Link
from portal.queries.contacts import ContactRow, _missing, state_of
from portal.web.firm import access_words

NOW = datetime.fromisoformat("2026-11-21T12:00:00+00:00")
PAST, FUTURE = NOW - timedelta(days=3), NOW + timedelta(days=4)
ADDRESSES: dict[str, dict[str, object]] = {
    "good": {"email": "dora@lindner.example.org"},
    "none": {"email": ""},
    "invalid": {"email": "dora@"},
    "bounced": {"email": "dora@lindner.example.org", "email_error": "550 no such user"},
    "held": {"email": "dora@lindner.example.org", "held_until": FUTURE},
}
LINKS: dict[str, Link | None] = {
    "none": None, "living": Link(expires_at=FUTURE), "endless": Link(expires_at=None), "expired": Link(expires_at=PAST),
}  # fmt: skip


@pytest.fixture(autouse=True)
def english(app: Flask) -> Iterator[None]:
    with app.test_request_context("/", headers={"Accept-Language": "en"}):
        yield


def row(
    *, door: str = "open", login: bool = True, has_password: bool = False, login_type: str = SECRET_LINK,
    came: bool = False, address: str = "good", invited: bool = False, by: str = "", link: str = "none",
    ticket: datetime | None = None, notify: bool = True,
) -> tuple[ContactRow, Client]:  # fmt: skip
    client = Client(portal_access=door != "closed", archived_at=PAST if door == "archived" else None)
    contact = Contact(
        first_name="Dora", last_name="Lindner", invited_at=PAST if invited else None, **ADDRESSES[address]
    )
    seen = PAST if came else None
    membership = Membership(login=login, notify=notify, activated_at=seen, seen_at=seen)
    by_link = login_type == SECRET_LINK
    found = LINKS[link] if by_link else None
    state = state_of(client, Firm(login_type=login_type), membership, has_password=has_password)
    made = ContactRow(
        membership=membership, contact=contact, state=state, has_password=has_password, by_link=by_link, link=found,
        invited_by=by, invited_until=found.expires_at if found is not None else None if by_link else ticket,
        missing=_missing(membership, contact, NOW),
    )  # fmt: skip
    return made, client


CASES = [
    ({"door": "archived"}, "No. This client is archived."),
    ({"door": "closed", "has_password": True}, "No. The portal of this client is closed."),
    ({"login": False}, "No. Login is off."),
    ({"login": False, "came": True}, "No. Login is off; last here on 18 Nov 2026."),
    ({"has_password": True, "came": True}, "Yes. Dora Lindner signs in with a password; last here on 18 Nov 2026."),
    ({"has_password": True, "address": "held"}, "Yes. Dora Lindner has a password, but has not been here yet."),
    ({"came": True, "link": "living"}, "Yes. Dora Lindner comes by secret link; last here on 18 Nov 2026."),
    ({"came": True}, "Not now. Dora Lindner was last here on 18 Nov 2026; the secret link was revoked since."),
    ({"came": True, "link": "expired"}, "Not now. The secret link of Dora Lindner ran out on 18 Nov 2026."),
    ({"came": True, "login_type": PASSWORD}, "Not yet. Login is on, but nobody has sent an invitation."),
    ({"address": "none"}, "Not yet. Login is on, but there is no e-mail address for an invitation."),
    ({"address": "invalid", "invited": True}, "No. The e-mail address is not valid, so nothing can be sent."),
    ({"address": "bounced", "invited": True}, "No. The mail server refused the address: 550 no such user"),
    (
        {"address": "held"},
        "Not yet. The e-mail address was changed; nothing is sent to the new one until 25 Nov 2026, 13:00.",
    ),
    (
        {"invited": True, "by": "Anna Petry", "login_type": PASSWORD, "ticket": FUTURE},
        "Not yet. Invited on 18 Nov 2026 by Anna Petry; the link is valid until 25 Nov 2026.",
    ),
    ({"invited": True, "link": "living"}, "Not yet. Invited on 18 Nov 2026; the link is valid until 25 Nov 2026."),
    ({"invited": True, "by": "Anna Petry", "link": "endless"},
     "Not yet. Invited on 18 Nov 2026 by Anna Petry; the link has no end."),
    ({"invited": True, "link": "expired"}, "Not yet. Invited on 18 Nov 2026; the link ran out on 18 Nov 2026."),
    ({"invited": True}, "Not yet. Invited on 18 Nov 2026, but no link opens this portal now."),
    ({"link": "living"}, "Not yet. Login is on, but nobody has sent an invitation."),
    ({"notify": False}, "Not yet. Login is on, but notifications are off, so no invitation can be sent."),
]  # fmt: skip


@pytest.mark.parametrize(("case", "said"), CASES)
def test_says_it_and_why(case: dict[str, object], said: str) -> None:
    made, client = row(**case)  # type: ignore[arg-type]
    assert access_words.sentence(made, client, NOW) == said


def test_every_combination_has_one_true_sentence() -> None:
    count = 0
    for door, login, has_password, kind, came, address, invited, by, link, ticket, notify in itertools.product(
        ("open", "closed", "archived"), (True, False), (True, False), (SECRET_LINK, PASSWORD), (True, False),
        ADDRESSES, (True, False), ("", "Anna Petry"), LINKS, (None, PAST, FUTURE), (True, False),
    ):  # fmt: skip
        made, client = row(
            door=door, login=login, has_password=has_password, login_type=kind, came=came, address=address,
            invited=invited, by=by, link=link, ticket=ticket, notify=notify,
        )  # fmt: skip
        said = access_words.sentence(made, client, NOW)
        opened = door == "open" and login
        by_a_link = kind == SECRET_LINK and came and link in ("living", "endless")
        assert said.startswith("Yes. ") is (opened and (has_password or by_a_link)), said
        assert said.startswith(("Yes. ", "Not yet. ", "Not now. ", "No. ")), said
        assert said.startswith("No. ") or opened, said
        assert "%(" not in said
        assert "None" not in said
        count += 1
    assert count > 10_000


def test_the_clock_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: pytest.fail("the sentence is made from what it is given"))
    made, client = row(invited=True, link="living")
    access_words.sentence(made, client, NOW)
