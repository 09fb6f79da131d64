"""One submission counts once: by what a repetition is known, and for how long."""

from datetime import datetime, timedelta

from msgspec import Struct

from ripen.capture.submission import Submission
from ripen.ids import digest

_AGAIN = timedelta(minutes=10)
_KEPT = timedelta(days=40)


class DeduplicationKey(Struct, frozen=True, kw_only=True):
    """By what a repetition is known, and how long it is remembered."""

    source: str
    id: str
    until: datetime


def submission_key(submission: Submission, now: datetime, idempotency_key: str = "") -> DeduplicationKey:
    """By what this submission is known again: the page's nonce, the sender's Idempotency-Key, or its content, which is
    the same submission for ten minutes only.

    The nonce counts together with the address: who goes back and corrects a mistyped address sends another submission.
    """
    if submission.nonce:
        return DeduplicationKey(
            source="nonce", id=digest(submission.form, submission.nonce, submission.email), until=now + _KEPT
        )
    if idempotency_key:
        return DeduplicationKey(source="key", id=digest(submission.form, idempotency_key), until=now + _KEPT)
    content = sorted((submission.fields | submission.attributes).items())
    id = digest(submission.form, submission.email, submission.consent, *(part for pair in content for part in pair))
    return DeduplicationKey(source="content", id=id, until=now + _AGAIN)


def provider_key(provider: str, id: str, now: datetime) -> DeduplicationKey:
    """By the id that a form provider gave it."""
    return DeduplicationKey(source=provider, id=digest(provider, id), until=now + _KEPT)
