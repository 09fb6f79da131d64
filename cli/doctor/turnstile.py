"""Check Cloudflare Turnstile, where the stack has a site key: that Cloudflare knows the secret key."""

from uuid import uuid4

from cli.doctor.finding import Check, Finding, Owner
from ripen.adapters.secrets import Secrets
from ripen.adapters.turnstile import Turnstile
from ripen.capture.challenge import Verdict
from ripen.words import Words

CHALLENGE = Check(Words("Challenge in forms", "フォームのチャレンジ"), Owner.IT)
_TOKEN = "ripen-doctor"  # noqa: S105 (no token of a visitor: Cloudflare refuses it, if the key is good)
_FILL = Words(
    "Copy the widget's secret key from Cloudflare into turnstile in the secret Connections.",
    "Cloudflare にあるウィジェットのシークレットキーを、シークレット Connections の turnstile に入れてください。",
)


def challenge(secret: str, verdict: Verdict | None) -> Finding:
    """Check the secret key by the verdict on a token that nobody has.

    A testing key answers for a host that is not ours, so that no post would ever count as passed.
    """
    if not secret:
        return CHALLENGE.fail(Words("turnstile is not in the secret", "シークレットに turnstile がありません"), _FILL)
    if verdict is None:
        return CHALLENGE.warn(
            Words("Cloudflare does not answer", "Cloudflare が応答しません"),
            Words(
                "Try again. Until then forms go by the smaller budgets.",
                "もう一度試してください。それまでフォームには小さいほうの上限が適用されます。",
            ),
        )
    if "invalid-input-secret" in verdict.errors:
        return CHALLENGE.fail(
            Words("Cloudflare does not know the secret key", "シークレットキーを Cloudflare が認識しません"), _FILL
        )
    if secret[:3] in ("1x0", "2x0", "3x0"):
        return CHALLENGE.fail(Words("the secret key is one for tests", "テスト用のシークレットキーです"), _FILL)
    return CHALLENGE.ok(Words("Cloudflare knows the secret key", "シークレットキーは有効です"))


def ask(connections: Secrets) -> Verdict | None:
    """Ask Cloudflare about a token that nobody has."""
    return Turnstile(connections).verdict(_TOKEN, uuid4().hex)
