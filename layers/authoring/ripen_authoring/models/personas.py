"""personas/<name>.yaml."""

from pydantic import Field

from ripen_authoring.models.part import Part


class PersonaFile(Part):
    """An invented lead. `attributes` are fields of your forms, by name."""

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
    """Whether the lead consented to marketing mail before the simulation begins."""
