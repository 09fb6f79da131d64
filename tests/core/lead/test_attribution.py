"""Where a visitor came from: click ids, and the origin in words."""

from typing import Any

import pytest

from ripen.lead.attribution import AD_NETWORKS, CLICK_IDS, click_id, origin, read_touch
from ripen.lead.lead import Touch
from tests.support.fakes import NOON


def a_touch(**changes: Any) -> Touch:
    return Touch(at=NOON, **changes)


@pytest.mark.parametrize("name", CLICK_IDS)
def test_each_click_id_is_read_from_the_url_and_from_the_form(name: str) -> None:
    in_url = read_touch({"page_url": f"https://www.example.jp/?{name}=Ab-1_"}, NOON, "")
    in_form = read_touch({name: "Ab-1_"}, NOON, "")
    assert (click_id(in_url), click_id(in_form)) == (("Ab-1_", name), ("Ab-1_", name))


def test_click_ids_are_those_of_the_networks_that_companies_in_japan_use() -> None:
    assert set(CLICK_IDS) == {
        *("gclid", "wbraid", "gbraid", "yclid", "msclkid", "ldtag_cl", "twclid", "ttclid", "li_fat_id", "fbclid"),
    }
    assert click_id(a_touch(utm_source="google")) == ("", "")


@pytest.mark.parametrize(
    ("touch", "japanese", "english"),
    [
        (a_touch(), ("直接",), ("direct",)),
        (a_touch(referrer="https://news.example.jp/article"), ("news.example.jp",), ("news.example.jp",)),
        (a_touch(referrer="http://[bad"), ("直接",), ("direct",)),
        (a_touch(utm_source="google", utm_medium="organic"), ("google", "organic"), ("google", "organic")),
        (a_touch(utm_source="Yahoo", utm_medium="CPC"), ("Yahoo!広告",), ("Yahoo ad",)),
        (a_touch(yclid="y", utm_campaign="春"), ("Yahoo!広告", "春"), ("Yahoo ad", "春")),
        (a_touch(gbraid="g", utm_source="x"), ("Google広告",), ("Google ad",)),
        (a_touch(utm_source="line", utm_medium="message"), ("line", "message"), ("line", "message")),
        (a_touch(ldtag_cl="l", utm_source="line"), ("LINE広告",), ("LINE ad",)),
        (a_touch(fbclid="f"), ("Facebook・Instagram",), ("Facebook or Instagram",)),
        (a_touch(fbclid="f", utm_source="ig", utm_medium="paid_social"), ("Meta広告",), ("Meta ad",)),
        (a_touch(utm_source="partner", utm_medium="cpc"), ("partner", "cpc"), ("partner", "cpc")),
    ],
)
def test_the_origin_tells_an_ad_from_an_unpaid_visit(
    touch: Touch, japanese: tuple[str, ...], english: tuple[str, ...]
) -> None:
    assert (origin(touch, "ja"), origin(touch, "en")) == (japanese, english)


def test_no_source_and_no_click_id_belongs_to_two_networks() -> None:
    names = [name for network in AD_NETWORKS for name in (*network.click_ids, *network.sources)]
    assert len(set(names)) == len(names)
