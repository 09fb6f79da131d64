"""Deduplication: the key by which a repeated submission is recognised, and how long it is kept."""

from datetime import datetime, timedelta

from msgspec import Struct

from ripen.capture.submission import Submission
from ripen.ids import digest

_SAME_CONTENT = timedelta(minutes=10)
_KEPT = timedelta(days=40)


class DeduplicationKey(Struct, frozen=True, kw_only=True):
    """A submission with the same source and id before `until` is a repetition."""

    source: str
    id: str
    until: datetime


def submission_key(submission: Submission, now: datetime, idempotency_key: str = "") -> DeduplicationKey:
    """Return the key of the page's nonce, else of the sender's Idempotency-Key, else of the content.

    The nonce counts together with the address: a person who goes back and corrects a mistyped address sends another
    submission. An Idempotency-Key counts together with the whole content: whoever guesses a key and uses it first can
    only take the place of the very same submission. The same content alone is a repetition for ten minutes only.
    """
    if submission.nonce:
        id = digest(submission.form, submission.nonce, submission.email)
        return DeduplicationKey(source="nonce", id=id, until=now + _KEPT)
    fields = sorted((submission.fields | submission.attributes).items())
    content = (submission.form, submission.email, submission.consent, *(part for pair in fields for part in pair))
    if idempotency_key:
        return DeduplicationKey(source="key", id=digest(idempotency_key, *content), until=now + _KEPT)
    return DeduplicationKey(source="content", id=digest(*content), until=now + _SAME_CONTENT)


def provider_key(provider: str, id: str, now: datetime) -> DeduplicationKey:
    """Return the key of the id that a form provider gave the submission."""
    return DeduplicationKey(source=provider, id=digest(provider, id), until=now + _KEPT)
