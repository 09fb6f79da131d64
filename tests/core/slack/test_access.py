"""Who may press buttons and look up leads: full members of the company that installed the app."""

import pytest

from ripen.slack.access import Installation, Person, Refusal, is_from_installation, refusal

WORKSPACE = Installation(team="T0RIPEN")
IN_ENTERPRISE = Installation(team="T0RIPEN", enterprise="E0RIPEN")
ORGANISATION = Installation(team="T0RIPEN", enterprise="E0RIPEN", organisation_wide=True)


@pytest.mark.parametrize(
    ("installation", "team", "enterprise", "ours"),
    [
        (WORKSPACE, "T0RIPEN", "", True),
        (WORKSPACE, "T0EVIL", "", False),
        (WORKSPACE, "", "", False),
        (IN_ENTERPRISE, "T0RIPEN", "E0RIPEN", True),
        (IN_ENTERPRISE, "T0OTHER", "E0RIPEN", False),
        (ORGANISATION, "T0OTHER", "E0RIPEN", True),
        (ORGANISATION, "T0OTHER", "E0EVIL", False),
        (ORGANISATION, "T0RIPEN", "", False),
        (Installation(team="T0RIPEN", organisation_wide=True), "T0RIPEN", "", False),
    ],
)
def test_only_the_installed_workspace_or_organisation_is_heard(
    installation: Installation, team: str, enterprise: str, ours: bool
) -> None:
    assert is_from_installation(installation, team, enterprise) is ours


@pytest.mark.parametrize(
    ("person", "installation", "why"),
    [
        (Person(id="U1", team="T0RIPEN"), WORKSPACE, None),
        (Person(id="U1", team="T0RIPEN", guest=True), WORKSPACE, Refusal.GUEST),
        (Person(id="U1", team="T0RIPEN", deactivated=True), WORKSPACE, Refusal.DEACTIVATED),
        (Person(id="U1", team="T0RIPEN", stranger=True), WORKSPACE, Refusal.OTHER_COMPANY),
        (Person(id="U1", team="T0OTHER"), WORKSPACE, Refusal.OTHER_COMPANY),
        (Person(id="U1", team=""), WORKSPACE, Refusal.OTHER_COMPANY),
        (Person(id="U1", team="T0OTHER", guest=True), WORKSPACE, Refusal.OTHER_COMPANY),
        (Person(id="U1", team="T0OTHER", enterprise="E0RIPEN"), IN_ENTERPRISE, None),
        (Person(id="U1", team="T0OTHER", enterprise="E0RIPEN", guest=True), IN_ENTERPRISE, Refusal.GUEST),
        (Person(id="U1", team="T0OTHER", enterprise="E0EVIL"), IN_ENTERPRISE, Refusal.OTHER_COMPANY),
    ],
)
def test_guests_and_other_companies_are_refused(
    person: Person, installation: Installation, why: Refusal | None
) -> None:
    assert refusal(person, installation) is why
