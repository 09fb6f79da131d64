"""Rotate a key, or the master: a new generation signs, and the previous one is accepted until the next rotation."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Protocol

from ripen.failure import Failure
from ripen.key_ring import FIXED, MASTER, Rotated, RotationTooSoon, key_ring, rotate, rotate_master, rotated_at
from ripen.operations.progress import Progress, silent
from ripen.words import Words

NAMES = (*Rotated, MASTER)
_STEPS = 3


class Secret(Protocol):
    """The stack's secret."""

    def all(self, fresh: bool = False) -> dict[str, Any]: ...

    def put(self, secret: dict[str, Any]) -> None: ...


def purposes(name: str) -> tuple[Rotated, ...]:
    """Return the purposes whose keys a rotation of this name changes. Raises Failure for any other key."""
    if name == MASTER:
        return tuple(Rotated)
    if name in list(Rotated):
        return (Rotated(name),)
    names = ", ".join(NAMES)
    if name in FIXED:
        raise Failure(
            Words(
                f"The key {name!r} is never rotated: leads and proofs of consent are found by hashes made with it.",
                f"鍵 {name!r} は更新できません。見込み客と同意の証拠を、この鍵のハッシュで見つけるためです。",
            ),
            Words(f"The keys that can be rotated: {names}", f"更新できる鍵: {names}"),
        )
    raise Failure(
        Words(f"There is no key {name!r}.", f"鍵 {name!r} はありません。"),
        Words(f"The keys that can be rotated: {names}", f"更新できる鍵: {names}"),
    )


def dying_since(secret: Mapping[str, Any], name: str) -> datetime | None:
    """Return since when the generation signs that stays accepted; older signatures die. None if none is older."""
    found = max(rotated_at(secret, purpose) for purpose in purposes(name))
    return datetime.fromtimestamp(found, UTC) if found else None


def rotate_key(
    name: str, secret: Secret, new_master: str, wall: float, progress: Progress = silent
) -> dict[Rotated, dict[str, Any]]:
    """Rotate and return what is in force: by purpose the generation, those accepted, and from when it signs (ISO).

    `new_master` is used for "master" only. Raises Failure.
    """
    wanted = purposes(name)
    progress(0, _STEPS)
    before = secret.all(fresh=True)
    progress(1, _STEPS)
    try:
        after = rotate_master(before, new_master, wall) if name == MASTER else rotate(before, wanted[0], wall)
    except RotationTooSoon:
        raise Failure(
            Words(
                f"The last rotation of {name!r} is not in effect everywhere yet.",
                f"{name!r} の前回の更新が、まだすべての関数に行きわたっていません。",
            ),
            Words("Try again in ten minutes.", "10 分後にもう一度実行してください。"),
        ) from None
    secret.put(after)
    progress(2, _STEPS)
    found = {purpose: _in_force(after, purpose, wall) for purpose in wanted}
    progress(_STEPS, _STEPS)
    return found


def _in_force(secret: Mapping[str, Any], purpose: Rotated, wall: float) -> dict[str, Any]:
    accepted = [key.generation for key in key_ring(secret, purpose, wall).accepted]
    signs_from = datetime.fromtimestamp(rotated_at(secret, purpose), UTC)
    return {"generation": accepted[0], "accepted": accepted, "signs_from": signs_from.isoformat()}
