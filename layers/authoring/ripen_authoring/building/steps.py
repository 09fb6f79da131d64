"""Steps of a journey's graph."""

from typing import assert_never, cast

from ripen.playbook import graph
from ripen.playbook.paths import END
from ripen_authoring import expressions
from ripen_authoring.building.clauses import clause, optional
from ripen_authoring.flow import Laid, Route
from ripen_authoring.models import steps as written
from ripen_authoring.models.clauses import ClausePart


def step(laid: Laid, locales: tuple[str, ...]) -> graph.Step:
    """The step, each of its paths naming the step it leads to."""
    id, next, part = laid.id, laid.next, cast("written.AnyStep", laid.part)
    match part:
        case written.SendPart():
            return graph.SendStep(
                id=id,
                next=next,
                email=part.send,
                priority=part.priority,
                capped=part.capped,
                expires_seconds=part.expires,
            )
        case written.WaitPart():
            otherwise = laid.routes[0].to if laid.routes else END
            return graph.WaitStep(id=id, next=next, until=expressions.wait_end(part.wait), otherwise=otherwise)
        case written.WaitForPart():
            return graph.WaitForStep(id=id, paths=tuple(map(_wait_path, part.wait_for, laid.routes)))
        case written.BranchPart():
            *ways, otherwise_route = laid.routes
            asked = [way.when for way in part.branch if way.when is not None]
            return graph.BranchStep(id=id, paths=tuple(map(_path, asked, ways)), otherwise=otherwise_route.to)
        case written.SplitPart():
            shares = part.split.paths.values()
            return graph.SplitStep(
                id=id,
                by=part.split.by,
                paths=tuple(
                    graph.Share(name=route.name, weight=share.weight, next=route.to)
                    for share, route in zip(shares, laid.routes, strict=True)
                ),
            )
        case written.UpdatePart():
            update = part.update
            return graph.UpdateStep(
                id=id,
                next=next,
                fields=update.fields,
                add_tags=update.add_tags,
                remove_tags=update.remove_tags,
                points=update.points,
                words=update.words.by_locale(locales) if update.words else {},
                stage=update.stage,
            )
        case written.CrmPart():
            crm = part.crm
            return graph.CrmStep(
                id=id,
                next=next,
                task=crm.task.by_locale(locales) if crm.task else {},
                due_days=crm.due,
                campaign=crm.campaign,
                status=crm.status,
                owner=crm.owner,
            )
        case written.NotifyPart():
            return graph.NotifyStep(id=id, next=next, text=part.notify.by_locale(locales), channel=part.channel)
        case written.WebhookPart():
            hook = part.webhook
            return graph.WebhookStep(
                id=id,
                next=next,
                url=hook.url,
                body=hook.body,
                timeout_seconds=hook.timeout,
                otherwise=laid.routes[0].to if laid.routes else next,
            )
        case written.EnrolStepPart():
            return graph.EnrolStep(id=id, next=next, journey=part.enrol)
        case written.LeavePart():
            return graph.LeaveStep(id=id, next=next, journey=part.leave)
        case written.JumpPart():
            return graph.JumpStep(id=id, next=next, to=part.jump.to, most=part.jump.most)
        case written.ExitPart():
            return graph.ExitStep(id=id, reason=part.exit) if part.exit else graph.ExitStep(id=id)
        case _:
            assert_never(part)


def _wait_path(path: written.WaitPathPart, route: Route) -> graph.WaitPath:
    after = expressions.wait_end(path.after) if path.after else None
    return graph.WaitPath(name=route.name, when=optional(path.when), after=after, next=route.to)


def _path(when: ClausePart, route: Route) -> graph.Path:
    return graph.Path(name=route.name, when=clause(when), next=route.to)
