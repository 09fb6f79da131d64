"""Compile the example playbook, and publish the bundle."""

import re
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import boto3
import msgspec
import pytest
from typer.testing import CliRunner

from cli.main import app
from ripen.adapters.playbook import Playbook
from ripen.adapters.table import Table, keys
from ripen.capture.pages import FormContent, brand_variables, render_page
from ripen.failure import Failure
from ripen.operations.publication.publish import publish
from ripen.playbook.bundle import Bundle, Mail
from ripen.playbook.clause import Condition
from ripen.playbook.graph import Again, SendStep, Until, WaitStep
from ripen.playbook.template import render_html, render_line, render_text
from ripen.playbook.trigger import OnActivity
from ripen_authoring.compile import compile_playbook
from ripen_authoring.mails.rendering import number_links
from tests.support.fakes import NOON

EXAMPLE = Path(__file__).parents[2] / "playbook"
DAY = 86400


@pytest.fixture(scope="module")
def example() -> Bundle:
    return compile_playbook(EXAMPLE)


def _variables(bundle: Bundle, mail: Mail, locale: str, **lead: str) -> dict[str, object]:
    known = dict.fromkeys(("last_name", "first_name", "company", "department", "job_title"), "")
    return {
        "lead": known | {"locale": locale} | lead,
        "greeting": "株式会社サンプル\nご担当者様",
        "brand": brand_variables(bundle.brand, locale),
        "links": [f"https://site.example/c/{number}" for number in range(len(mail.links))],
        "unsubscribe_url": "https://site.example/unsubscribe/token",
        "preheader": "",
        "today": "2026年11月21日",
    }


def test_each_step_of_a_journey_has_its_own_id(example: Bundle) -> None:
    journey = example.journeys["whitepaper"]

    assert journey.enrol == (OnActivity(kind="form_submitted", subject="whitepaper"),)
    assert journey.again == Again(how="after", seconds=90 * DAY)
    assert journey.first == "send-whitepaper-delivery"
    assert journey.steps[:3] == (
        SendStep(id="send-whitepaper-delivery", email="whitepaper-delivery", next="wait-3-days"),
        WaitStep(id="wait-3-days", until=Until(days=3), next="send-case-study"),
        SendStep(id="send-case-study", email="case-study", next="wait-for-interested"),
    )
    assert len({step.id for step in journey.steps}) == len(journey.steps)


def test_short_forms_of_conditions_are_understood(example: Bundle) -> None:
    fit = {rule.code: rule.when for rule in example.scoring.fit}
    disqualified = {rule.code: rule.when for rule in example.scoring.disqualify}

    assert fit["company"] == (Condition(field="company", present=True),)
    assert fit["work-mail"] == (Condition(field="email_kind", any_of=("company",)),)
    assert disqualified["competitor"][0].any_of == ("competitor.example", "competitor-two.example")
    assert "部長" in fit["senior"][0].contains


def test_scoring_rules_have_kind_and_subject(example: Bundle) -> None:
    rules = {rule.code: (rule.kind, rule.subject, rule.points, rule.cap) for rule in example.scoring.engagement}

    assert rules == {
        "whitepaper": ("form_submitted", "whitepaper", 20, 40),
        "mail-click": ("link_clicked", "", 25, 50),
        "pricing": ("page_viewed", "pricing", 15, 45),
    }
    assert example.scoring.half_life_days == 14


def test_questions_of_providers_are_mapped_to_fields(example: Bundle) -> None:
    form = example.forms["whitepaper"]

    assert form.sources["typeform"]["form_id"]
    assert form.sources["typeform"]["company"] == "company"
    assert form.mapping["氏名"] == "full_name"
    assert [field.name for field in form.fields if field.required] == ["email"]


@pytest.mark.parametrize("locale", ["ja", "en"])
@pytest.mark.parametrize("name", ["whitepaper-delivery", "case-study"])
def test_html_and_text_of_a_mail_have_the_same_links_and_legal_texts(example: Bundle, name: str, locale: str) -> None:
    mail = example.emails[name].locales[locale]
    variables = _variables(example, mail, locale, last_name="山田", company="A&B <社>")

    html, text = render_html(mail.html, variables), render_text(mail.text, variables)

    assert mail.links
    for part in (html, text):
        for link in variables["links"]:  # type: ignore[attr-defined]
            assert link in part
        assert "https://site.example/unsubscribe/token" in part
        for legal in ("legal_name", "postal_address", "contact"):
            assert brand_variables(example.brand, locale)[legal] in part
    assert "A&B <社>" not in html
    assert "{{" not in html + text
    assert "{%" not in html + text


def test_no_link_target_stays_in_a_mail(example: Bundle) -> None:
    for email in example.emails.values():
        for mail in email.locales.values():
            assert set(re.findall(r'href="([^"]*)"', mail.html)) <= {"{{ links[0] }}", "{{ unsubscribe_url }}"}
            assert all(link.startswith("/pages/") for link in mail.links)


def test_delivery_links_to_the_guide_in_the_language_of_the_mail(example: Bundle) -> None:
    email = example.emails["whitepaper-delivery"]

    assert email.mail_class == "transactional"
    assert email.locales["ja"].links == ("/pages/whitepaper-read?lang=ja",)
    assert email.locales["en"].links == ("/pages/whitepaper-read?lang=en",)


def test_text_part_keeps_line_breaks_and_drops_markup(example: Bundle) -> None:
    mail = example.emails["case-study"].locales["ja"]

    text = render_text(mail.text, _variables(example, mail, "ja"))

    assert "株式会社サンプル\nご担当者様\n\n" in text
    assert "<" not in text
    assert "\n\n\n" not in text


def test_subject_reads_well_without_a_name(example: Bundle) -> None:
    mail = example.emails["case-study"].locales["ja"]

    assert render_line(mail.subject, _variables(example, mail, "ja")).startswith("最初の返信")
    assert render_line(mail.subject, _variables(example, mail, "ja", last_name="山田")).startswith("山田様、最初の")
    advertisement = _variables(example, mail, "ja", last_name="今すぐ https://evil.example へ")
    assert "evil" not in render_line(mail.subject, advertisement)


def test_condition_in_a_mail_holds_in_html_and_text(tmp_path: Path) -> None:
    shutil.copytree(EXAMPLE, tmp_path / "p")
    body = tmp_path / "p/emails/case-study/en.mjml"
    shown = "{% if lead.company != '' %}<mj-text>Only for companies</mj-text>{% endif %}"
    body.write_text(body.read_text("utf-8").replace("<mj-button", f"{shown}\n<mj-button", 1), "utf-8")

    bundle = compile_playbook(tmp_path / "p")

    mail = bundle.emails["case-study"].locales["en"]
    for source, render in ((mail.html, render_html), (mail.text, render_text)):
        assert "Only for companies" in render(source, _variables(bundle, mail, "en", company="Example"))
        assert "Only for companies" not in render(source, _variables(bundle, mail, "en"))


def test_links_to_one_target_share_a_number_and_mail_addresses_have_none() -> None:
    html = (
        '<a href="https://a.example/?x=1&amp;y=2">1</a><a class="b" href="/pages/p">2</a>'
        '<a href="https://a.example/?x=1&amp;y=2">3</a><a href="mailto:a@b.example">4</a>'
        '<a href="{{unsubscribe_url}}">5</a>'
    )

    numbers, links = number_links(html)

    assert links == ("https://a.example/?x=1&y=2", "/pages/p")
    assert re.findall(r'href="([^"]*)"', numbers) == [
        "{{ links[0] }}",
        "{{ links[1] }}",
        "{{ links[0] }}",
        "mailto:a@b.example",
        "{{unsubscribe_url}}",
    ]


@pytest.mark.parametrize("locale", ["ja", "en"])
def test_form_of_the_landing_page_works_without_a_script(example: Bundle, locale: str) -> None:
    html = render_page(
        example.pages["whitepaper"],
        example.forms["whitepaper"],
        example.brand,
        locale,
        FormContent(
            hidden={"nonce": "once", "lang": locale, "utm_source": '"><script>alert(1)</script>'},
            values={"company": "<b>", "consent": "yes"},
            errors={"email": "?!"},
        ),
        languages={"ja": "/pages/whitepaper?lang=ja", "en": "/pages/whitepaper?lang=en"},
    )

    assert f'<html lang="{locale}">' in html
    assert 'method="post" action="/forms/whitepaper#form"' in html
    assert '<input type="hidden" name="nonce" value="once">' in html
    assert f'<input type="hidden" name="lang" value="{locale}">' in html
    assert "<script" not in html
    assert 'value="&lt;b&gt;"' in html
    assert re.search(r'name="website" tabindex="-1"', html)
    assert re.search(r'name="consent" value="yes" checked', html)
    assert re.search(r'aria-describedby="wrong-email".*\n<p class="wrong" id="wrong-email">\?!</p>', html)
    for field in example.forms["whitepaper"].fields:
        assert f'<label for="field-{field.name}">' in html
        assert f'id="field-{field.name}" name="{field.name}"' in html


def test_pages_load_nothing_from_other_sites(example: Bundle) -> None:
    for page in example.pages.values():
        for source in page.source.values():
            assert not re.search(r"<(script|link rel=.stylesheet|img|iframe)|@import|url\(", source)


def test_hash_depends_on_the_content_only(example: Bundle, tmp_path: Path) -> None:
    shutil.copytree(EXAMPLE, tmp_path / "p")
    assert compile_playbook(tmp_path / "p").hash == example.hash
    assert re.fullmatch(r"[0-9a-f]{32}", example.hash)

    scoring = tmp_path / "p/scoring.yaml"
    scoring.write_text(scoring.read_text("utf-8").replace("points: 12", "points: 13"), "utf-8")
    assert compile_playbook(tmp_path / "p").hash != example.hash


def test_bundle_is_unchanged_by_storage(example: Bundle) -> None:
    assert msgspec.json.decode(msgspec.json.encode(example), type=Bundle) == example


@pytest.fixture
def playbook(table: Table) -> Iterator[Playbook]:
    client = boto3.client("s3")
    client.create_bucket(Bucket="bucket", CreateBucketConfiguration={"LocationConstraint": "ap-northeast-1"})
    yield Playbook(table, "bucket", client)


def test_publish_stores_the_bundle_and_makes_it_live(table: Table, playbook: Playbook, example: Bundle) -> None:
    assert publish(example, table, playbook, "https://site.example", NOON)

    assert playbook.live().bundle == example
    assert playbook.live().site == "https://site.example"


def test_publishing_the_same_bundle_changes_nothing(table: Table, playbook: Playbook, example: Bundle) -> None:
    publish(example, table, playbook, "https://site.example", NOON)

    assert not publish(example, table, playbook, "https://site.example", NOON + timedelta(days=1))

    live = table.get(keys.LIVE)
    assert live
    assert live.value.at == NOON


def test_publishing_to_another_site_makes_the_bundle_live_there(
    table: Table, playbook: Playbook, example: Bundle
) -> None:
    publish(example, table, playbook, "https://site.example", NOON)

    assert publish(example, table, playbook, "https://other.example", NOON)


def test_check_reports_positions_and_fails(tmp_path: Path) -> None:
    shutil.copytree(EXAMPLE, tmp_path / "p")
    (tmp_path / "p/journeys/whitepaper.yaml").write_text("enrol: {on: {form: nobody}}\nsteps: [{send: nothing}]\n")

    found = CliRunner().invoke(app, ["check", str(tmp_path / "p"), "--json"])

    assert found.exit_code == 1
    assert [problem["line"] for problem in msgspec.json.decode(found.stdout) if "journeys/" in problem["file"]] == [
        1,
        2,
    ]
    assert CliRunner().invoke(app, ["check", str(tmp_path / "p")]).exit_code != 0
    assert CliRunner().invoke(app, ["check", str(EXAMPLE)]).exit_code == 0


def test_invalid_playbook_is_not_published(tmp_path: Path) -> None:
    shutil.copytree(EXAMPLE, tmp_path / "p")
    (tmp_path / "p/scoring.yaml").unlink()

    found = CliRunner().invoke(app, ["publish", str(tmp_path / "p")])

    assert isinstance(found.exception, Failure)
    assert found.exception.what == "1 error in the playbook."
