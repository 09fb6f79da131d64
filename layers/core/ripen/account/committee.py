"""The buying committee: the role that a person's title and department suggest."""

import re
from enum import StrEnum
from unicodedata import normalize


class Role(StrEnum):
    """A part that a person plays when a company buys."""

    DECIDER = "decider"
    BUDGET = "budget"
    USER = "user"


_DECIDER = re.compile(
    r"""代表(?:取締役|社員|理事|者)|^代表$|社長(?!室|秘書)|会長(?!室|秘書)|取締役(?!会)|役員(?!室|秘書)|理事長|院長|学長
    |(?<!副)(?<!副本)部長(?!代理|補佐|付)|工場長|支店長(?!代理)|最高.{1,8}責任者
    |\bc[eotifmdsr]o\b(?!室)|\bchief\b.*\bofficer\b|\bpresident\b|\bs?vp\b|\bfounder\b|\bdirector\b|\bhead\ of\b
    """,
    re.VERBOSE | re.ASCII,  # a Japanese letter ends an English word
)
_BUDGET = re.compile(
    r"経理|財務|購買|調達|予算|\bcfo\b|\bfinanc|\bprocurement\b|\bpurchas|\bbuyer\b|\bcontroller\b", re.ASCII
)
_ASSISTANT = re.compile(r"秘書|\bassistant\b|\bsecretary\b", re.ASCII)


def roles(title: str, department: str = "") -> frozenset[Role]:
    """Return the roles of a person: none without a title. A title that decides nothing is a user's."""
    asked, place = (normalize("NFKC", text).lower().strip() for text in (title, department))
    if not asked:
        return frozenset()
    decides = bool(_DECIDER.search(asked)) and not _ASSISTANT.search(asked)
    pays = bool(_BUDGET.search(asked) or _BUDGET.search(place))
    found = {Role.DECIDER: decides, Role.BUDGET: pays, Role.USER: not decides and not pays}
    return frozenset(role for role, holds in found.items() if holds)
