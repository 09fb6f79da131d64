"""The one DynamoDB table. Keys are built and parsed in keys.py and nowhere else."""

from ripen.adapters.table.changes import Absent, Add, Change, Create, Mark, Replace, Unchanged
from ripen.adapters.table.keys import Key
from ripen.adapters.table.rows import Due, Row
from ripen.adapters.table.table import Conflict, Table

__all__ = [
    "Absent",
    "Add",
    "Change",
    "Conflict",
    "Create",
    "Due",
    "Key",
    "Mark",
    "Replace",
    "Row",
    "Table",
    "Unchanged",
]
