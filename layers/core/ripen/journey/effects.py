"""What a step does: the rows that one visit to the step creates.

The engine returns them, and nurture.advance writes them in the transaction that moves the enrollment. The id of each
row is derived from the visit, so the row is created once.
"""

from collections.abc import Mapping
from copy import replace
from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import asdict

from ripen.decision import Reason
from ripen.ids import digest, send_id
from ripen.journey.context import JourneyContext
from ripen.journey.crm_request import CrmRequest
from ripen.journey.enrollment import Enrollment
from ripen.journey.profile_update import updated_profile
from ripen.journey.webhook_call import WebhookCall
from ripen.lead.activity import Activity, Kind
from ripen.lead.lead import Profile
from ripen.lead.values import changed_values
from ripen.mail.ledger import MailClass, Send
from ripen.playbook.graph import (
    CrmStep,
    EnrolStep,
    HandOffStep,
    LeaveStep,
    NotifyStep,
    SendStep,
    Step,
    Texts,
    UpdateStep,
    WebhookStep,
)
from ripen.playbook.template import render_line, render_text
from ripen.slack.alert import HAND_OFF, Alert


class UpdateProfile(Struct, frozen=True, kw_only=True):
    """Change the lead's profile; the fold recalculates fit, segments and points because of the activity."""

    profile: Profile
    activity: Activity


class ExitJourney(Struct, frozen=True, kw_only=True):
    """End the lead's enrollments in another journey."""

    journey: str
    reason: str


Effect = Send | UpdateProfile | Alert | CrmRequest | WebhookCall | Activity | ExitJourney
"""An Activity asks the fold to enrol the lead in another journey, whose `again` and `who` are then checked."""


def effect_of(step: Step, enrollment: Enrollment, context: JourneyContext, now: datetime) -> Effect | None:
    """Return the effect of this visit, which `enrollment` already counts; None for a step that only decides.

    Raises TemplateError if a text of the step cannot be rendered for this lead.
    """
    match step:
        case SendStep():
            return _send(step, enrollment, context, now)
        case UpdateStep():
            return _update(step, enrollment, context, now)
        case CrmStep():
            return _crm_request(step, enrollment, context, now)
        case NotifyStep() | HandOffStep():
            return _alert(step, enrollment, context, now)
        case WebhookStep():
            return _webhook_call(step, enrollment, context, now)
        case EnrolStep():
            facts = {"key": _visit_id(step, enrollment), "by": f"journey {enrollment.journey}"}
            return _activity(step, enrollment, Kind.ENTRY_ASKED, step.journey, facts, now)
        case LeaveStep():
            return ExitJourney(journey=step.journey, reason=f"{Reason.TAKEN_OUT} by {enrollment.journey}")
    return None


def _visit_id(step: Step, enrollment: Enrollment) -> str:
    return digest("step", enrollment.journey, enrollment.key, step.id, enrollment.visits[step.id], enrollment.lead)


def _send(step: SendStep, enrollment: Enrollment, context: JourneyContext, now: datetime) -> Send:
    visit = enrollment.visits[step.id]
    return Send(
        id=send_id(enrollment.journey, enrollment.key, step.id, visit, enrollment.lead, step.channel),
        lead=enrollment.lead,
        email=step.email,
        mail_class=MailClass(context.emails[step.email].mail_class),
        origin=enrollment.journey,
        step=step.id,
        planned=now,
        entry=enrollment.key,
        follows=enrollment.latest_mail,
        priority=step.priority,
        capped=step.capped,
        valid_until=now + timedelta(seconds=step.expires_seconds),
    )


def _update(step: UpdateStep, enrollment: Enrollment, context: JourneyContext, now: datetime) -> UpdateProfile:
    variables = _variables(enrollment, context) if step.fields else {}
    values = {name: render_line(source, variables) for name, source in step.fields.items()}
    facts, kind = {"journey": enrollment.journey, "step": step.id}, Kind.UPDATED
    if step.points:
        kind = Kind.POINTS_GIVEN
        facts |= {"points": f"{step.points:g}"} | {f"words.{locale}": text for locale, text in step.words.items()}
    profile = updated_profile(context.profile, step, values, context.stages)
    activity = _activity(step, enrollment, kind, enrollment.journey, facts, now)
    return UpdateProfile(profile=profile, activity=replace(activity, values=changed_values(context.profile, profile)))


def _crm_request(step: CrmStep, enrollment: Enrollment, context: JourneyContext, now: datetime) -> CrmRequest:
    return CrmRequest(
        id=_visit_id(step, enrollment),
        lead=enrollment.lead,
        journey=enrollment.journey,
        planned=now,
        task=render_line(_in_company_language(step.task, context), _variables(enrollment, context)),
        due_days=step.due_days,
        campaign=step.campaign,
        status=step.status,
        replaces=step.replaces,
        owner=step.owner,
    )


def _alert(step: NotifyStep | HandOffStep, enrollment: Enrollment, context: JourneyContext, now: datetime) -> Alert:
    kind, channel = ("note", step.channel) if isinstance(step, NotifyStep) else (HAND_OFF, "")
    text = render_text(_in_company_language(step.text, context), _variables(enrollment, context))
    id = _visit_id(step, enrollment)
    return Alert(id=id, lead=enrollment.lead, kind=kind, planned=now, text=text, channel=channel)


def _webhook_call(step: WebhookStep, enrollment: Enrollment, context: JourneyContext, now: datetime) -> WebhookCall:
    variables = _variables(enrollment, context)
    return WebhookCall(
        id=_visit_id(step, enrollment),
        lead=enrollment.lead,
        journey=enrollment.journey,
        entry=enrollment.key,
        step=step.id,
        url=step.url,
        planned=now,
        body={name: render_text(source, variables) for name, source in step.body.items()},
        timeout_seconds=step.timeout_seconds,
    )


def _activity(
    step: Step, enrollment: Enrollment, kind: Kind, subject: str, facts: dict[str, str], now: datetime
) -> Activity:
    id = _visit_id(step, enrollment)
    return Activity(id=id, lead=enrollment.lead, kind=kind, at=now, received=now, subject=subject, facts=facts)


def _in_company_language(texts: Texts, context: JourneyContext) -> str:
    """Return the text in the brand's default locale, because colleagues read it."""
    return texts.get(context.brand.default_locale) or next(iter(texts.values()), "")


def _variables(enrollment: Enrollment, context: JourneyContext) -> Mapping[str, object]:
    """Return what the texts of steps can use.

    `lead.…` is any field or attribute of the lead, `entry.…` a fact of the activity that enrolled the lead, and
    `answers.<step>.…` a value of a webhook's answer.
    """
    profile = context.profile
    fields = {name: value for name, value in asdict(profile).items() if isinstance(value, str)}
    rank = context.state.rank.value if context.state else "cold"
    return {
        "lead": profile.attributes | fields | {"rank": rank},
        "entry": enrollment.facts,
        "answers": enrollment.answers,
        "journey": enrollment.journey,
    }
