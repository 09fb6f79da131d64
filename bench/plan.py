"""Playbooks to measure with: the example, and the example with any number of rules and segments."""

from collections.abc import Iterator
from copy import replace
from functools import cache

from bench.outside import PROJECT
from ripen.playbook.bundle import Bundle, Segment
from ripen.playbook.clause import AllOf, AnyOf, Belongs, Condition, Did, Not, Tagged
from ripen.playbook.scoring import EngagementRule, FitRule
from ripen_authoring.compile import compile_playbook

_FIELDS = ("company", "department", "job_title")


@cache
def example() -> Bundle:
    """Return the playbook that comes with the project."""
    return compile_playbook(PROJECT / "playbook")


def with_rules(count: int) -> Bundle:
    """Return the example with `count` more engagement rules, fit rules and segments of all kinds.

    The lead meets none of them, so the bench measures the search and not its results.
    """
    plan = example()
    scoring = replace(
        plan.scoring,
        engagement=(*plan.scoring.engagement, *(_engagement(n) for n in range(count))),
        fit=(
            *plan.scoring.fit,
            *(FitRule(code=f"fit{n}", when=when, points=1, words={"ja": ""}) for n, when in _some(count)),
        ),
    )
    segments = {f"more{n}": _segment(n, when) for n, when in _some(count)}
    return replace(plan, hash=f"rules{count}", scoring=scoring, segments=plan.segments | segments)


def _segment(n: int, when: tuple[Condition, ...]) -> Segment:
    """Return a segment by fields, by activity in a window, by missing activity, or by other segments, in turn."""
    did = Did(kind="page_viewed", subject=f"/page{n}", at_least=2, within_seconds=30 * 86400)
    nested = AnyOf(
        of=(AllOf(of=(did, Not(clause=Tagged(tag=f"tag{n}")))), Did(kind="link_clicked", subject=f"mail{n}"))
    )
    other = Belongs(segment=f"more{n - 1}")
    name, also = (
        f"more{n}",
        ((), (nested,), (Did(kind="page_read", subject=f"p{n}", at_least=1), nested), (other, did))[n % 4],
    )
    return Segment(name=name, when=when if n % 4 == 0 else (), also=also)


def _engagement(n: int) -> EngagementRule:
    kind, subject = (("page_viewed", f"/page{n}"), ("link_clicked", f"mail{n}"), ("form_submitted", f"form{n}"))[n % 3]
    return EngagementRule(code=f"done{n}", kind=kind, subject=subject, points=1, cap=5, words={"ja": ""})


def _some(count: int) -> Iterator[tuple[int, tuple[Condition, ...]]]:
    for n in range(count):
        kinds = (
            Condition(field="domain", any_of=(f"company{n}.example", f"other{n}.example")),
            Condition(field=_FIELDS[n % 3], contains=(f"担当{n}", f"chief {n}")),
            Condition(field="total", at_least=1000 + n),
            Condition(field=f"question{n}", present=True),
        )
        yield n, (kinds[n % 4], Condition(field="email_kind", any_of=("company",)))
