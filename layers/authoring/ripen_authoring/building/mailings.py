"""Build mails, segments and campaigns."""

from ripen.playbook import bundle
from ripen.playbook.clause import Condition
from ripen_authoring.building.clauses import flat
from ripen_authoring.files.folder import MailEntry
from ripen_authoring.mails import bodies
from ripen_authoring.models.mailings import CampaignFile, SegmentFile
from ripen_authoring.models.settings import RipenFile


def email(name: str, entry: MailEntry, ripen: RipenFile) -> bundle.Email:
    model, locales = entry.model, ripen.locales
    subjects, preheaders = model.subject.by_locale(locales), model.preheader.by_locale(locales)
    mails = {}
    for locale in locales:
        compiled = bodies.compile_mail(entry, locale, name, ripen)
        mails[locale] = bundle.Mail(
            subject=subjects[locale],
            html=compiled.html,
            text=compiled.text,
            preheader=preheaders[locale],
            links=compiled.links,
        )
    return bundle.Email(
        name=name,
        mail_class=model.mail_class,
        locales=mails,
        sender_name=model.sender_name.by_locale(locales) if model.sender_name else {},
        sender=model.sender,
    )


def segment(name: str, written: SegmentFile, locales: tuple[str, ...]) -> bundle.Segment:
    """Return the segment. Conditions about one field go to `when`, which the scoring finds by an index."""
    parts = flat(written.when)
    return bundle.Segment(
        name=name,
        title=written.title.by_locale(locales) if written.title else {},
        when=tuple(part for part in parts if isinstance(part, Condition)),
        also=tuple(part for part in parts if not isinstance(part, Condition)),
    )


def campaign(name: str, written: CampaignFile, locales: tuple[str, ...]) -> bundle.Campaign:
    canary, halt = written.canary, written.halt
    return bundle.Campaign(
        name=name,
        title=written.title.by_locale(locales) if written.title else {},
        email=written.email,
        segment=written.segment or "",
        recipients_of=written.to.recipients if written.to else "",
        at=written.at,
        zone=written.zone,
        per_hour=written.per_hour,
        canary=canary.share if canary else 0,
        canary_seconds=canary.wait if canary else 0,
        priority=written.priority,
        expires_seconds=written.expires,
        halt_bounces=halt.bounces,
        halt_complaints=halt.complaints,
        halt_unsubscribes=halt.unsubscribes,
    )
