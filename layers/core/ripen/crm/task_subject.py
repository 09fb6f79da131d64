"""How the subject of a Task names the lead: a list of Tasks shows nothing else."""

from ripen.lead.lead import Profile
from ripen.lead.state import Rank
from ripen.playbook.wording import full_name, with_honorific
from ripen.words import Words

_TURNED_HOT = Words("{lead} turned hot", "{lead}がホットになりました")
_CAME_BACK = Words("{lead} came back", "{lead}から反応がありました")


def named(profile: Profile, locale: str) -> str:
    """Return name and company, as far as they are known, else the address."""
    name, company = full_name(profile), profile.company.strip()
    if not (name and company):
        return name or company or profile.email
    return f"{with_honorific(name)}（{company}）" if locale == "ja" else f"{name} of {company}"


def turned_hot(profile: Profile, locale: str) -> str:
    return _TURNED_HOT.in_language(locale).format(lead=named(profile, locale))


def contact_subject(profile: Profile, rank: Rank, locale: str) -> str:
    """Return the subject of the Task for the owner of a Contact."""
    words = _TURNED_HOT if rank is Rank.HOT else _CAME_BACK
    return f"Ripen: {words.in_language(locale).format(lead=named(profile, locale))}"
