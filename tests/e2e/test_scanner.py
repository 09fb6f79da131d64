"""A mail scanner fetches every link of a mail, as a browser would."""

import re
from typing import Any

import httpx
import pytest

from tests.support.form_visitors import A_BROWSER, a_director
from tests.support.local_cloud import RunningCloud, eventually


def test_a_scanner_that_fetches_every_link_scores_nothing(cloud: RunningCloud) -> None:
    # given a lead whose mail was delivered
    person = a_director()
    cloud.submit("whitepaper", **person)
    address = person["email"]
    lead = eventually(lambda: _delivered(cloud, address))
    [mail] = cloud.mails(address)

    # when all links are fetched at once
    for link in re.findall(r'href="(http[^"]+)"', mail["html"]):
        if link.startswith(cloud.status["api"]):
            httpx.get(link, headers=A_BROWSER, timeout=60)
    cloud.ripen("clock", "+3m")

    # then nothing has changed except for a decision about a machine
    after = cloud.lead(address)
    assert {a["verdict"] for a in after["activities"] if a["kind"] == "link_clicked"} == {"machine"}
    [decision] = [d for d in after["decisions"] if d["what"] == "verdict"]
    assert decision["reason"].startswith("fetched the hidden link")
    assert [send["clicked"] for send in after["sends"]] == [None]
    assert after["score"]["engagement"] == pytest.approx(lead["score"]["engagement"], abs=0.1)
    assert (after["rank"], after["segments"]) == (lead["rank"], lead["segments"])

    # and reclassifying it changes nothing
    cloud.ripen("reclassify", address)
    cloud.ripen("clock", "+1m")
    assert cloud.lead(address)["score"] == after["score"]


def _delivered(cloud: RunningCloud, email: str) -> dict[str, Any]:
    lead = cloud.lead(email)
    return lead if lead and lead["sends"] and all(send["delivered"] for send in lead["sends"]) else {}
