"""What a step wants done, in words and with an id of its own for each visit, so that it is done once."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from msgspec.structs import asdict

from ripen.decision import Reason
from ripen.ids import digest, send_id
from ripen.journey.context import Scene
from ripen.journey.effects import Call, Effect, EnterOther, LeaveOther, Notify, PlanSend, Update, WriteCrm
from ripen.journey.enrollment import Enrollment
from ripen.mail.ledger import MailClass, Send
from ripen.playbook.graph import (
    CrmStep,
    EnrolStep,
    LeaveStep,
    NotifyStep,
    SendStep,
    Step,
    Texts,
    UpdateStep,
    WebhookStep,
)
from ripen.playbook.template import render_line, render_text


def deed(step: Step, enrollment: Enrollment, scene: Scene, now: datetime) -> Effect | None:
    """What is done on this visit, which the enrollment counts already; None for a step that only decides. Raises
    TemplateError where its words cannot be written for this lead."""
    id = digest("step", enrollment.journey, enrollment.key, step.id, enrollment.visits[step.id], enrollment.lead)
    match step:
        case SendStep():
            return PlanSend(send=_send(step, enrollment, scene, now))
        case UpdateStep():
            known = _variables(enrollment, scene) if step.fields else {}
            return Update(
                id=id,
                fields={name: render_line(source, known) for name, source in step.fields.items()},
                add_tags=step.add_tags,
                remove_tags=step.remove_tags,
                stage=step.stage,
                points=step.points,
                words=step.words,
                step=step.id,
            )
        case CrmStep():
            return WriteCrm(
                id=id,
                task=render_line(_said(step.task, scene), _variables(enrollment, scene)),
                due_days=step.due_days,
                campaign=step.campaign,
                status=step.status,
                owner=step.owner,
            )
        case NotifyStep():
            text = render_text(_said(step.text, scene), _variables(enrollment, scene))
            return Notify(id=id, text=text, channel=step.channel)
        case WebhookStep():
            known = _variables(enrollment, scene)
            body = {name: render_text(source, known) for name, source in step.body.items()}
            return Call(id=id, step=step.id, url=step.url, body=body, timeout_seconds=step.timeout_seconds)
        case EnrolStep():
            return EnterOther(id=id, journey=step.journey)
        case LeaveStep():
            return LeaveOther(journey=step.journey, reason=f"{Reason.TAKEN_OUT} by {enrollment.journey}")
    return None


def _send(step: SendStep, enrollment: Enrollment, scene: Scene, now: datetime) -> Send:
    visit = enrollment.visits[step.id]
    return Send(
        id=send_id(enrollment.journey, enrollment.key, step.id, visit, enrollment.lead, step.channel),
        lead=enrollment.lead,
        email=step.email,
        mail_class=MailClass(scene.emails[step.email].mail_class),
        origin=enrollment.journey,
        step=step.id,
        planned=now,
        entry=enrollment.key,
        priority=step.priority,
        capped=step.capped,
        valid_until=now + timedelta(seconds=step.expires_seconds),
    )


def _said(texts: Texts, scene: Scene) -> str:
    """In the language of the company: colleagues read it."""
    return texts.get(scene.brand.default_locale) or next(iter(texts.values()), "")


def _variables(enrollment: Enrollment, scene: Scene) -> Mapping[str, object]:
    """{{ lead.… }} is every field and attribute of the lead, {{ entry.… }} what the activity said that let it in,
    {{ answers.<step>.… }} what webhooks answered."""
    profile = scene.profile
    own = {name: value for name, value in asdict(profile).items() if isinstance(value, str)}
    rank = scene.state.rank.value if scene.state else "cold"
    return {
        "lead": profile.attributes | own | {"rank": rank},
        "entry": enrollment.facts,
        "answers": enrollment.answers,
        "journey": enrollment.journey,
    }
