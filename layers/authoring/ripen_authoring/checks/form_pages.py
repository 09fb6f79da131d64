"""Warn of a page that was copied with the form of the first one, and note a form that no page shows."""

from collections.abc import Iterator

from ripen.words import Words
from ripen_authoring.files.folder import Folder, PageEntry
from ripen_authoring.problem import Problem


def check(folder: Folder) -> Iterator[Problem]:
    for name, versions in folder.pages.items():
        yield from _check_page(name, versions, folder)
    if folder.pages.keys() == folder.names.get("pages", set()):  # else a page that could not be read may show it
        yield from _check_forms(folder)


def _check_page(name: str, versions: dict[str, PageEntry], folder: Folder) -> Iterator[Problem]:
    """Warn of a page with the name of one form that shows another, and of languages with different forms."""
    first = next(iter(versions.values()))
    for page in versions.values():
        form = page.model.form
        if form and name in folder.forms and form != name:
            message = Words(
                f"this page has the name of the form {name!r} but shows {form!r}; write `form: {name}`, "
                "or give the page another name",
                f"このページの名前はフォーム {name!r} と同じですが、表示するフォームは {form!r} です。"
                f"`form: {name}` と書くか、ページの名前を変えてください",
            )
            yield page.document.warning(("form",), message)
        elif form != first.model.form:
            message = Words(
                f"{first.document.file} shows {_named(first).en}; write the same form in all languages of a page",
                f"{first.document.file} が表示するのは{_named(first).ja}です。"
                "同じページのどの言語にも同じフォームを書いてください",
            )
            yield page.document.warning(("form",), message)


def _named(page: PageEntry) -> Words:
    form = page.model.form
    return Words(f"the form {form!r}", f"フォーム {form!r} ") if form else Words("no form", "フォームのない内容")


def _check_forms(folder: Folder) -> Iterator[Problem]:
    """Note a form without a page, unless other sites post it: those of a tool in `sources`, or those of all forms."""
    shown = {name: {page.model.form for page in versions.values()} - {""} for name, versions in folder.pages.items()}
    used = [form for forms in shown.values() for form in forms]
    for name, entry in folder.forms.items():
        if not used or name in used or name in shown or entry.model.sources:
            continue
        again = [page for page, forms in shown.items() if page not in forms and any(used.count(f) > 1 for f in forms)]
        doubted = f"pages/{again[0]}" if again else ""
        message = Words(
            "no page of the playbook shows this form; "
            + (f"if {doubted} is for it, write `form: {name}` there; " if doubted else "")
            + "if another site posts it, all is well",
            "このフォームを表示するページがプレイブックにありません。"
            + (f"{doubted} がこのフォームのページなら、そこに `form: {name}` と書いてください。" if doubted else "")
            + "ほかのサイトから送るフォームなら、このままで問題ありません",
        )
        yield entry.document.problem((), message, "note")
