"""flask-login over our sessions: who asks is loaded from the request, by the cookie of the area (DETAILS 5).

Nothing is kept in Flask's own session and nobody is signed in by `login_user`: a session is a row, looked up anew at
each request.
"""

from __future__ import annotations

from flask import Flask, Request, session
from flask_login import LoginManager, UserMixin

from portal.queries.sign_ins import Visit
from portal.web.session import Session

manager = LoginManager()


class Visitor(UserMixin):
    """Whoever is signed in for this request, with the visit that says so."""

    def __init__(self, visit: Visit) -> None:
        self.visit = visit

    def get_id(self) -> str:
        return str(self.visit.sign_in_id)


def init_app(app: Flask) -> None:
    manager.session_protection = None  # ours are rows; address and agent may change on the way
    manager.init_app(app, add_context_processor=False)


@manager.request_loader
def load(_request: Request) -> Visitor | None:
    """The visitor of the session that the path asked for."""
    found = session.visit if isinstance(session._get_current_object(), Session) else None  # type: ignore[attr-defined]
    return None if found is None else Visitor(found)
