"""MJML's own compiler makes the example mails as wide as ours does, in Outlook and their pictures."""

import re
from pathlib import Path

from ripen_authoring.files.folder import Body, load
from ripen_authoring.mails import markdown, mjml
from tests.support import node_peers


def test_mails_are_as_wide_as_with_mjmls_own_compiler() -> None:
    folder = load(Path(__file__).parents[2] / "playbook")
    sources = {
        f"{name}/{locale}": _mjml(body)
        for name, mail in folder.emails.items()
        for locale, body in mail.bodies.items()
        if body.written_as != "txt"
    }

    theirs = dict(zip(sources, node_peers.run("mjml", list(sources.values())), strict=True))

    assert len(theirs) >= 20
    for mail, source in sources.items():
        assert _widths(mjml.to_html(source)) == _widths(theirs[mail]), mail


def _mjml(body: Body) -> str:
    return markdown.to_mjml(body.source.text, body.frame.text) if body.frame else body.source.text


def _widths(html: str) -> list[str]:
    """Return the widths in pixels that the compiler calculates, of tables and columns in Outlook, and of pictures."""
    outlook = re.findall(r"<!--\[if mso.*?<!\[endif\]-->", html, re.DOTALL)
    return sorted(re.findall(r"width[:=]\"?(\d+)", "".join((*outlook, *re.findall(r"<img[^>]*>", html)))))
