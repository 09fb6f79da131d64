"""An invented lead for simulations and previews: playbook/personas/<name>.yaml."""

from datetime import datetime
from pathlib import Path

from ripen.capture.field_errors import FieldError
from ripen.errors import Rejected
from ripen.failure import Failure
from ripen.ids import digest
from ripen.lead.address import normalise
from ripen.lead.contact import ConsentRecord, Contact, Permission
from ripen.lead.lead import Profile
from ripen.words import Words
from ripen_authoring.files.document import read_yaml
from ripen_authoring.files.named_file import is_file, read_named_file
from ripen_authoring.files.source import read_text
from ripen_authoring.files.validation import validate
from ripen_authoring.models.personas import PersonaFile
from ripen_authoring.problem import InvalidPlaybook


class Persona(PersonaFile):
    """A persona's file, and the rows of the lead that it stands for."""

    @property
    def id(self) -> str:
        """Return the lead's id. It is the same in every simulation, because splits divide leads by it."""
        return digest("persona", self.email)

    def profile(self, now: datetime) -> Profile:
        """Return the lead's profile."""
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
        """Return the lead's consent and its record, or None where it has not consented."""
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


def load_persona(name: str, folder: Path) -> Persona:
    """Return the persona in the file of that path, or of that name in the playbook's folder. Raise Failure."""
    path = Path(name)
    is_named = path.suffix not in {".yaml", ".yml"}
    if is_named:
        path = folder / "personas" / f"{name}.yaml"
    if not is_file(path):
        known = sorted(found.stem for found in (folder / "personas").glob("*.yaml"))
        names, example = ", ".join(known), "email: hanako@example.co.jp"
        choose = Words(f"Choose one of: {names}", f"次のどれかを選んでください: {names}")
        create = Words(f"Create {path}, e.g. {example}", f"{path} を作ってください。例: {example}")
        missing = Words(f"There is no persona {name!r}.", f"ペルソナ {name!r} はありません。")
        raise Failure(missing, choose if known else create)
    try:
        file = f"personas/{name}.yaml" if is_named else str(path)
        written = read_text(folder, file) if is_named else read_named_file(path)
        persona = validate(Persona, read_yaml(file, written))
        normalise(persona.email)
    except InvalidPlaybook as invalid:
        raise Failure(
            invalid.listing(folder if is_named else Path()),
            Words("Correct the persona's file.", "ペルソナのファイルを直してください。"),
        ) from None
    except Rejected as error:
        raise Failure(
            Words(f"{path}: {error.reason}", f"{path}: {FieldError('email', error.reason).translated('ja')}"),
            Words("Give the persona an e-mail address.", "ペルソナにメールアドレスを書いてください。"),
        ) from None
    return persona
