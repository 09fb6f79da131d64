"""An activity as it is written: {form: whitepaper}, {click: any}, {page: pricing}, {read: pricing}, {download: any}."""

from pydantic import Field

from ripen.lead.activity import Kind
from ripen_authoring.models.part import Part

ACTIVITIES = {
    "form": Kind.FORM_SUBMITTED,
    "page": Kind.PAGE_VIEWED,
    "read": Kind.PAGE_READ,
    "click": Kind.LINK_CLICKED,
    "download": Kind.FILE_DOWNLOADED,
}


class ActivityPart(Part):
    """An activity with exactly one of these keys, which the users of this model check."""

    form: str = ""
    page: str = ""
    read: str = ""
    click: str = Field("", description="A link in this mail")
    download: str = ""

    @property
    def kind(self) -> str:
        """Return the kind of the activity."""
        return str(next(kind for key, kind in ACTIVITIES.items() if getattr(self, key)))

    @property
    def subject(self) -> str:
        """Return the name of the form, page, mail or file; "" stands for any."""
        written = next(getattr(self, key) for key in ACTIVITIES if getattr(self, key))
        return "" if written == "any" else str(written)
