"""The result of one check: the prerequisite, its owner, its state, and the next step."""

from dataclasses import dataclass
from enum import StrEnum

from ripen.words import Words


class Owner(StrEnum):
    """The department that looks after it."""

    IT = "IT"
    MARKETING = "marketing"
    SALESFORCE = "Salesforce admin"
    SLACK = "Slack admin"


OWNERS = {
    Owner.IT: Words("IT", "情報システム"),
    Owner.MARKETING: Words("marketing", "マーケティング"),
    Owner.SALESFORCE: Words("Salesforce admin", "Salesforce 管理者"),
    Owner.SLACK: Words("Slack admin", "Slack 管理者"),
}


class State(StrEnum):
    OK = "ok"
    WARN = "warn"
    """It works but needs attention, or it could not be checked."""
    FAIL = "fail"


@dataclass(frozen=True)
class Check:
    """A prerequisite. docs/deploy.md has a section with the same title."""

    title: Words
    owner: Owner

    def ok(self, found: Words) -> "Finding":
        return Finding(self, State.OK, found, Words("", ""))

    def warn(self, found: Words, next_step: Words) -> "Finding":
        return Finding(self, State.WARN, found, next_step)

    def fail(self, found: Words, next_step: Words) -> "Finding":
        return Finding(self, State.FAIL, found, next_step)


@dataclass(frozen=True)
class Finding:
    check: Check
    state: State
    found: Words
    next_step: Words

    def plain(self) -> dict[str, str]:
        """Return what `ripen doctor --json` prints: a contract for scripts, in English whatever the language."""
        return {
            "title": self.check.title.en,
            "owner": self.check.owner,
            "state": self.state,
            "found": self.found.en,
            "next_step": self.next_step.en,
        }


def unreadable(error: Exception) -> Words:
    """Say that AWS did not show what a check looks at."""
    return Words(f"cannot be read: {error}", f"読み取れません: {error}")
