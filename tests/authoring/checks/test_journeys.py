"""One error at a time in a journey or segment of the smallest playbook, with its position and its message."""

import pytest

from tests.support.smallest_playbook import (
    AGAIN,
    ALERTING,
    FILES,
    KEN,
    CheckPlaybook,
    F,
    H,
    J,
    P,
    R,
    S,
    T,
    assert_reported,
    scenario,
    steps,
)


def every(rule: str, start: str = "2026-12-01T09:00") -> str:
    return f"enrol: {{on: {{every: {rule}, segment: s, start: {start}}}}}\nsteps: [{{send: m}}]"


@pytest.mark.parametrize(
    ("file", "text", "message"),
    [
        # who is let in
        (J, "enrol: {on: {form: g}}\nsteps: [{send: m}]", "1:14: there is no 'g' in forms/; write one of: f"),
        (J, "enrol:\n  on:\n    - {form: f}\n    - {segment: x}\nsteps: [{send: m}]",
         "4:8: there is no 'x' in segments/"),
        (J, "enrol: {on: {segment: any}}\nsteps: [{send: m}]", "1:14: there is no 'any' in segments/; write one of: s"),
        (J, "enrol: {on: {form: f, rank: hot}}\nsteps: [{send: m}]", "1:9: write exactly one of form, page"),
        (J, "enrol: {on: {date: birthday}}\nsteps: [{send: m}]", "1:14: no form asks for a date 'birthday'"),
        (J, "enrol: {on: {field: {plam: [pro]}}}\nsteps: [{send: m}]",
         "1:22: there is no field 'plam'; did you mean 'plan'?"),
        (J, "enrol: {on: {form: f, where: {renewal: x}}}\nsteps: [{send: m}]",
         "1:31: no form keeps 'renewal'; add `entry: true` to that field"),
        (J, "enrol: {on: {form: f}, again: once per order}\nsteps: [{send: m}]",
         "1:24: no form keeps 'order'; add `entry: true` to that field"),
        (J, "enrol: {on: {form: f}, again: sometimes}\nsteps: [{send: m}]",
         "1:24: 'sometimes' is not allowed; write never"),
        (J, "enrol: {on: {every: FREQ=DAILY, segment: s}}\nsteps: [{send: m}]",
         "1:9: `every` needs a `segment` to write to and a `start`"),
        (J, every("FREQ=MONTHLY;BYDAY=9MO"), "1:9: 'FREQ=MONTHLY;BYDAY=9MO' is not an RRULE (no month has such a day)"),
        (J, every("FREQ=DAILY;INTERVAL=-1"), "1:9: 'FREQ=DAILY;INTERVAL=-1': INTERVAL must be at least 1"),
        (J, every("FREQ=DAILY;INTERVAL=0"), "1:9: 'FREQ=DAILY;INTERVAL=0': INTERVAL must be at least 1"),
        (J, every("FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=30"),
         "1:9: 'FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=30': BYMONTH goes with FREQ=DAILY"),
        (J, every("FREQ=HOURLY", "0001-01-01T00:00"), "1:46: the year 1 is out of range; write a year from 2000"),
        (J, "enrol: {on: {form: f, yearly: true}}\nsteps: [{send: m}]",
         "1:9: `offset`, `yearly` and `at` go with `date`"),
        (J, "enrol: {on: {form: f, leap: 1 March}}\nsteps: [{send: m}]", "1:9: `leap` goes with `date`"),
        (J, "enrol: {on: [{form: f}, {crm: status changed, where: {state: x}}]}\nsteps: [{send: m}]",
         "1:55: this activity has no 'state'; did you mean 'status'?"),
        (J, "enrol: {on: {crm: stage moved}}\nsteps: [{send: m}]",
         "1:14: 'stage moved' is not allowed; write 'status changed', 'owner changed', 'converted'"),
        (J, "enrol: {on: {rank: hot, where: {plan: [pro]}}}\nsteps: [{send: m}]",
         "1:9: `where` goes with one of: form, page"),
        (J, "enrol: {on: {rank: hot, form: f, were: {plan: [pro]}}}\nsteps: [{send: m}]", "1:34: unknown key 'were'"),
        (J, "enrol: {on: [form]}\nsteps: [{send: m}]", "1:14: write exactly one of form, page"),
        (J, "enrol: {on: {date: renewal, at: nine}}\nsteps: [{send: m}]",
         "1:29: 'nine' is not a time of day; write e.g. \"09:00\""),
        (J, 'enrol: {on: {date: renewal, yearly: true}}\nsteps: [{send: m}]',
         "(warning) 1:29: with `again: never` a lead enters once and not every year; write `again: after 300 days`"),
        (J, "enrol: {on: {crm_campagn: Expo}}\nsteps: [{send: m}]",
         "1:14: unknown key 'crm_campagn'; did you mean 'crm_campaign'?"),
        (J, "enrol: {on: {form: f, status: Sent}}\nsteps: [{send: m}]", "1:9: `status` goes with `crm_campaign`"),
        (J, "enrol: {on: {crm_campaign: Expo}, again: once per campain}\nsteps: [{send: m}]",
         "1:35: no form keeps 'campain'; add `entry: true` to that field; did you mean 'campaign'?"),
        (J, "enrol: {on: {crm_campaign: Expo}}\nsteps: [{notify: 'was {{ entry.statsu }}'}]",
         "2:10: 'entry' has no 'statsu'; did you mean 'status'?"),
        (J, steps("- notify: 'was {{ entry.status }}'"), "3:5: 'entry' has no 'status'"),
        (J, "enrol: {on: {api: [order], form: f}}\nsteps: [{send: m}]", "1:9: write exactly one of form, page"),
        (J, "enrol: {on: {api: [order, by]}}\nsteps: [{send: m}]", "1:9: `api` cannot have 'by'"),
        (J, "enrol: {on: {api: [Order]}}\nsteps: [{send: m}]", "1:20: "),
        (J, "enrol: {on: {api: [order]}, again: once per oder}\nsteps: [{send: m}]",
         "1:29: no form keeps 'oder'; add `entry: true` to that field; did you mean 'order'?"),
        (J, "enrol: {on: {api: [order]}}\nsteps: [{notify: 'of {{ entry.oder }}'}]",
         "2:10: 'entry' has no 'oder'; did you mean 'order'?"),
        # clauses
        (S, "when: {viewed: pricing, times: 101}\n", "1:25: 101 is too large; write at most 100"),
        (S, "when: {viewed: pricing, times: 0}\n", "1:25: 0 is too small; write at least 1"),
        (J, "enrol: {on: {form: f}}\ngoal: {clicked: mm}\nsteps: [{send: m}]",
         "2:8: there is no 'mm' in emails/; did you mean 'm'?"),
        (J, "enrol: {on: {form: f}}\ngoal: {cliked: m}\nsteps: [{send: m}]",
         "2:8: there is no field 'cliked'; did you mean 'clicked'?"),
        (J, "enrol: {on: {form: f}}\nexit: {any: [{tag: vip}]}\nsteps: [{send: m}]",
         "(warning) 2:15: no journey adds the tag 'vip'"),
        (J, "enrol: {on: {form: f}}\ngoal: {consent: sms}\nsteps: [{send: m}]",
         "2:8: there is no consent 'sms'; write one of: marketing"),
        (J, "enrol: {on: {form: f}}\ngoal: {viewed: prices}\nsteps: [{send: m}]",
         "2:8: there is no 'prices' in pages/"),
        (J, "enrol: {on: {form: f}}\ngoal: {viewed: pricing, times: x}\nsteps: [{send: m}]",
         "2:25: write a whole number here"),
        (S, "when:\n  any:\n    - {segment: s}\n", "3:8: segment 's' refers to itself"),
        (S, "when:\n  - company: present\n  - {domian: [a.example]}\n",
         "3:6: there is no field 'domian'; did you mean 'domain'?"),
        (R, FILES[R] + "policy: {unless: {open: yes}}\n", "6:19: there is no field 'open'"),
        (S, "when: {job_title: {}}\n", "1:8: write what to compare with: any_of, contains, at_least or present"),
        (S, "when: {job_title: {contains: []}}\n", "1:20: this must not be empty"),
        (S, "when: {job_title: []}\n", "1:8: this must not be empty"),
        (S, "when: {all: []}\n", "1:8: this must not be empty"),
        (S, "when: {any: []}\n", "1:8: this must not be empty"),
        (S, "when: {plan: {at_least: inf}}\n", "1:15: write a number here"),
        (S, "when: {rank: []}\n", "1:8: this must not be empty"),
        (S, "when: {tag: null}\n", "1:1: an empty clause has no effect; remove it"),
        (S, "when: {clicked: ''}\n", "1:1: an empty clause has no effect; remove it"),
        (S, "when: {field: {nope: x}}\n", "1:16: there is no field 'nope'"),
        # steps
        (J, steps("- {send: m, wait: 3 days}"), "3:15: write one step per `-`: 'wait' needs a `-` of its own"),
        (J, steps("- {send: m, priority: null}"), "3:15: null is not allowed; write 'high', 'normal' or 'low'"),
        (J, steps("- {send: m, priority: [1]}"), "3:15: […] is not allowed; write 'high', 'normal' or 'low'"),
        (J, steps("- branch: [{else: [{send: m}], then: [{send: t}]}]"), "3:14: `else` has its steps itself"),
        (J, steps("- crm: {owner: '@'}"), "3:5: '@' is not an e-mail address"),
        (J, steps("- sent: m"), "3:5: unknown key 'sent'; did you mean 'send'?"),
        (J, steps("- {send: m, prority: high}"), "3:15: unknown key 'prority'; did you mean 'priority'?"),
        (J, steps("- {send: m, priority: urgent}"), "3:15: 'urgent' is not allowed; write 'high', 'normal' or 'low'"),
        (J, steps("- wait: 3"), "3:5: 3 has no unit; write e.g. 3 days"),
        (J, steps("- wait: 2 days at 9:0０"), "3:5: '2 days at 9:0０' is not a time to wait"),
        (J, steps("- wait: until 2026-12-0１"), "3:5: 'until 2026-12-0１' is not a time to wait"),
        (J, steps("- wait: ２ days"), "3:5: '２ days' is not a time to wait"),
        (J, steps("- wait: until 2026-13-01"), "3:5: there is no date 2026-13-01"),
        (J, steps("- wait: until renwal - 3 days"), "3:5: no form asks for a date 'renwal'; did you mean 'renewal'?"),
        (J, steps("- send: m", "- wait: 1 day", "- send: m"),
         "5:5: two steps have the id 'send-m'; give one of them its own `id`"),
        (J, steps("- send: m", "- send: m"), "4:5: two steps have the id 'send-m'; give one of them its own `id`"),
        (J, steps("- branch:", "    - {when: {clicked: m}}", "    - {when: {clicked: m}}"),
         "5:9: two paths have the name 'clicked m'"),
        (J, steps("- branch:", "    - {else: []}", "    - {when: {clicked: m}}"),
         "3:5: `else` takes all other leads; write it last"),
        (J, steps("- wait_for:", "    - {when: {clicked: m}, after: 3 days}"), "4:9: a path of `wait_for` has either"),
        (J, steps("- split: {by: x, paths: {a: [{send: m}]}}"), "3:20: this must not be empty"),
        (J, steps("- update: {stage: lover}"), "3:14: ripen.yaml has no stage 'lover'"),
        (J, steps("- update: {points: 5}"), "3:5: points need `words`"),
        (J, steps("- crm: {status: Sent}"), "3:5: write what to do in the CRM: task, campaign or owner"),
        (J, steps("- webhook: {url: http://a.example}"),
         "3:15: 'http://a.example' is not allowed; write an address that begins with https://"),
        (J, steps("- enrol: k"), "3:5: there is no 'k' in journeys/; write one of: j"),
        (J, steps("- jump: send-x", "- send: m"), "3:5: this journey has no step 'send-x'; did you mean 'send-m'?"),
        (J, steps("- {wait: until renewal, otherwise: send-x}", "- send: m"),
         "3:27: this journey has no step 'send-x'"),
        (J, steps("- send: m") + "changes: {old: move to send-x}\n", "4:11: this journey has no step 'send-x'"),
        (J, steps("- send: m") + "changes: {old: forget}\n", "4:11: 'forget' is not allowed; write stay, exit"),
        (J, steps("- notify: {en: '{{ lead.lastname }}'}"),
         "3:14: 'lead' has no 'lastname'; did you mean 'last_name'?"),
        (J, steps("- update: {fields: {plan: '{{ answers.x.y }}'}}"), "3:23: 'answers' has no 'x'"),
        # steps that YAML's merge key repeats
        (J, steps("- &s {send: m}", "- {<<: *s, id: two, send: n}"), "4:23: there is no 'n' in emails/"),
        (J, steps("- &s", "  send: n", "- {<<: *s, id: two}"), "5:5: there is no 'n' in emails/"),
        (J, steps("- &s {send: n}", "- <<: *s", "  id: two"), "4:5: there is no 'n' in emails/"),
        (J, steps("- &s {send: m}", "- {<<: *s}"), "4:5: two steps have the id 'send-m'"),
        # paths through a journey
        (J, steps("- send: m", "- exit", "- send: t"), "5:5: no path leads to 'send-t'"),
        (J, steps("- {send: m}", "- {jump: send-m}"), "4:6: this leads back to 'send-m' without a wait"),
        (J, steps("- {id: b, send: m}", "- {id: a, wait: until renewal, otherwise: b}", "- send: t"),
         "4:34: this leads back to 'b' without a wait; add a `wait` between them"),
        (J, steps("- {id: a, wait: until renewal, otherwise: a}", "- send: m"),
         "3:34: this leads back to 'a' without a wait"),
        (J, steps("- {id: a, webhook: {url: 'https://a.example', otherwise: a}}", "- send: m"),
         "3:49: this leads back to 'a' without a wait"),
        (J, steps("- send: m", "- wait: until renewal", "  otherwise: [{jump: send-m}]", "- send: t"),
         "5:18: this leads back to 'send-m' without a wait"),
        (J, AGAIN + "  - {wait: until renewal, otherwise: [{enrol: j}]}\n",
         "3:40: this leads back into 'j' without a wait; add a `wait`"),
        (J, AGAIN + "  - send: m\n  - enrol: j\n", "4:5: this leads back into 'j' without a wait; add a `wait`"),
        (J, steps("- wait_for: [{when: {clicked: m}}]"), "3:5: a lead that does none of this waits forever; add"),
    ],
)  # fmt: skip
def test_error_is_reported_at_its_position(smallest: CheckPlaybook, file: str, text: str, message: str) -> None:
    assert_reported(smallest({file: text}), file, message)


def test_facts_of_a_salesforce_campaign_are_known_in_its_journey(smallest: CheckPlaybook) -> None:
    enrol = "enrol: {on: {crm_campaign: Expo}}"
    branch = "branch: [{when: {entry.status: Responded}, then: [{send: m}]}, {else: [{send: t}]}]"
    webhook = "webhook: {url: https://a.example, body: {campaign: '{{ entry.campaign }}'}}"
    words = "Hello {{ lead.last_name }}, you came to {{ entry.campaign }} ({{ entry.status }}).\n"

    assert smallest({J: f"{enrol}\nsteps:\n  - {webhook}\n  - {branch}\n", T: words, F: ALERTING}) == []


def test_facts_of_an_entry_request_are_known_in_its_journey(smallest: CheckPlaybook) -> None:
    enrol = "enrol: {on: {api: [order, day]}, again: once per order}"
    branch = "branch: [{when: {entry.order: present}, then: [{send: m}]}, {else: [{send: t}]}]"
    wait = "wait: until entry.day - 1 days\n    otherwise: [{exit: too late}]"
    words = "Hello {{ lead.last_name }}, thank you for {{ entry.order }}.\n"
    story = scenario("+1d enter j order=4711 day=2026-12-24")

    journey = f"{enrol}\nsteps:\n  - {wait}\n  - {branch}\n"
    files = {J: journey, T: words, P: KEN, H: story, "simulations/h.txt": "as approved", F: ALERTING}
    assert smallest(files) == []


def test_journeys_that_enrol_into_one_another_need_a_wait_or_a_single_entry(
    smallest: CheckPlaybook,
) -> None:
    there, back = AGAIN + "  - send: m\n  - enrol: k\n", AGAIN + "  - send: t\n  - enrol: j\n"
    k = "journeys/k.yaml"

    assert [each.partition(": ")[0] for each in smallest({J: there, k: back})] == [f"{J}:4:5", f"{k}:4:5"]
    assert smallest({J: there, k: back.replace("  - enrol", "  - wait: 1 day\n  - enrol")}) == []
    assert smallest({J: there, k: back.replace(", again: after exit", "")}) == []


def test_schedule_may_end_at_a_time_in_utc(smallest: CheckPlaybook) -> None:
    assert smallest({J: every("FREQ=DAILY;UNTIL=20270101T000000Z"), F: ALERTING}) == []
