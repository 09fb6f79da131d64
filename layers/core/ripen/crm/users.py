"""Salespeople: the user in the CRM of a person in Slack, and the other way round.

Both are known by their e-mail address. Where the two addresses differ, the playbook says who is who (sync.users).
"""

import re
from collections.abc import Mapping

from msgspec import Struct

from ripen.lead.lead import Profile

_USER_ID = re.compile(r"005[A-Za-z0-9]{12}(?:[A-Za-z0-9]{3})?")
_ID_LENGTH = 15
"""Two ids are equal if these characters are: the other three only help where upper and lower case are the same."""


class CrmUser(Struct, frozen=True, kw_only=True):
    """What a user is found by: one of the three. Without any, there is no such user."""

    email: str = ""
    username: str = ""
    id: str = ""


def crm_user(email: str, users: Mapping[str, str] | None = None) -> CrmUser:
    """Return what the person with this address in Slack is found by. `users` is `SyncRule.users`."""
    named = (users or {}).get(email.casefold(), "")
    if not named:
        return CrmUser(email=email)
    return CrmUser(id=named) if _USER_ID.fullmatch(named) else CrmUser(username=named)


def is_same_user(user: CrmUser, id: str, username: str) -> bool:
    """Return whether a user with that id and username is meant by an id or a username."""
    if user.id:
        return user.id[:_ID_LENGTH] == id[:_ID_LENGTH]
    return user.username.casefold() == username.casefold()


def slack_address(id: str, email: str, users: Mapping[str, str]) -> str:
    """Return the address in Slack of the user with this id and address in the CRM.

    A username in `users` does not tell: the owner of a record is read with id and address only.
    """
    return next((mine for mine, named in users.items() if id and named[:_ID_LENGTH] == id[:_ID_LENGTH]), email)


def record_owner(profile: Profile, users: Mapping[str, str]) -> str:
    """Return the address in Slack of the owner of the lead's record, "" without any."""
    link = profile.crm
    return slack_address(link.owner, link.owner_email, users) if link else ""
