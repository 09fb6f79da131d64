"""The stand-in's state as files in one folder: each mail whole (.eml with a .json beside it), and the account."""

import json
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import Any

from sandbox.ses.message import Kept, shown


class Store:
    """The state, safe to use from several threads; a restart finds it again."""

    def __init__(self, folder: Path) -> None:
        self._mails = folder / "mails"
        self._mails.mkdir(parents=True, exist_ok=True)
        self._account = folder / "account.json"
        self._lock = Lock()
        self.account: dict[str, dict[str, Any]] = {"identities": {}, "sets": {}, "suppressed": {}}
        if self._account.exists():
            self.account |= json.loads(self._account.read_text())
        self._kept: dict[str, tuple[Kept, Path]] = {}
        for path in sorted(self._mails.glob("*.json")):
            kept = Kept(**json.loads(path.read_text()))
            self._kept[kept.id] = (kept, path.with_suffix(".eml"))

    def keep(self, kept: Kept, raw: bytes) -> None:
        with self._lock:
            path = self._mails / f"{len(self._kept):06}-{kept.id}.eml"
            path.write_bytes(raw)
            path.with_suffix(".json").write_text(json.dumps(kept.row(), ensure_ascii=False))
            self._kept[kept.id] = (kept, path)

    def save(self) -> None:
        """Save the account after a change."""
        with self._lock:
            self._account.write_text(json.dumps(self.account, ensure_ascii=False))

    def set_of(self, name: str) -> dict[str, Any]:
        """Return a configuration set: {destinations, suppressed}. Without one, nothing is reported."""
        known: dict[str, Any] = self.account["sets"].get(name, {})
        return {"destinations": [], "suppressed": ["BOUNCE", "COMPLAINT"]} | known

    def is_suppressed(self, address: str, configuration_set: str) -> bool:
        """Return whether mail through this set does not reach the address: for a reason that the set respects."""
        found = self.account["suppressed"].get(address.lower())
        return found is not None and found["Reason"] in self.set_of(configuration_set)["suppressed"]

    def suppress(self, address: str, reason: str, at: datetime) -> None:
        """Add an address to the account's suppression list; `reason` is BOUNCE or COMPLAINT."""
        row = {"EmailAddress": address, "Reason": reason, "LastUpdateTime": at.timestamp()}
        self.account["suppressed"][address.lower()] = row
        self.save()

    def ids(self) -> list[str]:
        return list(self._kept)

    def kept(self, id: str) -> Kept | None:
        return self._kept[id][0] if id in self._kept else None

    def raw(self, id: str) -> bytes:
        return self._kept[id][1].read_bytes()

    def mail(self, id: str) -> dict[str, Any]:
        """Return one mail as the mailbox shows it. Raises KeyError if there is none."""
        kept, path = self._kept[id]
        return shown(path.read_bytes(), kept)

    def all(self) -> list[Kept]:
        """Return the records of all mails, in the order in which they were accepted."""
        return [kept for kept, _ in list(self._kept.values())]

    def mails(self) -> list[dict[str, Any]]:
        """Return all mails, in the order in which they were accepted."""
        return [self.mail(id) for id in self.ids()]
