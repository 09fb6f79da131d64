"""The one DynamoDB table: its keys, rows and changes, and the class that reads and writes them."""

from ripen.adapters.table.changes import MAX_CHANGES, Absent, Add, Change, Create, Delete, Mark, Replace, Unchanged
from ripen.adapters.table.key import Key
from ripen.adapters.table.rows import Row
from ripen.adapters.table.table import Conflict, Table
from ripen.agenda import Due

__all__ = [
    "MAX_CHANGES",
    "Absent",
    "Add",
    "Change",
    "Conflict",
    "Create",
    "Delete",
    "Due",
    "Key",
    "Mark",
    "Replace",
    "Row",
    "Table",
    "Unchanged",
]
