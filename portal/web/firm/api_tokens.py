"""Tokens for invoicing programmes (X8): made here, shown once, revoked here."""

from __future__ import annotations

from flask import Response
from flask_babel import gettext as _

from portal.base.errors import Invalid
from portal.models.api_token import READ, WRITE, ApiToken
from portal.operations import api_tokens as operations
from portal.policies.permissions import Permission
from portal.queries import api_tokens
from portal.web.answers import page, page_or_part, see_other, toast
from portal.web.firm import area
from portal.web.forms.settings import RIGHT_WORDS, TokenForm
from portal.web.gate import actor, firm, scope

_PAGE = "firm/settings/tokens.html"


@area.get("/settings/tokens", allow=Permission.TOKENS_MANAGE)
def index() -> Response:
    """All tokens, with their last use."""
    return _page(200, TokenForm(data={"rights": [READ, WRITE]}))


@area.post("/settings/tokens", allow=Permission.TOKENS_MANAGE, form=True)
def create() -> Response:
    """Make one and show it in this answer, the only time: it is kept nowhere, so no page after this one could."""
    form = TokenForm()
    if not form.sent():
        return _page(422, form)
    try:
        token, text = operations.create(actor(), firm(), name=form.name.data or "", rights=form.rights.data or ())
    except Invalid as error:
        form.refuse(error)
        return _page(422, form)
    return page("firm/settings/token_made.html", token=token, text=text, words=RIGHT_WORDS)


@area.get("/settings/tokens/<uid>/revocation", allow=Permission.TOKENS_MANAGE)
def ask(uid: str) -> Response:
    """What revoking means, before it is done."""
    token = scope().get(ApiToken, uid)
    return page_or_part("firm/settings/token_revocation.html", part="firm/settings/_token_revocation.html", token=token)


@area.post("/settings/tokens/<uid>/revocation", allow=Permission.TOKENS_MANAGE)
def revoke(uid: str) -> Response:
    """It stops working at once."""
    token = scope().get(ApiToken, uid)
    operations.revoke(actor(), token)
    toast(_("The token “%(name)s” was revoked.", name=token.name))
    return see_other("firm.api_tokens.index")


def _page(status: int, form: TokenForm) -> Response:
    return page(_PAGE, status, form=form, tokens=api_tokens.list_of(scope()), words=RIGHT_WORDS)
