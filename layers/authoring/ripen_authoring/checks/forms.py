"""Check forms, and the forms that pages name."""

from collections.abc import Iterator

from ripen.nearest import nearest
from ripen.words import Words
from ripen_authoring.checks.names import check_name
from ripen_authoring.files.folder import Entry, Folder
from ripen_authoring.flow import placed_steps
from ripen_authoring.models.clauses import DocumentPath
from ripen_authoring.models.forms import FormFile
from ripen_authoring.models.journeys import JourneyFile
from ripen_authoring.models.simple_steps import SendPart
from ripen_authoring.models.triggers import OnActivityPart
from ripen_authoring.problem import Problem


def check(folder: Folder) -> Iterator[Problem]:
    """Check every form, and that the form of every page exists."""
    for name, form in folder.forms.items():
        yield from _check_fields(form)
        yield from _check_mapping(form)
        if form.model.thank_you:
            yield from check_name(form.document, ("thank_you",), form.model.thank_you, folder, "pages")
        if form.model.lead_magnet:
            yield from _check_lead_magnet(folder, name, form)
    for versions in folder.pages.values():
        for page in versions.values():
            if page.model.form:
                yield from check_name(page.document, ("form",), page.model.form, folder, "forms")


def _check_fields(entry: Entry[FormFile]) -> Iterator[Problem]:
    form, document = entry.model, entry.document
    if not any(field.name == "email" and field.type == "email" and field.required for field in form.fields):
        message = Words(
            "a form needs a field `email` of type email with `required: true`",
            "フォームには type が email で `required: true` の項目 `email` が必要です",
        )
        yield document.problem(("fields",), message)
    seen: set[str] = set()
    for number, field in enumerate(form.fields):
        if (field.type == "select") != bool(field.options):
            message = Words(
                "`options` and `type: select` go together: write both, or neither",
                "`options` と `type: select` は組で使います。両方書くか、どちらも書かないでください",
            )
            yield document.problem(("fields", number), message)
        yield from _check_options(entry, number)
        if field.name in seen:
            message = Words(
                f"two fields have the name {field.name!r}; rename one of them",
                f"項目名 {field.name!r} が 2 つあります。どちらかの名前を変えてください",
            )
            yield document.problem(("fields", number), message)
        seen.add(field.name)
    if form.honeypot in seen:
        message = Words(
            f"{form.honeypot!r} is a field of the form; choose another name for the honeypot",
            f"{form.honeypot!r} はフォームの項目です。honeypot には別の名前を付けてください",
        )
        yield document.problem(("honeypot",), message)


def _check_options(entry: Entry[FormFile], number: int) -> Iterator[Problem]:
    """Check that a text stands for one option only: its value, and its label in any language."""
    taken: set[str] = set()
    for place, option in enumerate(entry.model.fields[number].options):
        texts = {option.value, *option.label.root.values()} - {""}
        if twice := sorted(texts & taken):
            message = Words(
                f"two options have the text {twice[0]!r}; change one of them",
                f"{twice[0]!r} という選択肢が 2 つあります。どちらかを変えてください",
            )
            yield entry.document.problem(("fields", number, "options", place), message)
        taken |= texts


def _check_mapping(entry: Entry[FormFile]) -> Iterator[Problem]:
    """Check that `mapping` and `sources` lead to fields of the form."""
    form = entry.model
    targets = {field.name for field in form.fields} | {"full_name"} | ({"consent"} if form.consent else set())
    mapped: list[tuple[DocumentPath, str]] = [(("mapping", key), target) for key, target in form.mapping.items()]
    for source, provider in form.sources.items():
        mapped += [(("sources", source, "fields", key), target) for key, target in provider.fields.items()]
    for where, target in mapped:
        if target not in targets:
            hint = nearest(target, targets)
            message = Words(
                f"this form has no field {target!r}{hint.en}", f"このフォームに項目 {target!r} はありません{hint.ja}"
            )
            yield entry.document.problem(where, message)


def _check_lead_magnet(folder: Folder, name: str, entry: Entry[FormFile]) -> Iterator[Problem]:
    mail, where = entry.model.lead_magnet, ("lead_magnet",)
    yield from check_name(entry.document, where, mail, folder, "emails")
    if mail in folder.emails and folder.emails[mail].model.mail_class != "transactional":
        message = Words(
            f"the lead asked for {mail!r}; write `class: transactional` in its email.yaml",
            f"{mail!r} は見込み客が求めたメールです。その email.yaml に `class: transactional` と書いてください",
        )
        yield entry.document.problem(where, message)
    if folder.journeys.keys() != folder.names.get("journeys", set()):
        return  # a journey that could not be read may send it
    if not any(_sends(journey.model, name, mail) for journey in folder.journeys.values()):
        message = Words(
            f"no journey of this form sends {mail!r}; add a journey with `- send: {mail}`",
            f"このフォームで始まるシナリオが {mail!r} を送りません。`- send: {mail}` のあるシナリオを追加してください",
        )
        yield entry.document.problem(where, message)


def _sends(journey: JourneyFile, form: str, mail: str) -> bool:
    """Return whether the form lets leads into the journey, and the journey sends the mail."""
    return any(isinstance(on, OnActivityPart) and on.form == form for on in journey.enrol.on) and any(
        isinstance(step.part, SendPart) and step.part.send == mail for step in placed_steps(journey.steps)
    )
