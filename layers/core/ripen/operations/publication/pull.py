"""Get the files of a published playbook back."""

from ripen.adapters.playbook import Playbook
from ripen.failure import Failure
from ripen.operations.live_playbook import live_bundle
from ripen.words import Words


def live_files(playbook: Playbook) -> tuple[str, dict[str, str]]:
    """Return the hash of the live playbook, and the text of each of its files by path. Raise Failure without them."""
    hash = live_bundle(playbook).hash
    files = playbook.files(hash)
    if files is None:
        raise Failure(
            Words(
                f"The files of the playbook {hash} were not kept.",
                f"プレイブック {hash} のファイルは保存されていません。",
            ),
            Words("Publish its folder again: ripen publish", "フォルダーから公開し直してください: ripen publish"),
        )
    return hash, files
