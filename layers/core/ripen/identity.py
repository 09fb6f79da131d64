"""A key for what is made once from one object: the very same object, since what holds dicts cannot be hashed by content."""


class IdentityKey[T]:
    """Equal only for the same object, which it keeps alive: so that its id cannot become another's."""

    def __init__(self, value: T) -> None:
        self.value = value

    def __hash__(self) -> int:
        return id(self.value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, IdentityKey) and self.value is other.value
