"""Check how many functions may run at once: the limit of the account against what the template needs.

`make deploy` runs this module before it deploys. Source: AWS Lambda Developer Guide, "Lambda quotas" and "Understanding
Lambda function scaling": a new account may start with 10 concurrent executions, and 100 can never be reserved.
"""

import re
import sys
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from cli.doctor.finding import Check, Finding, Owner, State, unreadable
from cli.local.home import PROJECT
from cli.output.language import language
from ripen.mail.limits.send_rate import WORKERS
from ripen.words import Words

CHECK = Check(Words("Lambda concurrency", "Lambda の同時実行数"), Owner.IT)
FOR_REQUESTS = 50
"""Forms, clicks and other requests that are answered at the same moment, and the tick."""
_LIMIT = re.compile(r"\bMaximumConcurrency: (\d+)")


def needed(template: str, mails_per_second: int = min(WORKERS)) -> int:
    """Return how many functions run at once when every queue is full and visitors come, by the text of the template.

    The limit of bulk delivery is no number there: it follows the parameter MailsPerSecond.
    """
    return sum(map(int, _LIMIT.findall(template))) + WORKERS[mails_per_second] + FOR_REQUESTS


def concurrency(lambda_: Any, template: str, mails_per_second: int = min(WORKERS)) -> Finding:
    """Check the account's limit. `lambda_` is boto3's client of Lambda.

    Forms are answered synchronously: when the workers of the queues use up the limit, a visitor gets an error.
    """
    wanted = needed(template, mails_per_second)
    try:
        most = int(lambda_.get_account_settings()["AccountLimit"]["ConcurrentExecutions"])
    except (BotoCoreError, ClientError) as error:
        return CHECK.warn(
            unreadable(error),
            Words("Look at it: Service Quotas → AWS Lambda.", "確認場所: Service Quotas → AWS Lambda。"),
        )
    found = Words(
        f"{most:,} functions at once, of {wanted:,} that the template needs",
        f"同時に {most:,} 個の関数（テンプレートに必要な数は {wanted:,}）",
    )
    if most >= wanted:
        return CHECK.ok(found)
    return CHECK.fail(
        found,
        Words(
            "Forms may fail. Service Quotas → AWS Lambda → Concurrent executions → request 1,000.",
            "フォームの送信に失敗することがあります。"
            "Service Quotas → AWS Lambda → Concurrent executions → 1,000 をリクエスト。",
        ),
    )


def main() -> int:
    """Print the finding unless all is well. Return 1 if the limit is too low."""
    import boto3

    found = concurrency(boto3.client("lambda"), (PROJECT / "infra/template.yaml").read_text())
    if found.state is not State.OK:
        for words in (found.check.title, found.found, found.next_step):
            print(words.in_language(language()))
    return int(found.state is State.FAIL)


if __name__ == "__main__":
    sys.exit(main())
