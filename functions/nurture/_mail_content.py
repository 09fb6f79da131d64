"""Find the playbook that has a mail, and the enrollment whose facts the mail shows."""

from collections.abc import Iterator
from copy import replace
from functools import cached_property

from nurture._send_context import Dependencies, SendContext
from ripen.adapters.table import keys
from ripen.journey.enrollment import Enrollment
from ripen.mail.content.confirmation import CONFIRMATION
from ripen.mail.content.message import uses_entry
from ripen.mail.content.typed_text import Content, shown_content
from ripen.mail.ledger import MailClass, Send
from ripen.playbook.bundle import Bundle


class MailContent:
    """The playbook and the enrollment of one mail. Rows are read once, and only if something asks for them."""

    def __init__(self, send: Send, dependencies: Dependencies) -> None:
        self._send, self._dependencies = send, dependencies
        self._live = dependencies.live().bundle

    @cached_property
    def bundle(self) -> Bundle:
        """The playbook that the mail is rendered from: the live one, or the one of an earlier attempt.

        If the live playbook has removed the mail, it is the one of the enrollment or the campaign that planned it, with
        the live brand.
        """
        send, bundle = self._send, self._dependencies.bundle
        if send.email in self._live.emails or send.email == CONFIRMATION:
            return bundle(send.bundle) if send.bundle else self._live
        planned_from = send.bundle or self._planned_from
        return replace(bundle(planned_from), brand=self._live.brand) if planned_from else self._live

    @property
    def purpose(self) -> str:
        """The purpose that needs a consent: that of the live mail or, without one, of the mail that is rendered."""
        email = self._live.emails.get(self._send.email) or self.bundle.emails.get(self._send.email)
        return email.purpose if email else "marketing"

    @cached_property
    def enrollment(self) -> Enrollment | None:
        """The enrollment that planned the mail, None if there is none or nothing asks for it.

        A transactional mail goes even if its lead has left the journey. Its enrollment is read only if the mail uses
        variables of the enrollment.
        """
        email = self.bundle.emails.get(self._send.email)
        is_needed = self._send.mail_class is MailClass.MARKETING or (email is not None and uses_entry(email))
        return self._planner if is_needed else None

    def shown(self, context: SendContext) -> Content:
        """Return the parts of the mail that come from the lead and its enrollment, as far as the mail may show them."""
        enrollment = self.enrollment
        content = Content(
            profile=context.lead,
            facts=enrollment.facts if enrollment else {},
            answers=enrollment.answers if enrollment else {},
        )
        return shown_content(content, context.contact, *self._playbooks())

    def _playbooks(self) -> Iterator[Bundle]:
        """Yield the playbooks whose forms the facts may come from: a removed form has taken them as well."""
        yield self.bundle
        if self.enrollment and self.enrollment.facts:
            yield self._dependencies.bundle(self.enrollment.bundle)

    @property
    def _planned_from(self) -> str:
        if self._send.campaign:
            run = self._dependencies.table.get(keys.campaign(self._send.origin))
            return run.value.bundle if run else ""
        return self._planner.bundle if self._planner else ""

    @cached_property
    def _planner(self) -> Enrollment | None:
        send = self._send
        if not send.entry or send.campaign:
            return None
        row = self._dependencies.table.get(keys.enrollment(send.lead, send.origin, send.entry))
        return row.value if row else None
