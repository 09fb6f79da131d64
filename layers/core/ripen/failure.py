"""How a command fails: one clear line, what to do next, and an exit code that is not zero."""


class Failure(Exception):
    """`next_step` is what the reader can do about it, a sentence."""

    def __init__(self, what: str, next_step: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.next_step = next_step
