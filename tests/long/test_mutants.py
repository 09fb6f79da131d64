"""Each rule of the core that keeps a promise is broken in turn, and a test must notice.

`.long/mutants.txt` lists the survivors of a run. One that breaks no rule is accepted with its reason in
`accepted_mutants.txt`; for any other, a test is missing.
"""

import os
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

from tests.support.mutant_hunt import hunt, watched
from tests.support.mutants import Mutant, mutants_of

CORE = Path("layers/core/ripen")
FILES = [
    CORE / f"{name}.py"
    for name in (
        "agenda", "backoff", "key_ring",
        "campaign/halt",
        "capture/deduplication", "capture/form_budget", "capture/form_nonce", "capture/intake",
        "capture/opt_in", "capture/signature",
        "crm/crm_mark", "crm/incoming/polling", "crm/shared_record",
        "fold/consequences", "fold/date_triggers", "fold/entry", "fold/fold", "fold/refold", "fold/triggers",
        "lead/refusals",
        "mail/incoming/bounce", "mail/incoming/feedback", "mail/ledger", "mail/limits/bounce_rate",
        "mail/limits/breaker", "mail/limits/frequency_cap", "mail/limits/request_cap", "mail/limits/send_rate",
        "mail/policy", "scoring/count_rule", "scoring/rank",
        "tracking/click_verdict", "tracking/link_token",
    )
]  # fmt: skip
TESTS = [
    *(
        f"tests/core/{package}"
        for package in ("campaign", "capture", "crm", "fold", "lead", "mail", "scoring", "tracking")
    ),
    *(str(file) for file in sorted(Path("tests/core").glob("test_*.py"))),
    "tests/functions/nurture",
    "tests/functions/capture",
    "tests/functions/score",
]
QUICK = bool(os.environ.get("QUICK"))
MINUTES = 2 if QUICK else 18
ACCEPTED = Path(__file__).with_name("accepted_mutants.txt")


def accepted() -> dict[str, str]:
    """Return the reason for each accepted mutant: a line for the mutant, an indented one for the reason."""
    lines = [line for line in ACCEPTED.read_text().splitlines() if line and not line.startswith("#")]
    return {name: why.strip() for name, why in zip(lines[::2], lines[1::2], strict=True)}


def by_hash(mutant: Mutant) -> bytes:
    """Order mutants so that a run that ends early has tried some of each file."""
    return sha256(mutant.name.encode()).digest()


def test_each_broken_rule_is_noticed(record_testsuite_property: Callable[[str, object], None]) -> None:
    files = FILES[:1] if QUICK else FILES
    mutants = sorted((mutant for file in files for mutant in mutants_of(file)), key=by_hash)
    print(f"\n  {len(mutants)} mutants of {len(files)} files", flush=True)
    watch = watched(["tests/core/test_agenda.py"] if QUICK else TESTS, files)
    found = hunt(mutants, watch, time.monotonic() + MINUTES * 60, os.cpu_count() or 1)
    known = accepted()
    missing = sorted(f"{mutant.name} (line {mutant.line})" for mutant in found.survived if mutant.name not in known)
    Path(".long").mkdir(exist_ok=True)
    Path(".long/mutants.txt").write_text("\n".join(missing))
    record_testsuite_property(
        "counted",
        f"{len(mutants)} mutants: {len(found.noticed)} noticed, {len(found.survived) - len(missing)} accepted, "
        f"{len(missing)} survived, {len(found.not_reached)} not reached in {MINUTES} minutes",
    )
    assert found.untried == []
    assert missing == [], "write a test for each, or accept it with its reason"
