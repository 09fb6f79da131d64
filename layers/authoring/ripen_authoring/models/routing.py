"""routing.yaml."""

from typing import Annotated, Any

from pydantic import BeforeValidator, Field, model_validator

from ripen_authoring.models.clauses import ClauseTree, Duration
from ripen_authoring.models.part import Name, Part
from ripen_authoring.models.settings import CalendarPart, Closure
from ripen_authoring.problem import InvalidValue

Address = Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+$")]


class MemberPart(Part):
    who: Address = Field(description="The person's address in Slack")
    most: Annotated[int, Field(ge=1)] | None = Field(
        None, description="The person gets no further lead while so many wait"
    )
    away: tuple[Closure, ...] = Field((), description="Days without this person: 2026-12-29 to 2027-01-03")


def _member(written: Any) -> Any:
    return {"who": written} if isinstance(written, str) else written


class TeamPart(Part):
    """Salespeople who take turns. All periods are business time of the team."""

    members: Annotated[
        tuple[Annotated[MemberPart, BeforeValidator(_member, json_schema_input_type=Address | MemberPart)], ...],
        Field(min_length=1),
    ]
    manager: Address | None = Field(None, description="The address in Slack of the person to whom leads are escalated")
    channel: str = Field(
        "", pattern=r"^([CG][A-Z0-9]{5,})?$", description="Id of a Slack channel; by default the sales channel"
    )
    remind: Duration | None = Field(None, description="Remind the owner after this business time: 30 minutes")
    escalate: Duration | None = Field(None, description="Tell the manager after this business time: 1 hours")
    reassign: Duration | None = Field(None, description="Give the lead to the next member after this business time")
    calendar: CalendarPart | None = Field(None, description="By default that of ripen.yaml")
    time_zone: str = Field("", description="By default that of ripen.yaml")

    @model_validator(mode="after")
    def _can_be_escalated(self) -> "TeamPart":
        if self.escalate and not self.manager:
            raise InvalidValue(
                "`escalate` needs `manager`: the person who is told",
                "`escalate` には `manager`（知らせる相手）が必要です",
            )
        if len({member.who.casefold() for member in self.members}) < len(self.members):
            raise InvalidValue("a member is written twice; keep one", "同じメンバーが 2 回あります。1 つ残してください")
        return self


class RulePart(Part):
    name: str = Field("", description="What people read; by default the target")
    when: ClauseTree | None = Field(None, description="By default every lead")
    to: str = Field(description="A team, the address of a member, or owner: the record's owner in Salesforce")


class RoutingFile(Part):
    teams: Annotated[dict[Name, TeamPart], Field(min_length=1)]
    rules: Annotated[tuple[RulePart, ...], Field(min_length=1)] = Field(description="The first rule that holds decides")
