"""SPF of the domain that mails return to, judged as a receiver does: mechanism by mechanism (RFC 7208)."""

import re
from collections.abc import Iterator

from msgspec import Struct

from cli.doctor.dns_records import TRY_AGAIN, Texts, Unanswered
from cli.doctor.finding import Check, Finding, Owner
from ripen.words import Words

SPF = Check(Words("SPF", "SPF"), Owner.IT)
RECORD = "v=spf1 include:amazonses.com ~all"
_SES = "amazonses.com"
_MOST_LOOKUPS = 10
"""Mechanisms that ask the DNS, in the record and all that it includes (RFC 7208, 4.6.4)."""
_ASKING = frozenset({"include", "a", "mx", "ptr", "exists"})
_MECHANISMS = _ASKING | {"all", "ip4", "ip6"}
_TERM = re.compile(r"([-+~?]?)([a-z0-9]+)(?:[:/](.*))?", re.IGNORECASE)
_MODIFIER = re.compile(r"([a-z][a-z0-9._-]*)=(.*)", re.IGNORECASE)


class Broken(Exception):
    """Receivers treat the record as none. The words say why."""

    def __init__(self, words: Words) -> None:
        super().__init__(words.en)
        self.words = words


class _Term(Struct, frozen=True):
    """One mechanism with its qualifier ("+" passes), or the modifier `redirect`."""

    qualifier: str
    name: str
    value: str


def spf(mail_from: str, domain: str, ask: Texts) -> Finding:
    """Check SPF. `mail_from` is the MAIL FROM domain set in SES, "" for SES's own."""
    if not mail_from:
        return SPF.warn(
            Words(
                "mails return to amazonses.com: SPF passes for that domain only, not for yours",
                "メールの返送先が amazonses.com です。SPF は通りますが、自社ドメインのものではありません",
            ),
            Words(
                f"Set up a MAIL FROM domain below {domain}: see MAIL FROM.",
                f"{domain} の下に MAIL FROM ドメインを設定してください（MAIL FROM の項目）。",
            ),
        )
    try:
        terms = _record(mail_from, ask)
        _count_lookups(terms, ask, 0)
        return _judged(mail_from, terms, names_ses=_passes_ses(terms, ask))
    except Broken as broken:
        return SPF.fail(broken.words, _publish(mail_from))
    except Unanswered as error:
        return SPF.warn(error.words, TRY_AGAIN)


def _judged(domain: str, terms: list[_Term], names_ses: bool) -> Finding:
    ends = [term.qualifier for term in terms if term.name == "all"]
    if ends[:1] == ["+"]:
        return SPF.fail(
            Words(
                f"{domain} lets everybody send (+all): receivers trust no mail of it",
                f"{domain} は誰にでも送信を許しています（+all）。受信側はこのドメインのメールを信用しません",
            ),
            _publish(domain),
        )
    if not names_ses:
        return SPF.fail(
            Words(
                f"{domain} has no SPF record that lets SES send",
                f"{domain} に SES の送信を許す SPF レコードがありません",
            ),
            _publish(domain),
        )
    return SPF.ok(Words(f"{domain} lets SES send", f"{domain} は SES の送信を許しています"))


def _record(domain: str, ask: Texts) -> list[_Term]:
    """Return the terms of the domain's one record, [] without one. Raises Broken."""
    records = [text for text in ask(domain) if re.match(r"v=spf1(\s|$)", text, re.IGNORECASE)]
    if len(records) > 1:
        raise Broken(
            Words(
                f"{domain} has several SPF records, which count as none",
                f"{domain} に SPF レコードが複数あり、無効とみなされます",
            )
        )
    return [_term(word, domain) for word in records[0].split()[1:]] if records else []


def _followed(domain: str, ask: Texts) -> list[_Term]:
    """Return the terms of a record that another one names. Raises Broken if there is none: that is a mistake, too."""
    if terms := _record(domain, ask):
        return terms
    raise Broken(
        Words(
            f"the SPF record names {domain}, which has none, so receivers take it for broken",
            f"SPF レコードが参照する {domain} に SPF レコードがなく、受信側では壊れているとみなされます",
        )
    )


def _term(word: str, domain: str) -> _Term:
    if modifier := _MODIFIER.fullmatch(word):
        return _Term("", modifier[1].lower(), modifier[2].lower())
    found = _TERM.fullmatch(word)
    if not found or found[2].lower() not in _MECHANISMS:
        raise Broken(
            Words(
                f"the SPF record of {domain} has a mistake: {word}", f"{domain} の SPF レコードに誤りがあります: {word}"
            )
        )
    return _Term(found[1] or "+", found[2].lower(), (found[3] or "").lower())


def _count_lookups(terms: list[_Term], ask: Texts, count: int) -> int:
    """Return the lookups of the record and all that it includes. Raises Broken for too many."""
    for term in terms:
        if term.name in _ASKING or term.name == "redirect":
            count += 1
        if count > _MOST_LOOKUPS:
            raise Broken(
                Words(
                    "the SPF record needs more than 10 lookups, so receivers give up",
                    "SPF レコードの DNS 問い合わせが 10 回を超えるため、受信側は評価をやめます",
                )
            )
        if _is_followed(term) and term.value != _SES:
            count = _count_lookups(_followed(term.value, ask), ask, count)
    return count


def _passes_ses(terms: list[_Term], ask: Texts) -> bool:
    """Return whether a server of SES passes: a receiver takes the first mechanism that matches."""
    for term in _in_order(terms):
        if term.name == "all":
            return term.qualifier == "+"
        if _is_followed(term) and (term.value == _SES or _passes_ses(_record(term.value, ask), ask)):
            return term.qualifier in ("+", "")
    return False


def _in_order(terms: list[_Term]) -> Iterator[_Term]:
    """Yield the mechanisms, and `redirect` where the record has no `all`."""
    yield from (term for term in terms if term.qualifier)
    if not any(term.name == "all" for term in terms):
        yield from (term for term in terms if term.name == "redirect")


def _is_followed(term: _Term) -> bool:
    """Return whether the term names another record. One with a macro is not asked: its name depends on the mail."""
    return term.name in ("include", "redirect") and bool(term.value) and "%" not in term.value


def _publish(domain: str) -> Words:
    return Words(
        f'Publish one TXT record at {domain}: "{RECORD}"',
        f'{domain} に TXT レコードを一つだけ公開してください: "{RECORD}"',
    )
