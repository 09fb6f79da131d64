"""personas/<name>.yaml"""

from pydantic import Field

from ripen_authoring.models.part import Part


class PersonaFile(Part):
    """An invented lead. `attributes` are fields that forms of yours ask for, by name."""

    email: str
    locale: str = "ja"
    last_name: str = ""
    first_name: str = ""
    company: str = ""
    department: str = ""
    job_title: str = ""
    phone: str = ""
    country: str = ""
    time_zone: str = ""
    stage: str = ""
    tags: tuple[str, ...] = ()
    attributes: dict[str, str] = Field(default_factory=dict)
    consent: bool = True
    """Agreed to our news before the story begins."""
