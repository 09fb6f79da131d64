"""The content of a mail to an address that is not proven: without the text that a stranger may have typed in a form.

Anybody can type any address into a form. Otherwise our mail would carry a stranger's message, signed by the brand.
"""

from collections.abc import Iterator, Mapping
from copy import replace
from typing import Any

from msgspec import Struct

from ripen.lead.contact import Contact
from ripen.lead.lead import Profile
from ripen.lead.names import looks_like_a_name
from ripen.lead.text import is_day
from ripen.playbook.bundle import Bundle
from ripen.playbook.graph import UpdateStep

_SHORTEST = 4
"""A shorter text is no message: an answer of a webhook may contain it by chance."""


class Content(Struct, frozen=True, kw_only=True):
    """The parts of a mail that come from the lead and its enrollment."""

    profile: Profile
    facts: Mapping[str, str]
    answers: Mapping[str, Any]


def shown_content(content: Content, contact: Contact, *playbooks: Bundle) -> Content:
    """Return the content that the mail may show: all of it if the address is proven.

    Otherwise names of people stay if they look like names. Options, days and the values that a journey sets stay too.
    An answer of a webhook goes if it repeats a text that was left out. `playbooks` are those whose forms may have taken
    the content.
    """
    if contact.proven is not None:
        return content
    known = {value for bundle in playbooks for value in _known_values(bundle)}
    typed = {field.name for bundle in playbooks for form in bundle.forms.values() for field in form.fields}
    profile = _without_typed_text(content.profile, known)
    facts = {name: value for name, value in content.facts.items() if name not in typed or _is_safe(name, value, known)}
    hidden = _texts(content.profile, content.facts) - _texts(profile, facts)
    return Content(profile=profile, facts=facts, answers=_without(content.answers, hidden))


def _without_typed_text(profile: Profile, known: set[tuple[str, str]]) -> Profile:
    return replace(
        profile,
        last_name=profile.last_name if looks_like_a_name(profile.last_name) else "",
        first_name=profile.first_name if looks_like_a_name(profile.first_name) else "",
        company="",
        department="",
        job_title="",
        phone="",
        attributes={name: value for name, value in profile.attributes.items() if _is_safe(name, value, known)},
    )


def _known_values(bundle: Bundle) -> Iterator[tuple[str, str]]:
    """Yield the fields and values that the playbook itself names."""
    for form in bundle.forms.values():
        for field in form.fields:
            yield from ((field.name, text) for option in field.options for text in option.values())
            yield from ((field.name, value) for value in field.values)
    for journey in bundle.journeys.values():
        for step in journey.steps:
            if isinstance(step, UpdateStep):
                yield from step.fields.items()


def _is_safe(name: str, value: str, known: set[tuple[str, str]]) -> bool:
    return is_day(value) or (name, value) in known


def _texts(profile: Profile, facts: Mapping[str, str]) -> set[str]:
    parts = (profile.last_name, profile.first_name, profile.company, profile.department, profile.job_title)
    return {text for text in (*parts, *profile.attributes.values(), *facts.values()) if len(text) >= _SHORTEST}


def _without(answers: Mapping[str, Any], hidden: set[str]) -> dict[str, Any]:
    return {
        step: {name: value for name, value in said.items() if not any(text in str(value) for text in hidden)}
        for step, said in answers.items()
        if isinstance(said, dict)
    }
