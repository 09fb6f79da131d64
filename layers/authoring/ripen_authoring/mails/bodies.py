"""Compile a mail from MJML, Markdown, pasted HTML, or text alone."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import css_inline

from ripen_authoring.files.folder import Body, MailEntry
from ripen_authoring.mails import html_document, markdown, mjml, nesting, rendering, text_part
from ripen_authoring.models.settings import RipenFile, Utm

_TAG = re.compile(r"(<!--liquid:[0-9]+-->|\{%.*?%\})|<[^<>]*>", re.DOTALL)
"""Liquid between tags, or a comment that looks like the one that stands for Liquid meanwhile; and any other tag."""
_KEPT = re.compile(r"<!--liquid:([0-9]+)-->")


@dataclass(frozen=True)
class CompiledMail:
    """A mail in Liquid, with {{ links[n] }} for each link. `html` is "" for a mail of text alone."""

    html: str
    text: str
    links: tuple[str, ...]


def compile_mail(mail: MailEntry, locale: str, name: str, ripen: RipenFile) -> CompiledMail:
    """Return the mail in one locale.

    Raise BadLink for a link without a fixed target, and ValueError where the markup cannot be compiled.
    """
    body = mail.bodies[locale]
    target = _with_utm(name, ripen)
    if body.written_as == "txt":
        text, links = rendering.number_text_links(body.source.text, (), target)
        return CompiledMail("", text, links)
    preheader = mail.model.preheader.by_locale((locale,)).get(locale, "")
    document = html_document.complete(body_html(body), locale, preheader)
    html, links = rendering.number_links(document, target)
    if locale not in mail.text_parts:
        return CompiledMail(html, text_part.plain_text(html), links)
    text, links = rendering.number_text_links(mail.text_parts[locale].text, links, target)
    return CompiledMail(html, text, links)


def body_html(body: Body) -> str:
    """Return the html of the body, with its links as they were written. Raise ValueError for invalid markup."""
    nesting.check_depth(body.source.text)
    match body.written_as:
        case "mjml":
            return mjml.to_html(body.source.text)
        case "md":
            frame = body.frame.text if body.frame else ""
            return mjml.to_html(markdown.to_mjml(body.source.text, frame))
    return _inline_styles(html_document.without_amp(body.source.text))


def is_own_site(target: str, ripen: RipenFile) -> bool:
    """Return whether the link leads to one of the `tracking.sites`."""
    sites = ripen.tracking.sites if ripen.tracking else ()
    return any(target == site or target.startswith((f"{site}/", f"{site}?", f"{site}#")) for site in sites)


def has_utm(target: str) -> bool:
    """Return whether the link has a utm parameter."""
    return any(key.startswith("utm_") for key, _ in parse_qsl(urlsplit(target).query))


def _with_utm(mail: str, ripen: RipenFile) -> Callable[[str], str]:
    """Return a function that adds utm parameters to links to our own sites that have none, if ripen.yaml says so."""
    utm = ripen.utm

    def add(target: str) -> str:
        if utm is None or not is_own_site(target, ripen) or has_utm(target):
            return target
        return _add_utm(target, utm, mail)

    return add


def _add_utm(target: str, utm: Utm, mail: str) -> str:
    parts = urlsplit(target)
    names = urlencode({"utm_source": utm.source, "utm_medium": utm.medium, "utm_campaign": mail})
    return urlunsplit(parts._replace(query=f"{parts.query}&{names}" if parts.query else names))


def _inline_styles(html: str) -> str:
    """Return pasted HTML with its style sheets put into the tags, as mail programs need it.

    Liquid tags between HTML tags become comments meanwhile, because an HTML parser would move text out of a table.
    """
    kept: list[str] = []

    def keep(found: re.Match[str]) -> str:
        if not found[1]:
            return found[0]
        kept.append(found[1])
        return f"<!--liquid:{len(kept) - 1}-->"

    try:
        inlined = css_inline.inline(_TAG.sub(keep, html), keep_style_tags=True, load_remote_stylesheets=False)
    except css_inline.InlineError as error:
        raise ValueError(str(error)) from error
    return _KEPT.sub(lambda found: kept[int(found[1])], inlined)
