"""JSON Schema of each kind of file, so that editors complete and check what is typed."""

import json
from pathlib import Path

from ripen_authoring.models.forms import FormFile
from ripen_authoring.models.journeys import JourneyFile
from ripen_authoring.models.mailings import CampaignFile, EmailFile, SegmentFile
from ripen_authoring.models.part import Part
from ripen_authoring.models.personas import PersonaFile
from ripen_authoring.models.routing import RoutingFile
from ripen_authoring.models.scoring import ScoringFile
from ripen_authoring.models.settings import RipenFile
from ripen_authoring.models.simulations import ScenarioFile

FOLDER = ".schema"
KINDS: dict[str, tuple[type[Part], str]] = {
    "ripen": (RipenFile, "ripen.yaml"),
    "scoring": (ScoringFile, "scoring.yaml"),
    "routing": (RoutingFile, "routing.yaml"),
    "form": (FormFile, "forms/*.yaml"),
    "journey": (JourneyFile, "journeys/*.yaml"),
    "segment": (SegmentFile, "segments/*.yaml"),
    "campaign": (CampaignFile, "campaigns/*.yaml"),
    "email": (EmailFile, "emails/*/email.yaml"),
    "persona": (PersonaFile, "personas/*.yaml"),
    "simulation": (ScenarioFile, "simulations/*.yaml"),
}
"""The model of each schema, and its files."""


def schemas() -> dict[str, str]:
    """Return the text of each schema file, by its name."""
    return {f"{name}.json": _schema(model, files) for name, (model, files) in KINDS.items()}


def modeline(file: Path, folder: Path) -> str | None:
    """Return the comment by which an editor finds the schema of that file, or None where it has no schema."""
    for name, (_, files) in KINDS.items():
        if file.match(files) and len(file.parts) == len(Path(files).parts) + len(folder.parts):
            up = "../" * (len(Path(files).parts) - 1)
            return f"# yaml-language-server: $schema={up}{FOLDER}/{name}.json"
    return None


def _schema(model: type[Part], files: str) -> str:
    schema = model.model_json_schema(by_alias=True)
    named = {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": files}
    return json.dumps(named, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
