"""Another system enrols a lead with the script that docs/api.md shows."""

import json
import subprocess
import sys
from pathlib import Path
from time import sleep, time
from typing import Any

import pytest

from ripen.adapters.playbook import PROPAGATION_TIME
from ripen.capture.signature import SignedRequest, signature
from tests.support.form_visitors import a_director
from tests.support.lived_playbook import published
from tests.support.local_cloud import RunningCloud, eventually

_PAGE = (Path(__file__).resolve().parents[3] / "docs/api.md").read_text("utf-8")
_EXAMPLE = _PAGE.partition("```python\n")[2].partition("```")[0]
_WHO = "hanako@sample-shoji.example.jp"
THANKS = "ご注文ありがとうございます"


@pytest.fixture(scope="module")
def email(cloud: RunningCloud) -> str:
    """Return the address of a lead from a form, once all functions have loaded the playbook."""
    at = (published(cloud) / "ripen.yaml").stat().st_mtime
    sleep(max(0.0, at + PROPAGATION_TIME.total_seconds() - time()))
    person = a_director()
    cloud.submit("whitepaper", **person)
    return person["email"]


def run_the_example(cloud: RunningCloud, email: str) -> dict[str, Any]:
    """Run the script of docs/api.md; it prints 202 and the answer."""
    assert _WHO in _EXAMPLE
    known = {"RIPEN_URL": cloud.status["api"], "RIPEN_KEY": cloud.stack.secrets.key("api").hex()}
    program = [sys.executable, "-c", _EXAMPLE.replace(_WHO, email)]
    done = subprocess.run(program, env=known, capture_output=True, text=True, check=True, timeout=60)
    status, _, answer = done.stdout.partition(" ")
    assert status == "202"
    return dict(json.loads(answer))


def test_a_repeated_entry_request_enters_the_lead_once(cloud: RunningCloud, email: str) -> None:
    # given a shop that reports the same order twice
    first, again = run_the_example(cloud, email), run_the_example(cloud, email)
    assert (first["already_requested"], again) == (False, first | {"already_requested": True})
    # then the lead got one mail, with the order's facts
    [mail] = eventually(lambda: [mail for mail in cloud.mails(email) if mail["subject"] == THANKS])
    assert "注文4711（12800円）" in mail["text"]
    runs = [run for run in cloud.lead(email)["enrollments"] if run["journey"] == "ordered"]
    assert [(run["key"], run["state"]) for run in runs] == [("4711", "finished")]


def test_an_entry_request_without_a_valid_signature_is_refused(cloud: RunningCloud, email: str) -> None:
    body, stamp = json.dumps({"journey": "ordered", "email": email, "key": "2"}).encode(), str(round(time()))
    for key in (cloud.stack.secrets.key("webhook"), b""):
        request = SignedRequest(stamp=stamp, key="", url="/webhooks/ripen", body=body)
        signed = {"Ripen-Timestamp": stamp, "Ripen-Signature": signature(key, request)}
        answer = cloud.post("/webhooks/ripen", content=body, headers=signed)
        assert (answer.status_code, answer.json()["error"].partition(":")[0]) == (401, "the signature is wrong")
