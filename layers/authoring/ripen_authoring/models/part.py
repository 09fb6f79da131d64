"""Parts that all files share: names, localized texts, and conditions about a field."""

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, RootModel, model_validator

from ripen.playbook.condition import as_number
from ripen_authoring.problem import InvalidValue

Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]
FieldName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]


class Part(BaseModel):
    """A part of a file. Unknown keys are errors."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, populate_by_name=True, arbitrary_types_allowed=True, allow_inf_nan=False
    )


class LocalizedText(RootModel[dict[str, str]]):
    """A text by locale, {ja: …, en: …}; a plain text is the same in all locales."""

    @model_validator(mode="before")
    @classmethod
    def _same_in_all(cls, written: Any) -> Any:
        return {"*": written} if isinstance(written, str) else written

    @classmethod
    def __get_pydantic_json_schema__(cls, core: Any, handler: Any) -> dict[str, Any]:
        by_locale: dict[str, Any] = handler(core)
        return {"anyOf": [{"type": "string"}, by_locale], "description": "A text, or texts by locale: {ja: …, en: …}"}

    def by_locale(self, locales: tuple[str, ...]) -> dict[str, str]:
        """Return the text in each of these locales that has one."""
        if "*" in self.root:
            return dict.fromkeys(locales, self.root["*"])
        return {locale: self.root[locale] for locale in locales if locale in self.root}


Title = Annotated[
    LocalizedText | None,
    Field(description="The name that people read in lists and reports; without it, the file's name"),
]


def _number(written: Any) -> Any:
    """Return "1,200" as a number."""
    found = as_number(written) if isinstance(written, str) else None
    return written if found is None else found


class ConditionPart(Part):
    """A condition about one field. All tests in it must hold."""

    any_of: Annotated[tuple[str, ...], Field(min_length=1)] = ()
    contains: Annotated[tuple[str, ...], Field(min_length=1)] = ()
    at_least: Annotated[float, BeforeValidator(_number)] | None = None
    present: bool | None = None

    @model_validator(mode="after")
    def _asks_something(self) -> "ConditionPart":
        if not (self.any_of or self.contains) and self.at_least is None and self.present is None:
            raise InvalidValue(
                "write what to compare with: any_of, contains, at_least or present",
                "比べる内容を書いてください: any_of、contains、at_least、present",
            )
        return self


def _test(written: Any) -> Any:
    match written:
        case "present" | "blank":
            return {"present": written == "present"}
        case str():
            return {"any_of": [written]}
        case list():
            return {"any_of": written}
    return written


FieldCondition = Annotated[
    ConditionPart,
    BeforeValidator(_test, json_schema_input_type=str | list[str] | ConditionPart),  # "present", equals, equals one of
]
Conditions = dict[str, FieldCondition]
"""By field: {job_title: {contains: [director]}, phone: present, email_kind: company}."""


def _listed(written: Any) -> Any:
    return [written] if isinstance(written, dict) else written


AllOf = Annotated[
    tuple[Conditions, ...], BeforeValidator(_listed, json_schema_input_type=Conditions | list[Conditions])
]
