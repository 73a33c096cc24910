"""Settings: colour, background and logo, with a preview that is computed by the program."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Response, request
from flask_babel import format_decimal
from flask_babel import gettext as _

from portal.base import colour
from portal.operations import settings
from portal.policies.permissions import Permission
from portal.web.answers import page, part, see_other, toast
from portal.web.firm import area
from portal.web.forms.attempt import succeeds, typed
from portal.web.forms.settings import LogoForm, LookForm
from portal.web.gate import actor, firm
from portal.web.uploads import received

_PAGE, _PREVIEW = "firm/settings/look.html", "firm/settings/_preview.html"


@dataclass(frozen=True)
class Trial:
    """A colour on trial. Contrasts are WCAG ratios as people write them; 4.5:1 is what text needs."""

    colour: str
    background: str
    white_ink: bool
    ink: str
    link: str
    dark_ink: str
    dark_link: str
    lifted: bool


@area.get("/settings/look", allow=Permission.SETTINGS_MANAGE)
def index() -> Response:
    """The colour as it is, and what pages look like with it."""
    return _page(200, LookForm(obj=firm()), LogoForm())


@area.post("/settings/look", allow=Permission.SETTINGS_MANAGE, form=True)
def save() -> Response:
    """Keep colour and background."""
    form = LookForm()
    if not succeeds(form, lambda: settings.change_look(actor(), firm(), **typed(form))):
        return _page(422, form, LogoForm())
    toast(_("Saved."))
    return see_other("firm.settings_look.index")


@area.get("/settings/look/preview", allow=Permission.SETTINGS_MANAGE)
def preview() -> Response:
    """The preview of a colour that is not saved yet, while it is being chosen."""
    return part(_PREVIEW, firm=firm(), trial=_trial(request.args.get("colour"), request.args.get("background")))


@area.post("/settings/look/logo", allow=Permission.SETTINGS_MANAGE, form=True, files=True)
def upload_logo() -> Response:
    """Put another logo in place."""
    form = LogoForm()
    if not succeeds(form, lambda: _keep(form)):
        return _page(422, LookForm(obj=firm()), form)
    toast(_("The new logo is in place."))
    return see_other("firm.settings_look.index")


@area.post("/settings/look/logo/removal", allow=Permission.SETTINGS_MANAGE)
def remove_logo() -> Response:
    """Show the firm's initial again."""
    settings.remove_logo(actor(), firm())
    toast(_("The logo was removed."))
    return see_other("firm.settings_look.index")


def _page(status: int, form: LookForm, logo_form: LogoForm) -> Response:
    trial = _trial(form.colour.data, form.background.data)
    return page(_PAGE, status, form=form, logo_form=logo_form, firm=firm(), trial=trial)


def _keep(form: LogoForm) -> None:
    upload = form.logo.data
    with received(upload, field="logo") as file:
        settings.change_logo(actor(), firm(), content=file.path.read_bytes(), name=upload.filename)


def _trial(text: str | None, background: str | None) -> Trial:
    """What the colour does to pages; while it is no colour yet, the firm's present one."""
    try:
        plain = colour.parse(text or "")
    except ValueError:
        plain = firm().colour
    day, night = colour.light(plain), colour.dark(plain)
    return Trial(
        colour=plain,
        background=background if background in settings.BACKGROUNDS else firm().background,
        white_ink=day["--on-brand"] == colour.WHITE,
        ink=_ratio(day["--on-brand"], day["--brand-solid"]),
        link=_ratio(day["--brand-text"], day["--surface"]),
        dark_ink=_ratio(night["--on-brand"], night["--brand-solid"]),
        dark_link=_ratio(night["--brand-text"], night["--surface"]),
        lifted=night["--brand-solid"] != plain,
    )


def _ratio(ink: str, ground: str) -> str:
    return str(format_decimal(colour.contrast(ink, ground), "0.0"))
