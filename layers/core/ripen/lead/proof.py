"""What proves that a lead reads the mails to its address: anybody can type an address into a form."""

from ripen.decision import Reason
from ripen.lead.activity import Activity, Kind, Verdict

_VISITS = (Kind.PAGE_VIEWED, Kind.PAGE_READ, Kind.LINK_FOLLOWED, Kind.FILE_DOWNLOADED)

_UNSUSPICIOUS = (Reason.PERSON_FOLLOWED, Reason.HIDDEN_LINK_BY_ANOTHER)


def is_proof(activity: Activity) -> bool:
    """Return whether the activity shows a person who reads the mails to the lead's address.

    That is a click, a reply, the button of a confirmation mail, or a visit that began with a link in a mail. A
    click proves nothing if any signal speaks for a machine, even one that a later visit or form outweighs: the form may
    be a stranger's, and the visit is a proof itself. What the same browser does later proves nothing: it gets no
    verdict, and a scanner's browser reads pages too. Only the facts of visits are ours: those of a submission are what
    somebody typed, and it may have a field "click".
    """
    if activity.verdict not in (Verdict.HUMAN, Verdict.REPEATED):
        return False
    match activity.kind:
        case Kind.REPLIED | Kind.CONFIRMED:
            return True
        case Kind.LINK_CLICKED:
            return not _is_suspicious(activity)
        case _:
            return activity.kind in _VISITS and "click" in activity.facts


def _is_suspicious(click: Activity) -> bool:
    """Return whether any signal of the click speaks for a machine."""
    reasons = click.classification.why if click.classification else ()
    return any(reason not in _UNSUSPICIOUS for reason in reasons)
