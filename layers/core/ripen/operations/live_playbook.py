"""The live playbook, for operations that cannot do without one."""

from ripen.adapters.playbook import NotPublished, Playbook
from ripen.failure import Failure
from ripen.playbook.bundle import Bundle
from ripen.words import Words


def live_bundle(playbook: Playbook) -> Bundle:
    """Return the live playbook. Raise Failure if none has been published yet."""
    found = live_bundle_if_any(playbook)
    if found is None:
        raise Failure(
            Words("No playbook has been published yet.", "プレイブックがまだ公開されていません。"),
            Words("Publish it with: ripen publish", "公開するには: ripen publish"),
        )
    return found


def live_bundle_if_any(playbook: Playbook) -> Bundle | None:
    """Return the live playbook, or None if none has been published yet."""
    try:
        return playbook.live().bundle
    except NotPublished:
        return None
