"""Build objects for tests: a test names only the values that matter to it."""

from copy import replace
from typing import Any

from ripen.lead.activity import Activity, Kind
from ripen.lead.lead import Profile
from ripen.mail.ledger import MailClass, Send
from ripen.playbook.bundle import Brand, Bundle, Campaign, Consent, Email, Form, FormField, Mail, Page, SyncRule
from ripen.playbook.clause import Condition
from ripen.playbook.graph import Again, Journey, SendStep, Until, WaitStep
from ripen.playbook.scoring import EngagementRule, FitRule, HotThreshold, Scoring, Threshold
from ripen.playbook.trigger import OnActivity
from tests.support.fakes import NOON

DAY = 86400


def a_lead(**changes: Any) -> Profile:
    """Return Hanako Yamada of a company, who filled in a form."""
    known: dict[str, Any] = {
        "id": "lead1",
        "email": "hanako@example.co.jp",
        "created": NOON,
        "last_name": "山田",
        "first_name": "花子",
        "company": "株式会社サンプル",
        "job_title": "部長",
        "phone": "+81312345678",
    }
    return Profile(**(known | changes))


def an_activity(**changes: Any) -> Activity:
    known: dict[str, Any] = {
        "id": "activity1",
        "lead": "lead1",
        "kind": Kind.FORM_SUBMITTED,
        "at": NOON,
        "received": NOON,
        "subject": "whitepaper",
    }
    return Activity(**(known | changes))


def a_marketing_mail(**changes: Any) -> Send:
    """Return a mail that the journey of the white paper has planned for lead1."""
    known: dict[str, Any] = {
        "id": "s1",
        "lead": "lead1",
        "email": "case-study",
        "mail_class": MailClass.MARKETING,
        "origin": "whitepaper",
        "step": "send-case-study",
        "planned": NOON,
    }
    return Send(**(known | changes))


def a_brand(**changes: Any) -> Brand:
    return replace(
        Brand(
            name={"ja": "リペン", "en": "Ripen"},
            sender_name={"ja": "リペン編集部", "en": "The Ripen team"},
            legal_name={"ja": "株式会社リペン", "en": "Ripen, Inc."},
            sender="news@example.com",
            reply_to="hello@example.com",
            postal_address={"ja": "東京都千代田区1-1", "en": "1-1 Chiyoda, Tokyo"},
            contact={"ja": "03-0000-0000", "en": "+81 3 0000 0000"},
        ),
        **changes,
    )


def a_mail(**changes: Any) -> Mail:
    return replace(
        Mail(
            subject="{{ lead.last_name }}様へ",
            html='<p>{{ greeting }}</p><a href="{{ links[0] }}">読む</a><a href="{{ unsubscribe_url }}">配信停止</a>',
            text="{{ greeting }}\n{{ links[0] }}\n配信停止: {{ unsubscribe_url }}",
            links=("/pages/whitepaper-read",),
        ),
        **changes,
    )


def a_bundle(**changes: Any) -> Bundle:
    """Return a small playbook: one form, one journey (white paper, 3 days, follow-up), a few scoring rules."""
    bundle = Bundle(
        hash="bundle1",
        brand=a_brand(),
        sync=SyncRule(),
        scoring=_scoring(),
        forms={"whitepaper": _whitepaper_form()},
        pages={"whitepaper": Page(name="whitepaper", title={"ja": "資料"}, source={"*": "<h1>{{ page.title }}</h1>"})},
        emails={
            "whitepaper-delivery": Email(
                name="whitepaper-delivery",
                mail_class="transactional",
                locales={"ja": a_mail(), "en": a_mail(subject="Your white paper")},
            ),
            "case-study": Email(name="case-study", mail_class="marketing", locales={"ja": a_mail(), "en": a_mail()}),
        },
        journeys={"whitepaper": _whitepaper_journey()},
    )
    return replace(bundle, **changes)


def a_campaign(**changes: Any) -> Campaign:
    """Return a mailing of the case study to everyone."""
    campaign = Campaign(
        name="autumn",
        email="case-study",
        segment="everyone",
        at="2026-11-21T12:00",
        halt_bounces=0.05,
        halt_complaints=0.001,
        halt_unsubscribes=0.02,
    )
    return replace(campaign, **changes)


def a_changed_journey(email: str) -> Journey:
    """Return the journey of the small playbook with a longer wait, and with this mail as its last step."""
    journey = _whitepaper_journey()
    wait = WaitStep(id="wait-3-days", until=Until(days=4), next="send-news")
    return replace(journey, steps=(journey.steps[0], wait, SendStep(id="send-news", email=email)))


def _scoring() -> Scoring:
    form = EngagementRule(
        code="form",
        kind="form_submitted",
        points=30,
        words={"ja": "フォーム送信", "en": "Filled in a form"},
    )
    click = EngagementRule(
        code="click",
        kind="link_clicked",
        points=10,
        cap=20,
        words={"ja": "クリック{{ count }}回", "en": "{{ count }} clicks"},
    )
    title = FitRule(
        code="title",
        when=(Condition(field="job_title", contains=("部長", "director")),),
        points=40,
        words={"ja": "役職: 部長級", "en": "Senior title"},
    )
    return Scoring(
        half_life_days=14,
        engagement=(form, click),
        fit=(title,),
        warm=Threshold(enter=30, leave=20),
        hot=HotThreshold(enter=60, leave=50, needs="nothing"),
    )


def _whitepaper_form() -> Form:
    names = ("last_name", "first_name", "company", "department", "job_title", "phone")
    return Form(
        name="whitepaper",
        title={"ja": "資料", "en": "White paper"},
        submit={"ja": "送信", "en": "Send"},
        fields=(
            FormField(name="email", type="email", label={"ja": "メール", "en": "E-mail"}, required=True),
            *(FormField(name=name, label={"ja": name, "en": name}) for name in names),
        ),
        consent=Consent(version="1", text={"ja": "お知らせを受け取る", "en": "Send me news"}),
        thank_you="thanks",
        origins=("https://www.example.co.jp",),
        sources={"typeform": {"form_id": "abc123", "q_email": "email", "q_name": "last_name"}},
    )


def _whitepaper_journey() -> Journey:
    return Journey(
        name="whitepaper",
        enrol=(OnActivity(kind="form_submitted", subject="whitepaper"),),
        again=Again(how="after", seconds=90 * DAY),
        first="send-whitepaper-delivery",
        steps=(
            SendStep(id="send-whitepaper-delivery", email="whitepaper-delivery", next="wait-3-days"),
            WaitStep(id="wait-3-days", until=Until(days=3), next="send-case-study"),
            SendStep(id="send-case-study", email="case-study"),
        ),
    )
