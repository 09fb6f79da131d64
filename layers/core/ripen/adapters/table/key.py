"""The key of one row. ripen.adapters.table.keys builds and parses the keys of all rows."""

from msgspec import Struct

from ripen.agenda import Ref


class Key[T](Struct, frozen=True):
    """The primary key of a row, and the type of the row's value."""

    pk: str
    sk: str
    type: type[T]

    @property
    def ref(self) -> Ref:
        """The row's reference in a wake-up message."""
        return Ref(f"{self.pk}|{self.sk}")

    @property
    def lead(self) -> str:
        """The id of the row's lead; only for rows under lead#."""
        return self.pk.removeprefix("lead#")
