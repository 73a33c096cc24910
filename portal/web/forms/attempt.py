"""The one shape of a view that takes a form: sent, tried, done; or the form again with what was typed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from portal.base.errors import Invalid
from portal.web.forms.form import Form


def succeeds(form: Form, act: Callable[[], object]) -> bool:
    """Whether the form was sent and the operation took it; its refusals stand at their fields then."""
    if not form.sent():
        return False
    try:
        act()
    except Invalid as error:
        form.refuse(error)
        return False
    return True


def typed(form: Form) -> dict[str, Any]:
    """What was typed, by field; a field that a hand-made request left out is empty."""
    return {name: "" if value is None else value for name, value in form.data.items()}
