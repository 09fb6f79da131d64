"""journeys/<name>.yaml."""

from typing import Annotated

from pydantic import BeforeValidator, Field

from ripen.playbook.graph import Move
from ripen_authoring import expressions
from ripen_authoring.models.clauses import ClauseTree
from ripen_authoring.models.part import Name, Part, Title
from ripen_authoring.models.steps import Steps
from ripen_authoring.models.triggers import Triggers


class EnrolPart(Part):
    on: Triggers = Field((), description="Without it, leads enter only by hand, by an import or from another journey")
    who: ClauseTree | None = None
    again: Annotated[expressions.Reentry, BeforeValidator(expressions.reentry, json_schema_input_type=str)] = Field(
        default_factory=expressions.Reentry,
        description="never, after exit, after 90 days, or once per <answer of the form>",
    )


class JourneyFile(Part):
    title: Title = None
    enrol: EnrolPart
    goal: ClauseTree | None = Field(None, description="A lead that meets it leaves at once, also during a wait")
    exit: ClauseTree | None = Field(None, description="A lead that meets it leaves at once, without reaching the goal")
    steps: Annotated[Steps, Field(min_length=1)]
    changes: dict[Name, Annotated[Move, BeforeValidator(expressions.move, json_schema_input_type=str)]] = Field(
        {}, description="For leads on a changed or removed step: stay, move to <step>, exit"
    )
