"""Taking an import back as a whole, as long as nothing depends on what it made (T14).

All or nothing: what stands in the way is listed beforehand, and then nothing is undone. Rows that the import made are
deleted (ids are never used again); values that it changed go back to what they were.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from portal.base import clock, journal
from portal.base.errors import Conflict
from portal.base.text import email_key, searchable
from portal.models import bulk, search
from portal.models.all import TABLES
from portal.models.audit_entry import AuditEntry
from portal.models.client import Client
from portal.models.client_import import CHANGED, DONE, MADE, UNDONE, ClientImport, ImportRow
from portal.models.contact import Contact, Membership
from portal.models.document import Document
from portal.models.link import Link, LinkFetch, Opening
from portal.models.outbox import DROPPED, FAILED, QUEUED, OutboxMail
from portal.models.record import is_tenant
from portal.models.run import OPEN, Run
from portal.models.search import among
from portal.models.sign_in import SignIn
from portal.models.staff import Assignment
from portal.models.ticket import Ticket
from portal.operations import access, audit, client_imports
from portal.operations.operation import operation
from portal.policies import scope as scopes
from portal.policies.actors import Actor
from portal.policies.permissions import Permission

DOCUMENTS, OPENED, CHANGED_SINCE, PASSWORD, ELSEWHERE, GONE = (
    "documents", "opened", "changed", "password", "elsewhere", "gone",
)  # fmt: skip
# what the import itself led to: it goes with the rows
_OWN_ACTS = ("client.imported", "client.import_changed", "invitation.sent", "invitation.cancelled")


@dataclass(frozen=True)
class Obstacle:
    """Why an import cannot be taken back, by the line of the list."""

    line: int
    name: str
    number: str
    reason: str


@dataclass
class _Traces:
    """All that an import left, and the line of each."""

    clients: dict[int, int] = field(default_factory=dict)
    contacts: dict[int, int] = field(default_factory=dict)
    memberships: dict[int, int] = field(default_factory=dict)
    changed: list[ImportRow] = field(default_factory=list)
    names: dict[int, tuple[str, str]] = field(default_factory=dict)


def undo(actor: Actor, of: ClientImport) -> ClientImport:
    """Take the import back. Raises Conflict: depends (see `obstacles`), running, undone, past (after 30 days)."""
    with bulk.unchecked_references():
        return _undo(actor, of)


@operation(allow=Permission.CLIENT_WORK)
def _undo(actor: Actor, of: ClientImport) -> ClientImport:
    client_imports.demand_whole(actor)
    scope = scopes.current()
    of = scope.by_id(ClientImport, of.id)
    if of.state == UNDONE:
        raise Conflict("undone")
    if of.state != DONE or _invites(of):
        raise Conflict("running")
    if of.finished_at is None or of.finished_at < clock.now() - client_imports.KEPT:
        raise Conflict("past")
    traces = _traces(of)
    if _found(of, traces) or _is_referred_to(traces):
        raise Conflict("depends")
    with journal.together(), access.together():
        _put_back(traces.changed)
        _remove(traces)
    facts = {
        "clients": len(traces.clients), "contacts": len(traces.contacts), "changed": len(traces.changed),
    }  # fmt: skip
    client_imports.forget(of, state=UNDONE)
    audit.record(actor, "import.undone", of, facts=facts, personal={"file": of.filename})
    return of


def obstacles(of: ClientImport) -> list[Obstacle]:
    """What stands in the way of taking it back, by line; empty: nothing does."""
    return _found(of, _traces(of))


def _invites(of: ClientImport) -> bool:
    """Whether the run that asks its contacts in is still at work: each mail would be one for nobody."""
    scope = scopes.current()
    runs = scope.of(Run, Run.id).where(Run.kind == "invitations", Run.state.in_(OPEN))
    return bool(of.choice.get("invite")) and scope.holds(runs)


def _traces(of: ClientImport) -> _Traces:
    scope, traces = scopes.current(), _Traces()
    rows = scope.of(ImportRow).where(ImportRow.client_import == of.id, ImportRow.outcome.in_((MADE, CHANGED)))
    for row in list(rows.order_by(ImportRow.line)):
        fields = row.entry["client"]
        traces.names[row.line] = (fields.get("name", ""), fields.get("number", ""))
        if row.made.get("is_new"):
            traces.clients[row.client_id] = row.line
        else:
            traces.changed.append(row)
        traces.contacts |= dict.fromkeys(row.made.get("contacts", ()), row.line)
        traces.memberships |= dict.fromkeys(row.made.get("memberships", ()), row.line)
    return traces


def _found(of: ClientImport, traces: _Traces) -> list[Obstacle]:
    reasons: dict[int, str] = {}
    for line, reason in (*_of_clients(of, traces), *_of_contacts(traces), *_of_changes(traces)):
        reasons.setdefault(line, reason)
    return [Obstacle(line, *traces.names[line], reason) for line, reason in sorted(reasons.items())]


def _of_clients(of: ClientImport, traces: _Traces) -> Iterable[tuple[int, str]]:
    scope, lines = scopes.current(), traces.clients
    ids = list(lines)
    links = scope.of(Link, Link.id).where(among(Link.client, ids))
    fetched = scope.join(scope.of(LinkFetch, Link.client), Link, on=LinkFetch.link == Link.id)
    own = AuditEntry.action.in_(_OWN_ACTS)
    for model, reason in ((Document, DOCUMENTS), (Opening, OPENED), (SignIn, OPENED), (Assignment, CHANGED_SINCE)):
        for (client_id,) in list(scope.of(model, model.client).where(among(model.client, ids)).distinct().tuples()):
            yield lines[client_id], reason
    for (client_id,) in list(fetched.where(LinkFetch.link.in_(links)).distinct().tuples()):
        yield lines[client_id], OPENED
    acts = scope.of(AuditEntry, AuditEntry.client_id).where(among(AuditEntry.client_id, ids), ~own)
    for (client_id,) in list(acts.distinct().tuples()):
        yield lines[client_id], CHANGED_SINCE
    # a later import changed it
    later = scope.of(AuditEntry, AuditEntry.client_id, AuditEntry.facts).where(
        among(AuditEntry.client_id, ids), AuditEntry.action == "client.import_changed"
    )
    for client_id, facts in list(later.tuples()):
        if facts.get("import") != of.uid:
            yield lines[client_id], CHANGED_SINCE


def _of_contacts(traces: _Traces) -> Iterable[tuple[int, str]]:
    scope, lines = scopes.current(), traces.contacts
    ids = list(lines)
    there = scope.of(Contact, Contact.id, Contact.identity).where(among(Contact.id, ids))
    for contact_id, identity in list(there.tuples()):
        if identity is not None:
            yield lines[contact_id], PASSWORD
    links = scope.of(Link, Link.id, Link.contact, Link.used_at).where(among(Link.contact, ids))
    of_link = {link_id: (contact_id, used) for link_id, contact_id, used in list(links.tuples())}
    fetched = scope.of(LinkFetch, LinkFetch.link).where(among(LinkFetch.link, list(of_link))).distinct()
    used = [link_id for link_id, (_contact, at) in of_link.items() if at is not None]
    for link_id in (*used, *(each for (each,) in list(fetched.tuples()))):
        yield lines[of_link[link_id][0]], OPENED
    members = scope.of(Membership).where(among(Membership.contact, ids))
    for membership in list(members):
        if membership.id not in traces.memberships:
            yield lines[membership.contact_id], ELSEWHERE
    made = scope.of(Membership).where(among(Membership.id, list(traces.memberships)))
    for membership in list(made):
        if membership.activated_at is not None or membership.seen_at is not None:
            yield traces.memberships[membership.id], OPENED
        elif membership.ended_at is not None:
            yield traces.memberships[membership.id], CHANGED_SINCE


def _of_changes(traces: _Traces) -> Iterable[tuple[int, str]]:
    """A value that is not the import's any more was changed since."""
    for row in traces.changed:
        for model, ids in _values(row):
            known = _by_id(model, ids)
            for row_id, values in ids.items():
                there = known.get(row_id)
                if there is None:
                    yield row.line, GONE
                elif any(getattr(there, name) != after for name, (_before, after) in values.items()):
                    yield row.line, CHANGED_SINCE
                elif model is Contact and "email" in values and there.identity_id is not None:
                    # who came in by the address would be left with a password that nothing can be mailed about
                    yield row.line, PASSWORD


def _values(row: ImportRow) -> Iterable[tuple[Any, dict[int, dict[str, list[Any]]]]]:
    """By model and id: the values before and after of each field that the import changed."""
    if row.made.get("client"):
        yield Client, {row.client_id: row.made["client"]}
    for model, name in ((Contact, "people"), (Membership, "switches")):
        if row.made.get(name):
            yield model, {int(row_id): values for row_id, values in row.made[name].items()}


def _by_id(model: Any, ids: Iterable[int]) -> dict[int, Any]:
    return {row.id: row for row in list(scopes.current().of(model).where(among(model.id, list(ids))))}


def _is_referred_to(traces: _Traces) -> bool:
    """Whether any other row speaks of what would be deleted, whatever table it stands in."""
    scope = scopes.current()
    gone: dict[Any, list[int]] = {
        Client: list(traces.clients), Contact: list(traces.contacts), Membership: list(traces.memberships),
    }  # fmt: skip
    mine: dict[Any, dict[int, int]] = {Membership: traces.memberships, Contact: traces.contacts}
    for model in TABLES:
        if not is_tenant(model) or model in (Link, Ticket):
            continue
        for each in model._meta.sorted_fields:
            ids = gone.get(getattr(each, "rel_model", None), [])
            if ids and any(row_id not in mine.get(model, ()) for row_id in _referring(scope, model, each, ids)):
                return True
    return False


def _referring(scope: scopes.Scope, model: Any, reference: Any, ids: list[int]) -> list[int]:
    return [row_id for (row_id,) in list(scope.of(model, model.id).where(among(reference, ids)).tuples())]


def _put_back(changed: Sequence[ImportRow]) -> None:
    scope = scopes.current()
    for row in reversed(changed):
        for model, ids in _values(row):
            known = _by_id(model, ids)
            for row_id, values in ids.items():
                before = _before(values)
                _note_what_is_taken(model, row_id, before)
                scope.change(known[row_id], **before)
                if model is Contact:
                    access.reindex_of(known[row_id])
        access.refresh(row.client_id)
        access.reindex(scope.by_id(Client, row.client_id))


def _note_what_is_taken(model: Any, row_id: int, before: dict[str, Any]) -> None:
    """A switch that the import turned on goes off again: an act that takes access away as any other (TRUST, Keys)."""
    if model is Membership and before.get("login") is False:
        journal.write("membership.login_off", membership=row_id)
    if model is Client and before.get("portal_access") is False:
        journal.write("client.access_off", client=row_id)


def _before(values: dict[str, list[Any]]) -> dict[str, Any]:
    fields = {name: before for name, (before, _after) in values.items()}
    for name in ("number", "name"):
        if name in fields:
            fields[f"{name}_key"] = searchable(fields[name])
    if "email" in fields and "email_key" in values:
        fields["email_key"] = email_key(fields["email"]) or None
    return fields


def _remove(traces: _Traces) -> None:
    """Delete what the import made, and what is of no use without it: links, tickets, mails not sent yet."""
    scope = scopes.current()
    clients, contacts, members = list(traces.clients), list(traces.contacts), list(traces.memberships)
    touched = {
        client_id
        for (client_id,) in list(scope.of(Membership, Membership.client).where(among(Membership.id, members)).tuples())
    } - set(clients)
    for client_id in clients:
        journal.write("client.access_off", client=client_id)
    for membership_id in members:
        journal.write("membership.login_off", membership=membership_id)
    _drop_mails(contacts)
    texts = list(scope.of(Client, Client.id, Client.search_text).where(among(Client.id, clients)).tuples())
    scope.delete(Ticket).where(among(Ticket.contact, contacts)).execute()
    scope.delete(Link).where(among(Link.contact, contacts) | among(Link.client, clients)).execute()
    scope.delete(Membership).where(among(Membership.id, members)).execute()
    scope.delete(Contact).where(among(Contact.id, contacts)).execute()
    scope.delete(Client).where(among(Client.id, clients)).execute()
    search.drop_all(scope.firm.id, texts)
    for client_id in sorted(touched):
        _settle(scope.by_id(Client, client_id))


def _drop_mails(contacts: list[int]) -> None:
    scope = scopes.current()
    keys = [key for (key,) in list(scope.of(Contact, Contact.email_key).where(among(Contact.id, contacts)).tuples())]
    waiting = OutboxMail.state.in_((QUEUED, FAILED)) & among(OutboxMail.to_key, [key for key in keys if key])
    dropped = scope.update(OutboxMail, state=DROPPED, error="import_undone", done_at=clock.now())
    dropped.where(waiting).execute()


def _settle(client: Client) -> None:
    """A client that was there before has a primary contact again, and is found by whom it still has."""
    scope = scopes.current()
    living = scope.of(Membership).where(Membership.client == client.id, Membership.ended_at.is_null())
    heir = scope.first(living.order_by(Membership.primary.desc(), Membership.id))
    if heir is not None and not heir.primary:
        scope.change(heir, primary=True)
    access.refresh(client.id)
    access.reindex(client)
