"""What can go wrong, by the one question that a caller has: would trying again help?

Rejected            what came in is wrong: never try again, tell the sender (4xx)
Undeliverable       the other side refused; `permanent` says for good, else later
Blocked             Undeliverable, and so is all else for now
NotConnected        Undeliverable until an administrator acts: settings are missing, or the other side refuses them
Unsure              no clear answer: it may or may not have been done; find out before doing it again

Anything else is a bug and is raised.
"""


class Rejected(Exception):
    """What came in cannot be taken. `reason` is for the sender, `field` names the part that is wrong."""

    def __init__(self, reason: str, *, field: str = "", status: int = 400) -> None:
        super().__init__(reason)
        self.reason = reason
        self.field = field
        self.status = status


class Undeliverable(Exception):
    """The other side did not take it. `after` is how many seconds it asked us to wait, if it said so."""

    def __init__(self, reason: str, *, permanent: bool, after: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.permanent = permanent
        self.after = after


class Blocked(Undeliverable):
    """It is not about this one: whatever is handed over next is refused too, for `after` seconds or, without that, as long
    as it comes so fast."""

    def __init__(self, reason: str, *, after: int | None = None) -> None:
        super().__init__(reason, permanent=False, after=after)


class NotConnected(Undeliverable):
    """There is no working connection. It is tried again every hour."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason, permanent=False, after=3600)


class Unsure(Exception):
    """The answer was lost: it may have been done."""
