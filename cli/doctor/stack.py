"""Check the stack itself: the secret, the live playbook, dead-letter queues, and the tick."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import product
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from cli.doctor.finding import Check, Finding, Owner, unreadable
from cli.output.time_zone import zoned_time
from ripen.adapters.playbook import NotPublished, Playbook
from ripen.adapters.rows.campaign_counts import held_total
from ripen.adapters.secrets import Secrets
from ripen.adapters.table import Table, keys
from ripen.agenda import SHARDS, Lane
from ripen.errors import MalformedSecret, NewerFormat
from ripen.playbook.bundle import Bundle
from ripen.words import Words
from ripen_authoring.compile import compile_playbook
from ripen_authoring.problem import InvalidPlaybook

SECRET = Check(Words("Secret", "シークレット"), Owner.IT)
PLAYBOOK = Check(Words("Playbook", "プレイブック"), Owner.MARKETING)
DEAD = Check(Words("Dead-letter queues", "デッドレターキュー"), Owner.IT)
TICK = Check(Words("Tick", "定期処理（tick）"), Owner.IT)
SWITCHES = Check(Words("Sending is on", "配信"), Owner.MARKETING)
HELD = Check(Words("Held mails", "保留中のメール"), Owner.MARKETING)
_OVERDUE = timedelta(minutes=10)
"""The next tick leases a due row, which moves its due time."""
_FILL = Words(
    "Add it to the stack's secret Connections, as docs/deploy.md shows.",
    "docs/deploy.md のとおり、スタックのシークレット Connections に追加してください。",
)
_UPDATE = Words("Update this folder: git pull", "このフォルダーを更新してください: git pull")
_DEPLOY = Words(
    "Functions do nothing until you deploy the newer release again: make deploy – or run: ripen rollback",
    "新しい版を配備し直すまで関数は動きません: make deploy – または: ripen rollback",
)
_PUBLISH = Words("Publish the playbook: ripen publish", "プレイブックを公開してください: ripen publish")


def contents(secrets: Secrets) -> tuple[dict[str, Any], Finding | None]:
    """Return what a secret holds, and the finding if it is no JSON object."""
    try:
        return secrets.all(fresh=True), None
    except MalformedSecret as error:
        return {}, SECRET.fail(
            Words(f"{error}", f"シークレットが JSON のオブジェクトではありません: {error}"),
            Words(
                "Store it as a JSON object, as docs/deploy.md shows.",
                "docs/deploy.md のとおり、JSON のオブジェクトとして保存してください。",
            ),
        )


def secret(found: Mapping[str, Any], bundle: Bundle | None) -> Finding:
    """Check that the secrets hold every value that is used. Typeform's is used only where a form takes it."""
    wanted = ["slack_bot_token", "slack_signing_secret", "salesforce"]
    if bundle and any("typeform" in form.sources for form in bundle.forms.values()):
        wanted.append("typeform")
    if not found.get("master"):
        return SECRET.fail(
            Words("master is missing", "master がありません"),
            Words(
                "Restore its previous value: it signs every link that was ever sent.",
                "以前の値に戻してください。これまでに送ったすべてのリンクの署名に使われています。",
            ),
        )
    if missing := [name for name in wanted if not found.get(name)]:
        names = ", ".join(missing)
        return SECRET.fail(Words(f"missing: {names}", f"不足: {names}"), _FILL)
    return SECRET.ok(Words("complete", "すべて入っています"))


def playbook(published: Playbook, folder: Path) -> tuple[Finding, Bundle | None]:
    """Check that a playbook is live, and compare it with the one in this folder."""
    try:
        live = published.live().bundle
    except NotPublished:
        return PLAYBOOK.fail(Words("none is published", "公開されていません"), _PUBLISH), None
    except NewerFormat as error:
        return PLAYBOOK.fail(Words(f"{error}", f"新しい版の形式です: {error}"), _UPDATE), None
    except (BotoCoreError, ClientError) as error:
        return PLAYBOOK.fail(unreadable(error), _PUBLISH), None
    if live.format > published.deployed:
        found = Words(
            f"{live.hash} has format {live.format}, and the deployed functions read {published.deployed}",
            f"{live.hash} の形式は {live.format} ですが、配備済みの関数が読めるのは {published.deployed} までです",
        )
        return PLAYBOOK.fail(found, _DEPLOY), live
    if not folder.is_dir():
        return PLAYBOOK.ok(Words(f"{live.hash} is live", f"{live.hash} を公開中")), live
    try:
        here = compile_playbook(folder)
    except InvalidPlaybook as broken:
        count = len(broken.problems)
        found = Words(
            f"{live.hash} is live; problems in {folder}: {count}",
            f"{live.hash} を公開中。{folder} には問題が {count} 件あります",
        )
        return PLAYBOOK.warn(
            found, Words(f"See the problems: ripen check {folder}", f"問題の一覧: ripen check {folder}")
        ), live
    if here.hash != live.hash:
        found = Words(
            f"{live.hash} is live; {folder} differs from it",
            f"{live.hash} を公開中。{folder} の内容とは異なります",
        )
        step = Words(
            f"See the difference: ripen plan {folder} – make it live: ripen publish {folder}",
            f"違いを見る: ripen plan {folder} – 公開する: ripen publish {folder}",
        )
        return PLAYBOOK.warn(found, step), live
    return PLAYBOOK.ok(Words(f"{live.hash} is live, as in {folder}", f"{live.hash} を公開中（{folder} と同じ）")), live


def dead_letters(sqs: Any, queues: tuple[str, ...]) -> Finding:
    """Check for messages that were given up after five attempts."""
    stuck: list[str] = []
    try:
        for url in queues:
            asked = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["RedrivePolicy"])
            policy = asked.get("Attributes", {}).get("RedrivePolicy", "")
            name = policy.partition('deadLetterTargetArn":')[2].strip(' "').partition('"')[0].rpartition(":")[2]
            if not name:
                queue = url.rpartition("/")[2]
                return DEAD.fail(
                    Words(
                        f"the queue {queue} has no dead-letter queue",
                        f"キュー {queue} にデッドレターキューがありません",
                    ),
                    Words("Deploy the stack again: make deploy", "スタックをもう一度配備してください: make deploy"),
                )
            dead = sqs.get_queue_url(QueueName=name)["QueueUrl"]
            found = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["ApproximateNumberOfMessages"])
            if count := int(found["Attributes"]["ApproximateNumberOfMessages"]):
                stuck.append(f"{name}: {count}")
    except (BotoCoreError, ClientError) as error:
        return DEAD.warn(
            unreadable(error),
            Words("Look at them in the SQS console.", "SQS コンソールで確かめてください。"),
        )
    if stuck:
        listed = ", ".join(stuck)
        return DEAD.fail(
            Words(listed, listed),
            Words(
                'Read "A dead-letter queue is not empty" in docs/operations.md.',
                "docs/operations.md の「A dead-letter queue is not empty」を読んでください。",
            ),
        )
    return DEAD.ok(Words("all empty", "すべて空です"))


def tick(table: Table, now: datetime) -> Finding:
    """Check for rows that are long overdue. A due row is taken within a minute or two while the tick runs."""
    places = product((Lane.HOT, Lane.BULK), range(SHARDS))  # paced mail may be late
    waiting = [due.at for lane, shard in places for due in table.due(lane, shard, now - _OVERDUE, limit=1)]
    if waiting:
        minutes = int((now - min(waiting)).total_seconds() // 60)
        return TICK.fail(
            Words(f"work has been due for {minutes} minutes", f"期限から {minutes} 分過ぎた処理があります"),
            Words(
                'Read "NurtureTickStands" in docs/operations.md.',
                "docs/operations.md の「NurtureTickStands」を読んでください。",
            ),
        )
    return TICK.ok(Words("nothing is overdue", "遅れている処理はありません"))


def held_mails(table: Table) -> Finding:
    """Check that no mail waits for a person's decision."""
    held = held_total(table)
    if not held:
        return HELD.ok(Words("no mail is held", "保留中のメールはありません"))
    mails = "mail is" if held == 1 else "mails are"
    return HELD.warn(
        Words(f"{held} {mails} held", f"{held} 通のメールを保留しています"),
        Words("See why, then release or drop them: ripen held", "理由を見て、送るか取りやめる: ripen held"),
    )


def switches(table: Table, zone: str) -> Finding:
    """Check that mail goes out: SES accepts it, sending is not stopped, and shadow mode is off.

    Times are in that time zone.
    """
    stop, shadow, breaker = table.get_many([keys.STOP, keys.SHADOW, keys.BREAKER])
    if breaker and breaker.value.until:
        since, reason = zoned_time(breaker.value.opened, zone), breaker.value.reason
        return SWITCHES.fail(
            Words(
                f"SES has refused the account's mail since {since}: {reason}",
                f"SES がアカウントのメールを受け付けません（{since} から）: {reason}",
            ),
            Words(
                "Look at Account dashboard in the SES console. Mails wait; Ripen tries one of them from time to time.",
                "SES コンソールのアカウントダッシュボードを確かめてください。"
                "メールは待機し、ときどき 1 通で再試行します。",
            ),
        )
    if stop and stop.value.on:
        since = zoned_time(stop.value.at, zone)
        return SWITCHES.warn(
            Words(f"sending has been stopped since {since}", f"配信は停止しています（{since} から）"),
            Words("To resume sending: ripen resume", "再開するには: ripen resume"),
        )
    if shadow and shadow.value.on:
        since = zoned_time(shadow.value.at, zone)
        return SWITCHES.warn(
            Words(f"shadow mode has been on since {since}", f"シャドーモードです（{since} から）"),
            Words("When you are ready: ripen shadow off", "準備ができたら: ripen shadow off"),
        )
    return SWITCHES.ok(Words("neither stopped nor in shadow mode", "停止中でもシャドーモードでもありません"))
