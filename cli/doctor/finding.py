"""What one check finds: the prerequisite's title, who looks after it, how it stands, and what to do next."""

from dataclasses import dataclass
from enum import StrEnum


class Owner(StrEnum):
    """Whose matter it is in a company."""

    IT = "IT"
    MARKETING = "marketing"
    SALESFORCE = "Salesforce admin"
    SLACK = "Slack admin"


class State(StrEnum):
    OK = "ok"
    WARN = "warn"
    """It works, but somebody should look at it; or it could not be looked at."""
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
