"""Tokens of invoicing programmes: random, shown once, kept as SHA-256 (DETAILS 9)."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from datetime import timedelta

from portal.base import clock, journal, tokens
from portal.base.database import transaction
from portal.base.errors import Invalid, Unavailable
from portal.base.text import one_line
from portal.models.api_token import RIGHTS, ApiToken
from portal.models.firm import Firm
from portal.operations import audit
from portal.operations.operation import operation
from portal.policies import scope as scopes
from portal.policies.actors import Actor, ApiActor
from portal.policies.permissions import Permission

# known beginnings let scanners of public code find tokens that were published by mistake
PREFIX = "foyer_"
_LONGEST_NAME = 100
_USED_EVERY = timedelta(minutes=1)


def find(fingerprint: str, *, address: str) -> ApiActor | None:
    """Who calls with the token of this SHA-256, or None. Notes the last use, once a minute at most."""
    with scopes.instance("the gate's look-up of an API token") as scope:
        row: ApiToken | None = scope.first(
            scope.of(ApiToken).where(ApiToken.token == fingerprint, ApiToken.revoked_at.is_null())
        )
        if row is None:
            return None
        now = clock.now()
        if row.used_at is None or now - row.used_at >= _USED_EVERY:
            with suppress(Unavailable), transaction():  # reading goes on with a full disk
                scope.update(ApiToken, used_at=now).where(ApiToken.id == row.id).execute()
    return ApiActor(
        row.firm_id, token_id=row.id, token_uid=row.uid, name=row.name, rights=frozenset(row.rights), address=address
    )


@operation(allow=Permission.TOKENS_MANAGE)
def create(actor: Actor, firm: Firm, *, name: str, rights: Collection[str]) -> tuple[ApiToken, str]:
    """A new token and its text, which nobody can see again. Raises Invalid with name or rights."""
    plain, errors = one_line(name), {}
    if not plain or len(plain) > _LONGEST_NAME:
        errors["name"] = "too_long" if plain else "missing"
    if not rights or not set(rights) <= set(RIGHTS):
        errors["rights"] = "bad" if rights else "missing"
    if errors:
        raise Invalid(**errors)
    text = PREFIX + tokens.session_token()
    given = [right for right in RIGHTS if right in rights]
    row = scopes.current().add(
        ApiToken, name=plain, token=tokens.fingerprint(text), rights=given, created_at=clock.now()
    )
    audit.record(actor, "token.created", row, facts={"rights": given}, personal={"name": plain})
    return row, text


@operation(allow=Permission.TOKENS_MANAGE)
def revoke(actor: Actor, token: ApiToken) -> None:
    """The token stops working at once. Raises Conflict when it was revoked already."""
    scopes.current().change(token, ApiToken.revoked_at.is_null(), revoked_at=clock.now())
    audit.record(actor, "token.revoked", token, personal={"name": token.name})
    journal.write("token.revoked", token=token.id)
