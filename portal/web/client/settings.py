"""A contact's own settings (F10): what is on file, language, notifications, password, devices."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

from flask import Response
from flask_babel import force_locale
from flask_babel import gettext as _

from portal.operations import contact_accounts, contact_passwords
from portal.policies.permissions import Permission
from portal.queries import own_account, own_clients, own_devices
from portal.web.answers import page, see_other, toast
from portal.web.client import area
from portal.web.client.documents import visitor
from portal.web.devices import device
from portal.web.forms.attempt import succeeds
from portal.web.forms.own_account import DetailsForm, OwnAddressForm, OwnPasswordForm, PreferencesForm
from portal.web.gate import client
from portal.web.languages import keep
from portal.web.routing import Limit


@area.get("/settings", allow=Permission.PORTAL_VIEW)
def index() -> Response:
    """All of it on one page; by secret link what a link may see."""
    return settings_page()


@area.post("/settings", allow=Permission.PORTAL_VIEW, form=True)
def prefer() -> Response:
    """Keep language and notifications; the language holds in this browser at once."""
    form = PreferencesForm()
    language, mail = form.language.data or None, form.mail.data or ""
    if not succeeds(form, lambda: contact_accounts.prefer(visitor(), client(), language=language, mail=mail)):
        return settings_page(422, preferences=form)
    # the page that says so is in the language just chosen
    with force_locale(language) if language else nullcontext():
        toast(_("Saved."))
    return keep(see_other("client.settings.index"), language)


@area.post("/settings/details", allow=Permission.PORTAL_ACCOUNT, form=True)
def change_details() -> Response:
    """Keep name and phone."""
    form = DetailsForm()
    if not succeeds(form, lambda: contact_accounts.change_details(visitor(), client(), **form.values())):
        return settings_page(422, details=form)
    toast(_("Saved."))
    return see_other("client.settings.index")


@area.post("/settings/password", allow=Permission.PORTAL_ACCOUNT, form=True, limit=Limit(10, 900))
def change_password() -> Response:
    """Set a new password; everywhere else the person is signed out."""
    form = OwnPasswordForm()
    current, new = form.current.data or "", form.new.data or ""
    if not succeeds(form, lambda: contact_passwords.change(visitor(), current=current, new=new)):
        return settings_page(422, password=form)
    toast(_("Your password was changed. Other devices are signed out."))
    return see_other("client.settings.index")


def settings_page(status: int = 200, **forms: Any) -> Response:
    """The page with these forms as they were typed, the others as things are."""
    who = visitor()
    account = own_account.of(who)
    return page(
        "client/settings/index.html",
        status,
        client=client(),
        account=account,
        preferences=forms.get("preferences") or (PreferencesForm.of(account) if account else None),
        details=forms.get("details") or (DetailsForm.of(account.contact) if account else None),
        password_form=forms.get("password") or OwnPasswordForm(formdata=None),
        address_form=forms.get("address") or OwnAddressForm(formdata=None),
        address_asked=forms.get("asked", ""),
        clients=own_clients.of(who),
        devices=own_devices.of(who) if who.by_password else [],
        device_name=device,
    )
