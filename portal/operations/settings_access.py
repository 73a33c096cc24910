"""How the firm's contacts get in, and whose access comes by itself (B2, B5)."""

from __future__ import annotations

from portal.base.errors import Invalid
from portal.models.firm import ALL, DEFAULT_ACCESS, LOGIN_TYPES, Firm
from portal.models.run import Run
from portal.operations import access, audit, client_runs, runs
from portal.operations.operation import operation
from portal.policies import scope as scopes
from portal.policies.actors import Actor
from portal.policies.permissions import Permission
from portal.queries import reach


@operation(allow=Permission.SETTINGS_MANAGE)
def change(
    actor: Actor,
    firm: Firm,
    *,
    login_type: str,
    default_access: str,
    invite: bool = False,
    message: str = "",
    key: str = "",
) -> Run | None:
    """Keep both; give all contacts login when the default becomes *all*, and ask those in who need it, if wanted.

    The run that does so, or None: there is nothing to run. Raises Invalid.
    """
    errors = {}
    if login_type not in LOGIN_TYPES:
        errors["login_type"] = "bad"
    if default_access not in DEFAULT_ACCESS:
        errors["default_access"] = "bad"
    if errors:
        raise Invalid(**errors)
    text = client_runs.checked(message)
    scope = scopes.current()
    firm = scope.firm
    before = {"login_type": firm.login_type, "default_access": firm.default_access}
    after = {"login_type": login_type, "default_access": default_access}
    changed = {field: [before[field], after[field]] for field in after if before[field] != after[field]}
    if not changed:
        audit.noticed()
        return None
    granted = reach.without_login(scope, firm) if default_access == ALL and "default_access" in changed else []
    waiting = reach.waiting_under(scope, firm, login_type) if "login_type" in changed else []
    scope.change(firm, **after)
    if "login_type" in changed:
        access.refresh_all(firm)
    audit.record(actor, "settings.access_changed", firm, facts={"changed": changed})
    rows = client_runs.rows_of_access(granted, [*granted, *waiting] if invite else [])
    if not rows:
        return None
    choice = {"login": True, "invite": invite, "message": text if invite else "", "of": changed}
    return runs.begin(actor, "access", key=key, choice=choice, rows=rows)
