"""Whether an actor may do a thing to a subject. The gate asks for the role, operations ask for the subject."""

from __future__ import annotations

from typing import Any

from portal.base.errors import NotFound, NotPermitted
from portal.models.client import Client
from portal.policies.actors import Actor, ClientActor, StaffActor
from portal.policies.permissions import Permission
from portal.policies.scope import is_assigned


def demand(actor: Actor, permission: Permission, subject: Any = None) -> None:
    """Raise NotPermitted (403) or NotFound (404: of another firm or client) unless the actor may do it."""
    if not actor.may(permission):
        raise NotPermitted(permission)
    if subject is not None and hasattr(subject, "firm_id"):
        _demand_subject(actor, subject)


def _demand_subject(actor: Actor, subject: Any) -> None:
    if actor.firm_id is not None and subject.firm_id != actor.firm_id:
        raise NotFound(type(subject).__name__)
    client_id = subject.id if isinstance(subject, Client) else getattr(subject, "client_id", None)
    if isinstance(actor, ClientActor) and client_id != actor.client_id:
        raise NotFound(type(subject).__name__)
    if isinstance(actor, StaffActor) and actor.restricted and client_id is not None:
        _demand_assigned(actor, client_id)


def _demand_assigned(actor: StaffActor, client_id: int) -> None:
    if not is_assigned(actor.firm_id, actor.staff_id, client_id):
        raise NotPermitted("not assigned")
