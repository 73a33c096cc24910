"""What a kind of mail gets to work with: its rows, its firm, and the people and links they speak of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from portal.base import clock, tokens
from portal.base.errors import NotFound
from portal.base.language import ENGLISH, gettext_in
from portal.mail.failures import Dropped
from portal.models.client import Client
from portal.models.contact import MR, MS, NONE, Contact, Membership
from portal.models.document import Document
from portal.models.firm import PASSWORD, Firm
from portal.models.link import PORTAL, Link
from portal.models.outbox import OutboxMail
from portal.models.record import TenantRecord
from portal.models.staff import Staff
from portal.operations import news
from portal.policies.prepared import prepared
from portal.policies.scope import Scope
from portal.queries import mail_doors

R = TypeVar("R", bound=TenantRecord)
_MOST_SUCCESSORS = 20


@dataclass(frozen=True)
class Mailing:
    """One mail to be. `rows`: what it tells, the oldest first; more than one only for the kinds that join."""

    scope: Scope
    firm: Firm
    rows: tuple[OutboxMail, ...]
    base_url: str

    @property
    def first(self) -> OutboxMail:
        return self.rows[0]

    @property
    def language(self) -> str:
        return self.first.language

    @property
    def now(self) -> datetime:
        return clock.now()

    def gettext(self, text: str, **values: object) -> str:
        """The text in the recipient's language."""
        return gettext_in(self.language, text, **values)

    def address(self, path: str) -> str:
        """An absolute address of the portal."""
        return f"{self.base_url}{path}"

    def row(self, model: type[R], name: str, subject: dict[str, Any] | None = None) -> R:
        """The row that the subject names. Dropped when it is gone."""
        row_id = (self.first.subject if subject is None else subject).get(name)
        try:
            return self.scope.by_id(model, row_id)
        except NotFound:
            raise Dropped(f"{name}_gone") from None

    def staff(self) -> Staff:
        """The recipient of a mail to staff. Dropped when deactivated."""
        staff = self.row(Staff, "staff")
        if not staff.is_active:
            raise Dropped("staff_deactivated")
        return staff

    def sender_name(self) -> str:
        """Who of the staff had it sent; the firm when nobody did."""
        staff = _staff.first(self.scope, staff=self.first.subject.get("by"))
        return staff.name if staff is not None and staff.name else self.firm.name

    def client(self) -> Client:
        """The client it is about. Dropped when archived: nothing is mailed then (DETAILS 8)."""
        client = self.row(Client, "client")
        if client.is_archived:
            raise Dropped("client_archived")
        return client

    def contact(self) -> Contact:
        """The recipient of a mail to a contact. Dropped when the address is no longer the contact's."""
        contact = self.row(Contact, "contact")
        if contact.email_key != self.first.to_key:
            raise Dropped("address_changed")
        return contact

    def demand_access(self, client: Client, contact: Contact, *, asked: bool = False, news: bool = False) -> None:
        """Mails with an address go only where it opens something and is wanted (DETAILS 3). Raises Dropped.

        `asked`: a person asked for just this mail, so the membership's *notify* does not matter.
        `news`: what the person may want not at all (X18).
        """
        if not client.portal_access:
            raise Dropped("access_off")
        self.demand_released(contact)
        membership = _living.first(self.scope, client=client.id, contact=contact.id)
        if membership is None:
            raise Dropped("membership_ended")
        if not membership.login:
            raise Dropped("login_off")
        if not membership.notify and not asked:
            raise Dropped("notify_off")
        if news and membership.mail == NONE:
            raise Dropped("unwanted")

    @property
    def choice_address(self) -> str:
        """Where a contact chooses how often news come; empty for all other mail."""
        subject = self.first.subject
        if self.first.kind not in news.KINDS:
            return ""
        membership = _living.first(self.scope, client=subject.get("client"), contact=subject.get("contact"))
        return self.address(f"/unsubscribe/{mail_doors.token_of(membership)}") if membership is not None else ""

    def shows_amounts(self, client: Client, contact: Contact) -> bool:
        """Whether a contact may see the client's amounts (X19): a mail tells no more than the portal does."""
        living = self.scope.of(Membership).where(Membership.client == client.id, Membership.ended_at.is_null())
        membership = self.scope.first(living.where(Membership.contact == contact.id))
        return membership is not None and bool(membership.amounts)

    def demand_released(self, contact: Contact) -> None:
        """Nothing that lets in goes to an address that staff changed and nobody confirmed (TRUST). Raises Dropped."""
        if contact.held_until is not None and contact.held_until > self.now:
            raise Dropped("address_held")

    def link_address(self, client: Client, contact: Contact, document: Document | None = None) -> str:
        """The contact's way in, leading to the document: its own secret link, or an address behind the sign-in.

        Raises Dropped when the link opens nothing any more.
        """
        if client.signs_in_by(self.firm) == PASSWORD:
            return self.address(f"/portal/documents/{document.uid}" if document is not None else "/portal/")
        link = self._living(self.row(Link, "link"))
        if link.client_id != client.id or link.contact_id != contact.id:
            raise Dropped("link_of_another")
        address = self.address("/l/" + tokens.issue("link", link.id, link.nonce))
        return f"{address}?d={document.uid}" if document is not None and link.kind == PORTAL else address

    def _living(self, link: Link) -> Link:
        for _ in range(_MOST_SUCCESSORS):
            if link.revoked_at is None or link.successor is None:
                break
            link = self.row(Link, "link", {"link": link.successor})
        if link.revoked_at is not None:
            raise Dropped("link_revoked")
        if not link.is_live(self.now):
            raise Dropped("link_expired")
        return link


@prepared
def _living(scope: Scope, client: Any, contact: Any) -> Any:
    whose = (Membership.client == client) & (Membership.contact == contact)
    return scope.of(Membership).where(whose, Membership.ended_at.is_null())


@prepared
def _staff(scope: Scope, staff: Any) -> Any:
    return scope.of(Staff).where(Staff.id == staff)


def greeting(mailing: Mailing, contact: Contact) -> str:
    """`Guten Tag, Frau Dr. Lindner`; without salutation the full name, without any name nothing but the greeting."""
    _ = mailing.gettext
    formal = " ".join(part for part in (contact.title, contact.last_name) if part)
    full = " ".join(part for part in (contact.title, contact.first_name, contact.last_name) if part)
    if contact.last_name and contact.title and contact.salutation and mailing.language == ENGLISH:
        # in English a title stands in the place of Ms and Mr
        return _("Hello %(name)s", name=formal)
    if contact.last_name and contact.salutation == MS:
        return _("Hello Ms %(name)s", name=formal)
    if contact.last_name and contact.salutation == MR:
        return _("Hello Mr %(name)s", name=formal)
    if contact.first_name or contact.last_name:
        return _("Hello %(name)s", name=full)
    return _("Hello")


def staff_greeting(mailing: Mailing, staff: Staff) -> str:
    """The same for staff, who have one name and no salutation."""
    _ = mailing.gettext
    return _("Hello %(name)s", name=staff.name) if staff.name else _("Hello")
