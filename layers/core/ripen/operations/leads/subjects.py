"""What people call the thing that an activity or a decision is about: a form's title, a mail's subject and so on."""

from ripen.decision import Decision, DecisionKind, Outcome
from ripen.lead.activity import Activity, Kind
from ripen.operations.playbook_words.fields import field_words
from ripen.operations.playbook_words.steps import named_path, named_step
from ripen.operations.state_words import WORDS
from ripen.playbook.bundle import Bundle
from ripen.playbook.titles import Folder, quoted_title, title, without_liquid
from ripen.words import Words, quoted

_OF_ACTIVITIES: dict[Kind, Folder] = {
    Kind.FORM_SUBMITTED: "forms",
    Kind.PAGE_VIEWED: "pages",
    Kind.PAGE_READ: "pages",
    Kind.LINK_CLICKED: "emails",
    Kind.BOUNCED: "emails",
    Kind.COMPLAINED: "emails",
    Kind.REPLIED: "emails",
    Kind.POINTS_GIVEN: "journeys",
    Kind.ENTRY_ASKED: "journeys",
}
_OF_DECISIONS: dict[DecisionKind, Folder] = {
    DecisionKind.SEND: "emails",
    DecisionKind.VERDICT: "emails",
    DecisionKind.ENROLLMENT: "journeys",
    DecisionKind.STEP: "journeys",
}
"""The folders of the playbook that the subjects are in. All other subjects are words of their own."""
_OF_CODES: dict[str, Folder] = {"segment": "segments", "schedule": "segments", "never": "journeys", "ends": "journeys"}
"""The folders of what `ripen simulate` alone tells."""
_QUOTED = (*_OF_DECISIONS, DecisionKind.ANSWER, DecisionKind.WEBHOOK)
_GIVEN = "given"
"""How the codes of points begin that a journey gave (ripen.scoring.score)."""
_GIVEN_WORDS = Words("given by a journey", "シナリオによる加点")


def subject_of_activity(activity: Activity, bundle: Bundle) -> Words:
    """Return the subject in words."""
    own_title = activity.facts.get("title", "")
    if own_title and activity.subject not in bundle.pages:
        return quoted(Words(own_title, own_title))
    return _titled(bundle, _OF_ACTIVITIES.get(activity.kind), activity.subject)


def name_of_activity_subject(kind: str, subject: str, bundle: Bundle) -> Words:
    """Return the subject of an activity of that kind in words, for a table."""
    folder = next((folder for known, folder in _OF_ACTIVITIES.items() if known == kind), None)
    return title(bundle, folder, subject) if folder and subject else Words(subject, subject)


def facts_of_decision(decision: Decision, sent: str, bundle: Bundle) -> dict[str, Words]:
    """Return the facts of the decision that are names or codes, in words.

    `sent` is the subject line with which a mail was sent, "" if it was not. It names a mail that the playbook no
    longer has; all others have one name in each language, whatever the lead's language.
    """
    subject, step = decision.subject, decision.facts.get("step", "")
    match decision.what:
        case DecisionKind.SEND if sent and subject not in bundle.emails:
            return {"subject": quoted(Words(sent, sent))}
        case DecisionKind.STEP:
            words = {"subject": quoted_title(bundle, "journeys", subject)}
            return words | step_facts(decision, step, bundle)
        case _:
            return {"subject": subject_in_a_sentence(decision.what, subject, bundle, decision.facts.get("journey", ""))}


def subject_in_a_sentence(what: str, subject: str, bundle: Bundle, journey: str = "") -> Words:
    """Return the subject of a decision of that kind, in quotation marks if it is a name."""
    found = name_of_subject(what, subject, bundle, journey)
    return quoted(found) if what in _QUOTED and subject else found


def name_of_subject(what: str, subject: str, bundle: Bundle, journey: str = "") -> Words:
    """Return the subject of a decision of that kind in words; `journey` is that of a webhook."""
    if folder := next((folder for kind, folder in _OF_DECISIONS.items() if kind == what), None):
        return title(bundle, folder, subject)
    match what:
        case DecisionKind.ANSWER:
            return field_words(subject, bundle)
        case DecisionKind.WEBHOOK:
            return named_step(journey, subject, bundle)
        case DecisionKind.CRM:
            parts = [WORDS.get(part, Words(part, part)) for part in subject.split(", ")]
            return Words(", ".join(part.en for part in parts), "、".join(part.ja for part in parts))
        case DecisionKind.ALERT | DecisionKind.RANK:
            return WORDS.get(subject, Words(subject, subject))
    return Words(subject, subject)


def subject_of_code(code: str, subject: str, bundle: Bundle) -> Words:
    """Return the subject of a sentence of phrases.py in words, in quotation marks if it is a name."""
    what = code.partition(".")[0]
    if what in _OF_CODES:
        return quoted_title(bundle, _OF_CODES[what], subject)
    if (kind := next((kind for kind in Kind if kind == what), None)) is not None:
        return _titled(bundle, _OF_ACTIVITIES.get(kind), subject)
    return subject_in_a_sentence(what, subject, bundle)


def rule_words(code: str, bundle: Bundle) -> Words:
    """Return what the points of a scoring rule are for, without what differs from lead to lead."""
    if code.startswith(_GIVEN):
        return _GIVEN_WORDS
    for rule in bundle.scoring.engagement:
        if rule.code == code:
            texts = {locale: without_liquid(text, "") for locale, text in rule.words.items()}
            first = texts.get(bundle.brand.default_locale) or next(filter(None, texts.values()), code)
            return Words(texts.get("en") or first, texts.get("ja") or first)
    return Words(code, code)


def step_facts(decision: Decision, step: str, bundle: Bundle) -> dict[str, Words]:
    """Return the words for the step, and for the path or the step that it led to."""
    words = {"step": quoted(named_step(decision.subject, step, bundle))}
    match decision.outcome:
        case Outcome.TOOK:
            return words | {"reason": quoted(named_path(decision.subject, step, decision.reason, bundle))}
        case Outcome.MOVED:
            return words | {"reason": quoted(named_step(decision.subject, decision.reason, bundle))}
    return words


def _titled(bundle: Bundle, folder: Folder | None, name: str) -> Words:
    return quoted_title(bundle, folder, name) if folder and name else Words(name, name)
