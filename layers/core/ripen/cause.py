"""Why an outside system does not take our work: it says who can end the wait."""

from enum import StrEnum


class Cause(StrEnum):
    """The kind of the last answer."""

    OUTAGE = "outage"
    """No answer (network, timeout), or the system's own error (5xx): it passes by itself."""
    LIMIT = "limit"
    """The system takes no more calls for now: it passes by itself."""
    CREDENTIALS = "credentials"
    """There is no login, or the system refuses it: an administrator renews it."""
    RIGHTS = "rights"
    """A right or a part of the setup is missing: an administrator adds it."""
    REFUSED = "refused"
    """The system refuses these values, or its answer is not known."""
    BEHIND = "behind"
    """The work waits behind other work of the same lead: its record in Salesforce, or its card in Slack."""

    @property
    def passes(self) -> bool:
        """Whether the wait ends without a person."""
        return self in (Cause.OUTAGE, Cause.LIMIT)
