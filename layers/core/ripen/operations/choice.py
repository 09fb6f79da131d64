"""The rows that a person names by the beginning of an id, or by the word "all"."""

from collections.abc import Mapping

from ripen.failure import Failure
from ripen.words import Words

ALL = "all"


def choose[T](waiting: Mapping[str, T], id: str, nouns: Words, command: str) -> list[T]:
    """Return the row whose id begins with `id`, or every row for "all". Raise Failure unless exactly one begins so.

    `nouns` name the rows in an error, and `command` lists them.
    """
    if id == ALL:
        return list(waiting.values())
    named = [row for full, row in waiting.items() if full.startswith(id)]
    if len(named) != 1:
        raise Failure(
            Words(
                f"{len(named) or 'No'} {nouns.en} have ids that begin with {id!r}.",
                f"ID が {id!r} で始まる{nouns.ja}は {len(named)} 件です。",
            ),
            Words(f"See all of them: {command}", f"一覧: {command}"),
        )
    return named
