"""score.refold on a table: after a publication with other periods of `keep`, all rows get their new times."""

from copy import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from ripen.adapters.table import Change, Conflict, Create, Key, Mark, Replace, Table, keys
from ripen.adapters.table.rows import primary_key
from ripen.agenda import Lane
from ripen.errors import NewerFormat
from ripen.lead.activity import Kind
from ripen.operations.publication.recalculation import refolding
from ripen.playbook.bundle import Bundle
from ripen.playbook.retention import Retention
from tests.support.builders import a_marketing_mail, an_activity
from tests.support.fakes import NOON
from tests.support.quick_dynamodb import QuickDynamoDB
from tests.support.refold_walks import KEY, NEW, OLD, Publisher, roster

MAIL_DUE = NOON + timedelta(days=1)


def with_periods(days: int, bundle: Bundle = OLD) -> Bundle:
    keep = Retention(activities={str(Kind.PAGE_VIEWED): days}, mails=10 * days)
    return replace(bundle, hash=f"{bundle.hash} kept{days}", keep=keep)


SHORT, SHORTER = with_periods(30), with_periods(20)


class Counting(Table):
    """Counts the writes of activities and mails, and can do something before one of them."""

    rewritten = 0

    def write(self, *changes: Change) -> None:
        if isinstance(changes[0], Replace) and keys.kind(changes[0].key.ref) in ("activity", "send"):
            self.rewritten += 1
        super().write(*changes)


@pytest.fixture
def table() -> Counting:
    dynamodb: Any = QuickDynamoDB()
    return Counting("table", dynamodb)


@pytest.fixture
def publisher(table: Counting) -> Publisher:
    return Publisher(table)


def lived(table: Table, lead: str, views: int = 3) -> str:
    """Give the lead folded views, a form and a mail that is not sent yet, without periods."""
    for n in range(views):
        view = an_activity(id=f"v{n:03}", lead=lead, kind=Kind.PAGE_VIEWED, at=NOON, received=NOON, folded=NOON)
        table.write(Create(keys.activity(lead, view.at, view.id), view))
    form = an_activity(id="form", lead=lead, at=NOON, received=NOON)
    table.write(Create(keys.activity(lead, form.at, form.id), form, due=NOON))
    mail = a_marketing_mail(lead=lead)
    table.write(Create(keys.send(lead, mail.id), mail, due=MAIL_DUE, lane=Lane.MAIL))
    return lead


def expires(table: Table, lead: str) -> list[datetime | None]:
    return [row.expires for prefix in ("activity#", "send#") for row in table.under(lead, prefix)]


def make_unreadable(table: Table, key: Key[Any]) -> dict[str, Any]:
    """Give the row a field as newer code may, and return the item as it was."""
    item: dict[str, Any] = table._client.get_item(TableName="table", Key=primary_key(key))["Item"]
    body = item["body"]["S"].removesuffix("}") + ', "newer": 1}'
    table._client.put_item(TableName="table", Item=item | {"body": {"S": body}})
    return item


def after(days: int) -> datetime:
    return NOON + timedelta(days=days)


def test_changed_periods_reach_the_rows_of_all_leads(publisher: Publisher, table: Counting) -> None:
    leads = [lived(table, lead) for lead in roster(table)]
    publisher.start(SHORT)
    publisher.run_all()
    for lead in leads:
        assert expires(table, lead) == [None, after(30), after(30), after(30), after(300)]
    # and what is due stays due
    [mail] = table.under(leads[0], "send#")
    assert (mail.due, mail.lane) == (MAIL_DUE, Lane.MAIL)
    # and a row whose time is the same is not written again
    table.rewritten = 0
    publisher.start(replace(SHORT, keep=replace(SHORT.keep, mails=None)))
    publisher.run_all()
    assert table.rewritten == len(leads)
    assert expires(table, leads[0])[-1] is None


def test_publication_with_the_same_periods_leaves_the_rows_alone(publisher: Publisher, table: Counting) -> None:
    [lead] = roster(table, 1)
    lived(table, lead)
    publisher.live = with_periods(30)
    publisher.start(with_periods(30, NEW))
    publisher.run_all()
    assert publisher.with_rules(NEW, [lead]) == [lead]
    assert table.rewritten == 0


def test_lead_with_more_rows_than_there_is_time_for_goes_on_in_the_next_page(
    publisher: Publisher, table: Counting
) -> None:
    # given
    [lead] = roster(table, 1)
    lived(table, lead, views=40)
    publisher.start(SHORT)
    publisher.queue.woken.clear()
    # when the time is over after some rows
    asked = iter([True] * 16)
    publisher.run(KEY.ref, lambda: next(asked, False))
    # then the page is not passed, and the next one does the rest
    assert 5 < table.rewritten < 20
    assert (publisher.walk.passed, publisher.walk.done, publisher.queue.woken) == (0, False, [KEY.ref])
    publisher.run_all()
    assert table.rewritten == 41
    assert expires(table, lead) == [None, *[after(30)] * 40, after(300)]
    assert (publisher.walk.passed, publisher.walk.done) == (1, True)


def test_newer_periods_are_not_undone_by_a_page_with_the_previous_ones(table: Counting, publisher: Publisher) -> None:
    [lead] = roster(table, 1)
    lived(table, lead)
    publisher.start(SHORT)

    class Overtaken(Table):
        overtaken = False

        def write(self, *changes: Change) -> None:
            super().write(*changes)
            if keys.kind(changes[0].key.ref) == "activity" and not self.overtaken:
                self.overtaken = True
                publisher.start(SHORTER)
                publisher.run_all()

    publisher.table = Overtaken("table", table._client)
    publisher.queue.woken.clear()
    publisher.run(KEY.ref)
    publisher.run_all()
    assert expires(table, lead) == [None, after(20), after(20), after(20), after(200)]


def test_row_that_changes_at_the_same_moment_gets_its_time_too(publisher: Publisher, table: Counting) -> None:
    [lead] = roster(table, 1)
    lived(table, lead)

    class Contended(Table):
        met = 0

        def write(self, *changes: Change) -> None:
            if isinstance(changes[0], Replace) and keys.kind(changes[0].key.ref) == "send" and not self.met:
                self.met = 1
                super().write(Mark(changes[0].key, MAIL_DUE + timedelta(hours=1), Lane.MAIL))
                raise Conflict((0,))
            super().write(*changes)

    publisher.table = Contended("table", table._client, lambda seconds: None)
    publisher.start(SHORT)
    publisher.run_all()
    [mail] = table.under(lead, "send#")
    assert (mail.due, mail.expires) == (MAIL_DUE + timedelta(hours=1), after(300))


def test_failure_leaves_the_cursor_so_that_the_page_is_retried(publisher: Publisher, table: Counting) -> None:
    [lead] = roster(table, 1)
    lived(table, lead)

    class Broken(Table):
        def write(self, *changes: Change) -> None:
            if isinstance(changes[0], Replace) and keys.kind(changes[0].key.ref) == "send":
                raise ZeroDivisionError
            super().write(*changes)

    publisher.start(SHORT)
    publisher.table = Broken("table", table._client)
    with pytest.raises(ZeroDivisionError):
        publisher.run(KEY.ref)
    row = table.get(KEY)
    assert row and row.due and row.value.passed == 0


def test_unreadable_row_costs_no_other_lead(publisher: Publisher, table: Counting) -> None:
    # given a row that newer code wrote
    leads = [lived(table, lead) for lead in roster(table, 3)]
    make_unreadable(table, keys.activity(leads[1], NOON, "v001"))
    # when
    publisher.start(SHORT)
    publisher.run_all()
    # then the lead counts as failed, and only the rows of that kind after it keep their times
    assert (publisher.walk.passed, publisher.walk.failed, publisher.walk.done) == (3, 1, True)
    for lead in (leads[0], leads[2]):
        assert expires(table, lead) == [None, after(30), after(30), after(30), after(300)]
    assert [row.expires for row in table.under(leads[1], "send#")] == [after(300)]


def test_newer_playbook_passes_no_lead(publisher: Publisher, table: Counting) -> None:
    """It is one that this code cannot read, and which is published while the rows get their times."""
    [lead] = roster(table, 1)
    lived(table, lead)
    publisher.start(SHORT)
    asked = iter([True] * 4)

    def has_time() -> bool:
        if next(asked, False):
            return True
        raise NewerFormat("the playbook")

    with pytest.raises(NewerFormat):
        publisher.run(KEY.ref, has_time)
    row = table.get(KEY)
    assert row and row.due and row.value.passed == 0


def test_row_that_other_workers_keep_changing_costs_no_other_row(publisher: Publisher, table: Counting) -> None:
    leads = [lived(table, lead) for lead in roster(table, 2)]
    busy = keys.activity(leads[0], NOON, "v001")

    class Contended(Table):
        def write(self, *changes: Change) -> None:
            if changes[0].key == busy:
                raise Conflict((0,))
            super().write(*changes)

    publisher.table = Contended("table", table._client, lambda seconds: None)
    publisher.start(SHORT)
    publisher.run_all()
    assert (publisher.walk.passed, publisher.walk.failed, publisher.walk.done) == (2, 1, True)
    assert expires(table, leads[0]) == [None, after(30), None, after(30), after(300)]
    assert expires(table, leads[1]) == [None, after(30), after(30), after(30), after(300)]


def test_rows_that_were_left_out_get_their_times_with_the_next_rules(publisher: Publisher, table: Counting) -> None:
    # given a lead whose row could not be read
    [lead] = roster(table, 1)
    lived(table, lead)
    readable = make_unreadable(table, keys.activity(lead, NOON, "v001"))
    publisher.start(SHORT)
    publisher.run_all()
    # when newer code can read it, and other rules are published
    table._client.put_item(TableName="table", Item=readable)
    publisher.start(with_periods(30, NEW))
    publisher.run_all()
    # then
    assert expires(table, lead) == [None, after(30), after(30), after(30), after(300)]


def test_rules_published_before_all_rows_have_their_times_carry_the_periods_on(
    publisher: Publisher, table: Counting
) -> None:
    # given new periods that no row has yet
    [lead] = roster(table, 1)
    lived(table, lead)
    publisher.start(SHORT)
    publisher.queue.woken.clear()
    # when
    with_rules = with_periods(30, NEW)
    publisher.start(with_rules)
    publisher.run_all()
    # then
    assert expires(table, lead)[-1] == after(300)
    assert publisher.with_rules(NEW, [lead]) == [lead]
    # and the next publication of rules leaves the rows alone
    [change] = refolding(with_periods(30), with_rules, table, NOON, due=NOON)
    assert isinstance(change, Replace) and not change.value.has_new_periods
