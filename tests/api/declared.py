"""All calls that the API declares, known before any app is made."""

from __future__ import annotations

import importlib
import pkgutil

from portal.web import api
from portal.web.api import area

for _module in pkgutil.iter_modules(api.__path__, api.__name__ + "."):
    importlib.import_module(_module.name)

CALLS = tuple(area.calls)
