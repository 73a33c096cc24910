"""The one door for writes: permission on the subject, one transaction, an audit entry, mail in the same commit."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, TypeVar

from portal.base import crash
from portal.base.database import after_commit, transaction
from portal.base.errors import NotPermitted
from portal.base.wake import work_waiting
from portal.models.record import opened
from portal.operations import audit
from portal.policies import rules
from portal.policies.actors import Actor, InstanceActor
from portal.policies.permissions import Permission
from portal.policies.scope import firm_scope, instance

P = ParamSpec("P")
T = TypeVar("T")
A = TypeVar("A", bound=Actor)


def operation(
    *, allow: Permission, audited: bool = True
) -> Callable[[Callable[Concatenate[A, P], T]], Callable[Concatenate[A, P], T]]:
    """Make a function `verb(actor, subject, *, ...)` an operation.

    Inside, the scope is the whole firm of the actor: the subject came through the actor's own scope and is checked
    again here. `audited=False` is for notes that are no audit entries (DETAILS 4) and the instance's own marks.
    Raises NotPermitted, NotFound and whatever the function raises; then nothing was changed.
    """

    def decorate(function: Callable[Concatenate[A, P], T]) -> Callable[Concatenate[A, P], T]:
        name = f"{function.__module__.rpartition('.')[2]}.{function.__name__}"

        @functools.wraps(function)
        def run(actor: A, /, *args: P.args, **kwargs: P.kwargs) -> T:
            rules.demand(actor, allow, args[0] if args else None)
            with transaction(), _scope_of(actor), audit.demanded(name if audited else None):
                result = function(actor, *args, **kwargs)
                after_commit(work_waiting.set)
                crash.point("operation.before_commit", name, bare=audited)
            crash.point("operation.after_commit", name, bare=audited)
            return result

        return run

    return decorate


def _scope_of(actor: Actor) -> Any:
    if isinstance(actor, InstanceActor) and actor.firm_id is None:
        return instance("an operation on the instance")
    if actor.firm_id is None:
        raise NotPermitted("no firm")
    return opened(firm_scope(actor.firm_id))
