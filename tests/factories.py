"""Making rows for tests through the same operations that the program uses."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

from fpdf import FPDF

from portal.base import clock, files, passwords
from portal.models.client import Client
from portal.models.contact import Membership
from portal.models.document import INVOICE, OFFER, SERVICE_REPORT, Document
from portal.models.firm import Firm
from portal.models.identity import Identity
from portal.models.link import Link
from portal.models.staff import ADMIN, ADVISER, Assignment, Staff
from portal.operations import clients, contacts, documents, firms, links
from portal.policies import scope as scopes
from portal.policies.actors import InstanceActor
from tests.personas import PASSWORD, World


def pdf(text: str = "Angebot", pages: int = 1) -> bytes:
    """A small real PDF with this text."""
    paper = FPDF()
    paper.set_font("helvetica", size=14)
    for number in range(pages):
        paper.add_page()
        paper.cell(text=f"{text} {number + 1}")
    return bytes(paper.output())


def client(firm_id: int, **fields: Any) -> Client:
    """A client of the firm."""
    with scopes.of_firm(firm_id) as scope:
        return clients.create(_actor(firm_id), scope.firm, **{"name": "Kunde", **fields})


def contact(of: Client, **fields: Any) -> Membership:
    """A contact of the client."""
    return contacts.add(_actor(of.firm_id), of, **fields)


def document(of: Client, *, kind: str = OFFER, number: str, total: int | None = 119_00, **fields: Any) -> Document:
    """A published document (`publish=False`: a draft) with a real PDF; `total` in cents."""
    today = clock.today("Europe/Berlin")
    ends = {OFFER: {"valid_until": today + timedelta(days=14)}, INVOICE: {"due_on": today + timedelta(days=14)}}
    amounts = (
        {}
        if total is None
        else {"net": round(total / 1.19), "tax": total - round(total / 1.19), "total": total, "payable": total}
    )
    content = fields.pop("content", None) or pdf(number)
    values = {
        "title": "Heizungspumpe", "issued_on": today, "currency": "EUR", "note": "", "lines": [], "syntax": "",
        "warnings": [], "pages": 1, "publish": True, **ends.get(kind, {}), **amounts, **fields,
    }  # fmt: skip
    with files.received(io.BytesIO(content)) as file:
        made = documents.create(
            _actor(of.firm_id), of, file=file, filename=f"{number}.pdf", kind=kind, number=number, **values
        )
    return made.document


def staff(firm_id: int, *, name: str, email: str, role: str = ADVISER) -> Staff:
    """An active staff member whose password is `personas.PASSWORD`."""
    with scopes.of_firm(firm_id) as scope:
        identity = scope.add(
            Identity, email=email, email_key=email.casefold(), password=_hash(), password_at=clock.now()
        )
        return scope.add(Staff, identity=identity.id, name=name, role=role, created_at=clock.now())


def build() -> World:
    """The whole cast."""
    firm = _firm("Petry Haustechnik GmbH", "petry")
    other = _firm("Fischer & Partner", "fischer")
    anna = staff(firm, name="Anna Petry", email="anna@petry.example.com", role=ADMIN)
    ben = staff(firm, name="Ben Aydin", email="ben@petry.example.com")
    clara = staff(firm, name="Clara Voss", email="clara@petry.example.com")
    frida = staff(other, name="Frida Fischer", email="frida@fischer.example.com", role=ADMIN)
    lindner = client(
        firm, name="Hausverwaltung Lindner", number="K-1042", city="Hamburg", postcode="22297", street="Lindenstraße 4"
    )
    thode = client(firm, name="Bäckerei Thode", number="K-1043", city="Hamburg")
    okonkwo = client(firm, name="Familie Okonkwo", number="K-1056", kind="person", city="Wedel")
    foreign = client(other, name="Fremder Kunde", number="K-1042")
    with scopes.of_firm(firm) as scope:
        scope.add(Assignment, client=lindner.id, staff=ben.id, created_at=clock.now())
    dora = {"email": "dora@lindner.example.org", "first_name": "Dora", "last_name": "Lindner", "salutation": "ms"}
    at_lindner, at_thode = contact(lindner, **dora), contact(thode, **dora)
    emil = contact(okonkwo, email="emil@okonkwo.example.org", first_name="Emil", last_name="Okonkwo", salutation="mr")
    offer = document(lindner, number="AN-2026-0147", total=4386_34, title="Neue Heizungspumpe")
    small = document(lindner, number="AN-2026-0150", total=238_00, title="Thermostat tauschen")
    invoice = document(lindner, kind=INVOICE, number="RE-2026-0312", total=456_96, title="Heizungswartung")
    report = document(lindner, kind=SERVICE_REPORT, number="SB-2026-0488", total=None, title="Wartungsbericht")
    draft = document(lindner, number="AN-2026-0160", publish=False, title="Noch nicht fertig")
    thode_offer = document(thode, number="AN-2026-0151", title="Backofen anschließen")
    other_offer = document(foreign, number="AN-1", title="Fremdes Angebot")
    return World(
        firm=firm, other_firm=other, anna=anna.id, ben=ben.id, clara=clara.id, frida=frida.id, lindner=lindner.id,
        thode=thode.id, okonkwo=okonkwo.id, other_client=foreign.id, test_client=_test_client(firm),
        dora=at_lindner.contact_id, emil=emil.contact_id, dora_at_lindner=at_lindner.id, dora_at_thode=at_thode.id,
        emil_at_okonkwo=emil.id, lindner_link=_own_link(lindner).id, dora_link=_contact_link(lindner, at_lindner).id,
        okonkwo_link=_own_link(okonkwo).id, offer=offer.id, small_offer=small.id, invoice=invoice.id, report=report.id,
        draft=draft.id, thode_offer=thode_offer.id, other_offer=other_offer.id,
    )  # fmt: skip


def _firm(name: str, slug: str) -> int:
    firm, _ticket = firms.create(
        InstanceActor(None, "test"), name=name, admin_email=f"founder@{slug}.example.com", slug=slug
    )
    with scopes.of_firm(firm.id) as scope:
        scope.update(
            Firm, phone="040 66969-120", email=f"post@{slug}.example.com", street="Fährstieg 14", postcode="21107",
            city="Hamburg", account_holder=name, iban="DE89370400440532013000", hours="Mo–Fr 7–16 Uhr",
        ).execute()  # fmt: skip
    return firm.id


def _own_link(of: Client) -> Link:
    with scopes.of_firm(of.firm_id) as scope:
        return scope.one(scope.of(Link).where(Link.client == of.id, Link.contact.is_null()))


def _contact_link(of: Client, membership: Membership) -> Link:
    from portal.models.contact import Contact

    with scopes.of_firm(of.firm_id) as scope:
        person = scope.by_id(Contact, membership.contact_id)
    return links.make(_actor(of.firm_id), of, contact=person)


def _test_client(firm_id: int) -> int:
    with scopes.of_firm(firm_id) as scope:
        return scope.one(scope.of(Client).where(Client.is_test == True)).id  # noqa: E712


def _actor(firm_id: int) -> InstanceActor:
    return InstanceActor(firm_id, "test")


_hashes: list[str] = []


def _hash() -> str:
    if not _hashes:
        _hashes.append(passwords.hash_password(PASSWORD))
    return _hashes[0]
