"""The smallest valid playbook, for tests that put one error into it."""

from collections.abc import Callable
from datetime import UTC, datetime

CheckPlaybook = Callable[..., list[str]]
"""Changes the playbook, checks it, and returns the problems."""

J, S, C, R = "journeys/j.yaml", "segments/s.yaml", "campaigns/c.yaml", "ripen.yaml"
E, B, T = "emails/m/email.yaml", "emails/m/en.mjml", "emails/t/en.txt"
FOOT = (
    "{{ brand.legal_name }} {{ brand.postal_address }} {{ brand.contact }} "
    '<a href="{{ unsubscribe_url }}">Unsubscribe</a>'
)
FILES = {
    R: """brand: {name: Ripen}
sender: {address: a@b.example, reply_to: a@b.example, name: Ripen, legal_name: Ripen Inc., \
postal_address: Tokyo, contact: a@b.example}
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
F, ALERTING = "forms/f.yaml", FILES["forms/f.yaml"] + "hand_off: true\n"
"""The form, for playbooks whose journey starts with something else."""
P, H = "personas/ken.yaml", "simulations/h.yaml"
KEN = "email: ken@shop.example\n"
TODAY = datetime(2026, 11, 22, 3, tzinfo=UTC)

AGAIN = "enrol: {on: {form: f}, again: after exit}\nsteps:\n"
MARKDOWN = {
    "emails/k/email.yaml": FILES[E],
    "emails/_frame.mjml": FILES[B].replace("<mj-text>Hello</mj-text>", "<!-- body -->"),
}


def steps(*lines: str) -> str:
    return "\n".join(["enrol: {on: {form: f}}", "steps:", *(f"  {line}" for line in lines), ""])


def scenario(*events: str, **changes: str) -> str:
    known = {"journey": "j", "lead": "ken", "from": "2026-11-24 10:00"} | changes
    happens = ["events:", *(f"  - {event}" for event in events)] if events else []
    return "\n".join([*(f"{key}: {value}" for key, value in known.items()), *happens, ""])


def mail(*lines: str) -> str:
    return FILES[B].replace("<mj-text>Hello</mj-text>", "\n".join(lines))


def assert_reported(problems: list[str], file: str, message: str) -> None:
    """Assert that this problem is reported at its position, with at most one more beside it."""
    prefix = next((each for each in ("(warning) ", "(note) ") if message.startswith(each)), "")
    where = message.removeprefix(prefix)
    assert [problem for problem in problems if problem.startswith(f"{prefix}{file}:{where}")], problems
    assert len(problems) <= 2, problems
