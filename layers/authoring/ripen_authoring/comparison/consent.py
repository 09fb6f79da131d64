"""Compare the consents of two playbooks: a wording with the version of another wording proves nothing."""

from collections.abc import Iterator
from pathlib import Path

from ripen.playbook.bundle import Bundle
from ripen.words import Words
from ripen_authoring.files.document import read_yaml
from ripen_authoring.files.sources import read_sources
from ripen_authoring.problem import InvalidPlaybook, Problem


def check_consents(folder: Path, new: Bundle, live: Bundle | None) -> None:
    """Raise InvalidPlaybook for each text that differs from the live one in words, but not in its version.

    `new` is the bundle of the folder. A form that is not live, or has no text in a language there, has nothing to
    differ from.
    """
    if problems := [*_reworded(folder, new, live)] if live else []:
        raise InvalidPlaybook(problems)


def _reworded(folder: Path, new: Bundle, live: Bundle) -> Iterator[Problem]:
    sources = read_sources(folder)
    for name, form in new.forms.items():
        before = live.forms[name].consent if name in live.forms else None
        if before is None or form.consent is None or form.consent.version != before.version:
            continue
        for locale, text in form.consent.text.items():
            if locale in before.text and text.split() != before.text[locale].split():
                file = f"forms/{name}.yaml"
                document = read_yaml(file, sources[file])
                yield document.problem(("consent", "text", locale), _message(before.version, locale))


def _message(version: str, locale: str) -> Words:
    return Words(
        f"this wording of the consent ({locale}) differs from the live one, but has the same version {version!r};"
        " write a new `version`, so that each proof says which wording the lead read – or restore the live wording",
        f"同意の文言（{locale}）が公開中のものと違いますが、version は同じ {version!r} です。どの文言に同意したかを"
        "記録から示せるよう、新しい `version` を付けてください（または公開中の文言に戻してください）",
    )
