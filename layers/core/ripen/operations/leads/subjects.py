"""What people call the thing that an activity or a decision is about: a form's title, a mail's subject and so on."""

from ripen.decision import Decision, DecisionKind
from ripen.lead.activity import Activity, Kind
from ripen.playbook.bundle import Bundle
from ripen.playbook.titles import Folder, quoted, quoted_title, title
from ripen.words import Words

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


def subject_of_activity(activity: Activity, bundle: Bundle) -> Words:
    """Return the subject in words."""
    return _titled(bundle, _OF_ACTIVITIES.get(activity.kind), activity.subject)


def subject_of_decision(decision: Decision, sent: str, bundle: Bundle) -> Words:
    """Return the subject in words. `sent` is the subject line with which a mail was sent, "" if it was not."""
    if decision.what == DecisionKind.SEND and sent:
        return quoted(Words(sent, sent))
    return _titled(bundle, _OF_DECISIONS.get(decision.what), decision.subject)


def name_of_subject(what: str, subject: str, bundle: Bundle) -> Words:
    """Return the title of the subject of a decision of that kind, for a table."""
    folder = next((folder for kind, folder in _OF_DECISIONS.items() if kind == what), None)
    return title(bundle, folder, subject) if folder else Words(subject, subject)


def _titled(bundle: Bundle, folder: Folder | None, name: str) -> Words:
    return quoted_title(bundle, folder, name) if folder and name else Words(name, name)
