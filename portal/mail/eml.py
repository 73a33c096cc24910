"""Mail as files: how an instance without mail server shows what it would send."""

from __future__ import annotations

from pathlib import Path

from portal.base import crash, durable
from portal.mail.failures import NotDelivered


class EmlFolder:
    """One `.eml` a message, readable by us alone since links stand in it. The same message again is the same file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def send(self, sender: str, to: str, name: str, message: bytes) -> None:
        """Write the file whole or not at all. Raises NotDelivered."""
        crash.point("mail.before_data")
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            durable.write(self.folder / f"{name}.eml", message)
        except OSError as error:
            raise NotDelivered(f"{self.folder.name}: {error.strerror}") from error
        crash.point("mail.after_data")

    def close(self) -> None:
        """Nothing is kept open."""
