"""Check segments and campaigns."""

import re
from collections.abc import Iterator

from ripen.words import Words
from ripen_authoring.checks.clauses import check_clause
from ripen_authoring.checks.names import check_name
from ripen_authoring.files.folder import Entry, Folder
from ripen_authoring.models.clauses import nested_clauses
from ripen_authoring.models.mailings import CampaignFile
from ripen_authoring.models.settings import RipenFile
from ripen_authoring.problem import Problem

_JOURNEY_VARIABLE = re.compile(r"\{[{%][^}]*?\b(entry|answers)\.")


def check(folder: Folder, ripen: RipenFile) -> Iterator[Problem]:
    """Check every segment and every campaign."""
    yield from _check_segments(folder, ripen)
    for name, campaign in folder.campaigns.items():
        yield from _check_campaign(folder, name, campaign)


def _check_segments(folder: Folder, ripen: RipenFile) -> Iterator[Problem]:
    """Check the clauses of all segments, and that no segment refers to itself."""
    references = {
        name: [part.segment for _, part in nested_clauses(entry.model.when, ("when",)) if part.segment]
        for name, entry in folder.segments.items()
    }
    for name, entry in folder.segments.items():
        yield from check_clause(folder, entry.document, ("when",), entry.model.when, ripen)
        for where, part in nested_clauses(entry.model.when, ("when",)):
            if part.segment and name in _reachable(part.segment, references):
                message = Words(
                    f"segment {name!r} refers to itself; remove this reference",
                    f"セグメント {name!r} が自分自身を参照しています。この参照を削除してください",
                )
                yield entry.document.problem((*where, "segment"), message)


def _reachable(segment: str, references: dict[str, list[str]]) -> set[str]:
    """Return the segment and all segments that it refers to, directly or not."""
    found, waiting = set(), [segment]
    while waiting:
        if (name := waiting.pop()) not in found:
            found.add(name)
            waiting += references.get(name, [])
    return found


def _check_campaign(folder: Folder, name: str, entry: Entry[CampaignFile]) -> Iterator[Problem]:
    campaign, document = entry.model, entry.document
    yield from check_name(document, ("email",), campaign.email, folder, "emails")
    if campaign.segment:
        yield from check_name(document, ("segment",), campaign.segment, folder, "segments")
    if campaign.to:
        where = ("to", "recipients")
        yield from check_name(document, where, campaign.to.recipients, folder, "campaigns")
        if campaign.to.recipients == name:
            message = Words(
                "a campaign cannot go to its own recipients; name another campaign",
                "キャンペーンを自分自身の受信者に送ることはできません。別のキャンペーンを指定してください",
            )
            yield document.problem(where, message)
    yield from _check_mail(folder, entry)


def _check_mail(folder: Folder, entry: Entry[CampaignFile]) -> Iterator[Problem]:
    name = entry.model.email
    if not (mail := folder.emails.get(name)):
        return
    if mail.model.mail_class == "transactional":
        message = Words(
            f"{name!r} is transactional: it also goes to leads without consent to marketing mail",
            f"{name!r} は transactional なので、マーケティングメールに同意していない見込み客にも送られます",
        )
        yield entry.document.warning(("email",), message)
    if variable := _JOURNEY_VARIABLE.search("".join(body.source.text for body in mail.bodies.values())):
        message = Words(
            f"{name!r} uses {variable[1]}.…, which is blank in a campaign, because the lead is in no journey",
            f"{name!r} は {variable[1]}.… を使っていますが、キャンペーンではシナリオがないため空になります",
        )
        yield entry.document.warning(("email",), message)
