"""A clause as it is written: what must hold of a lead. All that stands in one mapping holds together."""

from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import BeforeValidator, ConfigDict, Field, model_validator

from ripen_authoring import expressions
from ripen_authoring.models.part import FieldCondition, Name, Part

DocumentPath = tuple[int | str, ...]
Duration = Annotated[int, BeforeValidator(expressions.seconds, json_schema_input_type=str)]
MOST_TIMES = 100
"""Of what is asked about, each lead's state keeps so many times (ripen.scoring.activity_counts)."""
DID = ("clicked", "submitted", "viewed", "read", "downloaded", "replied")


class ClausePart(Part):
    """Any other key is a field of the lead: {job_title: {contains: [director]}}."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, FieldCondition]

    clicked: str = Field("", description="A link in this mail, or in `any`")
    submitted: str = Field("", description="This form, or `any`")
    viewed: str = Field("", description="This page, or `any`")
    read: str = Field("", description="This page (stayed and scrolled), or `any`")
    downloaded: str = Field("", description="This file, or `any`")
    replied: str = Field("", description="To this mail, or to `any`")
    times: Annotated[int, Field(ge=1, le=MOST_TIMES, description="At least so often")] | None = None
    within: Duration | None = Field(None, description="In the time before now: 14 days")
    never: "ClauseTree | None" = Field(
        None, description="Something the lead did not do: {clicked: any, within: 30 days}"
    )
    segment: Name | None = None
    consent: str | None = Field(None, description="The purpose: marketing")
    tag: str | None = None
    rank: str | tuple[str, ...] | None = Field(None, description="warm is warm or hot; [warm] is warm alone")
    all_of: "tuple[ClauseTree, ...]" = Field((), alias="all")
    any_of: "tuple[ClauseTree, ...]" = Field((), alias="any")
    not_: "ClauseTree | None" = Field(None, alias="not")
    field: dict[str, FieldCondition] = Field({}, description="For a field whose name means something else here")

    @model_validator(mode="after")
    def _sound(self) -> "ClausePart":
        did = [word for word in DID if getattr(self, word)]
        if (self.times is not None or self.within is not None) and not did:
            raise ValueError(f"`times` and `within` go with one of: {', '.join(DID)}")
        if len(did) > 1 and (self.times is not None or self.within is not None):
            raise ValueError(f"`times` and `within` are about one thing; write {' and '.join(did)} apart, under `all`")
        if self.never is not None and (self.never.did is None or self.never.times is not None):
            raise ValueError(f"`never` is about one of: {', '.join(DID)}; write {{not: …}} for anything else")
        if not self.model_fields_set and not self.model_extra:
            raise ValueError("an empty clause says nothing; leave the key out")
        for rank in (self.rank,) if isinstance(self.rank, str) else self.rank or ():
            if rank not in ("cold", "warm", "hot"):
                raise ValueError(f"there is no rank {rank!r}; write cold, warm or hot")
        return self

    @property
    def did(self) -> str | None:
        return next((word for word in DID if getattr(self, word)), None)

    @property
    def tests(self) -> dict[str, Any]:
        return {**(self.model_extra or {}), **self.field}


def _all(written: Any) -> Any:
    return {"all": written} if isinstance(written, list) else written


ClauseTree = Annotated[ClausePart, BeforeValidator(_all, json_schema_input_type=ClausePart | list[ClausePart])]
"""A list of clauses means that all of them hold."""


def walk(clause: ClausePart | None, where: DocumentPath) -> Iterator[tuple[DocumentPath, ClausePart]]:
    """The clause and every one within it, with its path into the document."""
    if clause is None:
        return
    yield where, clause
    for key, parts in (("all", clause.all_of), ("any", clause.any_of)):
        for number, part in enumerate(parts):
            yield from walk(part, (*where, key, number))
    for word, inner in (("not", clause.not_), ("never", clause.never)):
        yield from walk(inner, (*where, word))
