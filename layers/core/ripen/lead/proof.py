"""What proves that a lead reads the mails to its address: anybody can type an address into a form."""

from ripen.lead.activity import Activity, Kind, Verdict

_PROOFS = (Kind.LINK_CLICKED, Kind.REPLIED, Kind.CONFIRMED)


def is_proof(activity: Activity) -> bool:
    """Return whether the activity shows a person who reads the mails to the lead's address.

    That is a click, a reply, the button of a confirmation mail, or a visit that began with a link in a mail. What the
    same browser does later proves nothing: it gets no verdict, and a scanner's browser reads pages too.
    """
    return activity.verdict is Verdict.HUMAN and (activity.kind in _PROOFS or "click" in activity.facts)
