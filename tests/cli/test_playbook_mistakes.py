"""The golden list: one mistake each, in the smallest playbook, with the file, the line and what is said."""

import json
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from cli.playbook.compile import check_playbook
from cli.playbook.problem import Broken
from cli.playbook.reading import FITTING
from cli.playbook.schema import schemas

J, S, C, R = "journeys/j.yaml", "segments/s.yaml", "campaigns/c.yaml", "ripen.yaml"
E, B, T = "emails/m/email.yaml", "emails/m/en.mjml", "emails/t/en.txt"
FOOT = (
    "{{ brand.sender_name }} {{ brand.postal_address }} {{ brand.contact }} "
    '<a href="{{ unsubscribe_url }}">Unsubscribe</a>'
)
FILES = {
    R: """brand: {name: Ripen}
sender: {address: a@b.example, reply_to: a@b.example, name: Ripen, postal_address: Tokyo, contact: a@b.example}
locales: [en]
tracking: {sites: [https://www.b.example], pages: {pricing: [/pricing]}}
sync: {}
""",
    "scoring.yaml": """hot: {enter: 70, leave: 60}
warm: {enter: 35, leave: 25}
half_life: 14 days
""",
    "forms/f.yaml": """title: F
submit: Send
fields:
  - {name: email, type: email, label: Mail, required: true}
  - {name: renewal, type: date, label: Renewal}
  - {name: plan, label: Plan, entry: true}
""",
    J: """enrol: {on: {form: f}}
steps:
  - send: m
  - wait: 1 day
  - send: t
""",
    S: """when:
  company: present
""",
    C: """email: m
segment: s
at: 2026-12-01T10:00
""",
    E: """class: marketing
subject: Hello
""",
    B: f"""<mjml><mj-body><mj-section><mj-column>
<mj-text>Hello</mj-text>
<mj-button href="https://other.example/">Go</mj-button>
<mj-text>{FOOT}</mj-text>
</mj-column></mj-section></mj-body></mjml>
""",
    "emails/t/email.yaml": """class: transactional
subject: Text alone
""",
    T: """Hello {{ lead.last_name }},
see https://other.example/x.
""",
}
P, H = "personas/ken.yaml", "simulations/h.yaml"
KEN = "email: ken@shop.example\n"
TODAY = date(2026, 11, 22)
Plan = Callable[..., list[str]]


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    """Writes the smallest playbook with these files changed, and checks it: warnings begin with "(warning)"."""

    def checked(changes: dict[str, str] | None = None) -> list[str]:
        for file, text in (FILES | (changes or {})).items():
            path = tmp_path / "p" / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        try:
            found = check_playbook(tmp_path / "p", TODAY).warnings
        except Broken as broken:
            found = broken.problems
        return [("(warning) " if problem.severity == "warning" else "") + str(problem) for problem in found]

    return checked


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("- send： m", "3:9: '：' is full-width; write ':' and a space"),
        ("-　send: m", "3:4: '　' is full-width; write a space"),
        ("　- send: m", "3:3: '　' is full-width; write a space"),
        ("－ send: m", "3:3: '－' is full-width; write '-'"),
        ("- split: ｛by: x}", "3:12: '｛' is full-width; write '{'"),
    ],
)
def test_signs_that_are_full_width_are_shown_beside_what_comes_of_them(plan: Plan, line: str, told: str) -> None:
    problems = plan({J: steps(line)})
    assert f"{J}:{told}" in problems
    assert len(problems) == 2, problems


def test_a_campaign_whose_mail_speaks_of_a_run_is_warned_of(plan: Plan) -> None:
    told = "1:1: 'm' says entry.…, which is blank in a campaign: no journey brought the lead there"
    assert plan({B: mail("<mj-text>{{ entry.plan }}</mj-text>")}) == [f"(warning) {C}:{told}"]


def test_full_width_signs_within_a_text_are_a_text(plan: Plan) -> None:
    assert plan({J: steps("- notify: |", "    電話：03-1234-5678", "    －以上－")}) == []


def test_what_the_system_and_editors_leave_in_folders_is_no_part_of_it(plan: Plan) -> None:
    assert (
        plan({"journeys/.DS_Store": "x", "journeys/j.yaml~": "x", "emails/.DS_Store": "x", "pages/.x.swp": "x"}) == []
    )


def test_what_follows_from_a_broken_file_is_not_said_too(plan: Plan, tmp_path: Path) -> None:
    # given a mail's body and a form's journey that no program can read
    plan({"forms/f.yaml": FILES["forms/f.yaml"] + "lead_magnet: t\n", J: "- no keys\n"})
    (tmp_path / "p" / B).write_bytes("こんにちは".encode("cp932"))

    # when it is checked
    with pytest.raises(Broken) as caught:
        check_playbook(tmp_path / "p", TODAY)

    # then it is these files that are to be mended, and no other
    assert sorted(problem.file for problem in caught.value.problems) == [B, J]


@pytest.mark.parametrize("part", ["_frame.mjml", "_head.mjml"])
def test_a_shared_part_that_is_not_utf8_is_named_once(plan: Plan, tmp_path: Path, part: str) -> None:
    includes = {B: mail("<mj-include path='_head.mjml' />").replace("'", '"'), "emails/_head.mjml": "<!-- -->"}
    plan(MARKDOWN | includes | {"emails/k/en.md": "Hello\n"})
    (tmp_path / "p" / "emails" / part).write_bytes("こんにちは".encode("cp932"))
    with pytest.raises(Broken, match=f"emails/{part}:1:1: this file is not UTF-8; save it as UTF-8") as caught:
        check_playbook(tmp_path / "p", TODAY)
    assert len(caught.value.problems) == 1


def test_a_folder_where_a_file_belongs_is_told(plan: Plan, tmp_path: Path) -> None:
    (tmp_path / "p" / "journeys" / "k.yaml").mkdir(parents=True)
    assert plan() == ["journeys/k.yaml:1:1: this is a folder; a file belongs here"]


def test_a_shared_part_with_a_byte_order_mark_is_a_part_like_any_other(plan: Plan) -> None:
    body = mail("<mj-text>Hello</mj-text>").replace("<mj-body>", '<mj-include path="_head.mjml" /><mj-body>')
    head = "\ufeff<mj-head><mj-title>Hello</mj-title></mj-head>"
    assert plan({B: body, "emails/_head.mjml": head}) == []


def test_every_pattern_of_the_models_has_words() -> None:
    asked = set(re.findall(r'"pattern": "((?:[^"\\]|\\.)*)"', "".join(schemas().values())))
    assert {json.loads(f'"{pattern}"') for pattern in asked} == FITTING.keys()


MARKDOWN = {
    "emails/k/email.yaml": FILES[E],
    "emails/_frame.mjml": FILES[B].replace("<mj-text>Hello</mj-text>", "<!-- body -->"),
}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Hello\n\n[Go](/pages/nope)\n", "3:6: there is no page 'nope'"),
        ("Hello <b>you</b>, <https://other.example>\n", "(warning) 1:7: Markdown shows '<b>' as it is"),
        ("Hello\n\n[Go](https://other.example/a b)\n", "(warning) 3:4: this is no link, for there is a space in the address"),
        ("\n", "1:1: this mail has no text part; write some words"),
        ("![A](a.png)\n", "1:6: nobody can fetch the picture 'a.png'"),
    ],
)  # fmt: skip
def test_what_markdown_would_show_otherwise_than_meant_is_told(plan: Plan, text: str, told: str) -> None:
    prefix = "(warning) " if told.startswith("(warning) ") else ""
    problems = plan(MARKDOWN | {"emails/k/en.md": text})
    assert problems[0].startswith(f"{prefix}emails/k/en.md:{told.removeprefix(prefix)}"), problems


def test_the_smallest_playbook_is_in_order(plan: Plan) -> None:
    assert plan() == []


AGAIN = "enrol: {on: {form: f}, again: after exit}\nsteps:\n"


def steps(*lines: str) -> str:
    return "\n".join(["enrol: {on: {form: f}}", "steps:", *(f"  {line}" for line in lines), ""])


def scenario(*events: str, **changes: str) -> str:
    known = {"journey": "j", "lead": "ken", "from": "2026-11-24 10:00"} | changes
    happens = ["events:", *(f"  - {event}" for event in events)] if events else []
    return "\n".join([*(f"{key}: {value}" for key, value in known.items()), *happens, ""])


def mail(*lines: str) -> str:
    return FILES[B].replace("<mj-text>Hello</mj-text>", "\n".join(lines))


@pytest.mark.parametrize(
    ("file", "text", "told"),
    [
        # who is let in
        (J, "enrol: {on: {form: g}}\nsteps: [{send: m}]", "1:14: there is no 'g' in forms/; write one of: f"),
        (J, "enrol:\n  on:\n    - {form: f}\n    - {segment: x}\nsteps: [{send: m}]", "4:8: there is no 'x' in segments/"),
        (J, "enrol: {on: {form: f, rank: hot}}\nsteps: [{send: m}]", "1:9: write exactly one of form, page"),
        (J, "enrol: {on: {date: birthday}}\nsteps: [{send: m}]", "1:14: no form asks for a date 'birthday'"),
        (J, "enrol: {on: {field: {plam: [pro]}}}\nsteps: [{send: m}]", "1:22: nothing asks for 'plam'; did you mean 'plan'?"),
        (J, "enrol: {on: {form: f, where: {renewal: x}}}\nsteps: [{send: m}]", "1:31: no form keeps 'renewal'; write `entry: true`"),
        (J, "enrol: {on: {form: f}, again: once per order}\nsteps: [{send: m}]", "1:24: no form keeps 'order'; write `entry: true`"),
        (J, "enrol: {on: {form: f}, again: sometimes}\nsteps: [{send: m}]", "1:24: 'sometimes' does not say when; write never"),
        (J, "enrol: {on: {every: FREQ=DAILY, segment: s}}\nsteps: [{send: m}]", "1:9: `every` needs a `segment` to write to and a `start`"),
        (J, "enrol: {on: {form: f, yearly: true}}\nsteps: [{send: m}]", "1:9: `offset`, `yearly` and `at` go with `date`"),
        (J, "enrol: {on: {date: renewal, at: nine}}\nsteps: [{send: m}]", "1:29: 'nine' is no time of day; write e.g. \"09:00\""),
        (J, 'enrol: {on: {date: renewal, yearly: true}}\nsteps: [{send: m}]', "(warning) 1:29: whoever was in it once never enters again, in no later year; write `again: after 300 days`"),
        (J, "enrol: {on: {crm_campagn: Expo}}\nsteps: [{send: m}]", "1:14: unknown key 'crm_campagn'; did you mean 'crm_campaign'?"),
        (J, "enrol: {on: {form: f, status: Sent}}\nsteps: [{send: m}]", "1:9: `status` goes with `crm_campaign`"),
        (J, "enrol: {on: {crm_campaign: Expo}, again: once per campain}\nsteps: [{send: m}]", "1:35: no form keeps 'campain'; write `entry: true` at that field; did you mean 'campaign'?"),
        (J, "enrol: {on: {crm_campaign: Expo}}\nsteps: [{notify: 'was {{ entry.statsu }}'}]", "2:10: 'entry' has no 'statsu'; did you mean 'status'?"),
        (J, steps("- notify: 'was {{ entry.status }}'"), "3:5: 'entry' has no 'status'"),
        (J, "enrol: {on: {api: [order], form: f}}\nsteps: [{send: m}]", "1:9: write exactly one of form, page"),
        (J, "enrol: {on: {api: [order, by]}}\nsteps: [{send: m}]", "1:9: `api` cannot have 'by'"),
        (J, "enrol: {on: {api: [Order]}}\nsteps: [{send: m}]", "1:20: "),
        (J, "enrol: {on: {api: [order]}, again: once per oder}\nsteps: [{send: m}]", "1:29: no form keeps 'oder'; write `entry: true` at that field; did you mean 'order'?"),
        (J, "enrol: {on: {api: [order]}}\nsteps: [{notify: 'of {{ entry.oder }}'}]", "2:10: 'entry' has no 'oder'; did you mean 'order'?"),
        # no YAML
        (J, "enrol: {on: {form: f}}\nsteps:\n\t- send: m\n", "3:1: this is a tab; indent with spaces"),
        (J, steps("- wait: 1 day: or so"), "3:16: one `: ` too many on this line; put a text that has one into quotes"),
        (J, steps("- *first"), "3:5: nothing above is called &first"),
        (J, steps("- send: m", "  send: t"), "4:5: 'send' is there twice; keep one of them"),
        (J, steps("- {send: m"), "3:5: this is opened and never closed"),
        (J, steps("- {send: m，id: x}"), "3:16: a comma is missing here, or a } before"),
        (J, steps("- send: m") + "---\na: b\n", "4:1: `---` begins a second document; a file holds one"),
        (J, steps("- send: m\0"), "3:12: there is a character here that nobody sees (U+0000); delete it"),
        (J, steps("- notify: 'Hello"), "3:13: this is opened and never closed"),
        (J, steps("- notify: @sales"), "3:13: @ cannot begin a value; put the value into quotes"),
        (J, steps("- " + "[" * 3000), "1:1: too many things within one another"),
        (J, steps("- ｓｅｎｄ: m"), "3:5: unknown key 'ｓｅｎｄ'; did you mean 'send'?"),
        (J, steps("- send: m") + "1: x\n", "4:1: a key is a text; put it into quotes"),
        (R, FILES[R].replace("[en]", "[en]\ntime_zone："), "5:1: a key needs `: ` and a value behind it"),
        # clauses
        (S, "when: {viewed: pricing, times: 101}\n", "1:25: 101 will not do; write at most 100"),
        (S, "when: {viewed: pricing, times: 0}\n", "1:25: 0 will not do; write at least 1"),
        (J, "enrol: {on: {form: f}}\ngoal: {clicked: mm}\nsteps: [{send: m}]", "2:8: there is no 'mm' in emails/; did you mean 'm'?"),
        (J, "enrol: {on: {form: f}}\ngoal: {cliked: m}\nsteps: [{send: m}]", "2:8: nothing asks for 'cliked'; did you mean 'clicked'?"),
        (J, "enrol: {on: {form: f}}\nexit: {any: [{tag: vip}]}\nsteps: [{send: m}]", "(warning) 2:15: no journey gives the tag 'vip'"),
        (J, "enrol: {on: {form: f}}\ngoal: {consent: sms}\nsteps: [{send: m}]", "2:8: nobody is asked for 'sms'; write one of: marketing"),
        (J, "enrol: {on: {form: f}}\ngoal: {viewed: prices}\nsteps: [{send: m}]", "2:8: there is no 'prices' in pages/"),
        (J, "enrol: {on: {form: f}}\ngoal: {viewed: pricing, times: x}\nsteps: [{send: m}]", "2:25: write a whole number here"),
        (S, "when:\n  any:\n    - {segment: s}\n", "3:8: segment 's' is made of itself"),
        (S, "when:\n  - company: present\n  - {domian: [a.example]}\n", "3:6: nothing asks for 'domian'; did you mean 'domain'?"),
        (R, FILES[R] + "policy: {unless: {open: yes}}\n", "6:19: nothing asks for 'open'"),
        # steps
        (J, steps("- sent: m"), "3:5: unknown key 'sent'; did you mean 'send'?"),
        (J, steps("- {send: m, prority: high}"), "3:15: unknown key 'prority'; did you mean 'priority'?"),
        (J, steps("- {send: m, priority: urgent}"), "3:15: 'urgent' is none of 'high', 'normal' or 'low'"),
        (J, steps("- wait: 3"), "3:5: 3 of what? Write e.g. 3 days"),
        (J, steps("- wait: until 2026-13-01"), "3:5: there is no day 2026-13-01"),
        (J, steps("- wait: until renwal - 3 days"), "3:5: no form asks for a date 'renwal'; did you mean 'renewal'?"),
        (J, steps("- send: m", "- wait: 1 day", "- send: m"), "5:5: 'send-m' is there twice; give one of them an `id`"),
        (J, steps("- send: m", "- send: m"), "4:5: 'send-m' is there twice; give one of them an `id`"),
        (J, steps("- branch:", "    - {when: {clicked: m}}", "    - {when: {clicked: m}}"), "5:9: another path is called 'clicked m'"),
        (J, steps("- branch:", "    - {else: []}", "    - {when: {clicked: m}}"), "3:5: `else` takes everybody who is left; write it last"),
        (J, steps("- wait_for:", "    - {when: {clicked: m}, after: 3 days}"), "4:9: a path of `wait_for` has either"),
        (J, steps("- split: {by: x, paths: {a: [{send: m}]}}"), "3:20: this must not be empty"),
        (J, steps("- update: {stage: lover}"), "3:14: ripen.yaml has no stage 'lover'"),
        (J, steps("- update: {points: 5}"), "3:5: points need `words`"),
        (J, steps("- crm: {status: Sent}"), "3:5: write what to do in the CRM: task, campaign or owner"),
        (J, steps("- webhook: {url: http://a.example}"), "3:15: 'http://a.example' will not do; write an address that begins with https://"),
        (J, steps("- enrol: k"), "3:5: there is no 'k' in journeys/; write one of: j"),
        (J, steps("- jump: send-x", "- send: m"), "3:5: this journey has no step 'send-x'; did you mean 'send-m'?"),
        (J, steps("- {wait: until renewal, otherwise: send-x}", "- send: m"), "3:27: this journey has no step 'send-x'"),
        (J, steps("- send: m") + "changes: {old: move to send-x}\n", "4:11: this journey has no step 'send-x'"),
        (J, steps("- send: m") + "changes: {old: forget}\n", "4:11: 'forget' does not say where to; write stay, exit"),
        (J, steps("- notify: {en: '{{ lead.lastname }}'}"), "3:14: 'lead' has no 'lastname'; did you mean 'last_name'?"),
        (J, steps("- update: {fields: {plan: '{{ answers.x.y }}'}}"), "3:23: 'answers' has no 'x'"),
        # ways through a journey
        (J, steps("- send: m", "- exit", "- send: t"), "5:5: nobody gets to 'send-t'"),
        (J, steps("- {send: m}", "- {jump: send-m}"), "4:6: this goes back to 'send-m' with no wait on the way"),
        (J, AGAIN + "  - send: m\n  - enrol: j\n", "4:5: this comes back to 'j' with no wait on the way; put a `wait`"),
        (J, steps("- wait_for: [{when: {clicked: m}}]"), "3:5: whoever does none of this waits for good; add"),
        # campaigns
        (C, "email: n\nsegment: s\nat: 2026-12-01T10:00\n", "1:1: there is no 'n' in emails/"),
        (C, "email: m\nsegment: s\nat: 2026-12-01\n", "3:1: '2026-12-01' is no local date and time; write e.g."),
        (C, "email: m\nsegment: s\nat: 2026-12-01T10:00\ncanary: {share: 200%, wait: 1 hour}\n", "4:10: '200%' is no share"),
        (C, "email: m\nto: {recipients: c}\nat: 2026-12-01T10:00\n", "2:6: these are its own recipients; name another campaign"),
        (C, "email: t\nsegment: s\nat: 2026-12-01T10:00\n", "(warning) 1:1: 't' is transactional: it goes also to who did not agree"),
        # forms
        ("forms/f.yaml", FILES["forms/f.yaml"] + "  - {name: day, type: select, label: D}\n", "7:5: `options` and `type: select` go together"),
        # settings
        (R, FILES[R].replace("{name: Ripen}", "{name: Ripen, privacy_url: 'javascript:x'}", 1), "1:22: 'javascript:x' will not do; write an address"),
        (R, FILES[R] + "calendar: {hours: {from: '18:00', to: '09:00'}}\n", "6:1: in `hours`, `from` comes before `to`"),
        (R, FILES[R] + "policy: {quiet: {from: late, to: '08:00'}}\n", "6:18: 'late' is no time of day"),
        (R, FILES[R] + "calendar: {closures: [New Year]}\n", "6:23: 'New Year' is no day; write e.g. 2026-12-29"),
        (R, FILES[R] + "calendar: {workdays: [Mon, Tues]}\n", "6:28: 'Tues' is no day of the week"),
        (R, FILES[R] + "calendar: {country: JQ}\n", "6:12: no country 'JQ' whose holidays we know; write two letters, e.g. JP or US"),
        (R, FILES[R] + "calendar: {country: Japan}\n", "6:12: no country 'Japan' whose holidays we know; did you mean 'JP'?"),
        (R, FILES[R] + "calendar: {country: Jappan}\n", "6:12: no country 'Jappan' whose holidays we know; did you mean 'JP'?"),
        (R, FILES[R] + "calendar: {country: USA}\n", "6:12: no country 'USA' whose holidays we know; did you mean 'US'?"),
        # scoring
        ("scoring.yaml", FILES["scoring.yaml"].replace("70", ".nan"), "1:7: write a number here"),
        ("scoring.yaml", FILES["scoring.yaml"] + "engagement: [{code: given, on: {form: f}, points: 5, words: x}]\n", "4:15: 'given' is the code of points that journeys give"),
        # days that are over
        (J, steps("- wait: until 2026-11-21 at 10:00", "- send: m"), "(warning) 3:5: 2026-11-21 is over: nobody waits here any more"),
        (J, steps("- wait_for:", "    - {when: {clicked: m}}", "    - {after: until 2026-11-21}"), "(warning) 5:10: 2026-11-21 is over"),
        (J, "enrol: {on: {every: FREQ=DAILY;COUNT=3, start: 2026-11-01T09:00, segment: s}}\nsteps: [{send: m}]", "(warning) 1:14: FREQ=DAILY;COUNT=3 does not return after 2026-11-22"),
        ("forms/f.yaml", FILES["forms/f.yaml"] + "  - {name: day, type: select, label: D, options: ['2026-11-20', '2026-11-21']}\n", "(warning) 7:41: every day to choose is over (the last is 2026-11-21)"),
        # mails
        (E, "class: marketing\nsubject: Hello {{ entry.plam }}\n", "2:1: 'entry' has no 'plam'; did you mean 'plan'?"),
        (B, mail("<mj-image src='https://b.example/a.png' />"), "2:16: the picture https://b.example/a.png has no words"),
        (B, mail("<mj-text color='#bbbbbb'>Pale</mj-text>"), "(warning) 2:26: 'Pale' is hard to read: #bbbbbb on #ffffff"),
        (B, mail('<mj-text><a href="https://www.b.example/x">x</a></mj-text>'), "(warning) 2:19: https://www.b.example/x has no utm_source"),
        (B, mail("<mj-text>" + "long " * 25_000 + "</mj-text>"), "1:1: this mail is larger than 100 KB"),
        (B, FILES[B].replace("{{ unsubscribe_url }}", "mailto:a@b.example"), "1:1: the html of a marketing mail must say a way to stop it"),
        (T, "Hello {{ lead.nick }}", "1:10: 'lead' has no 'nick'"),
        (T, "\n", "1:1: this mail has no text part"),
        (B, mail("<mj-image src='a.png' alt='A' />"), "2:16: nobody can fetch the picture 'a.png'; write where it is on the web"),
        (B, mail("<mj-text><form action='https://b.example'></form></mj-text>"), "(warning) 2:10: mailbox providers take <form> out"),
        (B, mail('<mj-text><a href="/pages/nope">x</a></mj-text>'), "2:19: there is no page 'nope'"),
        (B, mail("<mj-text>｛｛ lead.company ｝｝</mj-text>"), "2:10: '｛｛' is full-width; write '{{'"),
        (B, mail("<mj-text>{% if lead.company %}</mj-text>"), "2:10: this {% if %} is never closed; write {% endif %} behind it"),
        (B, mail("<mj-text>{% fi lead.company %}</mj-text>"), "2:10: Liquid has no tag 'fi'; did you mean 'if'?"),
        (E, "class: marketing\nsubject: {en: ' '}\n", "2:11: a mail without a subject looks like spam"),
        # personas
        (P, "email: ken\n", "1:1: 'ken' is no e-mail address"),
        (P, KEN + "tme_zone: Asia/Tokyo\n", "2:1: unknown key 'tme_zone'; did you mean 'time_zone'?"),
        (P, KEN + "time_zone: Asia/Tokio\n", "2:1: no time zone 'Asia/Tokio'; did you mean 'Asia/Tokyo'?"),
        (P, KEN + "stage: lover\n", "2:1: ripen.yaml has no stage 'lover'"),
        (P, KEN + "attributes: {renewl: '2027-01-01'}\n", "2:14: nothing asks for 'renewl'; did you mean 'renewal'?"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_at_its_place(plan: Plan, file: str, text: str, told: str) -> None:
    prefix = "(warning) " if told.startswith("(warning) ") else ""
    where = told.removeprefix(prefix)

    problems = plan({file: text})

    assert [problem for problem in problems if problem.startswith(f"{prefix}{file}:{where}")], problems
    assert len(problems) <= 2, problems


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (scenario(evnts="x"), "4:1: unknown key 'evnts'; did you mean 'events'?"),
        (scenario(journey="jj"), "1:1: there is no 'jj' in journeys/; did you mean 'j'?"),
        (scenario(lead="kenn"), "2:1: there is no 'kenn' in personas/; did you mean 'ken'?"),
        (scenario(**{"from": "tomorrow"}), "3:1: 'tomorrow' is no time to begin; write e.g. 2026-11-24 10:00"),
        (scenario(answers="{hook: {ok: true}}"), "4:11: no journey calls a webhook at 'hook'"),
        (scenario("+2d click m", "2d click m"), "6:5: '2d click m' does not say when. Begin with +2d"),
        (scenario("2026-11-31 10:00 click m"), "5:5: There is no time '2026-11-31 10:00'. Write e.g."),
        (scenario("2026-11-23 10:00 click m"), "5:5: this is before the story begins (2026-11-24 10:00)"),
        (scenario("+1d clack m"), "5:5: 'clack' is nothing that can happen; did you mean 'click'?"),
        (scenario("+1d click mm"), "5:5: there is no 'mm' in emails/; did you mean 'm'?"),
        (scenario("+1d reply mm Hello"), "5:5: there is no 'mm' in emails/"),
        (scenario("+1d click"), "5:5: '+1d click' does not say which; write click EMAIL"),
        (scenario("+1d view prices"), "5:5: there is no 'prices' in pages/"),
        (scenario("+1d enter k"), "5:5: there is no 'k' in journeys/; write one of: j"),
        (scenario("+1d enter j order"), "5:5: 'order' is no field=value; write for example"),
        (scenario("+1d enter j order=1"), "5:5: no request to j says 'order'"),
        (scenario("+1d form g"), "5:5: there is no 'g' in forms/; write one of: f"),
        (scenario("+1d form f plam=pro"), "5:5: the form f does not ask for 'plam'; did you mean 'plan'?"),
        (scenario("+1d form f pro"), "5:5: 'pro' is no field=value"),
        (scenario("+1d set plam=pro"), "5:5: nothing asks for 'plam'; did you mean 'plan'?"),
        (scenario("+1d set company='Acme"), "5:5: In \"set company='Acme\" a quote is not closed"),
    ],
)  # fmt: skip
def test_a_story_that_cannot_be_lived_is_told_at_its_place(plan: Plan, text: str, told: str) -> None:
    problems = plan({P: KEN, H: text})

    assert [problem for problem in problems if problem.startswith(f"{H}:{told}")], problems
    assert len(problems) == 1, problems


def test_a_story_that_can_be_lived_is_in_order(plan: Plan) -> None:
    said = scenario(
        "+1d click m 1", "+1d view pricing", "+2d set plan=pro", "+2d tag vip", "+3d form f renewal=2027-01-01"
    )

    assert plan({P: KEN, H: said, "simulations/h.txt": "as approved"}) == []


def test_what_a_salesforce_campaign_says_is_known_where_it_lets_in(plan: Plan) -> None:
    enrol = "enrol: {on: {crm_campaign: Expo}}"
    branch = "branch: [{when: {entry.status: Responded}, then: [{send: m}]}, {else: [{send: t}]}]"
    webhook = "webhook: {url: https://a.example, body: {campaign: '{{ entry.campaign }}'}}"
    words = "Hello {{ lead.last_name }}, you came to {{ entry.campaign }} ({{ entry.status }}).\n"

    assert plan({J: f"{enrol}\nsteps:\n  - {webhook}\n  - {branch}\n", T: words}) == []


def test_what_a_request_says_is_known_where_it_lets_in(plan: Plan) -> None:
    enrol = "enrol: {on: {api: [order, day]}, again: once per order}"
    branch = "branch: [{when: {entry.order: present}, then: [{send: m}]}, {else: [{send: t}]}]"
    wait = "wait: until entry.day - 1 days\n    otherwise: [{exit: too late}]"
    words = "Hello {{ lead.last_name }}, thank you for {{ entry.order }}.\n"
    story = scenario("+1d enter j order=4711 day=2026-12-24")

    journey = f"{enrol}\nsteps:\n  - {wait}\n  - {branch}\n"
    assert plan({J: journey, T: words, P: KEN, H: story, "simulations/h.txt": "as approved"}) == []


def test_journeys_that_enrol_into_one_another_are_in_order_with_a_wait_or_where_one_lets_in_once(plan: Plan) -> None:
    there, back = AGAIN + "  - send: m\n  - enrol: k\n", AGAIN + "  - send: t\n  - enrol: j\n"
    k = "journeys/k.yaml"

    assert [each.partition(": ")[0] for each in plan({J: there, k: back})] == [f"{J}:4:5", f"{k}:4:5"]
    assert plan({J: there, k: back.replace("  - enrol", "  - wait: 1 day\n  - enrol")}) == []
    assert plan({J: there, k: back.replace(", again: after exit", "")}) == []


def test_a_transcript_without_its_scenario_is_told(plan: Plan) -> None:
    assert [problem.partition(": ")[0] for problem in plan({"simulations/g.txt": "x"})] == ["simulations/g.txt:1:1"]


def test_days_to_choose_of_which_one_is_still_to_come_are_in_order(plan: Plan) -> None:
    days = "  - {name: day, type: select, label: D, options: ['2026-11-20', '2026-11-22']}\n"

    assert plan({"forms/f.yaml": FILES["forms/f.yaml"] + days}) == []
