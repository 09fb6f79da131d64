"""The bench of the way to Salesforce counts calls, and fails above its bars."""

import json

import pytest

from bench.answered_org import AnsweredOrg
from bench.crm_cloud import CrmCloud
from bench.report import Count, show

LEADS = ["lead000001", "lead000002"]


def test_a_batch_takes_a_read_and_a_write() -> None:
    cloud = CrmCloud(LEADS)
    cloud.change()

    cloud.sync(LEADS)

    read, write = ([part["method"] for part in body["compositeRequest"]] for body, _ in cloud._org.composites)
    assert cloud.calls == 2
    assert set(read) == {"GET"}
    assert write == ["PATCH"]


def test_the_floor_sends_what_the_sync_sent() -> None:
    cloud = CrmCloud(LEADS)
    cloud.change()
    cloud.sync(LEADS)
    sent, asked = [body for body, _ in cloud._org.composites], [verb for verb, _, _ in cloud._asked]
    listening = AnsweredOrg()
    cloud._session.mount("https://", listening)

    cloud.repeat()

    assert [body for body, _ in listening.composites] == sent
    assert list(cloud._repeated.calls.elements()) == sorted(asked)


@pytest.mark.parametrize(("calls", "is_over"), [(20, False), (20.1, True)])
def test_too_many_calls_fail_the_bench(calls: float, is_over: bool, capsys: pytest.CaptureFixture[str]) -> None:
    assert show("crm", {}, "notes", counts={"calls": Count(count=calls, bar=20)}) == is_over

    assert json.loads(capsys.readouterr().out.splitlines()[-1])["figures"] == {"calls": {"count": calls, "bar": 20}}
