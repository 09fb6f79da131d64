"""A mail as it is sent, from however it was written: MJML, Markdown, pasted HTML, or text alone."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import css_inline

from ripen_authoring.files.folder import Body, MailEntry
from ripen_authoring.mails import markdown, mjml, rendering
from ripen_authoring.models.settings import RipenFile, Utm

_TAG = re.compile(r"(<[^<>]*>)|(\{%.*?%\})", re.DOTALL)
_KEPT = re.compile(r"<!--liquid:(\d+)-->")


@dataclass(frozen=True)
class CompiledMail:
    """Liquid, each link a {{ links[n] }}. `html` is "" for a mail of text alone."""

    html: str
    text: str
    links: tuple[str, ...]


def made(mail: MailEntry, locale: str, name: str, ripen: RipenFile) -> CompiledMail:
    """The mail in one locale. BadLink for a link that is not fixed, ValueError where the markup cannot be compiled."""
    body = mail.bodies[locale]
    target = _with_utm(name, ripen)
    if body.written_as == "txt":
        text, links = rendering.numbered_text(body.source.text, (), target)
        return CompiledMail("", text, links)
    html, links = rendering.numbered(compiled(body), target)
    if locale not in mail.localized_texts:
        return CompiledMail(html, rendering.text_of(html), links)
    text, links = rendering.numbered_text(mail.localized_texts[locale].text, links, target)
    return CompiledMail(html, text, links)


def compiled(body: Body) -> str:
    """The body's html, its links as they were written. ValueError where the markup cannot be compiled."""
    match body.written_as:
        case "mjml":
            return mjml.compiled(body.source.text)
        case "md":
            frame = body.frame.text if body.frame else ""
            return mjml.compiled(markdown.framed(body.source.text, frame))
    return _inlined(body.source.text)


def is_ours(target: str, ripen: RipenFile) -> bool:
    """Does the link lead to a site of the company's?"""
    sites = ripen.tracking.sites if ripen.tracking else ()
    return any(target == site or target.startswith((f"{site}/", f"{site}?", f"{site}#")) for site in sites)


def has_utm(target: str) -> bool:
    return any(key.startswith("utm_") for key, _ in parse_qsl(urlsplit(target).query))


def _with_utm(mail: str, ripen: RipenFile) -> Callable[[str], str]:
    """Puts the campaign's names on links to our own sites, where ripen.yaml says so and the link has none."""
    utm = ripen.utm

    def put(target: str) -> str:
        if utm is None or not is_ours(target, ripen) or has_utm(target):
            return target
        return _put(target, utm, mail)

    return put


def _put(target: str, utm: Utm, mail: str) -> str:
    parts = urlsplit(target)
    names = urlencode({"utm_source": utm.source, "utm_medium": utm.medium, "utm_campaign": mail})
    return urlunsplit(parts._replace(query=f"{parts.query}&{names}" if parts.query else names))


def _inlined(html: str) -> str:
    """Pasted HTML with its style sheets put into the tags, as mail clients want it.

    Liquid tags between HTML tags travel as comments, since a parser would move text out of a table.
    """
    kept: list[str] = []

    def keep(found: re.Match[str]) -> str:
        if found[1]:
            return found[1]
        kept.append(found[2])
        return f"<!--liquid:{len(kept) - 1}-->"

    try:
        inlined = css_inline.inline(_TAG.sub(keep, html), keep_style_tags=True, load_remote_stylesheets=False)
    except css_inline.InlineError as error:
        raise ValueError(str(error)) from error
    return _KEPT.sub(lambda found: kept[int(found[1])], inlined)
