"""What a lead answered on a form, for people in sales: with the form's title, labels and options in their language."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from msgspec import Struct

from ripen.lead.lead import FormAnswers
from ripen.playbook.bundle import Bundle, Form, FormField
from ripen.playbook.graph import Texts
from ripen.words import Words

_HEADING = Words("{title} ({day})", "{title}（{day}）")


class AnsweredForm(Struct, frozen=True, kw_only=True):
    """The answers of one submission in words, as pairs of label and value, in the form's order."""

    form: str
    title: str
    at: datetime
    heading: str
    """The title with the day of the submission in the brand's time zone: "Talk to us (2026-11-30)"."""
    answers: tuple[tuple[str, str], ...]

    @property
    def lines(self) -> tuple[str, ...]:
        """Return a line for each answer, "label: value"."""
        return tuple(f"{label}: {value}" for label, value in self.answers)


def answered_form(answers: FormAnswers, bundle: Bundle, locale: str) -> AnsweredForm:
    """Return the answers in words. What the playbook no longer knows is shown by its name."""
    form = bundle.forms.get(answers.form)
    title = _text(form.title, locale, answers.form) if form else answers.form
    day = answers.at.astimezone(ZoneInfo(bundle.brand.time_zone)).date()
    return AnsweredForm(
        form=answers.form,
        title=title,
        at=answers.at,
        heading=_HEADING.in_language(locale).format(title=title, day=day),
        answers=tuple(_in_words(answers.values, form, locale)),
    )


def answers_text(answers: Iterable[FormAnswers], bundle: Bundle, locale: str) -> str:
    """Return the answers of all submissions as one text, with a line of title and day above each."""
    forms = [answered_form(each, bundle, locale) for each in answers]
    return "\n\n".join("\n".join((form.heading, *form.lines)) for form in forms)


def _in_words(values: dict[str, str], form: Form | None, locale: str) -> Iterator[tuple[str, str]]:
    fields = {field.name: field for field in form.fields} if form else {}
    ordered = [name for name in fields if name in values] + [name for name in values if name not in fields]
    for name in ordered:
        field = fields.get(name)
        yield (
            (_text(field.label, locale, name), _option(field, values[name], locale)) if field else (name, values[name])
        )


def _option(field: FormField, value: str, locale: str) -> str:
    """Return the words of the option with this value; the value itself if the field offers no such option."""
    words = dict(zip(field.values, field.options, strict=False)).get(value)
    return _text(words, locale, value) if words else value


def _text(words: Texts, locale: str, otherwise: str) -> str:
    return words.get(locale) or next(iter(words.values()), otherwise)
