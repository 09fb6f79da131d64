"""Convert a lead into account, contact and opportunity, as sales does with a button."""

from copy import replace

from sandbox.salesforce.org import Org
from sandbox.salesforce.refused import Refused

_SAME = ("LastName", "FirstName", "Salutation", "Email", "Phone", "MobilePhone", "Title", "LeadSource", "OwnerId")


def convert(org: Org, id: str) -> dict[str, str]:
    """Convert a lead and return the new ids; fields of the same name are copied. Raises Refused."""
    leads = org.schema["Lead"]
    with org.journal.atomic():
        lead = org.read(leads, id)
        if lead.values["IsConverted"]:
            raise Refused("CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead")
        owner = lead.values["OwnerId"]
        account = org.create(org.schema["Account"], {"Name": lead.values["Company"], "OwnerId": owner})
        carried = [f.name for f in leads.fields if f.custom and org.schema["Contact"].field(f.name)]
        given = {name: lead.values[name] for name in (*_SAME, *carried) if lead.values.get(name) is not None}
        contact = org.create(org.schema["Contact"], {**given, "AccountId": account.id})
        deal = {"Name": lead.values["Company"], "AccountId": account.id, "OwnerId": owner}
        opportunity = org.create(
            org.schema["Opportunity"],
            {**deal, "StageName": "Prospecting", "CloseDate": lead.values["CreatedDate"][:10]},
        )
        role = {"OpportunityId": opportunity.id, "ContactId": contact.id, "IsPrimary": True}
        org.create(org.schema["OpportunityContactRole"], role)
        became = {
            "ConvertedAccountId": account.id,
            "ConvertedContactId": contact.id,
            "ConvertedOpportunityId": opportunity.id,
        }
        changed = {**became, "IsConverted": True, "Status": "Closed - Converted"}
        changed["ConvertedDate"] = opportunity.values["CreatedDate"][:10]
        org.journal.put(replace(lead, values={**lead.values, **changed}))
    return became
