"""A cache key for objects that contain dicts and so cannot be hashed by content."""


class IdentityKey[T]:
    """Compares by identity. It keeps the object alive, so that no other object can get the same id."""

    def __init__(self, value: T) -> None:
        self.value = value

    def __hash__(self) -> int:
        return id(self.value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, IdentityKey) and self.value is other.value
