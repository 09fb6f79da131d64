"""The pages that people in sales see."""

from tests.sandbox.salesforce.conftest import AnOrg


def test_the_lists_show_leads_contacts_and_tasks(org: AnOrg) -> None:
    lead = org.lead(FirstName="太郎", Ripen_Rank__c="hot", Ripen_Score__c=82)
    org.create("Task", Subject="電話する", WhoId=lead)
    page = org.web.get("/?lang=ja").text
    assert f'<a href="/lightning/r/Lead/{lead}/view">山田 太郎</a>' in page
    for text in ("みどり物流", "ホット", "82", "既存 花子", "Bob Tanaka", "電話する", "Ripen スコア"):
        assert text in page


def test_a_record_shows_our_fields_its_tasks_and_its_owner(org: AnOrg) -> None:
    alice = org.user("alice@ripen.example")
    lead = org.lead(OwnerId=alice, Ripen_Reasons__c="料金ページを3回閲覧", Ripen_Rank__c="warm")
    other = org.lead()
    org.create("Task", Subject="hers", WhoId=lead)
    org.create("Task", Subject="of another", WhoId=other)
    page = org.web.get(f"/lightning/r/Lead/{lead}/view?lang=en").text
    assert "Ripen Reasons" in page and "料金ページを3回閲覧" in page and "Warm" in page
    assert f'<a href="/lightning/r/User/{alice}/view">Alice Sato</a>' in page
    assert "hers" in page and "of another" not in page


def test_the_language_follows_the_browser_unless_it_is_chosen(org: AnOrg) -> None:
    org.web.cookies.clear()
    assert '<html lang="ja">' in org.web.get("/", headers={"Accept-Language": "ja,en;q=0.5"}).text
    org.web.cookies.clear()
    assert '<html lang="en">' in org.web.get("/", headers={"Accept-Language": "en-GB"}).text
    assert '<html lang="ja">' in org.web.get("/?lang=ja").text
    assert '<html lang="ja">' in org.web.get("/", headers={"Accept-Language": "en-GB"}).text
    org.web.cookies.clear()


def test_hostile_text_is_shown_as_text(org: AnOrg) -> None:
    hostile = "<script>alert(1)</script>{{ say }}"
    lead = org.lead(LastName=hostile, Ripen_Landing_Page__c="javascript:alert(1)")
    for page in (org.web.get("/"), org.web.get(f"/lightning/r/Lead/{lead}/view")):
        assert "&lt;script&gt;alert(1)&lt;/script&gt;{{ say }}" in page.text
        assert "<script>" not in page.text
        assert 'href="javascript' not in page.text
        assert "default-src 'none'" in page.headers["Content-Security-Policy"]


def test_a_missing_record_has_a_page_that_says_so(org: AnOrg) -> None:
    lead = org.lead()
    org.ask("DELETE", f"/sobjects/Lead/{lead}")
    for path in (f"/lightning/r/Lead/{lead}/view", "/lightning/r/Lead/x/view", "/lightning/r/Unicorn/1/view"):
        answer = org.web.get(path)
        assert answer.status_code == 404
        assert "text/html" in answer.headers["Content-Type"]
