"""The values that are written to the CRM about a lead, by the CRM's field names.

crm/upsert.py adds LeadSource to a new record, and the fields of a Task. Our own fields are defined in infra/salesforce;
the lengths are Salesforce's (describe of Lead and Contact). No value is null or blank: a value that we do not know is
left out, so that the CRM keeps its own.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from ripen.lead.attribution import click_id, origin
from ripen.lead.lead import Profile, Touch
from ripen.lead.state import State
from ripen.playbook.bundle import CrmField
from ripen.playbook.condition import traits
from ripen.playbook.wording import display_phone
from ripen.scoring.score import Score
from ripen.scoring.whole_points import whole

Fields = dict[str, str | int]
"""Numbers include True and False."""

STANDARD = {
    "Lead": ("FirstName", "LastName", "Company", "Title", "Phone", "Email"),
    "Contact": ("FirstName", "Title", "Phone", "Department"),
}
"""Salesforce's own fields that we fill if they are blank, by object."""

SHORT = (
    "Ripen_Score__c",
    "Ripen_Fit__c",
    "Ripen_Grade__c",
    "Ripen_Level__c",
    "Ripen_Engagement__c",
    "Ripen_Rank__c",
    "Ripen_Last_Activity__c",
    "Ripen_UTM_Source__c",
    "Ripen_UTM_Medium__c",
    "Ripen_UTM_Campaign__c",
    "Ripen_UTM_Term__c",
    "Ripen_UTM_Content__c",
    "Ripen_GCLID__c",
    "Ripen_Click_Id__c",
    "Ripen_Click_Id_Kind__c",
    "Ripen_Landing_Page__c",
    "Ripen_First_Source__c",
    "Ripen_First_Landing_Page__c",
    "Ripen_First_Click_Id__c",
    "Ripen_First_Click_Id_Kind__c",
)
"""Our own fields that are read with a record, besides the key. LONG are not: 200 records may have 7 MB of them."""
LONG = ("Ripen_Reasons__c", "Ripen_Answers__c")

_LENGTHS = {
    "FirstName": 40,
    "LastName": 80,
    "Company": 255,
    "Title": 128,
    "Phone": 40,
    "Department": 80,
    "Description": 32_000,
    "Ripen_Reasons__c": 4000,
    "Ripen_Answers__c": 32_000,
}
_DEFAULT_LENGTH = 255
_LONGEST_EMAIL = 80
_MAX_POINTS = 99_999


def own_fields(
    profile: Profile, state: State, score: Score, reasons: Iterable[str], answers: str, locale: str
) -> Fields:
    """Return our own fields, which are the same on Lead and Contact and always written."""
    points = whole(score)
    values: Fields = {
        "Ripen_Key__c": profile.id,
        "Ripen_Score__c": _points(points.total),
        "Ripen_Fit__c": _points(points.fit),
        "Ripen_Engagement__c": _points(points.engagement),
        "Ripen_Rank__c": state.rank.value,
        "Ripen_Grade__c": state.grade,
        "Ripen_Level__c": state.level or "",
        "Ripen_Reasons__c": "\n".join(reasons),
        "Ripen_Answers__c": answers,
        "Ripen_Last_Activity__c": _moment(state.last_activity),
        **_touch(profile.lead_touch),
        **_first_touch(profile.first_touch, locale),
    }
    return _filled(values)


def standard_fields(profile: Profile, object: str) -> Fields:
    """Return Salesforce's own fields, which are written to a new record, or if they are blank.

    An address longer than Salesforce allows is left out: a shortened address would be a wrong one.
    """
    values: dict[str, str | int] = {
        "FirstName": profile.first_name,
        "LastName": profile.last_name,
        "Company": profile.company,
        "Title": profile.job_title,
        "Phone": display_phone(profile.phone),
        "Email": profile.email if email_fits(profile.email) else "",
        "Department": profile.department,
    }
    return _filled({name: values[name] for name in STANDARD[object]})


def mapped_fields(profile: Profile, fields: Mapping[str, CrmField]) -> Fields:
    """Return the values of a Lead by the playbook's own mapping."""
    known = {**traits(profile), "phone": display_phone(profile.phone)}
    return _filled({name: _mapped(field, known) for name, field in fields.items()})


def _mapped(field: CrmField, known: Mapping[str, object]) -> str | int:
    if field.value is not None:
        return field.value
    value = str(known.get(field.source, ""))
    return field.values.get(value, "") if field.values else value


def email_fits(email: str) -> bool:
    """Return whether the CRM can have this address, counted as Salesforce does: in UTF-16 units."""
    return len(email.encode("utf-16-le")) <= 2 * _LONGEST_EMAIL


def truncate(name: str, value: str) -> str:
    """Return the value cut to the field's length, counted as Salesforce does: in UTF-16 units, no half characters."""
    most = _LENGTHS.get(name, _DEFAULT_LENGTH)
    if 2 * len(value) <= most:  # a character is one or two units
        return value
    units = value.encode("utf-16-le")[: 2 * most]
    return units.decode("utf-16-le", "ignore")


def _touch(touch: Touch | None) -> Fields:
    if touch is None:
        return {}
    id, kind = click_id(touch)
    return {
        "Ripen_UTM_Source__c": touch.utm_source,
        "Ripen_UTM_Medium__c": touch.utm_medium,
        "Ripen_UTM_Campaign__c": touch.utm_campaign,
        "Ripen_UTM_Term__c": touch.utm_term,
        "Ripen_UTM_Content__c": touch.utm_content,
        "Ripen_GCLID__c": touch.gclid,
        "Ripen_Click_Id__c": id,
        "Ripen_Click_Id_Kind__c": kind,
        "Ripen_Landing_Page__c": touch.url,
    }


def _first_touch(touch: Touch | None, locale: str) -> Fields:
    if touch is None:
        return {}
    id, kind = click_id(touch)
    return {
        "Ripen_First_Source__c": " / ".join(origin(touch, locale)),
        "Ripen_First_Landing_Page__c": touch.url,
        "Ripen_First_Click_Id__c": id,
        "Ripen_First_Click_Id_Kind__c": kind,
    }


def _filled(values: Fields) -> Fields:
    """Return the values trimmed and cut to the fields' lengths, without the blank ones."""
    cut = {name: truncate(name, value.strip()) if isinstance(value, str) else value for name, value in values.items()}
    return {name: value for name, value in cut.items() if value != ""}


def _points(points: int) -> int:
    return max(-_MAX_POINTS, min(_MAX_POINTS, points))


def _moment(at: datetime | None) -> str:
    return f"{at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='seconds')}Z" if at else ""
