"""From a clause in a file to the compiled clause."""

import pytest
from pydantic import TypeAdapter, ValidationError

from ripen.playbook.clause import Agreed, AllOf, AnyOf, Belongs, Clause, Condition, Did, Not, Tagged
from ripen_authoring.building.clauses import clause
from ripen_authoring.files.document import read_yaml
from ripen_authoring.models.clauses import ClauseTree

DAY = 86400
HOT = Condition(field="rank", any_of=("hot",))


def asked(text: str) -> Clause:
    return clause(TypeAdapter(ClauseTree).validate_python(read_yaml("c.yaml", f"when: {text}").value["when"]))


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("{clicked: m}", Did(kind="link_clicked", subject="m")),
        ("{crm: converted, within: 14 days}", Did(kind="converted", within_seconds=14 * DAY)),
        ("{clicked: any, times: 3, within: 14 days}", Did(kind="link_clicked", at_least=3, within_seconds=14 * DAY)),
        ("{never: {viewed: p, within: 30 days}}",
         Did(kind="page_viewed", subject="p", at_least=0, at_most=0, within_seconds=30 * DAY)),
        ("{submitted: f}", Did(kind="form_submitted", subject="f")),
        ("{read: p}", Did(kind="page_read", subject="p")),
        ("{downloaded: a.pdf}", Did(kind="file_downloaded", subject="a.pdf")),
        ("{replied: any}", Did(kind="replied")),
        ("{segment: s}", Belongs(segment="s")),
        ("{consent: marketing}", Agreed(purpose="marketing")),
        ("{tag: vip}", Tagged(tag="vip")),
        ("{rank: hot}", HOT),
        ("{plan: {at_least: '1,200'}}", Condition(field="plan", at_least=1200)),
        ("{rank: warm}", Condition(field="rank", any_of=("warm", "hot"))),
        ("{rank: [warm]}", Condition(field="rank", any_of=("warm",))),
        ("{job_title: {contains: [部長]}}", Condition(field="job_title", contains=("部長",))),
        ("{phone: blank}", Condition(field="phone", present=False)),
        ("{field: {tag: x}}", Condition(field="tag", any_of=("x",))),
        ("{not: {tag: vip}}", Not(clause=Tagged(tag="vip"))),
        ("{any: [{tag: vip}, {rank: hot}]}", AnyOf(of=(Tagged(tag="vip"), HOT))),
        ("{rank: hot, tag: vip}", AllOf(of=(HOT, Tagged(tag="vip")))),
        ("[{rank: hot}, {tag: vip}]", AllOf(of=(HOT, Tagged(tag="vip")))),
        ("{all: [{rank: hot}, {all: [{tag: vip}]}]}", AllOf(of=(HOT, Tagged(tag="vip")))),
    ],
)  # fmt: skip
def test_clause_is_built(written: str, meant: Clause) -> None:
    assert asked(written) == meant


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("{times: 3}", "`times` and `within` need one of: clicked"),
        ("{clicked: m, viewed: p, within: 3 days}", "write clicked and viewed separately"),
        ("{never: {rank: hot}}", "write {not: …} for anything else"),
        ("{rank: boiling}", "there is no rank 'boiling'"),
        ("{}", "an empty clause has no effect"),
    ],
)
def test_contradictory_clause_is_refused(written: str, said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        asked(written)
