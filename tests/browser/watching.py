"""What a browser complains of while a test drives it. Any of it fails the test."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Request, WebError

_TELL = (
    "addEventListener('securitypolicyviolation', e => console.error(`policy: ${e.violatedDirective} ${e.blockedURI}`))"
)
_ANSWERED = re.compile(r"responded with a status of (\d+)|Response Status Error Code (\d+) from")


class Watch:
    """Console errors, errors of scripts, violations of the policy and requests to foreign hosts of one context."""

    def __init__(self, context: BrowserContext, home: str) -> None:
        self.complaints: list[str] = []
        self._home = urlsplit(home).netloc
        self._expected: set[int] = set()
        context.add_init_script(_TELL)
        context.on("console", self._heard)
        context.on("weberror", self._failed)
        context.on("request", self._asked)

    def expect(self, *statuses: int) -> None:
        """These answers belong to the test: Chromium reports every one above 399 in its console."""
        self._expected.update(statuses)

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type not in ("error", "warning"):
            return
        answered = _ANSWERED.search(message.text)
        if answered is None or int(answered[1] or answered[2]) not in self._expected:
            self.complaints.append(f"{message.type} on {message.location.get('url', '')}: {message.text}")

    def _failed(self, error: WebError) -> None:
        self.complaints.append(f"script on {error.page.url if error.page else ''}: {error.error}")

    def _asked(self, request: Request) -> None:
        if urlsplit(request.url).netloc != self._home:
            self.complaints.append(f"foreign host: {request.url}")
