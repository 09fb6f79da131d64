"""An operation that cannot be done: one clear sentence, and what to do next."""

from ripen.words import Words


class Failure(Exception):
    """`what` says what happened, `next_step` what the reader can do about it. As text they are English."""

    def __init__(self, what: str | Words, next_step: str | Words = "") -> None:
        self._what, self._next_step = _both(what), _both(next_step)
        super().__init__(self.what)

    @property
    def what(self) -> str:
        return self._what.en

    @property
    def next_step(self) -> str:
        return self._next_step.en

    def in_language(self, lang: str) -> tuple[str, str]:
        """Return what happened and the next step in that language. A text with one language stays as it is."""
        return self._what.in_language(lang), self._next_step.in_language(lang)


def _both(text: str | Words) -> Words:
    return text if isinstance(text, Words) else Words(text, text)
