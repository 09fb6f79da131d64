"""Each function uses the rights of its policy and no others: its calls on the local cloud, compared with its policy.

Files run in the order of their names, so this one runs after the others. It does the work that they did not do, so that
it can also run alone. A right that no story uses stands in NOT_SEEN with its reason.
"""

import json
import re
from collections.abc import Iterator
from copy import replace
from datetime import UTC, datetime
from secrets import token_hex
from typing import Any

import httpx
import pytest

from ripen.adapters.table import Replace, keys
from ripen.operations.publication.publish import publish
from ripen.operations.publication.recalculation import recalculation
from sandbox.stack import physical_ids
from tests.e2e.lived.test_campaign import halt
from tests.e2e.lived.test_crm_steps import walk_through_the_crm_steps
from tests.e2e.lived.test_members import become_a_member
from tests.e2e.lived.test_replies import answer, decided
from tests.e2e.test_follow_up import unsubscribe
from tests.e2e.test_intake import signature, typeform
from tests.e2e.test_slack import command, press
from tests.support.form_visitors import a_director
from tests.support.local_cloud import RunningCloud, eventually
from tests.support.stack_template import FUNCTIONS, as_list

pytestmark = pytest.mark.timeout(900)

Right = tuple[str, str]
"""(action, resource): ("dynamodb:Query", "Table/index/agenda")."""

NOT_SEEN: dict[str, dict[Right, str]] = {
    "CaptureForm": {
        ("dynamodb:UpdateItem", "Table"): "a form for which a journey waits",
        ("sqs:SendMessage", "React"): "a form after a click without a verdict, which score.react must fold",
    },
    "CaptureLink": {
        (
            "sqs:SendMessage",
            "React",
        ): "a delayed message for the verdict; here the clock moves, and the tick wakes React",
    },
    "CaptureWebhook": {
        ("dynamodb:Query", "Table"): "the visits of a browser whose id is in a hidden field of the provider's form",
        ("dynamodb:UpdateItem", "Table"): "a form for which a journey waits",
        ("sqs:SendMessage", "React"): "a form after a click without a verdict, which score.react must fold",
        ("sqs:SendMessage", "Alert"): "a form at a provider that makes its lead hot",
    },
    "CaptureBeacons": {
        ("sqs:SendMessage", "Alert"): "a visit that makes its lead hot",
        ("sqs:SendMessage", "Sync"): "a visit that changes its lead's rank",
    },
    "CaptureChanges": {
        ("dynamodb:Query", "Table"): "in code of capture.poll that it shares, which it does not call",
        ("dynamodb:BatchGetItem", "Table"): "a pushed record of one of our leads",
        ("dynamodb:GetItem", "Table"): "a pushed record",
        ("dynamodb:PutItem", "Table"): "an opt-out that Salesforce pushed",
        ("secretsmanager:GetSecretValue", "Connections"): "a pushed record",
        ("sqs:SendMessage", "React"): "a pushed change that is an activity, which score.react must fold",
    },
    "CaptureSalesforce": {
        ("secretsmanager:GetSecretValue", "Connections"): "an outbound message with the right key",
        ("sqs:SendMessage", "Changes"): "an outbound message of our org",
    },
    "ScoreRefold": {
        ("dynamodb:UpdateItem", "Table"): "a lead that cannot be recalculated, and is left to score.react",
        ("sqs:SendMessage", "Advance"): "new rules that move a lead on in a journey which waits for its rank",
        ("sqs:SendMessage", "Sync"): "new rules that change what Salesforce shows",
        ("sqs:SendMessage", "Alert"): "new rules while a lead turns hot",
    },
    "NurtureFeedback": {("dynamodb:Query", "Table"): "a soft bounce, for which the lead's mails before it are counted"},
    "NurtureAdvance": {
        (
            "sqs:SendMessage",
            "Advance",
        ): "a delayed message for a short wait; here the clock moves, and the tick wakes it",
    },
    "NurtureTick": {
        ("sqs:SendMessage", "Beacons"): "the visits of a browser with forty and more before its form",
        ("sqs:SendMessage", "Act"): "the tick retries an accepted lead that Slack or Salesforce could not take",
        ("sqs:SendMessage", "Webhook"): "the tick retries a webhook that did not answer",
        ("sqs:SendMessage", "Crm"): "the tick retries a request that Salesforce could not take",
    },
}


@pytest.fixture
def story(cloud: RunningCloud) -> RunningCloud:
    """Return the cloud once every function has had every kind of work."""
    person = a_director(consent="yes")
    mail = ask_for_the_paper(cloud, person)
    follow_a_link(mail)
    send_a_typeform(cloud)
    ask_for_contact(cloud)
    bounce_and_unsubscribe(cloud)
    accept_in_slack(cloud, person)
    fill_the_week(cloud, person["email"])
    stop_and_resume(cloud)
    cloud.ripen("clock", "+3d")
    eventually(lambda: cloud.mails(person["email"])[1:])
    do_what_earlier_files_do(cloud, person["email"], mail)
    return cloud


def ask_for_the_paper(cloud: RunningCloud, person: dict[str, str]) -> dict[str, Any]:
    """Submit the form between two page views; return the mail once sales and Salesforce know the lead."""
    visitor = token_hex(16)
    look(cloud, visitor)
    cloud.get("/pages/whitepaper")
    cloud.submit("whitepaper", **person, visitor=visitor)
    [mail] = eventually(lambda: cloud.mails(person["email"]))
    cloud.submit("contact", **person)
    cloud.reads_mail(person["email"])
    eventually(lambda: cloud.cards(person["last_name"])[1:])
    eventually(lambda: cloud.lead(person["email"])["profile"]["crm"])
    look(cloud, visitor)
    return mail


def follow_a_link(mail: dict[str, Any]) -> None:
    """Follow the first link of a mail, first as a scanner does and then as a person."""
    link = re.findall(r'href="([^"]+/c/[^"]+)"', mail["html"])[0]
    httpx.head(link, timeout=60)
    httpx.get(link, follow_redirects=True, timeout=60)


def send_a_typeform(cloud: RunningCloud) -> None:
    body = typeform(a_director()["email"], "least-privilege")
    secret = cloud.status["secrets"]["typeform"]
    cloud.post("/webhooks/typeform", content=body, headers={"Typeform-Signature": signature(secret, body)})


def ask_for_contact(cloud: RunningCloud) -> None:
    """Let a stranger ask for contact, so that the record joins a card that exists already."""
    stranger = a_director()
    cloud.submit("contact", **stranger)
    eventually(lambda: cloud.lead(stranger["email"])["profile"]["crm"])


def bounce_and_unsubscribe(cloud: RunningCloud) -> None:
    """Let one lead's mail bounce, and let another lead unsubscribe."""
    bounces, leaves = a_director(email=f"bounce-{token_hex(3)}@simulator.example.jp"), a_director()
    for person in (bounces, leaves):
        cloud.submit("whitepaper", **person)
    unsubscribe(cloud, eventually(lambda: cloud.mails(leaves["email"]))[0])
    eventually(lambda: [send for send in cloud.lead(bounces["email"])["sends"] if send["bounced"]])


def accept_in_slack(cloud: RunningCloud, person: dict[str, str]) -> None:
    """Accept the lead on its card, and ask for it with the slash command."""
    card = cloud.cards(person["last_name"])[0]
    press(cloud, card, "accept", "U0ALICE")
    command(cloud, f"lead {person['email']}")
    eventually(lambda: any(alert["outcome"] for alert in cloud.lead(person["email"])["alerts"]))


def stop_and_resume(cloud: RunningCloud) -> None:
    """Resume after a stop in which a new lead has waited for its mail."""
    cloud.ripen("stop")
    waits = a_director()
    cloud.submit("whitepaper", **waits)
    eventually(lambda: cloud.lead(waits["email"])["sends"])
    cloud.ripen("clock", "+3m")
    cloud.ripen("resume")


def do_what_earlier_files_do(cloud: RunningCloud, email: str, mail: dict[str, Any]) -> None:
    """Do the work of the test files before this one, as far as they did not run."""
    if not wrote(cloud, "NurtureWebhook"):
        walk_through_the_crm_steps(cloud)
    if not wrote(cloud, "NurtureReply"):
        answer(cloud, mail, "Thank you.")
        eventually(lambda: decided(cloud, email))
    if cloud.stack.table.get(keys.campaign("letter-careful")) is None:
        halt(cloud)
    if not wrote(cloud, "CapturePoll"):
        become_a_member(cloud)
    if not wrote(cloud, "ScoreRefold"):
        publish_other_rules(cloud)


def publish_other_rules(cloud: RunningCloud) -> None:
    """Let scores decay at another speed, so that all leads are recalculated."""
    stack = cloud.stack
    live = stack.playbook.live().bundle
    scoring = replace(live.scoring, half_life_days=live.scoring.half_life_days + 1)
    publish(replace(live, hash="slower", scoring=scoring), stack.table, stack.playbook, stack.site, stack.clock.now())
    cloud.ripen("clock", "+2m")
    eventually(lambda: (found := recalculation(stack.table)) and found.is_done)


def wrote(cloud: RunningCloud, function: str) -> bool:
    """Return whether the files before this one have given the function its work."""
    return ("dynamodb:PutItem", "Table") in calls(cloud).get(function, set())


def look(cloud: RunningCloud, visitor: str) -> None:
    """Send the beacon of a page view."""
    now, url = datetime.now(UTC).isoformat(), f"{cloud.status['api']}/pages/pricing"
    event = {"id": token_hex(8), "type": "page_view", "at": now, "url": url}
    assert cloud.post("/track", json={"visitor": visitor, "sent": now, "events": [event]}).status_code == 204


def fill_the_week(cloud: RunningCloud, email: str) -> None:
    """Use up the lead's weekly cap except for one mail, so that the next one checks whether another goes first."""
    row = cloud.stack.table.get(keys.contact(cloud.lead(email)["profile"]["id"]))
    most = cloud.stack.playbook.live().bundle.policy.per_week
    assert row and most
    today = cloud.stack.clock.now().date().isoformat()
    cloud.stack.table.write(Replace(row.key, replace(row.value, sent={today: most - 1}), row.version))


def test_every_function_has_the_rights_that_it_uses_and_no_others(story: RunningCloud) -> None:
    done, allowed = calls(story), {name: set(_allowed(name)) for name in FUNCTIONS}
    too_little = {name: sorted(did - allowed[name]) for name, did in done.items() if did - allowed[name]}
    unused = {name: may - done.get(name, set()) - set(NOT_SEEN.get(name, {})) for name, may in allowed.items()}
    too_much = {name: sorted(rest) for name, rest in unused.items() if rest}
    assert (too_little, too_much) == ({}, {})


def test_every_unused_right_in_the_list_is_one_that_the_function_has() -> None:
    assert {name: set(rights) - set(_allowed(name)) for name, rights in NOT_SEEN.items()} == {
        name: set() for name in NOT_SEEN
    }


def calls(cloud: RunningCloud) -> dict[str, set[Right]]:
    """Return the rights that each function has used since the cloud was started, in the template's names."""
    names = {physical: name for name, physical in physical_ids(cloud.cloud).items()}
    done: dict[str, set[Right]] = {}
    for file in (cloud.folder / "calls").glob("*.jsonl"):
        for line in file.read_text().splitlines():
            function, action, resource = json.loads(line)
            done.setdefault(names[function], set()).add((action, _named(resource, names)))
    return done


def _named(resource: str, names: dict[str, str]) -> str:
    """Return a physical name as the template has it; an object of the bucket by its folder."""
    if resource in names:
        return names[resource]
    head, slash, rest = resource.partition("/")
    if head == "configuration-set":
        return f"{head}/{names[rest]}"
    if head in names:
        return names[head] + slash + re.sub(r"^(bundles|replies)/.*", r"\1/*", rest)
    return names.get(resource.rpartition("/")[2], resource)


def _allowed(name: str) -> Iterator[Right]:
    for policy in FUNCTIONS[name]["Policies"]:
        for statement in policy["Statement"]:
            for action in as_list(statement["Action"]):
                for resource in as_list(statement["Resource"]):
                    if not _needs_parameter(resource):
                        yield action, _short(resource)


def _needs_parameter(resource: Any) -> bool:
    """Return whether the right is granted only with a parameter that is off here: `!If [X, …, !Ref AWS::NoValue]`."""
    return isinstance(resource, dict) and resource.get("Fn::If", ())[2:] == [{"Ref": "AWS::NoValue"}]


def _short(resource: Any) -> str:
    """Return a resource in short: !GetAtt Table.Arn → Table; !Sub "${Bucket.Arn}/bundles/*" → Bucket/bundles/*.

    For SES, return the part after the account; for what a parameter may replace, the stack's own.
    """
    if isinstance(resource, str):
        return resource
    if "Fn::If" in resource:
        return _short(resource["Fn::If"][1])
    if "Ref" in resource:
        return str(resource["Ref"])
    if "Fn::GetAtt" in resource:
        found = resource["Fn::GetAtt"]
        return str(found[0] if isinstance(found, list) else found.partition(".")[0])
    text, parts = resource["Fn::Sub"] if isinstance(resource["Fn::Sub"], list) else (resource["Fn::Sub"], {})
    for name, part in parts.items():
        text = text.replace(f"${{{name}}}", _short(part))
    text = text.rpartition("${AWS::AccountId}:")[2]
    return re.sub(r"\$\{(\w+)(\.Arn)?\}", r"\1", text)
