"""Mails whose journey the lead has left before they went."""

from collections.abc import Callable

from ripen.journey.enrollment import Enrollment, EnrollmentState
from ripen.journey.routing import steps_by_id
from ripen.mail.ledger import MailClass, Send
from ripen.playbook.bundle import Bundle
from ripen.playbook.graph import ExitStep


def is_abandoned(send: Send, enrollment: Enrollment | None, bundle: Callable[[str], Bundle]) -> bool:
    """Return whether the lead left the journey after the journey planned this marketing mail.

    The lead left by its goal, an exit condition, a reply, or because a person removed it. The journey's end and an exit
    step do not count: a mail that was planned before them still goes.
    """
    if enrollment is None or send.mail_class is MailClass.TRANSACTIONAL or send.attempt:
        return False
    if enrollment.state is not EnrollmentState.EXITED or (enrollment.left or send.planned) <= send.planned:
        return False
    steps = steps_by_id(bundle(enrollment.bundle).journeys[enrollment.journey])
    return not isinstance(steps.get(enrollment.step), ExitStep)
