"""One error at a time in the settings, forms, campaigns and personas of the smallest playbook."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from ripen_authoring.compile import check_playbook
from tests.support.smallest_playbook import FILES, KEN, C, CheckPlaybook, J, P, R, S, assert_reported, steps

SCORING = FILES["scoring.yaml"]


def mapping(fields: str) -> str:
    """Return ripen.yaml with this mapping of fields of Salesforce."""
    return FILES[R].replace("sync: {}", f"sync: {{fields: {{{fields}}}}}")


@pytest.mark.parametrize(
    ("file", "text", "message"),
    [
        # campaigns
        (C, "email: n\nsegment: s\nat: 2026-12-01T10:00\n", "1:1: there is no 'n' in emails/"),
        (C, "email: m\nsegment: s\nat: 2026-12-01\n", "3:1: '2026-12-01' is not a local date and time; write e.g."),
        (C, "email: m\nsegment: s\nat: 2026-12-01T10:00\ncanary: {share: 200%, wait: 1 hour}\n",
         "4:10: '200%' is not a percentage"),
        (C, "email: m\nto: {recipients: c}\nat: 2026-12-01T10:00\n",
         "2:6: a campaign cannot go to its own recipients; name another campaign"),
        (C, "email: t\nsegment: s\nat: 2026-12-01T10:00\n",
         "(warning) 1:1: 't' is transactional: it also goes to leads without consent"),
        # titles: the company's own people can do with one language, visitors of a form cannot
        (C, "title: {ja: 秋}\n" + FILES[C], "(warning) 1:1: 'title' has no text in en"),
        (S, "title: {ja: 会社}\n" + FILES[S], "(warning) 1:1: 'title' has no text in en"),
        (J, "title: {ja: 案内}\n" + FILES[J], "(warning) 1:1: 'title' has no text in en"),
        ("forms/f.yaml", FILES["forms/f.yaml"].replace("title: F", "title: {ja: F}"), "1:1: 'title' has no text in en"),
        # forms
        ("forms/f.yaml", FILES["forms/f.yaml"] + "  - {name: day, type: select, label: D}\n",
         "7:5: `options` and `type: select` go together"),
        ("forms/f.yaml",
         FILES["forms/f.yaml"] + "  - {name: day, type: select, label: D, options: [{value: a, label: b}, b]}\n",
         "7:73: two options have the text 'b'; change one of them"),
        # settings
        (R, FILES[R].replace("{name: Ripen}", "{name: Ripen, privacy_url: 'javascript:x'}", 1),
         "1:22: 'javascript:x' is not allowed; write an address"),
        (R, FILES[R] + "calendar: {hours: {from: '18:00', to: '09:00'}}\n",
         "6:1: in `hours`, `from` must be before `to`"),
        (R, FILES[R] + "policy: {quiet: {from: late, to: '08:00'}}\n", "6:18: 'late' is not a time of day"),
        (R, FILES[R] + "calendar: {closures: [New Year]}\n", "6:23: 'New Year' is not a day; write e.g. 2026-12-29"),
        (R, FILES[R] + "calendar: {workdays: [Mon, Tues]}\n", "6:28: 'Tues' is not a day of the week"),
        (R, FILES[R] + "calendar: {country: JQ}\n",
         "6:12: the public holidays of 'JQ' are not known; write two letters, e.g. JP or US"),
        (R, FILES[R] + "calendar: {country: Japan}\n",
         "6:12: the public holidays of 'Japan' are not known; did you mean 'JP'?"),
        (R, FILES[R] + "calendar: {country: Jappan}\n",
         "6:12: the public holidays of 'Jappan' are not known; did you mean 'JP'?"),
        (R, FILES[R] + "calendar: {country: USA}\n",
         "6:12: the public holidays of 'USA' are not known; did you mean 'US'?"),
        (R, FILES[R].replace("sync: {}", "sync: {users: {hanako@example.jp: Hanako}}"),
         "5:16: 'Hanako' is not allowed; write the id (005…) or the username of a Salesforce user"),
        (R, FILES[R].replace("sync: {}", "sync: {users: {hanako: 005000000000001AAA}}"),
         "5:16: 'hanako' is not allowed; write an e-mail address"),
        (R, mapping("Title: {from: job_titel}"),
         "5:25: there is no field 'job_titel'; did you mean 'job_title'?"),
        (R, mapping("Title: {from: job_title, value: x}"), "5:17: write either `from` or `value`"),
        (R, mapping("Title: {}"), "5:17: write either `from` or `value`"),
        (R, mapping("Title: {from: job_title, write: mine}"),
         "5:42: 'mine' is not allowed; write 'only if blank', 'ours', 'theirs', 'newest', 'append' or 'forward'"),
        (R, mapping("Status: {from: stage, write: forward}"),
         "5:17: `forward` needs `values`: their order says what comes later"),
        (R, mapping("Status: {value: x, values: {lead: Open}}"), "5:17: `values` needs `from`"),
        (R, mapping("Status: {from: stage, values: {led: Open}}"), "5:48: `stages` has no 'led'; did you mean 'lead'?"),
        (R, mapping("Title: {value: x, write: newest}"),
         "5:17: `newest` needs `from`: a value without a time is never newer"),
        (R, mapping("Title: {from: job_title, blank: clear}"), "5:17: `blank: clear` needs `from` and `write: ours`"),
        (R, FILES[R].replace("sync: {}", "sync: {campaigns: {Expo: {Sent: {form: nowhere}}}}"),
         "5:34: there is no 'nowhere' in forms/; write one of: f"),
        (R, mapping("Ripen_Score__c: {value: 3}"), "5:17: Ripen itself writes Ripen_Score__c"),
        (R, mapping("Email: {from: email}"), "5:17: Ripen itself writes Email; remove it"),
        (R, mapping("RecordTypeId: {value: Partner}"),
         "5:17: write the id of a record type as `value`, in quotes: '012…'"),
        (R, mapping("'Job Title': {from: job_title}"),
         "5:17: 'Job Title' is not allowed; write the API name of a field, such as Industry"),
        # scoring
        ("scoring.yaml", FILES["scoring.yaml"].replace("70", ".nan"), "1:7: write a number here"),
        ("scoring.yaml", FILES["scoring.yaml"] + "engagement: [{code: given, on: {form: f}, points: 5, words: x}]\n",
         "4:15: 'given' is the code of points that journeys give"),
        ("scoring.yaml", SCORING + "engagement:\n"
         "  - {code: x, on: {form: f}, points: 5, words: '{{ when | truncate: subject }}'}\n",
         "5:41: Liquid: "),
        ("scoring.yaml", SCORING + "fit:\n  - code: x\n    when: {company: present}\n    points: 5\n"
         "    words: {en: '{{ lead.company | truncate: lead.job_title }}'}\n", "8:13: Liquid: "),
        (J, steps("- update: {points: 5, words: '{{ last | truncate: when }}'}"), "3:25: Liquid: "),
        (J, steps("- update: {points: 5, words: '{{ lead.company }}'}"), "3:25: unknown variable 'lead'"),
        (R, FILES[R].replace("address: a@b.example", "address: '@'", 1), "2:10: '@' is not an e-mail address"),
        (R, FILES[R].replace("locales: [en]", "locales: [en, en]"), "3:15: 'en' is written twice; keep one"),
        (R, FILES[R] + "stages: [lead, mql, lead]\n", "6:21: 'lead' is written twice; keep one"),
        # personas
        (P, "email: ken\n", "1:1: 'ken' cannot be used: this is not an e-mail address"),
        (P, KEN + "tme_zone: Asia/Tokyo\n", "2:1: unknown key 'tme_zone'; did you mean 'time_zone'?"),
        (P, KEN + "time_zone: Asia/Tokio\n", "2:1: there is no time zone 'Asia/Tokio'; did you mean 'Asia/Tokyo'?"),
        (P, KEN + "stage: lover\n", "2:1: ripen.yaml has no stage 'lover'"),
        (P, KEN + "attributes: {renewl: '2027-01-01'}\n", "2:14: there is no field 'renewl'; did you mean 'renewal'?"),
        # days that are over
        (J, steps("- wait: until 2026-11-21 at 10:00", "- send: m"),
         "(warning) 3:5: 2026-11-21 is in the past: no lead waits here any more"),
        (J, steps("- wait_for:", "    - {when: {clicked: m}}", "    - {after: until 2026-11-21}"),
         "(warning) 5:10: 2026-11-21 is in the past"),
        (J, "enrol: {on: {every: FREQ=DAILY;COUNT=3, start: 2026-11-01T09:00, segment: s}}\nsteps: [{send: m}]",
         "(warning) 1:14: FREQ=DAILY;COUNT=3 does not occur after 2026-11-22"),
        ("forms/f.yaml",
         FILES["forms/f.yaml"] + "  - {name: day, type: select, label: D, options: ['2026-11-20', '2026-11-21']}\n",
         "(warning) 7:41: all dates to choose from are in the past (the last is 2026-11-21)"),
    ],
)  # fmt: skip
def test_error_is_reported_at_its_position(smallest: CheckPlaybook, file: str, text: str, message: str) -> None:
    assert_reported(smallest({file: text}), file, message)


def test_choices_with_one_future_date_give_no_warning(smallest: CheckPlaybook) -> None:
    days = "  - {name: day, type: select, label: D, options: ['2026-11-20', '2026-11-22']}\n"

    assert smallest({"forms/f.yaml": FILES["forms/f.yaml"] + days}) == []


@pytest.mark.parametrize(("hour", "warnings"), [(14, 0), (15, 1)])
def test_day_is_over_at_midnight_of_the_playbooks_time_zone(tmp_path: Path, hour: int, warnings: int) -> None:
    for file, text in (FILES | {J: steps("- wait: until 2026-11-21 at 10:00", "- send: m")}).items():
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_text(text)
    assert len(check_playbook(tmp_path, datetime(2026, 11, 21, hour, tzinfo=UTC)).warnings) == warnings
