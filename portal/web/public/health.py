"""Whether the process lives and whether it is ready: booleans only, for machines."""

from __future__ import annotations

import json

from flask import Response

from portal.policies.permissions import PUBLIC
from portal.queries import health
from portal.web.public import area


@area.get("/healthz", allow=PUBLIC)
def alive() -> Response:
    """The process answers."""
    return Response('{"alive": true}', mimetype="application/json")


@area.get("/readyz", allow=PUBLIC)
def ready() -> Response:
    """Database, disk, worker, outbox and migration fit: 200, else 503."""
    found = health.ready()
    return Response(json.dumps(found), 200 if all(found.values()) else 503, mimetype="application/json")
