"""What proves that a lead reads the mails to its address: anybody can type an address into a form."""

from ripen.lead.activity import Activity, Kind, Verdict

_PROOFS = (Kind.LINK_CLICKED, Kind.REPLIED, Kind.CONFIRMED)
_VISITS = (Kind.PAGE_VIEWED, Kind.PAGE_READ, Kind.LINK_FOLLOWED, Kind.FILE_DOWNLOADED)


def is_proof(activity: Activity) -> bool:
    """Return whether the activity shows a person who reads the mails to the lead's address.

    That is a click, a reply, the button of a confirmation mail, or a visit that began with a link in a mail. What the
    same browser does later proves nothing: it gets no verdict, and a scanner's browser reads pages too. Only the facts
    of visits are ours: those of a submission are what somebody typed, and it may have a field "click".
    """
    began_with_click = activity.kind in _VISITS and "click" in activity.facts
    return activity.verdict is Verdict.HUMAN and (activity.kind in _PROOFS or began_with_click)
