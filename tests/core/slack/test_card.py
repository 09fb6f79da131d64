"""The Slack card: its content, its limits, and hostile text."""

from copy import replace
from datetime import timedelta
from json import dumps
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ripen.lead.lead import CrmLink, Touch
from ripen.lead.state import Rank, RulePoints, State
from ripen.playbook.bundle import Page
from ripen.playbook.scoring import EngagementRule
from ripen.scoring.score import Score
from ripen.slack.alert import Alert
from ripen.slack.card import lead_card, lead_summary, note_card, parse_button
from ripen.slack.card_facts import CardFacts, card_facts
from sandbox.slack.blocks import characters, refused
from tests.support.builders import a_bundle, a_lead
from tests.support.fakes import NOON

ID = "a" * 26
CRM = CrmLink(object="Lead", id="00Q1", url="https://acme.example/00Q1")


def an_alert(**changes: Any) -> Alert:
    known: dict[str, Any] = {"id": ID, "lead": "lead1", "kind": "hot", "planned": NOON}
    return Alert(**(known | changes))


def some_facts(reasons: tuple[str, ...] = (), **changes: Any) -> CardFacts:
    score = Score(fit=45.4, engagement=32.6, total=78)
    return CardFacts(
        profile=a_lead(**changes), rank=Rank.HOT, score=score, news="料金ページを本日3回閲覧", reasons=reasons
    )


def shown(
    alert: Alert | None = None, locale: str = "ja", reasons: tuple[str, ...] = (), **changes: Any
) -> dict[str, Any]:
    return lead_card(alert or an_alert(), some_facts(reasons, **changes), locale, "Asia/Tokyo")


def block(message: dict[str, Any], id: str) -> str:
    """Return one block as JSON, "" if there is none."""
    return "".join(dumps(found, ensure_ascii=False) for found in message["blocks"] if found["block_id"] == id)


def test_the_card_shows_name_and_score_in_japanese() -> None:
    message = shown(department="マーケティング部")

    assert "*山田 花子 様　株式会社サンプル*" in block(message, "who")
    assert "*78点* ホット　（適合度 45・関心度 33）" in block(message, "score")
    assert "マーケティング部 ・ 部長" in block(message, "who")
    assert "☎️ 03-1234-5678 ・ ✉️ hanako@example.co.jp" in block(message, "contact")


def test_the_card_shows_name_and_score_in_english() -> None:
    message = shown(locale="en", last_name="Smith", first_name="Jane", company="Acme", job_title="VP")

    assert "*Jane Smith, Acme*" in block(message, "who")
    assert "*78 points* hot  (fit 45, engagement 33)" in block(message, "score")
    assert message["text"] == "🔥 料金ページを本日3回閲覧 – Jane Smith, Acme – 78 points"


def test_the_card_leads_with_what_just_happened_then_who_it_was_then_the_score() -> None:
    touch = Touch(at=NOON, utm_source="google")
    message = shown(reasons=("役職: 部長級",), first_touch=touch, crm=CRM)

    assert [each["block_id"] for each in message["blocks"]] == ["news", "who", "contact", "touches", "score", "act"]
    assert "🔥 料金ページを本日3回閲覧" in block(message, "news")
    assert "役職: 部長級" in block(message, "score")


def test_the_card_of_a_contact_request_leads_with_the_request() -> None:
    message = shown(an_alert(kind="contact request", text="相談を申し込む"), reasons=("役職: 部長級",))

    assert '"🙋 連絡を希望しています（相談を申し込む）"' in block(message, "news")
    assert message["text"] == "🙋 連絡を希望しています（相談を申し込む） – 山田 花子 様　株式会社サンプル – 78点"
    assert "• 料金ページを本日3回閲覧\\n• 役職: 部長級" in block(message, "score")


def test_a_locale_without_words_falls_back_to_english() -> None:
    assert "points" in shown(locale="fr")["text"]


def test_only_the_three_strongest_reasons_are_shown() -> None:
    message = shown(reasons=("メールのリンクを本日クリック", "役職: 部長級", "フォーム送信", "弱い理由"))

    assert block(message, "score").count("•") == 3
    assert "弱い理由" not in dumps(message, ensure_ascii=False)


@pytest.mark.parametrize(
    ("names", "who"),
    [
        ({"last_name": "", "first_name": ""}, "株式会社サンプル"),
        ({"last_name": "", "first_name": "", "company": ""}, "お名前未入力"),
        ({"company": ""}, "山田 花子 様"),
        ({"last_name": "山田様", "first_name": ""}, "山田 様　株式会社サンプル"),
        ({"last_name": "Smith", "first_name": "Jane"}, "Jane Smith　株式会社サンプル"),
    ],
)
def test_missing_name_fields_leave_a_readable_title(names: dict[str, Any], who: str) -> None:
    assert f'"*{who}*\\n部長"' in block(shown(**names), "who")


def test_a_phone_in_free_text_makes_no_link() -> None:
    message = shown(phone="内線のみ <123> https://evil.example/")

    assert "☎️ 内線のみ &lt;123&gt; https evil example ・" in block(message, "contact")


def test_a_touch_names_a_page_of_ours_by_its_title() -> None:
    touch = Touch(at=NOON, url="https://x.jp/pages/whitepaper?lang=ja")
    bundle = a_bundle(pages={"whitepaper": Page(name="whitepaper", source={}, title={"ja": "資料を受け取る"})})
    facts = card_facts(a_lead(first_touch=touch), None, bundle, NOON)
    assert "初回: 直接 ・ 資料を受け取る" in block(lead_card(an_alert(), facts, "ja", "Asia/Tokyo"), "touches")


def test_each_touch_is_named_once_in_order() -> None:
    first = Touch(
        at=NOON, utm_source="google", utm_medium="cpc", utm_campaign="spring", url="https://x.jp/pages/wp?a=b"
    )
    last = Touch(at=NOON, referrer="https://news.example.jp/article", url="https://x.jp/pages/pricing")

    message = shown(first_touch=first, lead_touch=first, last_touch=last)

    said = "初回: Google広告 / spring ・ /pages/wp　→　直近: news.example.jp ・ /pages/pricing"
    assert said in block(message, "touches")


def test_a_lead_summary_has_no_answer_buttons() -> None:
    message = lead_summary(some_facts(crm=CRM), "ja")

    assert "open_crm" in dumps(message)
    assert '"accept"' not in dumps(message)


def test_a_lead_without_a_state_is_cold_with_no_points() -> None:
    found = card_facts(a_lead(), None, a_bundle(), NOON)

    assert (found.rank, found.score.total, list(found.reasons)) == (Rank.COLD, 0, [])


def test_the_news_is_the_latest_act_and_no_reason_repeats_it() -> None:
    # given a lead that sent the form, clicked later, and got points from a journey after that
    click = EngagementRule(code="click", kind="link_clicked", points=15, words={"ja": "リンクを{{ when }}クリック"})
    bundle = a_bundle()
    bundle = replace(bundle, scoring=replace(bundle.scoring, engagement=(*bundle.scoring.engagement, click)))
    earned = {"form": (30, 3), "click": (15, 2), "given/whitepaper/meet": (60, 1)}
    points = {code: RulePoints(points=most, at=NOON - timedelta(hours=hours)) for code, (most, hours) in earned.items()}
    # when its card is made
    found = card_facts(a_lead(), State(lead="lead1", rule_points=points), bundle, NOON)
    # then
    assert found.news == "リンクを11月21日にクリック"
    assert found.reasons == ["シナリオによる加点", "フォーム送信"]


def test_reasons_use_the_words_of_the_playbook() -> None:
    state = State(lead="lead1", fit=40, fit_reasons=("title",), rank=Rank.HOT)

    assert card_facts(a_lead(), state, a_bundle(), NOON).reasons == ["役職: 部長級"]


HOSTILE = "<!channel> <https://evil.example|click> *b* :fire: &amp; \u202eabc\n\r\x00"


def test_typed_text_makes_no_mention_link_or_line() -> None:
    typed = ("last_name", "first_name", "company", "department", "job_title", "phone")
    fields: dict[str, Any] = dict.fromkeys(typed, HOSTILE)
    touch = Touch(at=NOON, utm_source=HOSTILE, url=HOSTILE, referrer=HOSTILE)

    message = shown(reasons=(HOSTILE,), first_touch=touch, **fields)

    for text in (message["text"], *_marked(message)):
        assert "<!" not in text and "<http" not in text
    for letter in ("\u202e", "\x00", "\r"):
        assert letter not in dumps(message, ensure_ascii=False)
    assert refused(message["blocks"]) == []


def _marked(found: Any) -> list[str]:
    """Return the texts that Slack formats."""
    match found:
        case {"type": "mrkdwn", "text": text}:
            return [text]
        case dict():
            return [text for value in found.values() for text in _marked(value)]
        case list():
            return [text for value in found for text in _marked(value)]
    return []


@given(st.text(max_size=4000), st.text(max_size=4000), st.sampled_from(["ja", "en"]))
def test_no_input_breaks_the_limits(text: str, other: str, locale: str) -> None:
    touch = Touch(at=NOON, utm_source=text, utm_campaign=other, url=other, referrer=text)
    fields: dict[str, Any] = dict.fromkeys(("last_name", "company", "department", "job_title", "phone"), text)

    message = shown(
        locale=locale,
        reasons=(text, other, text),
        email=f"{other}@example.jp",
        first_name=other,
        first_touch=touch,
        last_touch=Touch(at=NOON, utm_source=other),
        crm=CrmLink(object="Lead", id="1", url="https://a.example/1", owner_name=text),
        **fields,
    )

    assert refused(message["blocks"]) == []
    assert characters(message["blocks"]) < 10_000
    assert 0 < len(message["text"]) < 4000


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (f"lead1|{ID}", ("lead1", ID)),
        (f"lead1|{ID}|", None),
        (f"lead1|{ID}\n", None),
        (f"lead#1|{ID}", None),
        (f"|{ID}", None),
        ("lead1|A" + ID[1:], None),
        ("", None),
    ],
)
def test_a_button_value_is_parsed_strictly(value: str, found: tuple[str, str] | None) -> None:
    assert parse_button(value) == found


def a_note(text: str, locale: str = "ja", **changes: Any) -> dict[str, Any]:
    return note_card(an_alert(kind="note", text=text), a_lead(**changes), locale)


def test_a_note_names_the_lead_and_links_to_it() -> None:
    found = a_note("ウェビナーに申込\nお電話を", crm=CRM)
    assert found["blocks"][0]["text"]["text"] == "🔔 ウェビナーに申込\nお電話を"
    assert "山田 花子 様　株式会社サンプル" in dumps(found["blocks"][1], ensure_ascii=False)
    assert found["blocks"][2]["elements"][0]["url"] == "https://acme.example/00Q1"
    assert found["text"] == "🔔 山田 花子 様　株式会社サンプル: ウェビナーに申込 お電話を"


def test_a_note_is_shown_as_plain_text() -> None:
    """It has no formatting, mention, link or change of the reading direction."""
    text = "<!channel> *now* <https://evil.example|Salesforce> :fire: \u202egnp.exe"
    found = a_note(text, company="<!here>")
    assert found["blocks"][0]["text"] == {
        "type": "plain_text",
        "text": "🔔 <!channel> *now* <https://evil.example|Salesforce> :fire: gnp.exe",
        "emoji": False,
    }
    assert "<!" not in found["text"]


@pytest.mark.parametrize("text", ["", " \n\t ", "x" * 9000, "<" * 9000, "\n" * 5000])
def test_a_note_stays_within_slacks_limits(text: str) -> None:
    found = a_note(text)
    assert refused(found["blocks"]) == []
    assert characters(found["blocks"]) < 10_000


@pytest.mark.parametrize(
    ("kind", "locale", "said"),
    [
        ("unproven reply", "ja", "差出人を確認できません"),
        ("unproven reply", "en", "The sender is not proven"),
        ("doubtful reply", "ja", "自動返信かもしれません"),
        ("doubtful reply", "en", "This may be an automatic reply"),
    ],
)
def test_card_of_an_unproven_or_doubtful_reply_says_so(kind: str, locale: str, said: str) -> None:
    card = note_card(an_alert(kind=kind, text="質問"), a_lead(), locale)

    assert said in dumps(card["blocks"], ensure_ascii=False)
    assert said not in dumps(note_card(an_alert(kind="reply", text="質問"), a_lead(), locale), ensure_ascii=False)


@pytest.mark.parametrize(
    ("locale", "words"), [("ja", "別の入力あり（未確認）: B社"), ("en", "Also typed, not proven: B社")]
)
def test_the_card_shows_what_was_typed_beside_the_known_values(locale: str, words: str) -> None:
    card = str(shown(locale=locale, company="A社", typed={"company": "B社", "department": "https://evil.example"}))
    assert words in card
    assert "A社" in card
    assert "evil.example" not in card
    assert words.partition(":")[0] not in str(shown(locale=locale))
