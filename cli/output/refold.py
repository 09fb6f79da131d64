"""Say what the server does to all leads after a new playbook, and how far that is."""

from collections.abc import Collection

from rich.console import Console

from cli.output.language import language, say
from ripen.agenda import SHARDS
from ripen.operations.publication.recalculation import Recalculation
from ripen.scoring.rules_version import RulePart
from ripen.words import Words

_WHAT_CHANGES = {
    RulePart.SCORING: Words("scoring", "スコア"),
    RulePart.SEGMENTS: Words("segments", "セグメント"),
    RulePart.CONDITIONS: Words("conditions of segments and journeys", "セグメントやシナリオの条件"),
}


def say_walk(screen: Console, *, rules: Collection[RulePart], has_new_periods: bool) -> None:
    """Say what follows from a publication for all leads, and where to look. `rules` are the parts that change."""
    if rules:
        _say_refold(screen, rules)
    if has_new_periods:
        _say_periods(screen)


def _say_refold(screen: Console, rules: Collection[RulePart]) -> None:
    """Say what a recalculation does to scores, alerts and mails (decisions/scoring.md)."""
    changed = [words.in_language(language()) for part, words in _WHAT_CHANGES.items() if part in rules]
    first, subject = " and ".join(changed), "、".join(changed)
    screen.print(
        say(
            f"What changes: {first}. So the server recalculates all leads. It begins within a minute of the publication"
            " and takes about six minutes for 100,000 leads; you need not wait. See how far it is: ripen status",
            f"{subject}が変わるため、サーバーが全員を再計算します。"
            "公開から 1 分以内に始まり、10 万人で約 6 分かかります。待つ必要はありません。進み具合: ripen status",
        ),
        soft_wrap=True,
    )
    for line in _consequences(rules):
        screen.print(line.in_language(language()), soft_wrap=True)


def _consequences(rules: Collection[RulePart]) -> list[Words]:
    """Return what each change means for leads, a line each."""
    scores, segments = RulePart.SCORING in rules, bool({RulePart.SEGMENTS, RulePart.CONDITIONS} & {*rules})
    lines = []
    if scores:
        lines += [
            Words(
                "- Scores and ranks are calculated again from everything that each lead did, and Salesforce gets the"
                " new values.",
                "・スコアとランクを、これまでの行動すべてから計算し直します。新しい値は Salesforce にも入ります。",
            ),
            Words(
                "- No card is posted. Sales hears of a lead that only the new rules made hot when that lead next does"
                " something.",
                "・カードは投稿しません。新しいルールだけでホットになった人は、"
                "次に本人の行動があったときに営業へ知らせます。",
            ),
        ]
    if segments:
        lines.append(
            Words(
                "- Leads are sorted into the segments again, by everything that they did.",
                "・これまでの行動すべてから、セグメントに入る人を決め直します。",
            )
        )
    by_en = " and ".join([*["rank"] * scores, "segments"])
    by_ja = "と".join([*["ランク"] * scores, "セグメント"])
    lines.append(
        Words(
            "- No lead enters a journey, so no mail is sent because of it. People who are in a journey already go on by"
            f" their new {by_en}.",
            "・シナリオを新しく開始する人はいないので、このためにメールが送られることもありません。"
            f"すでにシナリオの途中にいる人は、新しい{by_ja}で先へ進みます。",
        )
    )
    return lines


def _say_periods(screen: Console) -> None:
    screen.print(
        say(
            "The periods of keep change: within a minute of the publication the server begins to change when existing"
            " activities and mails are deleted. See how far it is: ripen status – and what goes when: ripen retention",
            "keep の期間が変わるため、サーバーが公開から 1 分以内に、すでにある行動とメールの削除時刻を変え始めます。"
            "進み具合: ripen status、削除の時期: ripen retention",
        ),
        soft_wrap=True,
    )


def say_progress(found: Recalculation, since: str, screen: Console) -> None:
    """Say how far the recalculation is, unless it is done, and how many leads failed."""
    if not found.is_done:
        screen.print(_progress(found, since), soft_wrap=True)
    if found.failed:
        screen.print(_failures(found, since), soft_wrap=True)


def _progress(found: Recalculation, since: str) -> str:
    leads = "1 lead" if found.passed == 1 else f"{found.passed:,} leads"
    return say(
        f"Leads are being brought up to date with the playbook {found.bundle} (since {since}): {leads} so far,"
        f" {found.shards_done} of {SHARDS} parts done.",
        f"プレイブック {found.bundle} に合わせて見込み客を更新しています（{since} から）。"
        f"{found.passed:,} 人が済み、{SHARDS} 部分のうち {found.shards_done} が完了。",
    )


def _failures(found: Recalculation, since: str) -> str:
    """Return how many leads failed, and what to do. Only scores are retried by themselves, not when rows expire."""
    leads = "1 lead" if found.failed == 1 else f"{found.failed:,} leads"
    return say(
        f"[yellow]{leads} failed[/] when all leads were brought up to date with the playbook {found.bundle}"
        f" (since {since}). The server retries their scores by itself. The log of score.refold names the leads and"
        ' what is left to do: docs/operations.md, "Leads are recalculated after a publication".',
        f"プレイブック {found.bundle} に合わせた全員の更新（{since} から）で、"
        f"[yellow]{found.failed:,} 人が失敗しました[/]。スコアの再計算はサーバーが自動でやり直します。"
        "該当する見込み客と残る作業は score.refold のログで確認してください: docs/operations.md（英語）の"
        "「Leads are recalculated after a publication」",
    )
