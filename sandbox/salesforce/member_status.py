"""The member statuses of a campaign: each has its own list, and a member without one of them gets the default.

Source: Salesforce, Object Reference, "CampaignMember" (an unknown status is replaced, and not refused) and
"CampaignMemberStatus".
"""

from typing import Any

from sandbox.salesforce.journal import Journal

NEW: tuple[dict[str, Any], ...] = (
    {"Label": "Sent", "SortOrder": 3, "IsDefault": True, "HasResponded": False},
    {"Label": "Responded", "SortOrder": 4, "IsDefault": False, "HasResponded": True},
)
"""The statuses of a new campaign."""


def member_status(journal: Journal, member: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of a member that follow from its status."""
    campaign, wanted = member.get("CampaignId"), str(member.get("Status")).casefold()
    statuses = [each.values for each in journal.all("CampaignMemberStatus") if each.values["CampaignId"] == campaign]
    default = next((status for status in statuses if status["IsDefault"]), NEW[0])
    found = next((status for status in statuses if status["Label"].casefold() == wanted), default)
    return {"Status": found["Label"], "HasResponded": found["HasResponded"]}
