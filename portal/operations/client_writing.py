"""Writing clients of a list with their people, hundreds in one transaction: rows as the operations would leave them.

For the inside of operations. What `clients.create`, `contacts.put` and `links.add` do one by one is done here for a
batch: 20,000 clients are to take less than a minute, audit log and search index included (T14).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from portal.base import clock, journal
from portal.base.text import email_key, searchable
from portal.base.tokens import new_id
from portal.models import bulk, search
from portal.models.client import Client
from portal.models.client_import import ClientImport
from portal.models.contact import Contact, Membership
from portal.models.link import PORTAL, Link
from portal.models.record import Record
from portal.models.search import among
from portal.operations import access, address_changes, audit, clients, memberships
from portal.operations.audit import Noted
from portal.operations.client_matches import PersonPlan, Plan, Register
from portal.policies import scope as scopes
from portal.policies.actors import Actor

_KEPT = ("number_key", "name_key")


@dataclass
class Made:
    """What was made for a client, by id, and what was changed: values before and after, by field."""

    client_id: int
    is_new: bool = False
    link_id: int | None = None
    contacts: list[int] = field(default_factory=list)
    memberships: list[int] = field(default_factory=list)
    client: dict[str, list[Any]] = field(default_factory=dict)
    people: dict[str, dict[str, list[Any]]] = field(default_factory=dict)
    switches: dict[str, dict[str, list[Any]]] = field(default_factory=dict)

    @property
    def is_nothing(self) -> bool:
        return not (self.is_new or self.contacts or self.memberships or self.client or self.people or self.switches)


class Writing:
    """Collects a batch and writes it at the end, table by table. `login`: whether new contacts may sign in."""

    def __init__(self, actor: Actor, of: ClientImport, register: Register, *, login: bool) -> None:
        self.actor, self.of, self.register, self.login = actor, of, register, login
        self.scope = scopes.current()
        self.firm, self.now = self.scope.firm, clock.now()
        self._rows: dict[type[Record], list[Any]] = {Client: [], Contact: [], Membership: [], Link: []}
        self._ids = {model: bulk.next_id(model) for model in (Client, Contact, Membership)}
        self._links = bulk.ids(Link)
        self._free: list[str] = []
        self._texts: dict[int, list[Contact]] = {}
        self._noted: list[Noted] = []
        self._reindex: set[int] = set()

    def add(self, fields: Mapping[str, Any], people: Sequence[Mapping[str, Any]]) -> Made:
        """A new client with its own link and its people; without a number it gets the next free one."""
        number = fields.get("number") or self._next_number()
        client = Client(firm=self.firm.id, **_compared({**fields, "number": number}), created_at=self.now)
        client.id = self._next(Client)
        self._rows[Client].append(client)
        self.register.by_number[client.number_key] = client
        self.register.members[client.id] = []
        made = Made(client.id, is_new=True)
        made.link_id = self._link(client)
        self._texts[client.id] = []
        self._people(client, self.register.plan(client, {}, people).people, people, made)
        self._note("client.imported", client, made, {"number": client.number})
        return made

    def change(self, plan: Plan, people: Sequence[Mapping[str, Any]]) -> Made:
        """What the list says anew of a client that is there."""
        client = plan.client
        assert client is not None
        made = Made(client.id)
        if plan.changes:
            new = _compared(plan.changes)
            if new.get("portal_access") is False:
                journal.write("client.access_off", client=client.id)
            made.client = {name: [getattr(client, name), value] for name, value in new.items() if name not in _KEPT}
            self.scope.change(client, **new)
            access.refresh(client.id)
            self._reindex.add(client.id)
        self._people(client, plan.people, people, made)
        if not made.is_nothing:
            self._note("client.import_changed", client, made, {"fields": sorted(made.client)})
        return made

    def write(self) -> None:
        """Everything that was collected; then what is computed from it."""
        for client in self._rows[Client]:
            client.search_text = access.search_text(client, self._texts[client.id])
        for model, rows in self._rows.items():
            bulk.insert_rows(model, rows)
        search.put_all(self.firm.id, ((client.id, client.search_text) for client in self._rows[Client]))
        for client in self._rows[Client]:
            access.refresh(client.id)
        new = set(self._texts)
        for client_id in sorted(self._reindex - new):
            access.reindex(self.scope.by_id(Client, client_id))
        audit.record_all(self.actor, self._noted)

    def _people(
        self, client: Client, plans: Sequence[PersonPlan], said: Sequence[Mapping[str, Any]], made: Made
    ) -> None:
        members = self.register.members.setdefault(client.id, [])
        for plan, person in zip(plans, said, strict=True):
            contact = plan.contact
            if contact is None:
                contact = self._contact(plan.fields, made)
            elif plan.changes:
                self._change_contact(contact, plan.changes, client, made)
            if plan.membership is not None:
                self._switch(plan.membership, plan.switches, made)
            elif all(known.id != contact.id for _membership, known in members):
                membership = self._membership(client, contact, person, first=not members, made=made)
                members.append((membership, contact))
                self.register.places.setdefault(contact.id, set()).add(client.id)
            if client.id in self._texts:
                self._texts[client.id].append(contact)
            else:
                self._reindex.add(client.id)
        wanted = [each for each, person in zip(plans, said, strict=True) if person.get("primary")]
        if wanted:
            self._primary(members, wanted[0], client)

    def _contact(self, fields: Mapping[str, Any], made: Made) -> Contact:
        key = email_key(fields.get("email", "")) or None
        contact = Contact(firm=self.firm.id, **fields, email_key=key, created_at=self.now)
        contact.id = self._next(Contact)
        self._rows[Contact].append(contact)
        if contact.email_key:
            self.register.contacts[contact.email_key] = contact
        made.contacts.append(contact.id)
        return contact

    def _change_contact(self, contact: Contact, changes: Mapping[str, Any], client: Client, made: Made) -> None:
        elsewhere = self.register.places.get(contact.id, set()) - {client.id}
        # a name that is on file for another client, too, stays (DETAILS 8)
        kept = {name for name in ("first_name", "last_name") if elsewhere and getattr(contact, name)}
        new = {name: value for name, value in changes.items() if name not in kept}
        if "email" in new:
            new["email_key"] = email_key(new["email"]) or None
            self.register.contacts[new["email_key"]] = contact
        if not new:
            return
        made.people[str(contact.id)] = {name: [getattr(contact, name), value] for name, value in new.items()}
        if contact in self._rows[Contact]:
            for name, value in new.items():
                setattr(contact, name, value)
            return
        if "email" in new:
            # whoever lost an address to staff a day ago must not get another one by a list, unheld and untold
            held_until = address_changes.take(self.actor, contact, new["email"])
            new |= {"email_error": None, "held_until": held_until}
            access.refresh_of(contact)
        self.scope.change(contact, **new)
        self._reindex |= self.register.places.get(contact.id, set()) - set(self._texts)

    def _membership(
        self, client: Client, contact: Contact, person: Mapping[str, Any], *, first: bool, made: Made
    ) -> Membership:
        membership = Membership(
            firm=self.firm.id, client=client.id, contact=contact.id, login=person.get("login", self.login),
            notify=person.get("notify", True), email_sync=person.get("email_sync", False), primary=first,
            created_at=self.now,
        )  # fmt: skip
        membership.id = self._next(Membership)
        self._rows[Membership].append(membership)
        made.memberships.append(membership.id)
        access.refresh(client.id)
        return membership

    def _switch(self, membership: Membership, switches: Mapping[str, bool], made: Made) -> None:
        turned = {name: on for name, on in switches.items() if name != "primary"}
        if not turned:
            return
        made.switches[str(membership.id)] = {name: [getattr(membership, name), on] for name, on in turned.items()}
        for name, on in turned.items():
            memberships.switch(membership, name, on)

    def _primary(self, members: Sequence[tuple[Membership, Contact]], wanted: PersonPlan, client: Client) -> None:
        chosen = next((m for m, c in members if wanted.contact is not None and c.id == wanted.contact.id), None)
        chosen = chosen or next((m for m, c in members if c.email and c.email == wanted.fields.get("email")), None)
        if chosen is None or chosen.primary:
            return
        if client.id in self._texts:
            for membership, _contact in members:
                membership.primary = membership is chosen
        elif chosen not in self._rows[Membership]:
            memberships.put_first(chosen)

    def _link(self, client: Client) -> int:
        link = Link(
            firm=self.firm.id, client=client.id, kind=PORTAL, created_at=self.now, extended_at=self.now,
            expires_at=access.expiry(self.firm, self.now),
        )  # fmt: skip
        while link.id in self._links:
            link.id = new_id()
        self._links.add(link.id)
        self._rows[Link].append(link)
        return int(link.id)

    def _next_number(self) -> str:
        while not self._free:
            first = int(clients.next_number()) if not self._rows[Client] else self._after_last()
            wanted = [str(number) for number in range(first, first + 500)]
            query = self.scope.of(Client, Client.number_key).where(among(Client.number_key, wanted))
            taken = {key for (key,) in list(query.tuples())} | set(self.register.by_number)
            self._free = [number for number in reversed(wanted) if number not in taken]
        number = self._free.pop()
        return number if number not in self.register.by_number else self._next_number()

    def _after_last(self) -> int:
        used = [int(key) for key in self.register.by_number if key.isascii() and key.isdecimal()]
        return max([*used, clients.FIRST_NUMBER - 1]) + 1

    def _next(self, model: type[Record]) -> int:
        row_id = self._ids[model]
        self._ids[model] = row_id + 1
        return row_id

    def _note(self, action: str, client: Client, made: Made, facts: Mapping[str, Any]) -> None:
        counts = {"contacts": len(made.memberships), "changed_contacts": len(made.people), "import": self.of.uid}
        self._noted.append(Noted(action, client, {**facts, **counts}, {"name": client.name}, client.id))


def _compared(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields, which were checked when the list was looked over, with the forms for comparing and sorting."""
    keys = {f"{name}_key": searchable(fields[name]) for name in ("number", "name") if name in fields}
    return {**fields, **keys}
