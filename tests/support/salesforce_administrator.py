"""An administrator who sets up an org by the commands of docs/salesforce-setup.md, and does nothing else."""

import re
import shlex
from pathlib import Path
from shutil import copyfile
from xml.etree.ElementTree import parse

from sandbox.salesforce.schema import PACKAGE

_METADATA = "{http://soap.sforce.com/2006/04/metadata}"
_PROJECT = PACKAGE.parents[1]
_LICENCE, _PERMISSION_SET = "SalesforceAPIIntegrationPsl", "Ripen_Integration"
_SHELL = re.compile(r"^[ \d.]*```sh\n(.*?)^ *```", re.MULTILINE | re.DOTALL)


class Refused(Exception):
    """Salesforce refuses the command."""


def blocks(guide: Path) -> list[list[str]]:
    """Return the commands of each block of the guide, without line breaks and comments."""
    texts = [re.sub(r"\\\n", " ", block) for block in _SHELL.findall(guide.read_text())]
    return [[line.strip() for line in text.splitlines() if line.strip()] for text in texts]


class Administrator:
    """Runs commands against an org that has nothing of Ripen. `deployed` is what the org has of the package."""

    def __init__(self, folder: Path) -> None:
        self.deployed = folder
        self.has_licence = False
        self.has_permission_set = False
        self._place = _PROJECT

    def run(self, command: str) -> None:
        """Run one command as Salesforce would. Raises Refused, and AssertionError for a command it does not know."""
        match shlex.split(command, comments=True):
            case ["cd", place]:
                self._place = self._place / place
                assert self._place.is_dir(), command
            case ["sf", "org", "login", "web", "--alias", "acme"]:
                pass
            case ["sf", "project", "deploy", "start", "--manifest", manifest, *more]:
                self._deploy(self._place / manifest)
                if "--post-destructive-changes" in more:
                    self._destroy(self._place / more[more.index("--post-destructive-changes") + 1])
            case ["sf", "org", "assign", "permsetlicense", "--name", name, "--on-behalf-of", _, "--target-org", "acme"]:
                self.has_licence = name == _LICENCE
            case ["sf", "org", "assign", "permset", "--name", name, "--on-behalf-of", _, "--target-org", "acme"]:
                self._assign(name)
            case _:
                raise AssertionError(f"no command that an administrator knows: {command}")

    def _assign(self, name: str) -> None:
        if not self.has_licence:
            raise Refused("The user license doesn't allow the permission")
        if not list(self.deployed.glob(f"**/{name}.permissionset-meta.xml")):
            raise Refused(f"there is no permission set {name}")
        self.has_permission_set = name == _PERMISSION_SET

    def _deploy(self, manifest: Path) -> None:
        for source in _sources(manifest):
            target = self.deployed / source.relative_to(PACKAGE)
            target.parent.mkdir(parents=True, exist_ok=True)
            copyfile(source, target)

    def _destroy(self, manifest: Path) -> None:
        if self.has_permission_set:
            raise Refused("the permission set is assigned")
        for source in _sources(manifest):
            (self.deployed / source.relative_to(PACKAGE)).unlink()


def _sources(manifest: Path) -> list[Path]:
    """Return the files of the fields and permission sets that a manifest names; it must name no others of them."""
    found = []
    for types in parse(manifest).getroot().iterfind(f"{_METADATA}types"):  # noqa: S314 (our own file)
        kind, names = types.findtext(f"{_METADATA}name"), [str(m.text) for m in types.iterfind(f"{_METADATA}members")]
        for name in names:
            object, _, field = name.partition(".")
            pattern = {
                "CustomField": f"*/main/default/objects/{object}/fields/{field}.field-meta.xml",
                "PermissionSet": f"*/main/default/permissionsets/{name}.permissionset-meta.xml",
            }.get(str(kind))
            if pattern:
                [source] = PACKAGE.glob(pattern)
                found.append(source)
    return found
