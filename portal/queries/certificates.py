"""The certificate of a decision, drawn from its row: it can say nothing but what was recorded (X2, DETAILS 7)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from portal.base.language import gettext_in, instant, long_date, money
from portal.base.text import masked_email
from portal.models.audit_entry import AuditEntry
from portal.models.client import Client
from portal.models.decision import ACCEPT, AWAITING, BINDING, CONFIRMED, REJECTED, OfferDecision
from portal.models.document import CANCELLED, Document, DocumentVersion
from portal.models.firm import Firm
from portal.models.staff import Staff
from portal.papers import apart
from portal.papers.certificate import Certificate, Fact, Section
from portal.papers.sheet import Imprint
from portal.policies.scope import ClientScope, Scope
from portal.queries import letterheads

_OF_DECISIONS = ("offer.accepted", "offer.declined", "offer.confirmed", "offer.rejected")


def draw(scope: Scope, document: Document, decision: OfferDecision, language: str) -> bytes:
    """A PDF/A-3B in the reader's language. The same row gives the same bytes, as long as the firm's looks stay.

    Clients have no way to the audit log and to staff: their copy leaves out the entries and who settled it.
    """
    return apart.draw(_Telling(scope, scope.firm, document, decision, language).whole())


@dataclass(frozen=True)
class _Telling:
    """A decision being put into words."""

    scope: Scope
    firm: Firm
    document: Document
    decision: OfferDecision
    language: str

    def _(self, text: str, **values: object) -> str:
        return gettext_in(self.language, text, **values)

    def whole(self) -> Certificate:
        _ = self._
        head = letterheads.of(self.firm, self.language)
        heading = self._heading()
        number = self.document.number
        imprint = Imprint(
            title=f"{heading} {number}",
            author=self.firm.name,
            language=self.language,
            made_at=self.decision.settled_at or self.decision.at,
            running=f"{heading} · {number}",
            pages=_("Page %(page)s of %(pages)s", page="%(page)s", pages="%(pages)s"),
        )
        below = _("Offer %(number)s · record %(record)s", number=number, record=self.decision.uid)
        sections = (
            self._decided(), self._by_whom(), self._when(), *self._settled(), self._fingerprints(), *self._log(),
            self._checking(),
        )  # fmt: skip
        return Certificate(head, imprint, heading, below, self._verdict(), self._summary(), sections)

    def _heading(self) -> str:
        _ = self._
        if self.decision.verdict != ACCEPT:
            return _("Certificate of the decline")
        return _("Certificate of the acceptance")

    def _verdict(self) -> str:
        _ = self._
        number = self.document.number
        if self.decision.verdict != ACCEPT:
            return _("Offer %(number)s was declined", number=number)
        if self.decision.state == AWAITING:
            return _("Offer %(number)s was accepted; the acceptance awaits confirmation", number=number)
        if self.decision.state == REJECTED:
            return _("Offer %(number)s was accepted; the acceptance was not confirmed", number=number)
        return _("Offer %(number)s was accepted", number=number)

    def _summary(self) -> str:
        parts = [self.decision.name, self._moment(self.decision.at)]
        if self.decision.amount is not None:
            parts.insert(0, self._money(self.decision.amount))
        return " · ".join(parts)

    def _decided(self) -> Section:
        _, version = self._, self._version()
        facts = [
            Fact(_("Decision"), self._standing()),
            Fact(_("Offer"), self.document.number),
            Fact(_("Title"), version.title),
            Fact(_("Version"), str(self.decision.version)),
            Fact(_("Date of the offer"), long_date(version.issued_on, self.language)),
        ]
        if version.valid_until is not None:
            facts.append(Fact(_("Valid until"), long_date(version.valid_until, self.language)))
        facts.append(Fact(_("Amount"), self._amount()))
        facts.append(Fact(_("Words of the button"), _("“%(words)s”", words=self.decision.button)))
        if self.decision.reason:
            facts.append(Fact(_("Reason given"), self.decision.reason))
        if self.document.state == CANCELLED:
            facts.append(Fact(_("Afterwards"), _("The firm cancelled the offer later; the decision stays on record.")))
        return Section(_("What was decided"), tuple(facts))

    def _standing(self) -> str:
        _ = self._
        if self.decision.verdict != ACCEPT:
            return _("Declined")
        return {
            BINDING: _("Accepted, binding at once"),
            AWAITING: _("Accepted, awaiting confirmation by the firm: it binds nobody until then"),
            CONFIRMED: _("Accepted, binding since the firm confirmed it"),
            REJECTED: _("Accepted, but not confirmed by the firm: it bound nobody"),
        }[self.decision.state]

    def _amount(self) -> str:
        if self.decision.amount is None:
            return self._("The offer names no amount.")
        return self._money(self.decision.amount)

    def _by_whom(self) -> Section:
        _, decision = self._, self.decision
        client = self.scope.by_id(Client, decision.client_id)
        facts = [
            Fact(_("Name as typed"), decision.name),
            Fact(_("For the client"), _("%(name)s (%(number)s)", name=client.name, number=client.number)),
            Fact(_("Identified by"), self._identified()),
            Fact(_("Code"), self._step_up()),
        ]
        return Section(_("Who decided"), tuple(facts))

    def _identified(self) -> str:
        _, decision = self._, self.decision
        if decision.identified_by == "contact_link":
            return _("The personal secret link of %(contact)s", contact=decision.contact_name)
        if decision.identified_by == "password":
            return _("%(contact)s, signed in with e-mail address and password", contact=decision.contact_name)
        if decision.identified_by == "staff_view":
            return _("A staff member of the firm who tried the portal as its test client")
        return _("The secret link of the client, which names no person; the name was typed")

    def _step_up(self) -> str:
        _, decision = self._, self.decision
        if decision.step_up:
            return _("A code sent to %(address)s was typed correctly", address=masked_email(decision.step_up_to))
        if decision.verdict == ACCEPT and decision.state != BINDING:
            return _("None: no address was known to which a code could be sent, so the firm had to confirm")
        return _("None was asked")

    def _when(self) -> Section:
        _, decision = self._, self.decision
        facts = (
            Fact(_("Time"), _("%(time)s (%(zone)s)", time=self._moment(decision.at), zone=self.firm.time_zone)),
            Fact(_("Time in UTC"), _utc(decision.at)),
            Fact(_("Internet address"), decision.address or _("not known")),
            Fact(_("Program"), decision.agent or _("not known")),
        )
        return Section(_("When and from where"), facts)

    def _settled(self) -> list[Section]:
        _, decision = self._, self.decision
        if decision.state not in (CONFIRMED, REJECTED) or decision.settled_at is None:
            return []
        confirmed = decision.state == CONFIRMED
        facts = [
            Fact(_("Confirmed with"), decision.settled_with),
            Fact(_("How") if confirmed else _("Reason"), decision.settled_how),
            Fact(_("When"), decision.settled_when),
            Fact(_("Recorded by"), self._settler()),
            Fact(_("Recorded at"), f"{self._moment(decision.settled_at)} · {_utc(decision.settled_at)}"),
        ]
        heading = _("How the firm confirmed it") if confirmed else _("Why the firm did not confirm it")
        return [Section(heading, tuple(fact for fact in facts if fact.value))]

    def _settler(self) -> str:
        """Clients do not see who of the staff it was."""
        if self.decision.settled_by_id is None or isinstance(self.scope, ClientScope):
            return self.firm.name
        return self.scope.by_id(Staff, self.decision.settled_by_id).name or self.firm.name

    def _fingerprints(self) -> Section:
        _, decision = self._, self.decision
        facts = [
            Fact(_("File of the offer"), decision.sha256, exact=True),
            Fact(_("Its fields"), decision.fields_sha256, exact=True),
        ]
        if decision.terms_version is not None:
            facts.append(Fact(_("Terms"), _("Version %(number)s", number=decision.terms_version)))
            facts.append(Fact(_("Text of the terms"), decision.terms_sha256 or "", exact=True))
        elif decision.verdict == ACCEPT:
            facts.append(Fact(_("Terms"), _("The firm had none at that time")))
        return Section(_("Fingerprints (SHA-256)"), tuple(facts))

    def _log(self) -> list[Section]:
        _ = self._
        entries = self._entries()
        if not entries:
            return []
        facts: list[Fact] = []
        for entry in entries:
            number = _("%(number)s of %(time)s", number=entry.number, time=_utc(entry.at))
            facts.append(Fact(_("Entry"), f"{number} · {entry.action}"))
            facts.append(Fact(_("Its fingerprint"), entry.hash, exact=True))
        return [Section(_("In the audit log of the firm"), tuple(facts))]

    def _entries(self) -> list[AuditEntry]:
        """The entries of this decision; another one about the same offer that was not confirmed has its own."""
        if isinstance(self.scope, ClientScope):
            return []
        subject = f"document:{self.document.uid}"
        query = self.scope.of(AuditEntry).where(
            AuditEntry.client_id == self.decision.client_id,
            AuditEntry.subject == subject,
            AuditEntry.action.in_(_OF_DECISIONS),
        )
        return [entry for entry in list(query.order_by(AuditEntry.number)) if self._is_mine(entry.facts)]

    def _is_mine(self, facts: dict[str, Any]) -> bool:
        return self.decision.uid in (facts.get("uid"), facts.get("decision"))

    def _checking(self) -> Section:
        _ = self._
        remark = _(
            "The fingerprint of the file changes with every change to it. Download the offer from the portal and "
            "compute its SHA-256: “sha256sum FILE” on Linux, “shasum -a 256 FILE” on macOS, “Get-FileHash FILE” on "
            "Windows. If the result is the one above, it is the file that was shown when the decision was made. The "
            "firm keeps each decision in an audit log in which every entry carries the fingerprint of the one before; "
            "“foyer audit verify” checks that no entry was altered or removed."
        )
        return Section(_("How to check this certificate"), remark=remark)

    def _version(self) -> DocumentVersion:
        query = self.scope.of(DocumentVersion).where(
            DocumentVersion.document == self.document.id, DocumentVersion.number == self.decision.version
        )
        found: DocumentVersion = self.scope.one(query)
        return found

    def _money(self, cents: int) -> str:
        return money(cents, self.decision.currency, self.language)

    def _moment(self, moment: datetime) -> str:
        return instant(moment, self.firm.time_zone, self.language)


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
