"""The playbook that the local cloud starts with: what was live or, at the first start, the one in the folder."""

from datetime import datetime
from pathlib import Path

from cli.output.file_errors import file_failure
from cli.output.language import language, say
from ripen.adapters.playbook import Playbook
from ripen.adapters.table import Table
from ripen.errors import NewerFormat
from ripen.failure import Failure
from ripen.operations.live_playbook import live_bundle_if_any
from ripen.operations.publication.publish import publish
from ripen.playbook.bundle import Bundle
from ripen.words import Words
from ripen_authoring.comparison.files import changed_files
from ripen_authoring.compile import compile_playbook
from ripen_authoring.files.sources import read_sources
from ripen_authoring.problem import InvalidPlaybook, Problem

_MOST_NAMED = 3


def start_playbook(folder: Path, table: Table, playbook: Playbook, site: str, now: datetime) -> str:
    """Publish the folder if nothing was live, else keep what was. Return how the folder differs from it, or "".

    What was live gets the address `site`, which is another one if a port of the last start is taken. Raise Failure if
    nothing was live and the folder has mistakes, or if a newer Ripen published what was live.
    """
    try:
        live = live_bundle_if_any(playbook)
    except NewerFormat:
        raise Failure(
            Words(
                "A newer Ripen published the playbook that was live.",
                "公開中のプレイブックは、新しい版の Ripen が公開したものです。",
            ),
            Words("Update this folder, then run: make up", "このフォルダーを更新してから実行: make up"),
        ) from None
    if live is None:
        publish(_first(folder, playbook), table, playbook, site, now)
        return ""
    publish(live, table, playbook, site, now)
    return _difference(folder, live, playbook)


def _first(folder: Path, playbook: Playbook) -> Bundle:
    """Return the bundle of the folder, whose files are then kept."""
    try:
        bundle = compile_playbook(folder)
    except InvalidPlaybook as invalid:
        problems = invalid.listing(Path(folder.name))
        raise Failure(
            Words(f"The playbook has errors:\n{problems.en}", f"プレイブックに誤りがあります:\n{problems.ja}"),
            Words("Correct the files, then run: make up", "ファイルを直してから実行: make up"),
        ) from None
    playbook.put_files(bundle.hash, read_sources(folder))
    return bundle


def _difference(folder: Path, live: Bundle, playbook: Playbook) -> str:
    try:
        if compile_playbook(folder).hash == live.hash:
            return ""
        was = playbook.files(live.hash)
        changed = [] if was is None else [change.file for change in changed_files(was, read_sources(folder))]
    except InvalidPlaybook as invalid:
        return _mistakes(folder, [problem for problem in invalid.problems if problem.severity == "error"])
    except OSError as error:
        return file_failure(error).in_language(language())[0]
    files = Words(
        f"{len(changed)} {'file differs' if len(changed) == 1 else 'files differ'} from what is live: "
        f"{_named(folder, changed, ', ')}.",
        f"公開中のものと異なるファイルが {len(changed)} 件あります（{_named(folder, changed, '、')}）。",
    )
    unnamed = Words(f"{folder.name}/ differs from what is live.", f"{folder.name}/ は公開中のものと異なります。")
    differs = files if changed else unnamed
    return say(
        f"{differs.en} What was live runs. To make {folder.name}/ live: ripen plan, then ripen publish",
        f"{differs.ja}公開中のプレイブックで起動しました。{folder.name}/ の公開: ripen plan のあと ripen publish",
    )


def _mistakes(folder: Path, errors: list[Problem]) -> str:
    first, more = errors[0], len(errors) - 1
    place = f"{folder.name}/{first.file}:{first.line}"
    are = "is" if more == 1 else "are"
    others = Words(f" There {are} {more} more.", f"ほか {more} 件。") if more else Words("", "")
    return say(
        f"{place} has a mistake: {first.message.en}.{others.en} What was live runs. Correct it, then run: ripen check",
        f"{place} に誤りがあります: {first.message.ja}。{others.ja}"
        "公開中のプレイブックで起動しました。直してから実行: ripen check",
    )


def _named(folder: Path, files: list[str], comma: str) -> str:
    shown = [f"{folder.name}/{file}" for file in files[:_MOST_NAMED]]
    return comma.join([*shown, "…"] if len(files) > _MOST_NAMED else shown)
