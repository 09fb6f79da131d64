"""Build the settings of ripen.yaml: the brand, the policy, the calendar."""

from ripen.playbook import bundle
from ripen.playbook.business_calendar import Calendar
from ripen_authoring.building.clauses import conditions, optional
from ripen_authoring.models.settings import CalendarPart, PolicyPart, RipenFile, Sync, SyncField, TrackingPart


def brand(ripen: RipenFile) -> bundle.Brand:
    locales, sender = ripen.locales, ripen.sender
    return bundle.Brand(
        name=ripen.brand.name.by_locale(locales),
        sender_name=sender.name.by_locale(locales),
        legal_name=sender.legal_name.by_locale(locales),
        sender=sender.address,
        transactional_sender=sender.transactional_address,
        reply_to=sender.reply_to,
        postal_address=sender.postal_address.by_locale(locales),
        contact=sender.contact.by_locale(locales),
        privacy_url=ripen.brand.privacy_url,
        locales=locales,
        default_locale=locales[0],
        time_zone=ripen.time_zone,
        accent=ripen.brand.accent,
    )


def sync(part: Sync) -> bundle.SyncRule:
    return bundle.SyncRule(
        when=conditions(part.when),
        unless=conditions(part.unless),
        lead_source=part.lead_source,
        fields={name: _field(field) for name, field in part.fields.items()},
        users={address.casefold(): user for address, user in part.users.items()},
    )


def _field(part: SyncField) -> bundle.CrmField:
    return bundle.CrmField(
        source=part.from_,
        value=part.value,
        values=part.values,
        write=bundle.CrmWrite(part.write),
        clears=part.blank == "clear",
    )


def policy(limits: PolicyPart) -> bundle.Policy:
    quiet = limits.quiet
    return bundle.Policy(
        per_day=limits.per_day,
        per_week=limits.per_week,
        quiet=bundle.QuietHours(start=quiet.from_, end=quiet.to) if quiet else None,
        unless=optional(limits.unless),
        skips_open_opportunities=limits.open_opportunity == "skip",
    )


def calendar(part: CalendarPart) -> Calendar:
    return Calendar(
        country=part.country,
        closures=part.closures,
        workdays=tuple(sorted(set(part.workdays))),
        opens=part.hours.from_,
        closes=part.hours.to,
    )


def tracking(part: TrackingPart | None) -> bundle.Tracking | None:
    if part is None:
        return None
    return bundle.Tracking(sites=part.sites, consent=part.consent, pages=part.pages)
