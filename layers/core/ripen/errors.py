"""The errors, ordered by the one question that a caller has, whether a retry would help.

Rejected            the input is wrong: do not retry, tell the sender (4xx)
Undeliverable       the other side refused; retry later unless `permanent`
TimedOut            Undeliverable, because the answer took too long: a smaller call may be answered
Blocked             Undeliverable, and everything else to that side is refused too for now
NotConnected        Undeliverable until an administrator acts: settings are missing, or the other side refuses them
Unsure              the answer was lost, so the call may have succeeded: find out before a retry
Contended           other workers kept changing the same rows: retry later
Unavailable         this code cannot work for now: its work stays due, and a client is asked to try again
  NewerFormat       newer code wrote what it reads: deploy that code
  MalformedSecret   a secret was filled in wrongly: mend it, as `ripen doctor` says

Anything else is a bug and is raised.
"""


class Rejected(Exception):
    """The input cannot be accepted. `reason` is for the sender, `field` names the wrong part."""

    def __init__(self, reason: str, *, field: str = "", status: int = 400) -> None:
        super().__init__(reason)
        self.reason = reason
        self.field = field
        self.status = status


class Undeliverable(Exception):
    """The other side refused the call. `after` is the number of seconds that it asked us to wait, if it gave one."""

    def __init__(self, reason: str, *, permanent: bool, after: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.permanent = permanent
        self.after = after


class TimedOut(Undeliverable):
    """The other side took too long to answer, and may have done everything or a part."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason, permanent=False)


class Blocked(Undeliverable):
    """The other side refuses every call at the moment, not only this one.

    It does so for `after` seconds or, without `after`, for as long as calls come at this rate.
    """

    def __init__(self, reason: str, *, after: int | None = None) -> None:
        super().__init__(reason, permanent=False, after=after)


class NotConnected(Undeliverable):
    """There is no working connection; the call is retried every hour."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason, permanent=False, after=3600)


class Unsure(Exception):
    """The answer was lost, so the call may have succeeded."""


class Contended(Exception):
    """Every attempt to change some rows met another worker's change."""


class Unavailable(Exception):
    """This code cannot work for now, for a reason that has nothing to do with the row or the request."""


class NewerFormat(Unavailable):
    """Newer code wrote a playbook or a row that this code cannot read without losing a part of it."""


class MalformedSecret(Unavailable):
    """A secret is no JSON object. The text names the secret and never its content."""
