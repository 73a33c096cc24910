"""Why a file from outside is not taken."""


class Refused(Exception):
    """A file was not taken; `reason` is a stable code, the words for people are made in the web floor.

    Codes: empty, too_large, not_allowed (this kind is not taken here), wrong_type (content is not what the
    name says), broken, encrypted (needs a password), macros, dtd, bomb (would unpack or compute without
    end), absurd (an amount no invoice has), not_an_invoice, busy (try again).
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
