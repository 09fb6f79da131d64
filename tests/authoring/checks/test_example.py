"""`ripen check` on copies of the example playbook: every error with its position and what to write instead."""

import shutil
from pathlib import Path

import pytest

from ripen_authoring.compile import compile_playbook
from ripen_authoring.problem import InvalidPlaybook

EXAMPLE = Path(__file__).parents[3] / "playbook"


class Plan:
    """A copy of the example that a test may spoil."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def edit(self, file: str, old: str, new: str) -> int:
        """Replace the first `old`; returns the line it was on."""
        text = (self.path / file).read_text("utf-8")
        assert old in text, f"{old!r} is not in {file}"
        (self.path / file).write_text(text.replace(old, new, 1), "utf-8")
        return text[: text.index(old)].count("\n") + 1

    def problems(self) -> list[str]:
        try:
            compile_playbook(self.path)
        except InvalidPlaybook as broken:
            return [str(problem) for problem in broken.problems]
        return []


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    shutil.copytree(EXAMPLE, tmp_path / "playbook")
    return Plan(tmp_path / "playbook")


def test_example_playbook_has_no_problems(plan: Plan) -> None:
    assert plan.problems() == []


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("ripen.yaml", "time_zone:", "timezone:", "unknown key 'timezone'; did you mean 'time_zone'?"),
        ("ripen.yaml", "Asia/Tokyo", "Asia/Tokio", "there is no time zone 'Asia/Tokio'; did you mean 'Asia/Tokyo'?"),
        ("ripen.yaml", "address: news@ripen.example", "address: news", "'news' is not an e-mail address"),
        ("ripen.yaml", "per_week: 3", "per_week: many", "write a whole number here"),
        ("ripen.yaml", "- disqualified: present", "- jobtitle: present",
         "there is no field 'jobtitle'; did you mean 'job_title'?"),
        ("ripen.yaml", "- disqualified: present", "- disqualified: present\n      company: blank",
         "each condition of `unless` excludes leads"),
        ("forms/whitepaper.yaml", "label: {ja: 姓, en: Last name}", "lable: x",
         "unknown key 'lable'; did you mean 'label'?"),
        ("forms/whitepaper.yaml", "label: {ja: 名, en: First name}", "label: {ja: 名}", "'label' has no text in en"),
        ("forms/whitepaper.yaml", "whitepaper-thanks", "whitepaper-thank", "did you mean 'whitepaper-thanks'?"),
        ("forms/whitepaper.yaml", "lead_magnet: whitepaper-delivery", "lead_magnet: case-study",
         "class: transactional"),
        ("forms/whitepaper.yaml", "電話番号: phone", "電話番号: telephone", "this form has no field 'telephone'"),
        ("forms/whitepaper.yaml", "      phone: phone", "      phone: fone", "did you mean 'phone'?"),
        ("forms/whitepaper.yaml", "honeypot: website", "honeypot: company", "choose another name for the honeypot"),
        ("forms/whitepaper.yaml", "  - name: first_name", "  - name: last_name",
         "two fields have the name 'last_name'"),
        ("forms/whitepaper.yaml", "  typeform:", "  typeforms:", "'typeforms' is not allowed; write 'typeform'"),
        ("forms/whitepaper.yaml", "https://ripen.example]", "ripen.example]", "write a site such as"),
        ("journeys/whitepaper.yaml", "- wait: 3 days", "- wait: three days", "write e.g. 30 minutes, 12 hours, 3 days"),
        ("journeys/whitepaper.yaml", "- send: case-study", "- send: case-studies", "did you mean 'case-study'?"),
        ("journeys/whitepaper.yaml", "- send: case-study", "- send: whitepaper-delivery",
         "give one of them its own `id`"),
        ("journeys/whitepaper.yaml", "- send: case-study", "- email: case-study", "unknown key 'email'"),
        ("journeys/whitepaper.yaml", "form: whitepaper", "form: white-paper", "did you mean 'whitepaper'?"),
        ("journeys/whitepaper.yaml", "after 90 days", "90 days", "after exit, after 90 days"),
        ("journeys/welcome.yaml", "en: Welcome", "fr: Bienvenue, en: Welcome", "'fr' is not in `locales`"),
        ("segments/decision-makers.yaml", "email_kind", "email_kidn", "did you mean 'email_kind'?"),
        ("scoring.yaml", "leave: 60", "leave: 70", "`leave` must be lower than `enter`"),
        ("scoring.yaml", "- code: pricing", "- code: mail-click", "another rule has the code 'mail-click'"),
        ("scoring.yaml", "on: {page: pricing}", "on: {page: prices}", "there is no 'prices' in pages/"),
        ("scoring.yaml", "on: {page: pricing}", "on: {page: pricing, form: whitepaper}",
         "exactly one of form, page, click, read, download or crm"),
        ("scoring.yaml", "{{ when }}閲覧", "{{ wenn }}閲覧", "unknown variable 'wenn'; did you mean 'when'?"),
        ("emails/case-study/email.yaml", "class: marketing", "class: promotion",
         "'promotion' is not allowed; write 'marketing'"),
        ("emails/case-study/email.yaml", "lead.last_name }}", "lead.lastname }}",
         "'lead' has no 'lastname'; did you mean 'last_name'?"),
        ("emails/case-study/ja.mjml", "<mj-button", "<mj-buton", "mismatched tag"),
        ("emails/case-study/ja.mjml", "{{ greeting |", "{{ greting |",
         "unknown variable 'greting'; did you mean 'greeting'?"),
        ("emails/case-study/ja.mjml", "| newline_to_br }}", "| newline_to_bar }}", "did you mean 'newline_to_br'?"),
        ("emails/case-study/ja.mjml", "{{ greeting", "{% esle %}{{ greeting", "did you mean 'else'?"),
        ("emails/case-study/ja.mjml", "/pages/pricing?lang=ja", "/pages/prices",
         "there is no page 'prices'; did you mean 'pricing'?"),
        ("emails/case-study/ja.mjml", "/pages/pricing?lang=ja", "{{ lead.company }}", "a link needs a fixed target"),
        ("emails/case-study/ja.mjml", "/pages/pricing?lang=ja", "javascript:alert(1)", "a link needs a fixed target"),
        ("emails/case-study/ja.mjml", "/pages/pricing?lang=ja", "//evil.example", "a link needs a fixed target"),
        ("emails/case-study/ja.mjml", '"_bottom.ja.mjml"', '"_botom.ja.mjml"', "did you mean '_bottom.ja.mjml'?"),
        ("emails/_bottom.ja.mjml", "{{ unsubscribe_url }}", "mailto:x@ripen.example", "an unsubscribe link"),
        ("emails/_bottom.ja.mjml", "{{ brand.legal_name }}", "{{ brand.sender_name }}", "the sender's legal name"),
        ("emails/_bottom.ja.mjml", "{{ brand.postal_address }}", "", "the sender's postal address"),
        ("emails/_bottom.ja.mjml", "{{ brand.contact }}", "", "a contact for complaints"),
        ("pages/pricing.ja.liquid", "title: 料金プラン", "titel: 料金プラン",
         "unknown key 'titel'; did you mean 'title'?"),
        ("pages/pricing.ja.liquid", "/pages/whitepaper?lang=ja", "/pages/whitepapers", "did you mean 'whitepaper'?"),
        ("pages/pricing.ja.liquid", "'_top.liquid'", "'../ripen.yaml'", "there is no shared part '../ripen.yaml'"),
        ("pages/whitepaper.ja.liquid", "form.title", "form.titel", "'form' has no 'titel'; did you mean 'title'?"),
        ("pages/whitepaper.ja.liquid", "form: whitepaper", "form: whitepapers", "did you mean 'whitepaper'?"),
        ("pages/_fields.liquid", "carried.value", "carried.content", "Liquid:"),
    ],
)  # fmt: skip
def test_error_is_reported_at_its_line_with_what_to_write_instead(
    plan: Plan, file: str, old: str, new: str, said: str
) -> None:
    line = plan.edit(file, old, new)

    problems = plan.problems()

    reported = [problem for problem in problems if said in problem]
    assert reported, problems
    if not any(
        word in said
        for word in (
            "a link",
            "an unsubscribe",
            "excludes",
            "address: {",
            "legal",
            "postal",
            "complain",
            "mismatched",
            "Liquid",
        )
    ):
        assert any(problem.startswith(f"{file}:{line}:") for problem in reported), problems


def test_one_run_reports_all_errors(plan: Plan) -> None:
    plan.edit("ripen.yaml", "time_zone:", "timezone:")
    plan.edit("ripen.yaml", "per_week: 3", "per_week: -1")
    plan.edit("forms/whitepaper.yaml", "honeypot:", "honypot:")
    plan.edit("journeys/whitepaper.yaml", "3 days", "3 dayz")

    assert {problem.split(":")[0] for problem in plan.problems()} == {
        "ripen.yaml",
        "forms/whitepaper.yaml",
        "journeys/whitepaper.yaml",
    }
    assert len(plan.problems()) == 4


def test_invalid_file_is_not_also_reported_as_missing(plan: Plan) -> None:
    plan.edit("forms/whitepaper.yaml", "honeypot:", "honypot:")

    assert len(plan.problems()) == 1


def test_invalid_yaml_is_reported_with_line_and_column(plan: Plan) -> None:
    plan.edit("scoring.yaml", "hot: {enter: 70", "hot: {enter: 70}}")

    assert any(problem.startswith("scoring.yaml:3:") and "one } too many" in problem for problem in plan.problems())


def test_missing_language_is_reported(plan: Plan) -> None:
    (plan.path / "emails/case-study/en.mjml").unlink()
    (plan.path / "pages/pricing.en.liquid").unlink()

    assert plan.problems() == [
        "emails/case-study/email.yaml:1:1: there is no en.mjml beside this file",
        "pages/pricing.ja.liquid:1:1: there is no pricing.en.liquid",
    ]


def test_unknown_mjml_tag_is_reported_at_its_position_in_a_shared_part(plan: Plan) -> None:
    line = plan.edit("emails/_top.mjml", "  <mj-column>", "  <mj-colum />\n  <mj-column>")

    assert all(
        f"emails/_top.mjml:{line}:3: MJML has no <mj-colum>; did you mean 'mj-column'?" == p for p in plan.problems()
    )
    assert plan.problems()


def test_unknown_file_is_reported(plan: Plan) -> None:
    (plan.path / "jorneys").mkdir()
    (plan.path / "forms" / "White Paper.yml").write_text("title: x")

    problems = plan.problems()

    assert "jorneys:1:1: this is no part of a playbook; did you mean 'journeys'?" in problems
    assert any(problem.startswith("forms/White Paper.yml:1:1: this name is not allowed") for problem in problems)


def test_file_in_another_encoding_is_reported(plan: Plan) -> None:
    (plan.path / "segments/decision-makers.yaml").write_bytes("when: {company: 株式会社}".encode("cp932"))

    assert plan.problems() == ["segments/decision-makers.yaml:1:1: this file is not UTF-8; save it as UTF-8"]


def test_shared_part_that_includes_itself_is_reported(plan: Plan) -> None:
    plan.edit("pages/_top.liquid", "<header", "{% include '_top.liquid' %}\n<header")

    assert any("'_top.liquid' includes itself" in problem for problem in plan.problems())


def test_lead_magnet_that_no_journey_sends_is_reported(plan: Plan) -> None:
    plan.edit("journeys/whitepaper.yaml", "  - send: whitepaper-delivery\n", "")

    assert any("no journey of this form sends 'whitepaper-delivery'" in problem for problem in plan.problems())


def test_folder_without_a_playbook_is_reported(tmp_path: Path) -> None:
    with pytest.raises(InvalidPlaybook, match=r"there is no ripen\.yaml"):
        compile_playbook(tmp_path)
