"""--json: one value on the standard output and nothing else, of commands that change something too."""

import json
from copy import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from cli.commands import campaign, enrol, held, playbook, rollback, schema, sending, shadow, simulate, verdicts
from cli.stack.stack import Stack
from ripen.adapters.table import Create, Table, keys
from ripen.failure import Failure
from ripen.lead.state import State
from ripen.operations.publication import release
from ripen.operations.publication.publish import publish
from ripen.playbook.bundle import Bundle, Segment
from ripen.playbook.clause import Agreed
from ripen_authoring import compile as compiling
from tests.support.builders import a_bundle, a_campaign
from tests.support.fakes import FakeClock
from tests.support.memory_stack import a_known_lead, a_stack

COMMANDS: tuple[Any, ...] = (campaign, enrol, playbook, rollback, sending, shadow, verdicts)
AUTUMN = a_campaign(at="2026-11-22T12:00")


@pytest.fixture
def bundle() -> Bundle:
    everyone = Segment(name="everyone", also=(Agreed(purpose="marketing"),))
    return a_bundle(segments={"everyone": everyone}, campaigns={"autumn": AUTUMN})


@pytest.fixture
def stack(table: Table, clock: FakeClock, bundle: Bundle, monkeypatch: pytest.MonkeyPatch) -> Stack:
    stack = a_stack(table, clock, bundle)
    for module in (*COMMANDS, held):
        monkeypatch.setattr(module, "connect", lambda: stack)
        if hasattr(module, "sleep"):
            monkeypatch.setattr(module, "sleep", lambda seconds: None)
    monkeypatch.setattr(release, "PROPAGATION_TIME", timedelta())
    publish(bundle, table, stack.playbook, stack.site, clock.now())
    a_known_lead(table, id="lead1", email="hanako@example.co.jp")
    table.write(Create(keys.state("lead1"), State(lead="lead1", segments=("everyone",))))
    return stack


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Any:
    """What the last command said to scripts."""
    return lambda: json.loads(capsys.readouterr().out)


def test_stopping_and_going_on(stack: Stack, said: Any) -> None:
    sending.stop(as_json=True)
    found = said()
    assert (found["stopped"], found["changed"], found["in_flight"]) == (True, True, 0)
    sending.stop(as_json=True)
    assert not said()["changed"]
    sending.resume(as_json=True)
    assert said() == {"stopped": False, "changed": True}
    sending.resume(as_json=True)
    assert said() == {"stopped": False, "changed": False}


def test_shadow_mode_on_and_off(stack: Stack, said: Any) -> None:
    shadow.on(as_json=True)
    assert said() == {"shadow": True, "changed": True}
    shadow.off(as_json=True)
    assert said() == {"shadow": False, "changed": True, "released_crm_writes": 0}


def test_reclassifying(stack: Stack, said: Any) -> None:
    verdicts.reclassify("hanako@example.co.jp", everyone=False, as_json=True)
    assert said()["leads"] == 1


def test_enrolling(stack: Stack, said: Any) -> None:
    usual: dict[str, Any] = {"segment": "", "csv": None, "per_minute": None, "key": "k", "yes": True, "as_json": True}
    emails = ["hanako@example.co.jp", "nobody@example.co.jp"]
    enrol.enrol("whitepaper", emails, **usual)
    expected = {"journey": "whitepaper", "key": "k", "requested": 1, "already_requested": 0, "unknown": emails[1:]}
    assert said() == expected
    enrol.enrol("whitepaper", emails, **usual)
    assert said() == expected | {"requested": 0, "already_requested": 1}


def test_publishing_and_rolling_back(stack: Stack, bundle: Bundle, said: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    late = {"late": a_campaign(name="late", at="2020-01-01T10:00")}
    other = replace(bundle, hash="other", segments={}, campaigns=late)
    monkeypatch.setattr(compiling, "compile_playbook", lambda folder: other)
    playbook.publish(Path("playbook"), as_json=True)
    found = said()
    assert (found["playbook"], found["published"], found["recalculates"]) == ("other", True, True)
    assert found["past_starts"] == ["late"]
    playbook.publish(Path("playbook"), as_json=True)
    assert said() == {"playbook": "other", "published": False, "past_starts": ["late"]}
    rollback.rollback(to="", show=False, as_json=True)
    walk = {"recalculates": True, "new_periods": False}
    assert said() == {"playbook": bundle.hash, "still_needed": []} | walk
    rollback.rollback(to="", show=True, as_json=True)
    assert [past["playbook"] for past in said()] == [bundle.hash, "other", bundle.hash]


def test_a_playbook_that_is_not_in_order_is_told_as_its_problems(tmp_path: Path, said: Any) -> None:
    with pytest.raises(SystemExit):
        playbook.publish(tmp_path, as_json=True)
    assert [problem["file"] for problem in said()] == ["ripen.yaml"]


def test_writing_schemas(tmp_path: Path, said: Any) -> None:
    (tmp_path / "ripen.yaml").write_text("brand: {}\n")
    schema.schema(tmp_path, as_json=True)
    found = said()
    assert str(tmp_path / ".schema" / "journey.json") in found["written"]
    assert list(found["missing_first_lines"]) == [str(tmp_path / "ripen.yaml")]


def test_schemas_in_a_folder_with_brackets(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "[" / "]x[red]"
    folder.mkdir(parents=True)
    (folder / "ripen.yaml").write_text("brand: {}\n")
    schema.schema(folder)
    out = capsys.readouterr().out
    assert f"schemas to {folder / '.schema'}." in out
    assert f"{folder / 'ripen.yaml'}: add this first line" in out


def test_simulating_all(said: Any) -> None:
    here = Path(__file__).resolve().parents[2] / "playbook"
    simulate.simulate("", "", "", "", everything=True, as_json=True, folder=here)
    found = said()
    assert found["differing"] == []
    assert found["unreached"]["webinar"] == []


def test_scheduling_a_campaign_and_pausing_it(stack: Stack, said: Any) -> None:
    with pytest.raises(Failure, match="does not ask"):
        campaign.schedule("autumn", now=True, as_json=True)
    campaign.schedule("autumn", now=True, yes=True, as_json=True)
    assert said()["run"]["state"] == "planned"
    campaign.pause("autumn", as_json=True)
    assert said()["run"]["state"] == "paused"


def test_letting_held_mails_go(stack: Stack, said: Any) -> None:
    held.held(released="all", as_json=True)
    assert said() == {"released": 0}
    held.held(dropped="all", as_json=True)
    assert said() == {"dropped": 0}
