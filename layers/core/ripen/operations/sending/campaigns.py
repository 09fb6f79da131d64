"""What people do with a campaign: schedule, pause, stop, resume and resend it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from ripen.adapters.playbook import Playbook
from ripen.adapters.rows import walk_rows
from ripen.adapters.table import Change, Conflict, Replace, Row, Table, keys
from ripen.calendar.local_time import office_zone
from ripen.campaign import campaign_run as runs
from ripen.campaign import mailing
from ripen.campaign.campaign_run import CampaignRun, IllegalTransition, RunState
from ripen.failure import Failure
from ripen.lead.state import State
from ripen.mail.ledger import SendState
from ripen.operations.leads.scan import scan_batches
from ripen.operations.live_playbook import live_bundle
from ripen.operations.progress import Progress, silent
from ripen.operations.sending.campaign_report import campaign_run, find_campaign, recipients
from ripen.operations.sending.reach import last_mail
from ripen.operations.sending.run_words import STATES
from ripen.playbook.bundle import Bundle, Campaign
from ripen.words import Words

_SAMPLE = 5


@dataclass(frozen=True)
class Proposal:
    """A campaign as it would be scheduled now, for a person to confirm."""

    campaign: Campaign
    bundle: Bundle
    at: datetime
    is_now: bool
    leads: int
    sample: tuple[str, ...]
    """Addresses of a few of these leads."""
    last: timedelta
    """How much later than the first the last mail would go, by the campaign's pace."""
    version: int
    """The version of the row that it was read from; 0: not scheduled before."""


def propose(
    name: str, at_once: bool, table: Table, playbook: Playbook, now: datetime, progress: Progress = silent
) -> Proposal:
    """Return when the campaign would begin, and its leads. Raise Failure if it ran already or its time is past."""
    bundle = live_bundle(playbook)
    campaign = find_campaign(name, bundle)
    row = table.get(keys.campaign(name))
    if row and row.value.state is not RunState.PLANNED:
        raise _ran_already(row.value)
    if not at_once and mailing.in_utc(campaign.at, office_zone(bundle.brand)) < now:
        raise Failure(
            Words(f"Its time is past: {campaign.at}.", f"開始時刻を過ぎています: {campaign.at}"),
            Words(
                "Change `at` and publish, or use --now.", "`at` を直して公開するか、--now を付けて実行してください。"
            ),
        )
    at = now if at_once else mailing.earliest_start(campaign, bundle.brand)
    leads = audience(campaign, table, progress)
    return Proposal(
        campaign=campaign,
        bundle=bundle,
        at=at,
        is_now=at <= now,
        leads=len(leads),
        sample=tuple(_emails(leads[:: max(1, len(leads) // _SAMPLE)][:_SAMPLE], table)),
        last=last_mail(campaign, leads),
        version=row.version if row else 0,
    )


def schedule(proposal: Proposal, by: str, table: Table, now: datetime) -> CampaignRun:
    """Schedule the campaign as proposed. Raise Failure if another person scheduled it meanwhile."""
    run = runs.schedule(proposal.campaign, proposal.bundle.hash, proposal.at, by, now)
    due = max(now, run.since - runs.HEAD_START)
    try:
        table.write(Replace(keys.campaign(run.name), run, proposal.version, due=due))
    except Conflict:
        raise _changed_meanwhile(run.name) from None
    return run


def pause(name: str, by: str, table: Table, playbook: Playbook, now: datetime) -> CampaignRun:
    """Send nothing more until the campaign is resumed."""
    return _change(campaign_run(name, table, playbook), lambda run: runs.pause(run, by, now), table, now)


def stop(name: str, by: str, table: Table, playbook: Playbook, now: datetime) -> CampaignRun:
    """Send nothing more, for good."""
    return _change(campaign_run(name, table, playbook), lambda run: runs.stop(run, by, now), table, now)


def resume(name: str, by: str, table: Table, playbook: Playbook, now: datetime) -> CampaignRun:
    """Send what is left, with the mail as it is live now."""
    row, bundle = campaign_run(name, table, playbook), live_bundle(playbook)
    campaign = find_campaign(name, bundle)
    return _change(row, lambda run: runs.resume(run, campaign, bundle.hash, by, now), table, now)


def resend(
    name: str, held: bool, by: str, table: Table, playbook: Playbook, now: datetime, progress: Progress = silent
) -> CampaignRun:
    """Send again to the leads that the campaign did not reach; with `held` also where it may have arrived.

    Raise Failure if no lead is left to reach.
    """
    row, bundle = campaign_run(name, table, playbook), live_bundle(playbook)
    campaign = find_campaign(name, bundle)
    run = _changed(row.value, lambda run: runs.resend(run, bundle.hash, held, by, now))
    if not _is_any_left(campaign, run, table, progress):
        raise Failure(
            Words(f"No lead is left that {name} can still reach.", f"{name} が届いていない人はいません。"), _look(name)
        )
    return _write(row, run, table, now)


def audience(campaign: Campaign, table: Table, progress: Progress = silent) -> list[str]:
    """Return the leads that would get the campaign now, in the order of their ids."""
    if campaign.recipients_of:
        received = recipients(campaign.recipients_of, table, progress)
        return [recipient.lead for recipient in received if recipient.state == SendState.ACCEPTED]

    def members(leads: Sequence[str]) -> list[str]:
        rows: list[Row[State] | None] = table.get_many([keys.state(lead) for lead in leads])
        return [row.value.lead for row in rows if row and campaign.segment in row.value.segments]

    return sorted(scan_batches(table, members, progress))


def _change(
    row: Row[CampaignRun], change: Callable[[CampaignRun], CampaignRun], table: Table, now: datetime
) -> CampaignRun:
    return _write(row, _changed(row.value, change), table, now)


def _changed(run: CampaignRun, change: Callable[[CampaignRun], CampaignRun]) -> CampaignRun:
    """Return the changed run. Raise Failure if its state does not allow the change."""
    try:
        return change(run)
    except IllegalTransition as error:
        state = STATES[run.state].ja
        raise Failure(
            Words(str(error), f"キャンペーン {run.name} の状態は「{state}」なので、この操作はできません。"),
            _look(run.name),
        ) from None


def _write(row: Row[CampaignRun], run: CampaignRun, table: Table, now: datetime) -> CampaignRun:
    """Write the run, which is due now. A new lap starts the walk from the beginning."""
    key = keys.campaign(run.name)
    changes: list[Change] = [Replace(key, run, row.version, due=now)]
    if run.lap > row.value.lap:
        changes += walk_rows.start_lap(key, walk_rows.read_walks(table, key), run.lap, now)
    try:
        table.write(*changes)
    except Conflict:
        raise _changed_meanwhile(run.name) from None
    return run


def _is_any_left(campaign: Campaign, run: CampaignRun, table: Table, progress: Progress) -> bool:
    """Return whether this lap would plan a mail to any lead."""
    leads = audience(campaign, table, progress)
    sends = table.get_many([keys.send(lead, mailing.campaign_send_id(campaign.name, lead)) for lead in leads])
    return any(send is None or mailing.may_replan(send.value, run) for send in sends)


def _emails(leads: list[str], table: Table) -> list[str]:
    rows = table.get_many([keys.profile(lead) for lead in leads]) if leads else []
    return [row.value.email for row in rows if row]


def _ran_already(run: CampaignRun) -> Failure:
    return Failure(
        Words(
            f"The campaign {run.name} is {run.state}: no lead gets it twice.",
            f"キャンペーン {run.name} の状態は「{STATES[run.state].ja}」です。同じ人に二度は送りません。",
        ),
        Words(
            f"To reach the leads that did not get it: ripen campaign resend {run.name}"
            " – or write a campaign with another name.",
            f"届いていない人に送るには: ripen campaign resend {run.name}（または別の名前のキャンペーンを作成）",
        ),
    )


def _changed_meanwhile(name: str) -> Failure:
    return Failure(
        Words(
            f"Another person changed the campaign {name} at the same moment.",
            f"ほかの人が同時にキャンペーン {name} を変更しました。",
        ),
        _look(name),
    )


def _look(name: str) -> Words:
    return Words(f"Look at it: ripen campaign {name}", f"状況を見るには: ripen campaign {name}")
