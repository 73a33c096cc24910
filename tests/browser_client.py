"""A browser without a screen: Flask's test client that knows cookies, CSRF tokens and htmx."""

from __future__ import annotations

import base64
import secrets
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from werkzeug.test import TestResponse

from portal.base import tokens
from portal.models.contact import Membership
from portal.models.link import Link
from portal.models.sign_in import SignIn
from portal.models.staff import Staff
from portal.operations import sign_ins
from portal.policies import scope as scopes
from portal.policies.actors import Stranger
from portal.web.session import PRE_COOKIE

HTMX = {"HX-Request": "true"}


class Browser:
    """Asks as one person. `get` and `post` give Flask's answers; `post` has a valid CSRF token unless told not to."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.client: FlaskClient = app.test_client()
        self._secret = secrets.token_hex(20)
        pre = URLSafeTimedSerializer(app.config["PRE_KEYS"], salt="foyer-pre").dumps({"csrf_token": self._secret})
        self.client.set_cookie(PRE_COOKIE, pre)

    def get(self, path: str, *, htmx: bool = False, language: str = "en", **options: Any) -> TestResponse:
        headers = {"Accept-Language": language, **(HTMX if htmx else {}), **options.pop("headers", {})}
        return self.client.get(path, headers=headers, **options)

    def post(
        self,
        path: str,
        data: dict[str, Any] | None = None,
        *,
        htmx: bool = False,
        csrf: bool = True,
        language: str = "en",
        **options: Any,
    ) -> TestResponse:
        headers = {"Accept-Language": language, **(HTMX if htmx else {}), **options.pop("headers", {})}
        token = {"csrf_token": self.token()} if csrf else {}
        return self.client.post(path, data={**token, **(data or {})}, headers=headers, **options)

    def token(self) -> str:
        """A masked CSRF token as a page of this browser would hold it."""
        plain = URLSafeTimedSerializer(self.app.config["WTF_CSRF_SECRET_KEY"], salt="wtf-csrf-token").dumps(
            self._secret
        )
        return base64.urlsafe_b64encode(b"\0" * 12 + str(plain).encode()).decode()

    def sign_in_staff(self, staff_id: int, firm_id: int) -> Browser:
        with scopes.of_firm(firm_id) as scope:
            staff = scope.by_id(Staff, staff_id)
        return self._hold("foyer-staff", sign_ins.begin_staff(Stranger(firm_id, "127.0.0.1"), staff), firm_id)

    def sign_in_contact(self, membership_id: int, firm_id: int) -> Browser:
        """As somebody with a password, at one of her clients."""
        with scopes.of_firm(firm_id) as scope:
            membership = scope.by_id(Membership, membership_id)
        token = sign_ins.begin_contact(Stranger(firm_id, "127.0.0.1", "Test"), membership)
        return self._hold("foyer-client", token, firm_id)

    def open_link(self, link_id: int, firm_id: int) -> Browser:
        with scopes.of_firm(firm_id) as scope:
            link = scope.by_id(Link, link_id)
        return self._hold("foyer-client", sign_ins.open_link(Stranger(firm_id, "127.0.0.1", "Test"), link), firm_id)

    def _hold(self, cookie: str, token: str, firm_id: int) -> Browser:
        with scopes.of_firm(firm_id) as scope:
            row = scope.one(scope.of(SignIn).where(SignIn.token == tokens.fingerprint(token)))
            scope.update(SignIn, memory={"csrf_token": self._secret}).where(SignIn.id == row.id).execute()
        self.client.set_cookie(cookie, token)
        return self
