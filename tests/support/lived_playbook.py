"""The example playbook, extended for the tests in tests/e2e/lived.

It adds campaigns, a journey with every kind of CRM step, one that leads enter by request, and one with a schedule.
It is published once and stays live; only the leads of a test enter it. The journey that starts from a Salesforce
campaign is live only while a test needs it, because with it each move of the clock polls Salesforce.
"""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from textwrap import dedent
from zoneinfo import ZoneInfo

from ripen.adapters.playbook import PROPAGATION_TIME
from ripen.adapters.table import Create, keys
from ripen.lead.address import address_hash
from ripen.operations.publication.publish import publish
from ripen.pointers import Pointer
from ripen_authoring.compile import compile_playbook
from ripen_authoring.simulation.persona import Persona
from sandbox.stack import physical_ids
from tests.support.local_cloud import RunningCloud, eventually

_EXAMPLE = Path(__file__).resolve().parents[2] / "playbook"
MEMBER_OF_TEAM = "mika@ripen.example"
_SEGMENT = "when: {{tag: {name}}}\n"
_CAMPAIGN = "email: {email}\n{to}\nat: 2035-01-01T10:00\n{more}\n"
_SEGMENTS = ("crowd", "careful", "regulars")
_CAMPAIGNS = {
    "letter": {"email": "newsletter-december", "to": "segment: crowd", "more": "per_hour: 60"},
    "letter-apology": {"email": "case-study", "to": "to: {recipients: letter}", "more": ""},
    "letter-careful": {
        "email": "newsletter-december",
        "to": "segment: careful",
        "more": "canary: {share: 50%, wait: 2 minutes}",
    },
}
_CRM_STEPS = """\
    enrol: {again: never}
    steps:
      - id: credit
        webhook: {url: "WEBHOOK/credit?grade=A", body: {company: "{{ lead.company }}"}}
      - branch:
          - name: good
            when: {answers.credit.grade: A}
            then:
              - crm: {task: {ja: "{{ lead.company }}に電話する", en: "Call {{ lead.company }}"}, due: 2 days,
                      campaign: Spring Expo, status: Responded}
              - notify: {ja: "与信は{{ answers.credit.grade }}です。", en: "The credit is {{ answers.credit.grade }}."}
              - update: {points: 80, add_tags: [good-credit], words: {ja: 与信が良い, en: Good credit}}
          - else: [{exit: bad credit}]
    """
_ROUND = """\
    enrol: {on: {every: "FREQ=DAILY;COUNT=1", start: START, segment: regulars}, again: never}
    steps: [{update: {add_tags: [came-round]}}]
    """
_ORDERED = {
    "journeys/ordered.yaml": """\
        enrol: {on: {api: [order, total]}, again: once per order}
        steps: [{send: order-thanks}]
        """,
    "emails/order-thanks/email.yaml": """\
        class: transactional
        subject: {ja: ご注文ありがとうございます, en: Thank you for your order}
        preheader: {ja: 承りました。, en: We have it.}
        """,
    "emails/order-thanks/ja.txt": "注文{{ entry.order }}（{{ entry.total }}円）\n",
    "emails/order-thanks/en.txt": "Order {{ entry.order }} ({{ entry.total }} yen)\n",
}
EXPO = "Autumn Expo"
_EXPO = {
    "journeys/expo.yaml": f"""\
        enrol: {{on: {{crm_campaign: {EXPO}, status: Responded}}}}
        steps: [{{send: expo-thanks}}, {{send: case-study}}]
        """,
    "emails/expo-thanks/email.yaml": f"""\
        class: transactional
        subject: {{ja: {EXPO}のお礼, en: Thank you for coming to {EXPO}}}
        preheader: {{ja: ありがとうございました。, en: It was good to see you.}}
        """,
    "emails/expo-thanks/ja.txt": "{{ entry.campaign }}（{{ entry.status }}）\n",
    "emails/expo-thanks/en.txt": "{{ entry.campaign }} ({{ entry.status }})\n",
}


def published(cloud: RunningCloud) -> Path:
    """Publish the playbook and return its folder. The schedule occurs once, a few minutes after the first call."""
    folder = cloud.folder / "playbook"
    if folder.exists():
        return folder
    shutil.copytree(_EXAMPLE, folder)
    now = cloud.stack.clock.now()
    _write(folder, _files(cloud.status["webhook"], now + timedelta(minutes=3)))
    stack = cloud.stack
    publish(compile_playbook(folder), stack.table, stack.playbook, stack.site, now)
    return folder


@contextmanager
def asking_about_the_expo(cloud: RunningCloud) -> Iterator[None]:
    """Publish the playbook with the journey that starts from the campaign for as long as the block lasts.

    Its policy sends no marketing mail to companies with an open opportunity.
    """
    folder, stack = cloud.folder / "playbook-expo", cloud.stack
    shutil.copytree(published(cloud), folder, dirs_exist_ok=True)
    _write(folder, _EXPO)
    ripen = (folder / "ripen.yaml").read_text()
    (folder / "ripen.yaml").write_text(ripen.replace("\npolicy:", "\npolicy:\n  open_opportunity: skip", 1))
    usual = stack.playbook.live().bundle
    now = stack.clock.now()
    publish(compile_playbook(folder), stack.table, stack.playbook, stack.site, now, ahead=PROPAGATION_TIME)
    try:
        yield
    finally:
        publish(usual, stack.table, stack.playbook, stack.site, stack.clock.now())


def _write(folder: Path, files: Mapping[str, str]) -> None:
    for path, text in files.items():
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_text(dedent(text), "utf-8")


def _files(webhook: str, start: datetime) -> Mapping[str, str]:
    local = start.astimezone(ZoneInfo("Asia/Tokyo")).strftime("%Y-%m-%dT%H:%M")
    return {
        **{f"segments/{name}.yaml": _SEGMENT.format(name=name) for name in _SEGMENTS},
        **{f"campaigns/{name}.yaml": _CAMPAIGN.format(**of) for name, of in _CAMPAIGNS.items()},
        **_ORDERED,
        "journeys/crm-steps.yaml": _CRM_STEPS.replace("WEBHOOK", webhook),
        "journeys/round.yaml": _ROUND.replace("START", local),
    }


def arrive(cloud: RunningCloud, *people: Persona) -> None:
    """Create people as leads with consent and a state, as the simulation has them at its start."""
    table, now, secret = cloud.stack.table, cloud.stack.clock.now(), cloud.stack.secrets.key("address")
    react = physical_ids(cloud.cloud)["React"]
    for who in people:
        given = who.contact(now)
        assert given
        table.write(
            Create(keys.profile(who.id), who.profile(now)),
            Create(keys.address(address_hash(secret, who.email)), Pointer(lead=who.id)),
            Create(keys.contact(who.id), given[0]),
            Create(keys.consent(who.id, now, given[1].id), given[1]),
        )
        cloud.cloud.client("sqs").send_message(QueueUrl=react, MessageBody=keys.state(who.id).ref)
    cloud.ripen("clock", "+1s")
    for who in people:
        eventually(lambda who=who: table.get(keys.state(who.id)))  # type: ignore[misc]
