"""An instance with an empty outbox."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from portal.base.config import Config
from portal.models.outbox import OutboxMail
from portal.policies import scope as scopes
from tests.mail.desk import Desk
from tests.personas import World


@pytest.fixture
def desk(instance: Config, world: World, move_clock: Callable[..., None]) -> Desk:
    """The cast's instance without the mails that making it queued."""
    with scopes.instance("a test begins with an empty outbox") as scope:
        scope.delete(OutboxMail).execute()
    return Desk(replace(instance, mail_from="portal@petry.example.com"), world, move_clock)
