"""Who may press the buttons of cards and look up leads: full members of the company that installed our app in Slack."""

from enum import StrEnum

from msgspec import Struct


class Installation(Struct, frozen=True, kw_only=True):
    """Where our app is installed: one workspace, or every workspace of an Enterprise organisation.

    Source: docs.slack.dev, "auth.test".
    """

    team: str
    enterprise: str = ""
    """"" if the workspace belongs to no Enterprise organisation."""
    organisation_wide: bool = False


class Person(Struct, frozen=True, kw_only=True):
    """A Slack user. Source: docs.slack.dev, "User object"."""

    id: str
    team: str
    enterprise: str = ""
    email: str = ""
    """"" if Slack does not give it."""
    guest: bool = False
    """A single-channel or multi-channel guest."""
    stranger: bool = False
    """A member of another company's workspace, whom Slack shows because of a shared channel."""
    deactivated: bool = False


class Refusal(StrEnum):
    """Why a person may not do it. The words for that person are in answer_words.py."""

    OTHER_COMPANY = "other company"
    GUEST = "guest"
    DEACTIVATED = "deactivated"
    NOT_IN_CHANNEL = "not in the sales channel"


def is_from_installation(installation: Installation, team: str, enterprise: str) -> bool:
    """Return whether a request of this workspace and organisation comes from where our app is installed."""
    if installation.organisation_wide:
        return enterprise != "" and enterprise == installation.enterprise
    return team == installation.team


def refusal(person: Person, installation: Installation) -> Refusal | None:
    """Return why the person may not press our buttons or look up leads; None if allowed.

    In an Enterprise organisation, members of its other workspaces are colleagues.
    """
    colleague = person.enterprise != "" and person.enterprise == installation.enterprise
    if person.stranger or not (colleague or person.team == installation.team):
        return Refusal.OTHER_COMPANY
    if person.deactivated:
        return Refusal.DEACTIVATED
    return Refusal.GUEST if person.guest else None
