"""Which clients of a list are known already: by number, then by e-mail, then by name; asked, not guessed (T14)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from portal.base.text import email_key, searchable
from portal.models.client import Client
from portal.models.client_import import ASK, CHANGE, LEAVE, NEW, SAME, SKIP
from portal.models.contact import Contact, Membership
from portal.models.search import among
from portal.operations import client_rows, contacts
from portal.operations.client_rows import Entry, Problem
from portal.policies import scope as scopes

# questions: the number belongs to a client of another name; e-mail or name is known; the list has it twice
NUMBER, EMAIL, NAME, TWICE = "number", "email", "name", "twice"
QUESTIONS = (NUMBER, EMAIL, NAME, TWICE)
# answers; "same" for all of a kind, else "same:<client uid>" or "same:<line>"
IS_SAME, IS_NEW, IS_OUT = "same", "new", "skip"
ANSWERS = {NUMBER: (IS_SAME, IS_OUT), EMAIL: (IS_SAME, IS_NEW, IS_OUT), NAME: (IS_SAME, IS_NEW, IS_OUT),
           TWICE: (IS_SAME, IS_NEW, IS_OUT)}  # fmt: skip
MOST_CANDIDATES = 5
_PEOPLE_AT_ONCE = 5000


@dataclass(frozen=True)
class Choice:
    """What the person decided for the import as a whole.

    `problems`: what to do about each kind (`client_rows.SKIP`, STOP, MEND); `for_all`: an answer to all questions of a
    kind. `access`: whether new contacts have login: "firm" (as the firm's default access has it, B5), "on", "off".
    """

    update: bool = True
    access: str = "firm"
    email_contact: bool = True
    invite: bool = False
    message: str = ""
    problems: Mapping[str, str] = field(default_factory=dict)
    for_all: Mapping[str, str] = field(default_factory=dict)

    def about(self, kind: str) -> str:
        """What is done about a kind of problem."""
        return self.problems.get(kind, client_rows.SKIP)


@dataclass(frozen=True)
class Candidate:
    """A client that may be meant: one that is there (`uid`), or one of an earlier `line`."""

    number: str
    name: str
    city: str = ""
    uid: str = ""
    line: int = 0

    @property
    def answer(self) -> str:
        return f"{IS_SAME}:{self.uid or self.line}"


@dataclass
class Group:
    """The rows about one client, the first of them leads; what they say together, and what is to be done with it."""

    entries: list[Entry]
    client: dict[str, Any] = field(default_factory=dict)
    people: list[dict[str, Any]] = field(default_factory=list)
    decision: str = NEW
    question: str = ""
    candidates: list[Candidate] = field(default_factory=list)
    reason: str = ""
    client_id: int | None = None

    @property
    def line(self) -> int:
        return self.entries[0].line

    def take(self, entry: Entry) -> None:
        """A further row: what the rows before did not say, and its people."""
        if entry is not self.entries[0]:
            self.entries.append(entry)
        self.client = {**entry.client, **self.client}
        for person in entry.people:
            _add_person(self.people, person)


@dataclass(frozen=True)
class PersonPlan:
    """What becomes of a person: `contact` known or None, `membership` of it at this client or None."""

    fields: dict[str, Any]
    contact: Contact | None = None
    membership: Membership | None = None
    changes: dict[str, Any] = field(default_factory=dict)
    switches: dict[str, bool] = field(default_factory=dict)

    @property
    def is_same(self) -> bool:
        return self.membership is not None and not self.changes and not self.switches


@dataclass(frozen=True)
class Plan:
    """What becomes of a client: None is a new one."""

    client: Client | None
    changes: dict[str, Any]
    people: list[PersonPlan]

    @property
    def is_same(self) -> bool:
        return self.client is not None and not self.changes and all(person.is_same for person in self.people)


class Register:
    """What is known already of the numbers, addresses and names of some rows; looked up in few statements."""

    def __init__(self) -> None:
        self.by_number: dict[str, Client] = {}
        self.by_name: dict[str, list[Client]] = {}
        self.by_email: dict[str, list[Client]] = {}
        self.by_id: dict[int, Client] = {}
        self.contacts: dict[str, Contact] = {}
        self.members: dict[int, list[tuple[Membership, Contact]]] = {}
        self.places: dict[int, set[int]] = {}  # contact -> clients

    def look_up(self, rows: Iterable[tuple[Mapping[str, Any], Sequence[Mapping[str, Any]]]]) -> None:
        """Fetch what fits the client and the people of these rows."""
        numbers, names, emails = set(), set(), set()
        for client, people in rows:
            numbers.add(searchable(client.get("number", "")))
            names.add(searchable(client.get("name", "")))
            emails.add(email_key(client.get("email", "")))
            emails.update(email_key(person.get("email", "")) for person in people)
        self._clients(numbers - {""}, names - {""}, emails - {""})
        self._contacts(emails - {""})
        self._members(set(self.by_id))

    def fetch(self, client_ids: Iterable[int]) -> None:
        """Fetch clients that were decided on before."""
        self._keep(among(Client.id, list(client_ids)))
        self._members(set(client_ids))

    def plan(self, client: Client | None, fields: Mapping[str, Any], people: Sequence[Mapping[str, Any]]) -> Plan:
        """What would be made and changed; of fields only those that are given and different."""
        changes = {} if client is None else {n: v for n, v in fields.items() if getattr(client, n) != v}
        taken: set[int] = set()
        return Plan(client, changes, [self._person(client, person, taken) for person in people])

    def _person(self, client: Client | None, person: Mapping[str, Any], taken: set[int]) -> PersonPlan:
        fields = {name: value for name, value in person.items() if name in contacts.FIELDS}
        members = self.members.get(client.id, []) if client is not None else []
        contact = self.contacts.get(email_key(person.get("email", ""))) if person.get("email") else None
        membership = None
        if contact is not None:
            membership = next((each for each, known in members if known.id == contact.id), None)
        else:
            found = _named_alike(members, person, taken)
            membership, contact = found if found is not None else (None, None)
        if contact is None:
            return PersonPlan(fields)
        taken.add(contact.id)
        changes = {name: value for name, value in fields.items() if _differs(contact, name, value)}
        switches = {
            name: person[name]
            for name in ("login", "notify", "email_sync", "primary")
            if membership is not None and name in person and getattr(membership, name) != person[name]
        }
        # a primary contact stays one until another takes its place
        switches = {name: on for name, on in switches.items() if on or name != "primary"}
        return PersonPlan(fields, contact, membership, changes, switches)

    def _clients(self, numbers: set[str], names: set[str], emails: set[str]) -> None:
        self._keep(among(Client.number_key, sorted(numbers)))
        self._keep(Client.archived_at.is_null() & among(Client.name_key, sorted(names)))
        if emails:
            scope = scopes.current()
            with_email = scope.of(Client, Client.id, Client.email).where(Client.email != "").tuples()
            self._keep(among(Client.id, [key for key, email in list(with_email) if email_key(email) in emails]))

    def _keep(self, which: Any) -> None:
        for client in list(scopes.current().of(Client).where(which)):
            if client.id in self.by_id:
                continue
            self.by_id[client.id] = self.by_number[client.number_key] = client
            if not client.is_archived and not client.is_test:
                self.by_name.setdefault(client.name_key, []).append(client)
                if client.email:
                    self.by_email.setdefault(email_key(client.email), []).append(client)

    def _contacts(self, emails: set[str]) -> None:
        scope = scopes.current()
        for contact in list(scope.of(Contact).where(among(Contact.email_key, sorted(emails)))):
            self.contacts[contact.email_key] = contact
        keys = {contact.id: key for key, contact in self.contacts.items()}
        living = scope.of(Membership, Membership.contact, Membership.client).where(
            among(Membership.contact, sorted(keys)), Membership.ended_at.is_null()
        )
        for contact_id, client_id in list(living.tuples()):
            self.places.setdefault(contact_id, set()).add(client_id)
        self._keep(among(Client.id, sorted({each for places in self.places.values() for each in places})))
        for contact_id, places in self.places.items():
            for client_id in sorted(places):
                client = self.by_id[client_id]
                of_email = self.by_email.setdefault(keys[contact_id], [])
                if not client.is_archived and not client.is_test and client not in of_email:
                    of_email.append(client)

    def _members(self, client_ids: set[int]) -> None:
        wanted = sorted(client_ids - set(self.members))
        scope = scopes.current()
        query = scope.join(scope.of(Membership, Membership, Contact), Contact, on=Membership.contact == Contact.id)
        rows = query.where(among(Membership.client, wanted), Membership.ended_at.is_null()).order_by(Membership.id)
        for client_id in wanted:
            self.members[client_id] = []
        for row in list(rows):
            self.members[row.client_id].append((row, row.contact))


def groups(entries: Iterable[Entry], register: Register, choice: Choice, answers: Mapping[str, str]) -> list[Group]:
    """The rows put together to clients, each with what is to be done. What is asked and not answered is ASK."""
    return _Sorting(register, choice, answers).sort(entries)


class _Sorting:
    """Goes through the rows once, in their order."""

    def __init__(self, register: Register, choice: Choice, answers: Mapping[str, str]) -> None:
        self.register, self.choice, self.answers = register, choice, answers
        self.found: list[Group] = []
        self.by_number: dict[str, Group] = {}
        self.by_name: dict[str, list[Group]] = {}
        self.by_line: dict[int, Group] = {}
        self.people: dict[str, dict[str, Any]] = {}

    def sort(self, entries: Iterable[Entry]) -> list[Group]:
        for entry in entries:
            self._place(entry)
        for group in self.found:
            if group.decision == NEW:
                self._match(group)
        return self.found

    def _place(self, entry: Entry) -> None:
        if entry.left_out:
            self.found.append(Group([entry], decision=SKIP, reason=entry.left_out))
            return
        self._check_names(entry)
        number, name = searchable(entry.client.get("number", "")), searchable(entry.client.get("name", ""))
        same = self.by_number.get(number) if number else self._of_name(entry, name)
        if same is not None and entry.borrowed and searchable(same.client.get("name", "")) != name:
            # a further contact of the client above, not a person who is a client
            entry.client = {field: value for field, value in entry.client.items() if field not in ("name", "kind")}
            name = ""
        if same is not None and name and searchable(same.client.get("name", "")) != name:
            entry.problems.append(Problem("duplicate_number", -1, entry.client["number"], str(same.line)))
        elif same is not None and not name:
            # a further contact of the client above: its name need not be said again
            entry.problems[:] = [problem for problem in entry.problems if problem.kind != "required"]
        if any(self.choice.about(problem.kind) != client_rows.MEND for problem in entry.problems):
            self.found.append(Group([entry], dict(entry.client), list(entry.people), SKIP, reason="problems"))
            return
        if same is not None:
            same.take(entry)
            return
        self._begin(entry, number, name)

    def _begin(self, entry: Entry, number: str, name: str) -> None:
        group = Group([entry])
        group.take(entry)
        twin = self._twin(group, name)
        if twin is not None:
            answer = self._answer(entry.line, TWICE, [twin])
            if answer.startswith(IS_SAME):
                self.by_line[twin.line].take(entry)
                if number:
                    self.by_number[number] = self.by_line[twin.line]
                return
            group.question, group.candidates = TWICE, [twin]
            group.decision = {IS_NEW: NEW, IS_OUT: SKIP}.get(answer, ASK)
            group.reason = "answer" if answer == IS_OUT else ""
        self.found.append(group)
        self.by_line[entry.line] = group
        if number:
            self.by_number[number] = group
        self.by_name.setdefault(name, []).append(group)

    def _of_name(self, entry: Entry, name: str) -> Group | None:
        """Without a number the name says who it is, as far as the place does not say otherwise."""
        for group in self.by_name.get(name, ()):
            if _agree(group.client.get("postcode"), entry.client.get("postcode")):
                return group
        return None

    def _twin(self, group: Group, name: str) -> Candidate | None:
        """An earlier client of the list by the same name with the same address, under another number."""
        for other in self.by_name.get(name, ()):
            shared = _emails(other) & _emails(group)
            place = [group.client.get(each) for each in ("postcode", "street")]
            if shared or (all(place) and place == [other.client.get(each) for each in ("postcode", "street")]):
                fields = other.client
                return Candidate(fields.get("number", ""), fields["name"], fields.get("city", ""), line=other.line)
        return None

    def _check_names(self, entry: Entry) -> None:
        """One address is one person: another name than the one on file, or in an earlier row, is a problem."""
        for person in entry.people:
            key = email_key(person.get("email", ""))
            if not key:
                continue
            known = self.register.contacts.get(key)
            name = ""
            if known is not None and self._is_elsewhere(known, entry) and not _same_name(vars_of(known), person):
                name = known.name
            elif key in self.people and not _same_name(self.people[key], person):
                name = " ".join(self.people[key].get(each, "") for each in ("first_name", "last_name")).strip()
            if name:
                entry.problems.append(Problem("name_on_file", -1, person["email"], name))
                person.pop("first_name", None)
                person.pop("last_name", None)
            self.people.setdefault(key, person)

    def _is_elsewhere(self, contact: Contact, entry: Entry) -> bool:
        number, name = searchable(entry.client.get("number", "")), searchable(entry.client.get("name", ""))
        clients = [self.register.by_id[each] for each in self.register.places.get(contact.id, ())]
        return any(client.number_key != number and client.name_key != name for client in clients)

    def _match(self, group: Group) -> None:
        number = searchable(group.client.get("number", ""))
        name = searchable(group.client.get("name", ""))
        known = self.register.by_number.get(number) if number else None
        if known is not None and known.name_key == name:
            self._decide(group, known)
        elif known is not None:
            self._ask(group, NUMBER, [known])
        elif clients := self._of_emails(group):
            self._ask(group, EMAIL, clients)
        elif clients := self.register.by_name.get(name, []):
            self._ask(group, NAME, clients)

    def _of_emails(self, group: Group) -> list[Client]:
        found: list[Client] = []
        for key in sorted(_emails(group)):
            found += [client for client in self.register.by_email.get(key, []) if client not in found]
        return found

    def _ask(self, group: Group, question: str, clients: list[Client]) -> None:
        group.question = question
        group.candidates = [
            Candidate(client.number, client.name, client.city, client.uid) for client in clients[:MOST_CANDIDATES]
        ]
        answer = self._answer(group.line, question, group.candidates)
        chosen = next((client for client in clients if answer == f"{IS_SAME}:{client.uid}"), None)
        if chosen is not None:
            self._decide(group, chosen)
        elif answer == IS_OUT:
            group.decision, group.reason = SKIP, "answer"
        elif answer != IS_NEW:
            group.decision = ASK

    def _answer(self, line: int, question: str, candidates: Sequence[Candidate]) -> str:
        """What was answered to this question, as far as it may be; empty: nothing yet."""
        answer = self.answers.get(str(line)) or self.choice.for_all.get(question, "")
        if answer == IS_SAME:
            answer = candidates[0].answer if len(candidates) == 1 else ""
        allowed = {*(each for each in ANSWERS[question] if each != IS_SAME), *(each.answer for each in candidates)}
        return answer if answer in allowed else ""

    def _decide(self, group: Group, client: Client) -> None:
        group.client_id = client.id
        if client.is_archived:
            group.decision, group.reason = SKIP, "archived"
        elif client.is_test:
            group.decision, group.reason = SKIP, "test_client"
        elif self.register.plan(client, group.client, group.people).is_same:
            group.decision = SAME
        else:
            group.decision = CHANGE if self.choice.update else LEAVE


def vars_of(contact: Contact) -> dict[str, str]:
    return {"first_name": contact.first_name, "last_name": contact.last_name}


def _same_name(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two names may be one person's: what only one of them says does not count."""
    return all(
        searchable(one.get(each) or "") == searchable(other.get(each) or "")
        for each in ("first_name", "last_name")
        if one.get(each) and other.get(each)
    )


def _differs(contact: Contact, name: str, value: Any) -> bool:
    known = getattr(contact, name)
    if name == "email":
        return email_key(known) != email_key(value)
    if name in ("first_name", "last_name") and known:
        # the same name in other letters is no reason to change it
        return searchable(known) != searchable(value)
    return bool(known != value)


def _named_alike(
    members: Sequence[tuple[Membership, Contact]], person: Mapping[str, Any], taken: set[int]
) -> tuple[Membership, Contact] | None:
    """The contact of this name, as far as one of the two has no address: two addresses are two people."""
    names = [searchable(person.get(each) or "") for each in ("first_name", "last_name")]
    if not any(names):
        return None
    for membership, contact in members:
        if contact.id in taken or (person.get("email") and contact.email):
            continue
        if [searchable(contact.first_name), searchable(contact.last_name)] == names:
            return membership, contact
    return None


def _add_person(people: list[dict[str, Any]], person: Mapping[str, Any]) -> None:
    """The same address, or the same name where one has no address, is the same person."""
    key = email_key(person.get("email", ""))
    for known in people:
        other = email_key(known.get("email", ""))
        alike = [searchable(str(known.get(each, ""))) for each in ("first_name", "last_name")] == [
            searchable(str(person.get(each, ""))) for each in ("first_name", "last_name")
        ]
        if (key and key == other) or (alike and not (key and other)):
            known.update({**person, **known})
            return
    people.append(dict(person))


def _emails(group: Group) -> set[str]:
    own = {email_key(person["email"]) for person in group.people if person.get("email")}
    return own | ({email_key(group.client["email"])} if group.client.get("email") else set())


def _agree(one: Any, other: Any) -> bool:
    return not one or not other or one == other
