"""How a client signs in, in words, and what another way would mean for its people (B2)."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from portal.models.client import Client
from portal.models.firm import PASSWORD, SECRET_LINK, Firm
from portal.queries.login_types import Meaning

WORDS = {SECRET_LINK: _l("secret link"), PASSWORD: _l("user name and password")}


def in_force(client: Client, firm: Firm) -> str:
    """`Login: secret link, as the firm has it`."""
    words = WORDS[client.signs_in_by(firm)]
    if client.login_type is None:
        return _("Login: %(type)s, as the firm has it", type=words)
    return _("Login: %(type)s", type=words)


def to_password(found: Meaning) -> list[str]:
    """What *user name and password* means where links open the portal now. Nobody is lost: who has none is invited."""
    said = []
    if found.links:
        said.append(
            ngettext(
                "%(num)s secret link opens nothing as long as it is so; going back lets it open again.",
                "%(num)s secret links open nothing as long as it is so; going back lets them open again.",
                found.links,
            )
        )
    if found.without_password:
        said.append(
            ngettext(
                "%(num)s contact has no password yet and gets in with an invitation, which you send.",
                "%(num)s contacts have no password yet and get in with an invitation, which you send.",
                found.without_password,
            )
        )
    return said


def to_link(found: Meaning) -> list[str]:
    """What *secret link* means where passwords open the portal now."""
    said = [_("Secret links open the portal without a password.")]
    if found.with_password:
        said.append(
            ngettext(
                "%(num)s contact has a password and can go on using it.",
                "%(num)s contacts have a password and can go on using it.",
                found.with_password,
            )
        )
    if found.without_password:
        said.append(
            ngettext(
                "%(num)s contact without a password gets a link with an invitation or with the next document.",
                "%(num)s contacts without a password get a link with an invitation or with the next document.",
                found.without_password,
            )
        )
    return said
