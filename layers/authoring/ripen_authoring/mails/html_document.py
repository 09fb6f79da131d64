"""Complete the HTML of a mail for mailboxes and screen readers: charset, language, colour scheme and preheader.

Liquid stays where it is, so tags are found by pattern and no parser rewrites the document.
"""

import re

_INSIDE = r"(?:\{\{.*?\}\}|\{%.*?%\}|[^<>])*"
_HTML = re.compile(rf"<html\b{_INSIDE}>", re.IGNORECASE | re.DOTALL)
_HEAD = re.compile(rf"<head\b{_INSIDE}>", re.IGNORECASE | re.DOTALL)
_BODY = re.compile(rf"<body\b{_INSIDE}>", re.IGNORECASE | re.DOTALL)
_META = re.compile(rf"<meta\b{_INSIDE}>", re.IGNORECASE | re.DOTALL)
_CHARSET = re.compile(r"""(\bcharset\s*=\s*["']?)[^\s"'/>;]+""", re.IGNORECASE)
_LANGUAGE = re.compile(r"""(\slang\s*=\s*)(["']?)([a-z]*)[^\s"'>]*\2""", re.IGNORECASE)
_COLOR_SCHEME = re.compile(r"""name\s*=\s*["']?(?:supported-)?color-schemes?\b""", re.IGNORECASE)
_DARK_STYLES = re.compile(r"prefers-color-scheme\s*:\s*dark", re.IGNORECASE)
_PREHEADER = re.compile(r"\{\{-?\s*preheader\b")
_OF_MJML = re.compile(r'<div style="display:none;font-size:1px;color:#ffffff;[^"]*">')
"""The hidden <div> that MJML makes of <mj-preview>. Spam filters see white letters of one pixel in it."""
_HIDDEN = '<div style="display:none;max-height:0;max-width:0;overflow:hidden;mso-hide:all">'
_AMP = re.compile(
    r"<noscript>\s*<style\b[^<>]*\bamp[a-z0-9]*-boilerplate\b.*?</style>\s*</noscript>"
    r"|<style\b[^<>]*\bamp[a-z0-9]*-boilerplate\b.*?</style>"
    r"|<script\b[^<>]*\bcdn\.ampproject\.org\b[^<>]*>.*?</script>",
    re.IGNORECASE | re.DOTALL,
)


def without_amp(html: str) -> str:
    """Return the HTML without what AMP's own script needs: a style that hides the page until the script has run.

    Source: AMP for Email, "Required markup" (https://amp.dev).
    """
    return _AMP.sub("", html)


def complete(html: str, locale: str, preheader: str) -> str:
    """Return the whole document of a mail in this language.

    `preheader` is that of the mail's email.yaml; it is put at the start of a body that does not show it itself.
    """
    html = _in_language(_in_utf8(html), locale)
    html = _with_color_scheme(_OF_MJML.sub(_HIDDEN, html))
    if not preheader.strip() or _PREHEADER.search(html):
        return html
    return _after(_BODY, html, f"{_HIDDEN}{{{{ preheader }}}}</div>")


def _in_utf8(html: str) -> str:
    """Return the HTML with utf-8 as its charset, because every mail goes out as UTF-8."""
    found = False

    def rename(meta: re.Match[str]) -> str:
        nonlocal found
        found = found or _CHARSET.search(meta[0]) is not None
        return _CHARSET.sub(r"\1utf-8", meta[0])

    renamed = _META.sub(rename, html)
    return renamed if found else _after(_HEAD, renamed, '<meta charset="utf-8">')


def _in_language(html: str, locale: str) -> str:
    """Return the HTML with the language of the mail's file, from which a screen reader chooses its voice."""
    if not (tag := _HTML.search(html)):
        return html
    written = _LANGUAGE.search(tag[0])
    if written and written[3].lower() == locale:
        return html
    named = _LANGUAGE.sub("", tag[0])
    start = len("<html")
    return f'{html[: tag.start()]}{named[:start]} lang="{locale}"{named[start:]}{html[tag.end() :]}'


def _with_color_scheme(html: str) -> str:
    """Return the HTML with its colour schemes named, so that a mail program does not invert colours of its own accord.

    A mail that has styles for the dark scheme supports both.
    """
    if any(_COLOR_SCHEME.search(meta[0]) for meta in _META.finditer(html)):
        return html
    schemes = "light dark" if _DARK_STYLES.search(html) else "light"
    names = ("color-scheme", "supported-color-schemes")
    return _after(_HEAD, html, "".join(f'<meta name="{name}" content="{schemes}">' for name in names))


def _after(tag: re.Pattern[str], html: str, text: str) -> str:
    """Return the HTML with the text after the first such tag, or as it is without one."""
    found = tag.search(html)
    return html[: found.end()] + text + html[found.end() :] if found else html
