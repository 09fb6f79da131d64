"""The files of two playbooks are compared: what is published, without comments and blanks."""

from ripen_authoring.comparison.files import FileChange, changed_files

MAIL = "Hello {{ lead.name }},\n\nread our case.\n"
WAS = {
    "ripen.yaml": "policy: {per_week: 3}\n",
    "emails/offer/en.md": MAIL,
    "emails/offer/email.yaml": "subject: Our offer\n",
    "personas/manager.yaml": "email: a@b.example\n",
}


def changed(**files: str) -> tuple[FileChange, ...]:
    return changed_files(
        WAS, WAS | {name.replace("__", "/").replace("_dot_", "."): text for name, text in files.items()}
    )


def test_same_files_have_no_changes() -> None:
    assert changed_files(WAS, dict(WAS)) == ()


def test_value_of_a_file_is_one_line() -> None:
    assert changed(ripen_dot_yaml="policy: {per_week: 5}\n") == (
        FileChange("ripen.yaml", "changed", ("policy.per_week: 3 → 5",)),
    )


def test_comments_and_what_is_not_published_are_no_change() -> None:
    assert (
        changed(ripen_dot_yaml="policy: {per_week: 3} # the most\n", personas__manager_dot_yaml="email: c@d.example")
        == ()
    )


def test_text_is_compared_line_by_line() -> None:
    [mail] = changed(
        emails__offer__en_dot_md=MAIL.replace("read our case.", "see our prices.\n\nYours").replace("\n\n", "\n")
    )
    assert mail.lines == ("read our case. → see our prices.", "– → Yours")


def test_new_and_removed_files_are_named() -> None:
    now = {name: text for name, text in WAS.items() if name != "emails/offer/en.md"} | {"segments/all.yaml": "when: []"}
    assert changed_files(WAS, now) == (
        FileChange("emails/offer/en.md", "removed"),
        FileChange("segments/all.yaml", "added"),
    )


def test_file_that_cannot_be_read_any_more_is_compared_as_text() -> None:
    [change] = changed(ripen_dot_yaml="policy: {per_week: [5}\n")
    assert change.lines == ("policy: {per_week: 3} → policy: {per_week: [5}",)
