"""Check the stack itself: concurrency, the secret, the live playbook, dead-letter queues, and the tick."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import product
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from cli.doctor.finding import Check, Finding, Owner
from ripen.adapters.playbook import NotPublished, Playbook
from ripen.adapters.table import Table, keys
from ripen.agenda import SHARDS, Lane
from ripen.playbook.bundle import Bundle
from ripen_authoring.compile import compile_playbook
from ripen_authoring.problem import InvalidPlaybook

CONCURRENCY = Check("Lambda concurrency", Owner.IT)
SECRET = Check("Secret", Owner.IT)
PLAYBOOK = Check("Playbook", Owner.MARKETING)
DEAD = Check("Dead-letter queues", Owner.IT)
TICK = Check("Tick", Owner.IT)
SWITCHES = Check("Sending is on", Owner.MARKETING)
_ENOUGH = 100
_OVERDUE = timedelta(minutes=10)
"""The next tick leases a due row, which moves its due time."""
_FILL = "Put it into the stack's secret, as docs/deploy.md shows; master stays as it is."


def concurrency(lambda_: Any) -> Finding:
    """Check the concurrency limit. A new account may run only 10 functions at once: forms would then wait for mails."""
    try:
        most = int(lambda_.get_account_settings()["AccountLimit"]["ConcurrentExecutions"])
    except (BotoCoreError, ClientError) as error:
        return CONCURRENCY.warn(f"cannot be read: {error}", "Look it up: Service Quotas → AWS Lambda.")
    if most < _ENOUGH:
        return CONCURRENCY.warn(
            f"{most} functions at once", "Service Quotas → AWS Lambda → Concurrent executions → ask for 1,000."
        )
    return CONCURRENCY.ok(f"{most:,} functions at once")


def secret(found: Mapping[str, Any], bundle: Bundle | None) -> Finding:
    """Check that the secret holds every value that is used. Typeform's is used only where a form takes it."""
    wanted = ["slack_bot_token", "slack_signing_secret", "salesforce"]
    if bundle and any("typeform" in form.sources for form in bundle.forms.values()):
        wanted.append("typeform")
    if not found.get("master"):
        return SECRET.fail("master is missing", "Bring back the value it had: every link ever sent is signed by it.")
    if missing := [name for name in wanted if not found.get(name)]:
        return SECRET.fail(f"missing: {', '.join(missing)}", _FILL)
    return SECRET.ok("filled in")


def playbook(published: Playbook, folder: Path) -> tuple[Finding, Bundle | None]:
    """Check that a playbook is live, and compare it with the one in this folder."""
    try:
        live = published.live().bundle
    except NotPublished:
        return PLAYBOOK.fail("none is published", "ripen publish"), None
    except (BotoCoreError, ClientError) as error:
        return PLAYBOOK.fail(f"the live one cannot be read: {error}", "ripen publish"), None
    if not folder.is_dir():
        return PLAYBOOK.ok(f"{live.hash} is live"), live
    try:
        here = compile_playbook(folder)
    except InvalidPlaybook as broken:
        return PLAYBOOK.warn(f"{live.hash} is live; {folder} has {len(broken.problems)} problems", "ripen check"), live
    if here.hash != live.hash:
        return PLAYBOOK.warn(f"{live.hash} is live; {folder} differs from it", "ripen publish"), live
    return PLAYBOOK.ok(f"{live.hash} is live, as in {folder}"), live


def dead_letters(sqs: Any, queues: tuple[str, ...]) -> Finding:
    """Check for messages that were given up after five attempts."""
    stuck: list[str] = []
    try:
        for url in queues:
            asked = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["RedrivePolicy"])
            policy = asked.get("Attributes", {}).get("RedrivePolicy", "")
            name = policy.partition('deadLetterTargetArn":')[2].strip(' "').partition('"')[0].rpartition(":")[2]
            if not name:
                return DEAD.fail(f"{url.rpartition('/')[2]} has none", "Deploy the stack again: make deploy")
            dead = sqs.get_queue_url(QueueName=name)["QueueUrl"]
            found = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["ApproximateNumberOfMessages"])
            if count := int(found["Attributes"]["ApproximateNumberOfMessages"]):
                stuck.append(f"{name}: {count}")
    except (BotoCoreError, ClientError) as error:
        return DEAD.warn(f"cannot be read: {error}", "Look at them in the SQS console.")
    if stuck:
        return DEAD.fail(", ".join(stuck), 'See "a dead-letter queue is not empty" in docs/operations.md.')
    return DEAD.ok("all empty")


def tick(table: Table, now: datetime) -> Finding:
    """Check for rows that are long overdue. A due row is taken within a minute or two while the tick runs."""
    places = product((Lane.HOT, Lane.BULK), range(SHARDS))  # paced mail may be late
    waiting = [due.at for lane, shard in places for due in table.due(lane, shard, now - _OVERDUE, limit=1)]
    if waiting:
        minutes = int((now - min(waiting)).total_seconds() // 60)
        return TICK.fail(
            f"something has been due for {minutes} minutes", 'See "NurtureTickStands" in docs/operations.md.'
        )
    return TICK.ok("nothing is overdue")


def switches(table: Table) -> Finding:
    stop, shadow, breaker = table.get_many([keys.STOP, keys.SHADOW, keys.BREAKER])
    if breaker and breaker.value.until:
        since = f"{breaker.value.opened:%Y-%m-%d %H:%M} UTC"
        return SWITCHES.fail(
            f"SES refuses the account since {since}: {breaker.value.reason}",
            "See Account dashboard in the SES console; mails wait, and one is tried now and then.",
        )
    if stop and stop.value.on:
        return SWITCHES.warn(f"sending is stopped since {stop.value.at:%Y-%m-%d %H:%M} UTC", "ripen resume")
    if shadow and shadow.value.on:
        return SWITCHES.warn(
            f"shadow mode is on since {shadow.value.at:%Y-%m-%d %H:%M} UTC", "When you are ready: ripen shadow off"
        )
    return SWITCHES.ok("neither stopped nor in shadow mode")
