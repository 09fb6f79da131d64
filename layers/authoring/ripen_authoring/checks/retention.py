"""Check that `keep` keeps activities as long as the playbook's clauses ask about them."""

from collections.abc import Iterator

from ripen.playbook.bundle import Bundle
from ripen.words import Words
from ripen_authoring.building.retention import GROUPS, Need, needs_of
from ripen_authoring.files.folder import Entry
from ripen_authoring.models.settings import RipenFile
from ripen_authoring.problem import Problem


def check(bundle: Bundle, ripen: Entry[RipenFile]) -> Iterator[Problem]:
    """Yield an error for each period that is written in ripen.yaml and too short for a clause."""
    keep = ripen.model.keep
    needs = list(needs_of(bundle))
    for key in sorted(keep.model_fields_set & GROUPS.keys()):
        period: int | None = getattr(keep, key)
        found = [need for need in needs if need.kind in GROUPS[key] and _is_longer(need, period)]
        if found:
            longest = max(found, key=lambda need: (need.days is None, need.days or 0))
            yield ripen.document.problem(("keep", key), _message(key, period, longest))


def _is_longer(need: Need, period: int | None) -> bool:
    return period is not None and (need.days is None or need.days > period)


def _message(key: str, period: int | None, need: Need) -> Words:
    if need.days is None:
        return Words(
            f"{need.part.en} asks about {key} of any age: write `{key}: forever`, or add `within` to the clause",
            f"{need.part.ja} は {key} を期間なしで条件にしています。`{key}: forever` と書くか、"
            "条件に `within` を追加してください",
        )
    return Words(
        f"{need.part.en} asks about {key} of {need.days} days, and {period} days are kept:"
        f" write `{key}: {need.days} days` or more",
        f"{need.part.ja} は {need.days} 日分の {key} を条件にしていますが、保存は {period} 日です。"
        f"`{key}: {need.days} days` 以上にしてください",
    )
