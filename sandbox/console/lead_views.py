"""The page's view of one lead, gathered from the lead report, the mailbox, Slack and Salesforce, in words."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from cli.local.home import LocalCloud
from cli.local.web import web
from cli.stack.salesforce import query
from cli.stack.stack import Stack
from ripen.decision import DecisionKind, Outcome
from ripen.lead.activity import Activity, Kind
from ripen.lead.lead import Profile
from ripen.operations.leads.report import lead_report
from ripen.operations.leads.subjects import name_of_activity_subject, name_of_subject
from ripen.operations.phrases import reason
from ripen.operations.playbook_words.steps import named_step
from ripen.operations.sending.shadow import kept_back
from ripen.playbook.bundle import Bundle
from ripen.playbook.titles import title
from ripen.playbook.wording import display_phone, full_name
from ripen.slack.card_words import card_words
from sandbox.console.card import parts
from sandbox.console.chart import chart
from sandbox.console.curve import curve, span
from sandbox.console.words import say, say_outcome

_MOST_KEPT_BACK = 50
_FIELDS = {
    "Lead": ("Name", "Company", "Title", "Phone", "Status"),
    "Contact": ("Name", "Title", "Phone"),
}
_OURS = ("Ripen_Rank__c", "Ripen_Score__c", "Ripen_Reasons__c")

_ABOUT_THE_OWNER = (Outcome.OWNER_SET, Outcome.OWNER_NOT_SET, Outcome.OWNER_ASKED, Outcome.WOULD_HAVE_SET_OWNER)
"""Outcomes that need no subject: it is the alert."""

type View = dict[str, Any]


@dataclass(frozen=True)
class LeadViews:
    """Views of leads in one language."""

    stack: Stack
    status: LocalCloud
    lang: str

    def view(self, email: str) -> View:
        """Return the view of one lead. Raises Failure if no lead has that address."""
        stack, now = self.stack, self.stack.clock.now()
        found = lead_report(email, stack.table, stack.playbook, stack.secrets, now)
        bundle = stack.playbook.live().bundle
        profile, activities = self._stored(found["profile"]["id"])
        start, end = span(activities, now)
        alerts = {alert["id"]: alert["kind"] for alert in found["alerts"]}
        return {
            "who": self._who(found, profile),
            "chart": chart(curve(profile, activities, bundle.scoring, start, now, end), bundle.scoring, now)
            | {"start": self._time(start.isoformat()), "end": self._time(end.isoformat())},
            "reasons": [{"words": r["words"], "points": f"{r['points']:+.0f}"} for r in found["reasons"]],
            "next": [self._due(row, bundle) for row in found["next"]],
            "activities": [self._activity(row, bundle) for row in reversed(found["activities"])],
            "mails": self._mails(profile.email),
            "cards": self._cards(found["alerts"]),
            "record": self._record(profile) if profile.crm else None,
            "decisions": [self._decision(row, alerts, bundle) for row in reversed(found["decisions"])],
        }

    def kept_back(self) -> list[View]:
        """Return everything that shadow mode held back, the latest first."""
        return [
            {
                "at": self._time(entry["at"]),
                "email": entry["email"],
                "what": self._say(entry["what"]),
                "outcome": self._say(entry["outcome"]),
                "detail": entry["facts"].get("text") or entry["facts"].get("subject") or "",
            }
            for entry in reversed(kept_back(self.stack.table)[-_MOST_KEPT_BACK:])
        ]

    def time(self) -> str:
        return self._time(self.stack.clock.now().isoformat(), seconds=True)

    def _stored(self, lead: str) -> tuple[Profile, list[Activity]]:
        """Return the lead's profile and activities as stored, for the report is JSON that no type can be read from."""
        rows = [row.value for row in self.stack.table.under(lead, "")]
        profile = next(row for row in rows if isinstance(row, Profile))
        return profile, [row for row in rows if isinstance(row, Activity)]

    def _who(self, found: View, profile: Profile) -> View:
        about = (profile.company, profile.department, profile.job_title, display_phone(profile.phone), profile.email)
        consent = found["consent"]
        agreed = consent.get("consent", {}).get("marketing", {}).get("granted", False)
        left = consent.get("unsubscribed")
        return {
            "name": full_name(profile) or profile.email,
            "about": [part for part in about if part],
            "rank": found["rank"],
            "rank_said": f"{self._say(found['rank'])} {found['grade']}{found['level'] or ''}".strip(),
            "no_proof": card_words(self.lang)["no_proof"] if found["lacks_proof"] else "",
            **{name: str(points) for name, points in found["whole_points"].items()},
            "consent": self._say("unsubscribed_since" if left else "consent_yes" if agreed else "consent_no"),
        }

    def _due(self, row: View, bundle: Bundle) -> View:
        """Return the view of a row that is due, with the titles of its journey and step or of its mail."""
        what, subject = row["kind"], row["subject"]
        match what:
            case "enrollment":
                journey, _, step = subject.partition(" · ")
                parts = [title(bundle, "journeys", journey), *([named_step(journey, step, bundle)] if step else [])]
                said = " · ".join(part.in_language(self.lang) for part in parts)
            case "send":
                said = title(bundle, "emails", subject).in_language(self.lang)
            case _:
                what = "verdict" if subject == Kind.LINK_CLICKED else what
                said = self._say(subject)
        return {"at": self._time(row["due"]), "what": self._say(what), "subject": said}

    def _activity(self, row: View, bundle: Bundle) -> View:
        touch = row["touch"] or {}
        campaign = " / ".join(touch[name] for name in ("utm_source", "utm_medium", "utm_campaign") if touch.get(name))
        return {
            "at": self._time(row["at"]),
            "what": self._say(row["kind"]),
            "subject": name_of_activity_subject(row["kind"], row["subject"], bundle).in_language(self.lang),
            "verdict": row["verdict"],
            "verdict_said": self._say(row["verdict"]),
            "campaign": campaign,
        }

    def _decision(self, row: View, alerts: dict[str, str], bundle: Bundle) -> View:
        """Return the view of one decision; `alerts` are the kinds of the lead's alerts by id."""
        subject = str(alerts.get(row["subject"], row["subject"]))
        if row["what"] == DecisionKind.CRM and row["outcome"] in _ABOUT_THE_OWNER:
            subject = ""
        elif row["what"] in ("rank", "alert", "crm"):
            subject = self._say(subject)
        else:
            journey = row["facts"].get("journey", "")
            subject = name_of_subject(row["what"], subject, bundle, journey).in_language(self.lang)
        return {
            "at": self._time(row["at"]),
            "what": self._say(row["what"]),
            "subject": subject,
            "outcome": say_outcome(row["what"], row["outcome"], self.lang),
            "kind": row["outcome"],
            "reason": reason(row["reason"], self.lang),
        }

    def _mails(self, email: str) -> list[View]:
        mails = web.get(f"{self.status.mailbox}/list.json").json()
        return [
            {
                "subject": mail["subject"],
                "at": self._time(mail["at"]),
                "outcome": mail["outcome"],
                "outcome_said": self._say(mail["outcome"]),
                "url": f"{self.status.mailbox}/messages/{mail['id']}/html",
            }
            for mail in mails
            if mail["to"] == email
        ]

    def _cards(self, alerts: list[View]) -> list[View]:
        cards = web.get(f"{self.status.slack}/messages.json").json()
        stamps, acted = (
            {alert["ts"] for alert in alerts},
            [*alerts, *(alert["asked"] for alert in alerts if alert["asked"])],
        )
        people = {one["by"]: one["by_name"] for one in acted}
        return [
            {"parts": [*parts(card["blocks"], people), *_thread(card, people)]}
            for card in cards
            if card["ts"] in stamps
        ]

    def _record(self, profile: Profile) -> View | None:
        link = profile.crm
        if link is None or link.object not in _FIELDS or not link.id.isalnum():
            return None
        names = (*_FIELDS[link.object], *_OURS)
        rows = query(self.stack, f"SELECT {', '.join(names)}, Owner.Name FROM {link.object} WHERE Id = '{link.id}'")  # noqa: S608
        tasks = query(self.stack, f"SELECT Subject, Status FROM Task WHERE WhoId = '{link.id}'")  # noqa: S608
        lines = [(name, row[name]) for row in rows for name in names if row.get(name) is not None]
        owner = [("Owner", row["Owner"]["Name"]) for row in rows if row.get("Owner")]
        return {
            "object": self._say(link.object),
            "url": link.url,
            "lines": [
                {"name": self._say(name.removeprefix("Ripen_").removesuffix("__c")), "text": self._say(_text(value))}
                for name, value in [*lines, *owner]
            ],
            "tasks": [{"subject": task["Subject"], "status": self._say(task["Status"])} for task in tasks],
        }

    def _say(self, word: str) -> str:
        return say(word, self.lang)

    def _time(self, at: str, seconds: bool = False) -> str:
        zone = ZoneInfo(self.stack.playbook.live().bundle.brand.time_zone)
        return f"{datetime.fromisoformat(at).astimezone(zone):{'%Y-%m-%d %H:%M:%S' if seconds else '%m-%d %H:%M:%S'}}"


def _thread(card: View, people: dict[str, str]) -> list[View]:
    """Return the replies in the thread of a card, in small letters below it."""
    replies = [{"type": "mrkdwn", "text": f"💬 {reply['text']}"} for reply in card["thread"]]
    return parts([{"type": "context", "elements": [reply]} for reply in replies], people)


def _text(value: Any) -> str:
    return f"{value:,.0f}" if isinstance(value, float) else str(value)
