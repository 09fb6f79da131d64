"""The result of one check: the prerequisite, its owner, its state, and the next step."""

from dataclasses import dataclass
from enum import StrEnum


class Owner(StrEnum):
    """The department that looks after it."""

    IT = "IT"
    MARKETING = "marketing"
    SALESFORCE = "Salesforce admin"
    SLACK = "Slack admin"


class State(StrEnum):
    OK = "ok"
    WARN = "warn"
    """It works but needs attention, or it could not be checked."""
    FAIL = "fail"


@dataclass(frozen=True)
class Check:
    """A prerequisite. docs/deploy.md has a section with the same title."""

    title: str
    owner: Owner

    def ok(self, found: str) -> "Finding":
        return Finding(self.title, self.owner, State.OK, found, "")

    def warn(self, found: str, next_step: str) -> "Finding":
        return Finding(self.title, self.owner, State.WARN, found, next_step)

    def fail(self, found: str, next_step: str) -> "Finding":
        return Finding(self.title, self.owner, State.FAIL, found, next_step)


@dataclass(frozen=True)
class Finding:
    title: str
    owner: Owner
    state: State
    found: str
    next_step: str
