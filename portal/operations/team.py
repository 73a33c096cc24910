"""The firm's team: invited by e-mail, active or not, with a role. The last admin stays."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from portal.base import clock, journal, passwords
from portal.base.errors import Conflict, Gone, Invalid, NotPermitted
from portal.base.language import LANGUAGES
from portal.base.text import email_key, one_line, valid_email
from portal.models import outbox
from portal.models.firm import Firm
from portal.models.identity import Identity
from portal.models.sign_in import SignIn
from portal.models.staff import ADMIN, ROLES, Staff
from portal.models.ticket import INVITE, RESET, Ticket
from portal.operations import audit, identities
from portal.operations.operation import operation
from portal.policies import scope as scopes
from portal.policies.actors import Actor, StaffActor, Stranger
from portal.policies.permissions import Permission

INVITE_LASTS, RESET_LASTS = timedelta(days=7), timedelta(minutes=30)
_LONGEST_NAME, _LONGEST_EMAIL = 100, 254


@operation(allow=Permission.TEAM_MANAGE)
def invite(actor: Actor, firm: Firm, *, email: str, role: str, name: str = "") -> Ticket:
    """Invite somebody, or once more who did not come yet: the older invitation stops working.

    Raises Invalid; Conflict `member` or `deactivated` with the public id of who has this address already.
    """
    ticket = enrol(actor, firm, email=email, role=role, name=name)
    identity = identities.of_address(email)
    assert identity is not None
    by = actor.staff_id if isinstance(actor, StaffActor) else None
    _mail(ticket, identity, firm, by=by)
    return ticket


def enrol(actor: Actor, firm: Firm, *, email: str, role: str, name: str = "") -> Ticket:
    """As `invite`, without the mail; for the inside of operations."""
    address, plain = one_line(email), one_line(name)
    _demand_fields(address, plain, role)
    scope = scopes.current()
    identity = identities.of_address(address) or scope.add(Identity, email=address, email_key=email_key(address))
    staff: Staff | None = scope.first(scope.of(Staff).where(Staff.identity == identity.id))
    if staff is None:
        staff = scope.add(Staff, identity=identity.id, name=plain, role=role, created_at=clock.now())
    else:
        _demand_pending(staff, identity)
        scope.change(staff, role=role, name=plain or staff.name)
    ticket = _new_ticket(INVITE, staff, identity, INVITE_LASTS)
    audit.record(actor, "staff.invited", staff, facts={"role": role}, personal={"email": address, "name": staff.name})
    return ticket


@operation(allow=Permission.TEAM_MANAGE)
def reset(actor: Actor, staff: Staff) -> Ticket:
    """Mail an address at which a new password can be set, for 30 minutes. Raises Conflict `deactivated`."""
    if not staff.is_active:
        raise Conflict("deactivated")
    scope = scopes.current()
    identity = scope.by_id(Identity, staff.identity_id)
    ticket = _new_ticket(RESET, staff, identity, RESET_LASTS)
    _mail(ticket, identity, scope.firm)
    audit.record(actor, "staff.reset_sent", staff, personal={"name": staff.name})
    return ticket


@operation(allow=Permission.TEAM_MANAGE)
def deactivate(actor: Actor, staff: Staff) -> None:
    """End a person's access at once: sessions, invitations, resets. Raises Conflict `last_admin` or `changed`."""
    _demand_another_admin(staff)
    scopes.current().change(staff, Staff.deactivated_at.is_null(), deactivated_at=clock.now())
    _void_tickets(staff.id)
    _end_sessions(staff.id)
    audit.record(actor, "staff.deactivated", staff, personal={"name": staff.name})
    journal.write("staff.deactivated", staff=staff.id)


@operation(allow=Permission.TEAM_MANAGE)
def activate(actor: Actor, staff: Staff) -> None:
    """Let a person in again, with the password she had. Raises Conflict when she is active already."""
    scopes.current().change(staff, Staff.deactivated_at.is_null(False), deactivated_at=None)
    audit.record(actor, "staff.activated", staff, personal={"name": staff.name})


@operation(allow=Permission.TEAM_MANAGE)
def set_role(actor: Actor, staff: Staff, *, role: str) -> None:
    """Give a person another role; she signs in anew (TRUST, Sessions). Raises Invalid, Conflict `last_admin`."""
    if role not in ROLES:
        raise Invalid(role="bad")
    if role == staff.role:
        audit.noticed()
        return
    _demand_another_admin(staff)
    before = staff.role
    scopes.current().change(staff, Staff.role == before, role=role)
    _end_sessions(staff.id)
    audit.record(actor, "staff.role_changed", staff, facts={"role": [before, role]}, personal={"name": staff.name})


@operation(allow=Permission.FIRM_VIEW)
def change_account(
    actor: StaffActor,
    staff: Staff,
    *,
    name: str,
    language: str | None,
    shortcuts: bool,
    mail_decisions: bool,
    mail_comments: bool,
) -> None:
    """One's own settings; `language` None follows the browser. Raises Invalid, NotPermitted for another's."""
    if staff.id != actor.staff_id:
        raise NotPermitted("another's account")
    plain = one_line(name)
    if not plain or len(plain) > _LONGEST_NAME:
        raise Invalid(name="too_long" if plain else "missing")
    if language is not None and language not in LANGUAGES:
        raise Invalid(language="bad")
    scope = scopes.current()
    wanted = {
        "name": plain, "shortcuts": shortcuts, "mail_decisions": mail_decisions, "mail_comments": mail_comments,
    }  # fmt: skip
    fields = [field for field, value in wanted.items() if getattr(staff, field) != value]
    scope.change(staff, **wanted)
    identity = scope.by_id(Identity, staff.identity_id)
    if identity.language != language:
        scope.change(identity, language=language)
        fields.append("language")
    if fields:
        audit.record(actor, "staff.account_changed", staff, facts={"fields": sorted(fields)})
    else:
        audit.noticed()


def accept_invitation(actor: Stranger, ticket: Ticket, *, name: str, password: str) -> Staff:
    """Set the first password and come in. The staff member, whom the web signs in.

    Raises Gone for an invitation that was used, voided or ran out, Invalid with name or password, TooMany.
    """
    stranger = _of_firm(actor, ticket)
    # hashed before the transaction: 50 ms in which nobody else could write
    hashed = _hashed_for(ticket, password, name)
    return join(stranger, ticket, name=one_line(name), hashed=hashed)


def reset_password(actor: Stranger, ticket: Ticket, *, password: str) -> None:
    """Set a new password; all sessions end, nobody is signed in, the person is told. Raises as `accept_invitation`."""
    stranger = _of_firm(actor, ticket)
    hashed = _hashed_for(ticket, password, None)
    _reset(stranger, ticket, hashed=hashed)


def change_password(actor: StaffActor, *, current: str, new: str) -> None:
    """One's own new password; other sessions end, the person is told. Raises Invalid with current or new, TooMany."""
    with scopes.of_firm(actor.firm_id) as scope:
        identity = scope.by_id(Identity, actor.identity_id)
        staff = scope.by_id(Staff, actor.staff_id)
        weak = weakness(scope.firm.name, new, name=staff.name, email=identity.email)
    hashed = identities.hashed_anew(identity, current=current, new=new, weak=weak)
    _change(actor, staff, seen=identity.password, hashed=hashed)


def weakness(firm_name: str, password: str, *, name: str, email: str) -> str | None:
    """Why a staff member's password is refused, as a reason code; None when it is good (TRUST, Sessions)."""
    names = (firm_name, name, email.partition("@")[0])
    return passwords.weakness(password, shortest=passwords.SHORTEST_STAFF, names=names)


@operation(allow=Permission.PUBLIC)
def join(actor: Stranger, ticket: Ticket, *, name: str, hashed: str) -> Staff:
    """As `accept_invitation` with a password that was checked and hashed. Raises Gone."""
    staff, identity = _use(ticket, INVITE)
    scopes.current().change(staff, name=name)
    identities.set_password(identity, hashed)
    audit.record(actor, "staff.joined", staff, personal={"name": name, "email": identity.email})
    return staff


@operation(allow=Permission.PUBLIC)
def _reset(actor: Stranger, ticket: Ticket, *, hashed: str) -> None:
    staff, identity = _use(ticket, RESET)
    identities.set_password(identity, hashed)
    identities.tell_new_password(identities.holder(identity))
    audit.record(actor, "staff.password_reset", staff, personal={"name": staff.name})


@operation(allow=Permission.FIRM_VIEW)
def _change(actor: StaffActor, staff: Staff, *, seen: str | None, hashed: str) -> None:
    scope = scopes.current()
    identity = scope.by_id(Identity, staff.identity_id)
    if identity.password != seen:
        raise Conflict("changed")
    identities.set_password(identity, hashed, but=actor.sign_in_id)
    identities.tell_new_password(identities.holder(identity))
    audit.record(actor, "staff.password_changed", staff)


def _demand_fields(address: str, name: str, role: str) -> None:
    errors = {}
    if not address:
        errors["email"] = "missing"
    elif len(address) > _LONGEST_EMAIL or not valid_email(address):
        errors["email"] = "email"
    if len(name) > _LONGEST_NAME:
        errors["name"] = "too_long"
    if role not in ROLES:
        errors["role"] = "bad"
    if errors:
        raise Invalid(**errors)


def _demand_pending(staff: Staff, identity: Identity) -> None:
    if not staff.is_active:
        raise Conflict("deactivated", existing=staff.uid)
    scope = scopes.current()
    if identity.password is not None and scope.holds(
        scope.of(Staff).where(Staff.id == staff.id, identities.has_come())
    ):
        raise Conflict("member", existing=staff.uid)


def _demand_another_admin(staff: Staff) -> None:
    """Somebody else must be able to sign in as admin; who is only invited may never come."""
    if staff.role != ADMIN or not staff.is_active:
        return
    scope = scopes.current()
    others = scope.join(scope.of(Staff, Staff.id), Identity, Staff.identity == Identity.id).where(
        Staff.role == ADMIN,
        Staff.deactivated_at.is_null(),
        Staff.id != staff.id,
        Identity.password.is_null(False),
        identities.has_come(),
    )
    if not scope.holds(others):
        raise Conflict("last_admin")


def _new_ticket(purpose: str, staff: Staff, identity: Identity, lasts: timedelta) -> Ticket:
    _void_tickets(staff.id, purpose)
    now = clock.now()
    return scopes.current().add(
        Ticket, purpose=purpose, staff=staff.id, email_key=identity.email_key, created_at=now, expires_at=now + lasts
    )


def _void_tickets(staff_id: int, *purposes: str) -> None:
    # an invitation leaves a reset alone and the other way round; a password or the end of access voids both
    open_ones = (Ticket.staff == staff_id) & Ticket.used_at.is_null() & Ticket.cancelled_at.is_null()
    which = open_ones & Ticket.purpose.in_(purposes or (INVITE, RESET))
    scopes.current().update(Ticket, cancelled_at=clock.now()).where(which).execute()


def _mail(ticket: Ticket, identity: Identity, firm: Firm, **more: int | None) -> None:
    outbox.enqueue(
        ticket.purpose,
        {"ticket": ticket.id, **more},
        identity.email,
        key=str(ticket.id),
        language=identity.language or firm.language,
        not_after=ticket.expires_at,
    )


def _of_firm(actor: Stranger, ticket: Ticket) -> Stranger:
    """The address of a ticket does not name its firm, so the ticket does."""
    return actor if actor.firm_id is not None else replace(actor, firm_id=ticket.firm_id)


def _hashed_for(ticket: Ticket, password: str, name: str | None) -> str:
    if not ticket.is_live(clock.now()):
        raise Gone(ticket.purpose)
    with scopes.of_firm(ticket.firm_id) as scope:
        staff = scope.by_id(Staff, ticket.staff_id)
        identity = scope.by_id(Identity, staff.identity_id)
        firm = scope.firm
    errors = {}
    if name is not None and not 1 <= len(one_line(name)) <= _LONGEST_NAME:
        errors["name"] = "too_long" if one_line(name) else "missing"
    weak = weakness(firm.name, password, name=staff.name if name is None else one_line(name), email=identity.email)
    if weak:
        errors["password"] = weak
    if errors:
        raise Invalid(**errors)
    return passwords.hash_password(password)


def _use(ticket: Ticket, purpose: str) -> tuple[Staff, Identity]:
    """Use a ticket up, in the database and so only once. Raises Gone."""
    scope, now = scopes.current(), clock.now()
    staff = scope.by_id(Staff, ticket.staff_id)
    identity = scope.by_id(Identity, staff.identity_id)
    open_still = (Ticket.used_at.is_null(), Ticket.cancelled_at.is_null(), Ticket.expires_at > now)
    if ticket.purpose != purpose or not staff.is_active or ticket.email_key != identity.email_key:
        raise Gone(purpose)
    try:
        scope.change(ticket, *open_still, used_at=now)
    except Conflict:
        raise Gone(purpose) from None
    return staff, identity


def _end_sessions(staff_id: int) -> None:
    which = SignIn.staff == staff_id
    scopes.current().update(SignIn, ended_at=clock.now()).where(which, SignIn.ended_at.is_null()).execute()
