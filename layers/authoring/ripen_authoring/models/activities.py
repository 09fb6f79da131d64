"""An activity as it is written: {form: whitepaper}, {click: any}, {page: pricing}, {crm: converted}."""

from typing import Annotated, Literal

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
CRM_ACTIVITIES = {
    "status changed": Kind.STATUS_CHANGED,
    "owner changed": Kind.OWNER_CHANGED,
    "converted": Kind.CONVERTED,
    "opted out": Kind.OPTED_OUT_BY_SALES,
    "opted in": Kind.OPTED_IN_BY_SALES,
    "deleted": Kind.RECORD_DELETED,
    "restored": Kind.RECORD_RESTORED,
    "merged": Kind.RECORD_MERGED,
    "opportunity opened": Kind.OPPORTUNITY_OPENED,
    "opportunity moved": Kind.OPPORTUNITY_MOVED,
    "opportunity won": Kind.OPPORTUNITY_WON,
    "opportunity lost": Kind.OPPORTUNITY_LOST,
}
"""What sales did with the lead in Salesforce, by the names that playbooks use."""
ACTIVITY_KEYS = (*ACTIVITIES, "crm")


CrmActivity = Annotated[
    Literal[
        "status changed",
        "owner changed",
        "converted",
        "opted out",
        "opted in",
        "deleted",
        "restored",
        "merged",
        "opportunity opened",
        "opportunity moved",
        "opportunity won",
        "opportunity lost",
    ]
    | None,
    Field(description="What sales did in Salesforce"),
]


class ActivityPart(Part):
    """An activity with exactly one of these keys, which the users of this model check."""

    form: str = ""
    page: str = ""
    read: str = ""
    click: str = Field("", description="A link in this mail")
    download: str = ""
    crm: CrmActivity = None

    @property
    def kind(self) -> str:
        """Return the kind of the activity."""
        if self.crm:
            return str(CRM_ACTIVITIES[self.crm])
        return str(next(kind for key, kind in ACTIVITIES.items() if getattr(self, key)))

    @property
    def subject(self) -> str:
        """Return the name of the form, page, mail or file; "" stands for any."""
        written = next((getattr(self, key) for key in ACTIVITIES if getattr(self, key)), "any")
        return "" if written == "any" else str(written)
