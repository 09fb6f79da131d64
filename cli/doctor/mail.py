"""Check Amazon SES: the account, its quota, the sender's identity, and the configuration sets."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from msgspec import Struct

from cli.doctor.dns_records import upwards
from cli.doctor.finding import Check, Finding, Owner
from ripen.mail.limits import send_rate
from ripen.words import Words

PRODUCTION = Check(Words("SES production access", "SES 本番アクセス"), Owner.IT)
QUOTA = Check(Words("SES sending quota", "SES 送信クォータ"), Owner.IT)
RATE = Check(Words("Mail workers", "メールのワーカー"), Owner.IT)
IDENTITY = Check(Words("Sender identity", "送信者の ID"), Owner.IT)
DKIM = Check(Words("DKIM", "DKIM"), Owner.IT)
SET = Check(Words("Configuration set", "設定セット"), Owner.IT)
SIGN_IN = Words(
    "Sign in to AWS with a role that may read SES, then try again.",
    "SES を読めるロールで AWS にサインインして、もう一度試してください。",
)
_NEARLY = 0.8
_EVENTS = {"SEND", "DELIVERY", "BOUNCE", "COMPLAINT", "REJECT"}
_DEPLOY = Words("Deploy the stack again: make deploy", "スタックをもう一度配備してください: make deploy")


def account(ses: Any, mails_per_second: int) -> Iterator[Finding]:
    """Check the account, and whether bulk delivery has workers for its rate. `ses` is boto3's sesv2 client."""
    try:
        found = ses.get_account()
    except (BotoCoreError, ClientError) as error:
        yield PRODUCTION.fail(
            Words(f"SES does not answer: {error}", f"SES が応答しません: {error}"),
            SIGN_IN,
        )
        return
    yield _production(found)
    yield _quota(found.get("SendQuota") or {})
    yield _rate((found.get("SendQuota") or {}).get("MaxSendRate", 0), mails_per_second)


def _production(found: dict[str, Any]) -> Finding:
    status = found.get("EnforcementStatus", "HEALTHY")
    if not found.get("ProductionAccessEnabled"):
        return PRODUCTION.fail(
            Words(
                "the account is in SES's sandbox: it sends only to verified addresses",
                "アカウントが SES のサンドボックスにあり、検証済みのアドレスにしか送れません",
            ),
            Words(
                "SES console → Account dashboard → Request production access.",
                "SES コンソール → アカウントダッシュボード → 本番アクセスのリクエスト。",
            ),
        )
    if not found.get("SendingEnabled", True) or status == "SHUTDOWN":
        return PRODUCTION.fail(
            Words("AWS has paused sending for this account", "AWS がこのアカウントの送信を停止しています"),
            Words(
                "Read AWS's mail about it, and answer the support case.",
                "AWS からのメールを読み、サポートケースに返答してください。",
            ),
        )
    if status != "HEALTHY":
        shown = status.lower()
        return PRODUCTION.warn(
            Words(f"AWS has put the account under {shown}", f"AWS によりアカウントが {shown} の状態です"),
            Words(
                "Look at bounces and complaints in the SES console.",
                "SES コンソールで不達と迷惑メール報告を確かめてください。",
            ),
        )
    return PRODUCTION.ok(Words("granted", "取得済み"))


def _quota(quota: dict[str, float]) -> Finding:
    most, sent = quota.get("Max24HourSend", 0), quota.get("SentLast24Hours", 0)
    rate = f"{quota.get('MaxSendRate', 0):g}"
    usage = Words(
        f"{sent:,.0f} of {most:,.0f} mails used in 24 hours, {rate} a second",
        f"24 時間で {most:,.0f} 通中 {sent:,.0f} 通を使用、毎秒 {rate} 通",
    )
    if most == -1:
        return QUOTA.ok(Words("unlimited", "無制限"))
    if sent >= most:
        return QUOTA.fail(
            usage,
            Words(
                "Service Quotas → Amazon SES → Sending quota → Request increase.",
                "Service Quotas → Amazon SES → Sending quota → 引き上げをリクエスト。",
            ),
        )
    if sent >= most * _NEARLY:
        return QUOTA.warn(
            usage,
            Words(
                "Request more before the next big mailing: Service Quotas → Amazon SES.",
                "次の大きな配信の前に引き上げてください: Service Quotas → Amazon SES。",
            ),
        )
    return QUOTA.ok(usage)


def _rate(most: float, mails_per_second: int) -> Finding:
    """Compare SES's maximum send rate with the rate that bulk delivery has workers for."""
    wanted, workers = send_rate.suitable(most), send_rate.WORKERS[mails_per_second]
    found = Words(
        f"{workers} workers, for {mails_per_second} mails a second; SES allows {most:g}",
        f"ワーカー {workers} 個（毎秒 {mails_per_second} 通）、SES の上限は毎秒 {most:g} 通",
    )
    if mails_per_second >= wanted:
        return RATE.ok(found)
    return RATE.warn(
        found,
        Words(
            f'Marketing mail goes slower than SES allows: make deploy PARAMETERS="MailsPerSecond={wanted}"',
            "マーケティングメールの配信が SES の上限より遅くなります: "
            f'make deploy PARAMETERS="MailsPerSecond={wanted}"',
        ),
    )


class Identity(Struct, frozen=True):
    """The identity in SES that the sender's mails go by: its domain, a domain above it, or the address itself."""

    name: str
    described: dict[str, Any]

    @property
    def signs(self) -> bool:
        dkim = self.described.get("DkimAttributes") or {}
        return dkim.get("Status") == "SUCCESS" and bool(dkim.get("SigningEnabled"))


def find_identity(ses: Any, sender: str) -> Identity | None:
    """Return the sender's identity, None if SES knows none. Raises ClientError or BotoCoreError.

    A domain below a verified one needs no identity of its own: it inherits the one above.
    """
    for name in (*upwards(sender.partition("@")[2]), sender):
        with suppress(_Unknown):
            return Identity(name, _described(ses, name))
    return None


def identity(found: Identity | None, sender: str) -> tuple[Finding, Finding]:
    """Return the findings on the sender's identity and its DKIM."""
    domain = sender.partition("@")[2]
    step = Words(
        f"Verify {domain} in SES with Easy DKIM (parameter SenderDomain),"
        " and publish the three CNAME records that it shows.",
        f"SES で {domain} を Easy DKIM で検証し（パラメーター SenderDomain）、"
        "表示される CNAME レコード 3 件を公開してください。",
    )
    if found is None:
        unknown = Words(f"SES does not know {domain}", f"SES に {domain} が登録されていません")
        unsigned = Words("mails are not signed without an identity", "ID がないため、メールに署名できません")
        return IDENTITY.fail(unknown, step), DKIM.fail(unsigned, step)
    if found.described.get("VerifiedForSendingStatus"):
        finding = IDENTITY.ok(Words(f"{found.name} is verified", f"{found.name} は検証済みです"))
    else:
        finding = IDENTITY.fail(
            Words(f"{found.name} is not verified yet", f"{found.name} はまだ検証されていません"), step
        )
    return finding, _dkim(found.described.get("DkimAttributes") or {}, step)


class _Unknown(Exception):
    """SES has no such identity."""


def _described(ses: Any, name: str) -> dict[str, Any]:
    try:
        return dict(ses.get_email_identity(EmailIdentity=name))
    except ClientError as error:
        if error.response["Error"]["Code"] == "NotFoundException":
            raise _Unknown from error
        raise


def _dkim(dkim: dict[str, Any], step: Words) -> Finding:
    status = dkim.get("Status", "NOT_STARTED")
    if status == "SUCCESS" and dkim.get("SigningEnabled"):
        return DKIM.ok(Words("mails are signed", "メールは署名されています"))
    if status == "SUCCESS":
        return DKIM.fail(
            Words("signing is switched off", "署名が無効になっています"),
            Words(
                "SES console → Identities → DKIM → Enable signatures.", "SES コンソール → ID → DKIM → 署名を有効化。"
            ),
        )
    return DKIM.fail(Words(f"SES reports {status}", f"SES での状態: {status}"), step)


def configuration_sets(ses: Any, names: Iterable[str]) -> Finding:
    """Check the configuration sets, whose events tell the outcome of each mail: one for each class of mail."""
    for name in names:
        if wrong := _wrong_set(ses, name):
            return SET.fail(wrong, _DEPLOY)
    return SET.ok(Words("bounces, complaints and deliveries are reported", "不達、迷惑メール報告、到達が通知されます"))


def _wrong_set(ses: Any, name: str) -> Words | None:
    """Return what is wrong with the set, None if all is well."""
    try:
        found = ses.get_configuration_set_event_destinations(ConfigurationSetName=name)
    except (BotoCoreError, ClientError) as error:
        return Words(f"the set {name!r} cannot be read: {error}", f"設定セット {name!r} を読めません: {error}")
    enabled = {
        event
        for destination in found.get("EventDestinations", [])
        if destination.get("Enabled") and destination.get("SnsDestination")
        for event in destination.get("MatchingEventTypes", [])
    }
    if missing := _EVENTS - enabled:
        events = ", ".join(sorted(missing)).lower()
        return Words(
            f"SES does not report these events of {name}: {events}",
            f"SES が通知しないイベントがあります（{name}）: {events}",
        )
    return None
