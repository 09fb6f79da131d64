"""Why a mail waits for SES, by the reason that its last attempt left.

The reasons are those of adapters/ses/mailer.py.
"""

from ripen.cause import Cause

_CAUSES = (
    ("SES cannot be reached", Cause.OUTAGE),
    ("no secure connection to SES", Cause.OUTAGE),
    ("the connection to SES was lost", Cause.OUTAGE),
    ("no answer from SES", Cause.OUTAGE),
    ("the answer from SES has no message id", Cause.OUTAGE),
    ("SES answered", Cause.OUTAGE),
    ("SES is not available", Cause.OUTAGE),
    ("SES accepts no more mails per second", Cause.LIMIT),
    ("no AWS credentials for SES", Cause.CREDENTIALS),
    ("SES accepts no mail now", Cause.RIGHTS),
    ("refused by SES", Cause.RIGHTS),
)


def cause(reason: str) -> Cause | None:
    """Return why SES did not take the mail; None if the reason is not an answer of SES."""
    return next((found for start, found in _CAUSES if reason.startswith(start)), None)
