"""Names for steps and paths whose file names none."""

import re
from collections.abc import Iterator

from ripen_authoring.models.clauses import ClausePart


def path_name(clause: ClausePart | None, number: int) -> str:
    """Return a name for a path by its clause: "clicked case-study"."""
    if clause is not None and clause.activity_word:
        return f"{clause.activity_word} {getattr(clause, clause.activity_word)}"
    if clause is not None and isinstance(clause.rank, str):
        return clause.rank
    return next((word for word in _first_words(clause)), f"path {number + 1}")


def slug(text: str) -> str:
    """Return the text as a part of an id."""
    return re.sub(r"[^a-z0-9_]+", "-", text.lower()).strip("-")[:60] or "step"


def _first_words(clause: ClausePart | None) -> Iterator[str]:
    if clause is not None:
        yield from (f"{key} {getattr(clause, key)}" for key in ("segment", "consent", "tag") if getattr(clause, key))
        yield from clause.tests
