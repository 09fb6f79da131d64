"""The org: validate writes to records and apply their consequences."""

from collections.abc import Callable, Iterable
from copy import copy, replace
from datetime import datetime
from typing import Any

from sandbox.salesforce import ids, rules, values
from sandbox.salesforce.faults import Faults, Mode
from sandbox.salesforce.journal import Journal, Record
from sandbox.salesforce.member_status import NEW, member_status
from sandbox.salesforce.refused import Refused, not_found
from sandbox.salesforce.rights import Rights, permission_set
from sandbox.salesforce.schema import Field, Schema, SObject
from sandbox.salesforce.settings import Settings

INTEGRATION_USER = ids.make("005", 1)
ADMINISTRATOR = ids.make("005", 6)


class Org:
    """The org as its administrator sees it. All writes go through here."""

    def __init__(self, schema: Schema, journal: Journal, faults: Faults, now: Callable[[], datetime]) -> None:
        self.schema = schema
        self._standard = schema
        self.journal = journal
        self.faults = faults
        self.settings = Settings()
        self.user = ADMINISTRATOR
        self.assigns = True
        self._all = schema
        self._granted = permission_set()
        self._rights: Rights | None = None
        self._views: dict[str, Schema] = {}
        self._now = now

    def customise(self, settings: Settings) -> None:
        """Change the org's settings."""
        self.settings = settings
        self.schema = self._all = settings.applied(self._standard)
        self._views.clear()

    def acting(self, user: str, assigns: bool = True) -> "Org":
        """Return the org as this user sees it and may change it. `assigns`: the assignment rule runs."""
        org = copy(self)
        org.user, org.assigns = user, assigns
        if user == INTEGRATION_USER and not self.settings.administrator:
            found = self.journal.get("User", user)
            rights = self._granted if self.settings.permission_set else Rights()
            org._rights = replace(rights, fields=rights.fields | self.settings.fields)
            # a user that an older stand-in stored has no such value
            marketing = not found or found.values.get("UserPermissionsMarketingUser", True)
            org.schema = self._view(org._rights, bool(marketing))
        return org

    def _view(self, rights: Rights, edits_campaigns: bool) -> Schema:
        """Return what a user with these rights sees; it takes milliseconds, so it is kept."""
        key = repr((rights.fields, rights.objects, edits_campaigns))
        if key not in self._views:
            self._views[key] = rights.seen(self._all, edits_campaigns)
        return self._views[key]

    def may(self, permission: str) -> bool:
        """Return whether the user has this permission."""
        return self._rights is None or permission in self._rights.permissions

    def sobject(self, name: str) -> SObject:
        found = next((s for s in self.schema.values() if s.name.lower() == name.lower()), None)
        if found is None:
            raise not_found()
        return found

    def read(self, sobject: SObject, id: str) -> Record:
        """Return the record by its id of 15 or 18. Raises Refused, also for a record in the recycle bin."""
        if not ids.looks_right(id):
            raise Refused("MALFORMED_ID", f"malformed id {id}")
        record = self.journal.get(sobject.name, ids.full(id))
        if record is None:
            raise not_found("Provided external ID field does not exist or is not accessible: " + id)
        if record.deleted:
            raise Refused("ENTITY_IS_DELETED", "entity is deleted", status=404)
        return record

    def find(self, object: str, name: str, value: str) -> list[Record]:
        """Return the records with this value in the field of that name, in any case."""
        return self.journal.find(object, name, value)

    def create(self, sobject: SObject, given: dict[str, Any]) -> Record:
        """Create a record. Raises Refused."""
        if not sobject.createable:
            raise _not_able("inserted", sobject)
        row = self._taken(sobject, given, lambda field: field.createable)
        missing = [f.name for f in sobject.fields if f.required and row.get(f.name) is None]
        if missing:
            raise values.required(*missing)
        id = ids.make(sobject.prefix, self.journal.count(sobject.name) + 1)
        every = self._all[sobject.name].fields
        row = {f.name: _default(f) for f in every} | {k: v for k, v in row.items() if v is not None}
        row |= {"Id": id, "CreatedById": self.user}
        if "OwnerId" in row:
            row["OwnerId"] = self._assigned(sobject) or row["OwnerId"] or self.user
        created = self._kept(sobject, Record(id, sobject.name, row))
        if sobject.name == "Campaign":
            self.add_statuses(id)
        return created

    def add_statuses(self, campaign: str) -> None:
        """Give a campaign the member statuses of a new one."""
        statuses = self._all["CampaignMemberStatus"]
        for status in NEW:
            self.create(statuses, {"CampaignId": campaign, **status})

    def update(self, sobject: SObject, id: str, given: dict[str, Any]) -> Record:
        """Update a record. Raises Refused."""
        before = self.read(sobject, id)
        if not sobject.updateable:
            raise _not_able("updated", sobject)
        row = self._taken(sobject, given, lambda field: field.updateable)
        if before.values.get("IsConverted"):
            raise Refused("CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead")
        if self._rights:
            rules.check_sharing(self.settings, before, self._account(before), self.user)
        self._check_transfer(before, row)
        if owner := self._assigned(sobject):
            row["OwnerId"] = owner
        return self._kept(sobject, replace(before, values={**before.values, **row}))

    def delete(self, sobject: SObject, id: str) -> None:
        """Move a record to the recycle bin, which also counts as a change. Raises Refused."""
        before = self.read(sobject, id)
        if not sobject.deletable:
            raise rules.insufficient_access()
        gone = {"IsDeleted": True, "SystemModstamp": values.written(self._now())}
        self.journal.put(replace(before, values={**before.values, **gone}, deleted=True))

    def _taken(self, sobject: SObject, given: dict[str, Any], writable: Callable[[Field], bool]) -> dict[str, Any]:
        row: dict[str, Any] = {}
        closed: list[str] = []
        for name, value in given.items():
            if name == "attributes":
                continue
            field = sobject.field(name)
            if field is None:
                raise Refused("INVALID_FIELD", f"No such column '{name}' on sobject of type {sobject.name}")
            if writable(field):
                row[field.name] = values.accept(field, value)
            else:
                closed.append(field.name)
        if closed:
            raise Refused(
                "INVALID_FIELD_FOR_INSERT_UPDATE",
                f"Unable to create/update fields: {', '.join(closed)}. Please check the security settings of this "
                "field and verify that it is read/write for your profile or permission set.",
                *closed,
            )
        return row

    def _assigned(self, sobject: SObject) -> str:
        """Return the owner that the assignment rule gives the record, "" if it gives none."""
        return self.settings.assignment if self.assigns and sobject.name == "Lead" else ""

    def _account(self, record: Record) -> Record | None:
        return self.journal.get("Account", record.values.get("AccountId") or "")

    def _check_transfer(self, before: Record, row: dict[str, Any]) -> None:
        """Refuse to change the owner of another's record without the permission; anybody may assign a Task."""
        owner, wanted = before.values.get("OwnerId"), row.get("OwnerId")
        if before.object == "Task" or not wanted or wanted == owner or owner == self.user:
            return
        if not self.may("TransferAnyLead" if before.object == "Lead" else "TransferAnyEntity"):
            raise rules.insufficient_access()

    def _kept(self, sobject: SObject, record: Record) -> Record:
        """Check the record against others, complete it, and store it."""
        if self.faults.take(Mode.LOCK_ROW):
            text = f"unable to obtain exclusive access to this record or 1 records: {record.id}"
            raise Refused("UNABLE_TO_LOCK_ROW", text)
        record = replace(record, values=rules.completed(self.settings, sobject, record.values))
        rules.check(self.settings, sobject, record.values)
        self._check_references(sobject, record)
        self._check_member(sobject, record)
        self._check_unique(sobject, record)
        at = values.written(self._now())
        row = record.values | _derived(sobject.name, record.values)
        if sobject.name == "CampaignMember":
            row |= member_status(self.journal, record.values)
        row |= {"LastModifiedDate": at, "LastModifiedById": self.user, "SystemModstamp": at}
        row["CreatedDate"] = row["CreatedDate"] or at  # a new record is created and changed at one instant
        kept = replace(record, values={f.name: row.get(f.name) for f in self._all[sobject.name].fields})
        self.journal.put(kept)
        return kept

    def _check_references(self, sobject: SObject, record: Record) -> None:
        for field in sobject.fields:
            target = record.values.get(field.name)
            if target is not None and (field.createable or field.updateable):
                found = self._referenced(field, target)
                if found and field.name == "OwnerId":
                    _check_owner(sobject, found)

    def _referenced(self, field: Field, target: str) -> Record | None:
        """Return the record that the field refers to, or None if the org has no such objects. Raises Refused."""
        known = [self._all[name] for name in field.referenceTo if name in self._all]
        if not known:
            return None
        kind = next((sobject for sobject in known if target.startswith(sobject.prefix)), None)
        if kind is None:
            raise Refused("MALFORMED_ID", f"{field.label}: id value of incorrect type: {target}", field.name)
        found = self.journal.get(kind.name, target)
        if found is None:
            raise Refused("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")
        if found.deleted:
            raise Refused("ENTITY_IS_DELETED", "entity is deleted")
        return found

    def _check_member(self, sobject: SObject, record: Record) -> None:
        """Refuse a converted lead that joins a campaign; it may stay in one or leave it."""
        lead = record.values.get("LeadId") if sobject.name == "CampaignMember" else None
        found = self.journal.get("Lead", lead) if lead and not self.journal.get(sobject.name, record.id) else None
        if found and found.values.get("IsConverted"):
            raise Refused("CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead")

    def _check_unique(self, sobject: SObject, record: Record) -> None:
        for field in sobject.fields:
            value = record.values.get(field.name)
            twins = self.find(sobject.name, field.name, value) if field.unique and value else ()
            for twin in (t for t in twins if t.id != record.id):
                text = f"duplicate value found: {field.name} duplicates value on record with id: {twin.id}"
                raise Refused("DUPLICATE_VALUE", text, field.name)
        if sobject.name == "CampaignMember" and any(
            _same_member(record, other) for other in self.journal.all(sobject.name) if other.id != record.id
        ):
            raise Refused("DUPLICATE_VALUE", "Already a campaign member.")


def _check_owner(sobject: SObject, owner: Record) -> None:
    """Refuse a user who has left, and a queue that does not take such records; the org's queues take Leads only."""
    if owner.object == "Group" and sobject.name != "Lead":
        raise Refused("INVALID_OPERATION", "Queue not associated with this SObject type", "OwnerId")
    if owner.object == "User" and not owner.values["IsActive"]:
        text = f"Operation performed with inactive user [{owner.id}] as owner of {sobject.name.lower()}"
        raise Refused("INACTIVE_OWNER_OR_USER", text, "OwnerId")
    if owner.object == "User" and owner.values.get("UserType", "Standard") != "Standard":
        raise Refused("TRANSFER_REQUIRES_READ", "The new owner must have read permission", "OwnerId")


def _not_able(verb: str, sobject: SObject) -> Refused:
    return Refused("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", f"entity type cannot be {verb}: {sobject.label}")


def _same_member(one: Record, other: Record) -> bool:
    return all(one.values.get(name) == other.values.get(name) for name in ("CampaignId", "LeadId", "ContactId"))


def _default(field: Field) -> Any:
    return False if field.type == "boolean" else field.default


def _derived(object: str, row: dict[str, Any]) -> dict[str, Any]:
    match object:
        case "Lead" | "Contact" | "User":
            return {"Name": full_name(row.get("FirstName"), row.get("LastName"))}
        case "Task":
            return {"IsClosed": row.get("Status") == "Completed"}
        case "Opportunity":
            return {
                "IsClosed": str(row.get("StageName")).startswith("Closed"),
                "IsWon": row.get("StageName") == "Closed Won",
            }
        case _:
            return {}


def full_name(first: str | None, last: str | None) -> str:
    """Return the full name, family name first for a Japanese name, as a Japanese user of Salesforce sees it."""
    parts: Iterable[str | None] = (last, first) if last and ord(last[0]) >= 0x3040 else (first, last)
    return " ".join(part for part in parts if part)
