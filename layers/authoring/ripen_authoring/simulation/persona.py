"""An invented lead: playbook/personas/<name>.yaml."""

from datetime import datetime
from pathlib import Path

from ripen.errors import Rejected
from ripen.failure import Failure
from ripen.ids import digest
from ripen.lead.address import normalise
from ripen.lead.contact import ConsentRecord, Contact, Permission
from ripen.lead.lead import Profile
from ripen_authoring.files.document import read
from ripen_authoring.files.named import text
from ripen_authoring.files.parsing import model_of
from ripen_authoring.models.personas import PersonaFile
from ripen_authoring.problem import Broken


class Persona(PersonaFile):
    """The file as the lead it stands for."""

    @property
    def id(self) -> str:
        """The same in every run: shares of a split are taken by it."""
        return digest("persona", self.email)

    def profile(self, now: datetime) -> Profile:
        known = {
            name: getattr(self, name)
            for name in ("locale", "last_name", "first_name", "company", "department", "job_title", "phone")
        }
        return Profile(
            id=self.id,
            email=normalise(self.email),
            created=now,
            country=self.country,
            time_zone=self.time_zone,
            stage=self.stage,
            tags=self.tags,
            attributes=self.attributes,
            **known,
        )

    def contact(self, now: datetime) -> tuple[Contact, ConsentRecord] | None:
        """The consent given before; None where there is none."""
        if not self.consent:
            return None
        record = ConsentRecord(
            id=digest("persona-consent", self.id),
            lead=self.id,
            purpose="marketing",
            granted=True,
            at=now,
            source="persona",
        )
        return Contact(lead=self.id, consent={"marketing": Permission(granted=True, at=now, record=record.id)}), record


def persona(named: str, folder: Path) -> Persona:
    """The persona in that file, or of that name in the playbook's folder. Raises Failure."""
    path = Path(named)
    if path.suffix not in {".yaml", ".yml"}:
        path = folder / "personas" / f"{named}.yaml"
    if not path.is_file():
        known = sorted(found.stem for found in (folder / "personas").glob("*.yaml"))
        choice = f"Write one of: {', '.join(known)}" if known else f"Write it to {path}: email: hanako@example.co.jp"
        raise Failure(f"There is no persona {named!r}.", choice)
    try:
        found = model_of(Persona, read(path.name, text(path)))
        normalise(found.email)
    except Broken as broken:
        raise Failure(str(broken), "Mend the persona's file.") from None
    except Rejected as error:
        raise Failure(f"{path}: {error.reason}", "Give the persona an e-mail address.") from None
    return found
