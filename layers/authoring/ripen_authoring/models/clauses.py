"""A clause in the files: what must hold for a lead. All conditions in one clause must hold together."""

from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import BeforeValidator, ConfigDict, Discriminator, Field, Tag, model_validator

from ripen_authoring import expressions
from ripen_authoring.models.activities import CrmActivity
from ripen_authoring.models.part import FieldCondition, Name, Part
from ripen_authoring.problem import InvalidValue

DocumentPath = tuple[int | str, ...]
Duration = Annotated[int, BeforeValidator(expressions.seconds, json_schema_input_type=str)]
MOST_TIMES = 100
"""The number of times that the state of a lead keeps for each activity (ripen.scoring.activity_counts)."""
ACTIVITY_WORDS = ("clicked", "submitted", "viewed", "read", "downloaded", "replied", "crm")


Ranks = str | Annotated[tuple[str, ...], Field(min_length=1)]
RanksByModel = Annotated[
    Annotated[Ranks, Tag("main")] | Annotated[dict[str, Ranks], Tag("further")],
    Discriminator(lambda written: "further" if isinstance(written, dict) else "main"),
]


class ClausePart(Part):
    """A clause. Any other key is a field of the lead: {job_title: {contains: [director]}}."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, FieldCondition]

    clicked: str = Field("", description="A link in this mail, or in `any`")
    submitted: str = Field("", description="This form, or `any`")
    viewed: str = Field("", description="This page, or `any`")
    read: str = Field("", description="This page (stayed and scrolled), or `any`")
    downloaded: str = Field("", description="This file, or `any`")
    replied: str = Field("", description="To this mail, or to `any`")
    crm: CrmActivity = None
    times: Annotated[int, Field(ge=1, le=MOST_TIMES, description="At least this many times")] | None = None
    within: Duration | None = Field(None, description="In the last: 14 days")
    never: "ClauseTree | None" = Field(
        None, description="An activity that the lead did not do: {clicked: any, within: 30 days}"
    )
    segment: Name | None = None
    consent: str | None = Field(None, description="The purpose of the consent: marketing")
    tag: str | None = None
    rank: RanksByModel | None = Field(
        None, description="warm is warm or hot; [warm] is warm alone; {product-x: hot} is the rank in a further model"
    )
    all_of: "tuple[ClauseTree, ...]" = Field((), alias="all", min_length=1)
    any_of: "tuple[ClauseTree, ...]" = Field((), alias="any", min_length=1)
    not_: "ClauseTree | None" = Field(None, alias="not")
    field: dict[str, FieldCondition] = Field({}, description="For a field whose name has another meaning in a clause")

    @model_validator(mode="after")
    def _can_be_meant(self) -> "ClausePart":
        if self.times is not None or self.within is not None:
            self._has_one_activity()
        if self.never is not None and (self.never.activity_word is None or self.never.times is not None):
            words = ", ".join(ACTIVITY_WORDS)
            raise InvalidValue(
                f"`never` takes one of: {words}; write {{not: …}} for anything else",
                f"`never` に使えるもの: {words}。ほかの条件には {{not: …}} と書いてください",
            )
        if all(getattr(self, name) in (None, "", (), {}) for name in type(self).model_fields) and not self.model_extra:
            raise InvalidValue(
                "an empty clause has no effect; remove it", "空の条件は意味がありません。削除してください"
            )
        for rank in (rank for ranks in self.ranks.values() for rank in ranks):
            if rank not in ("cold", "warm", "hot"):
                raise InvalidValue(
                    f"there is no rank {rank!r}; write cold, warm or hot",
                    f"ランク {rank!r} はありません。cold、warm、hot のどれかを書いてください",
                )
        return self

    def _has_one_activity(self) -> None:
        words = [word for word in ACTIVITY_WORDS if getattr(self, word)]
        if not words:
            known = ", ".join(ACTIVITY_WORDS)
            raise InvalidValue(
                f"`times` and `within` need one of: {known}",
                f"`times` と `within` にはどれかが必要です: {known}",
            )
        if len(words) > 1:
            raise InvalidValue(
                f"`times` and `within` apply to one activity; write {' and '.join(words)} separately, under `all`",
                f"`times` と `within` は 1 つの行動に使います。{'、'.join(words)} は `all` の下に分けてください",
            )

    @property
    def ranks(self) -> dict[str, tuple[str, ...]]:
        """Return the ranks by model, that of the main one under ""; warm by itself is warm or hot."""
        by_model = self.rank if isinstance(self.rank, dict) else {"": self.rank} if self.rank else {}
        return {
            model: ("warm", "hot") if ranks == "warm" else (ranks,) if isinstance(ranks, str) else ranks
            for model, ranks in by_model.items()
        }

    @property
    def activity_word(self) -> str | None:
        """Return the first activity that the clause asks about."""
        return next((word for word in ACTIVITY_WORDS if getattr(self, word)), None)

    @property
    def tests(self) -> dict[str, Any]:
        """Return the conditions about fields."""
        return {**(self.model_extra or {}), **self.field}


def _all(written: Any) -> Any:
    return {"all": written} if isinstance(written, list) else written


ClauseTree = Annotated[ClausePart, BeforeValidator(_all, json_schema_input_type=ClausePart | list[ClausePart])]
"""In a list of clauses, all must hold."""


def nested_clauses(clause: ClausePart | None, where: DocumentPath) -> Iterator[tuple[DocumentPath, ClausePart]]:
    """Yield the clause and every clause inside it, each with its path into the document."""
    if clause is None:
        return
    yield where, clause
    for key, parts in (("all", clause.all_of), ("any", clause.any_of)):
        for number, part in enumerate(parts):
            yield from nested_clauses(part, (*where, key, number))
    for word, inner in (("not", clause.not_), ("never", clause.never)):
        yield from nested_clauses(inner, (*where, word))
