"""MJML becomes HTML that is as wide in Outlook as in other mail programs."""

import re

import pytest

from ripen_authoring.mails.mjml import to_html


@pytest.mark.parametrize(
    ("attributes", "column", "image"),
    [
        (('padding="24px 24px 0"', "", ""), 552, 502),
        (("padding = '0 24px'", "", ""), 552, 502),
        (('padding="10px 24px 0 0"', 'padding="0 12px"', 'padding="0"'), 576, 552),
        (('padding="0"', "", 'padding="0 10px"'), 600, 580),
        (('padding="0" padding-left="20px" padding-right="0"', "", 'padding="10px 0"'), 580, 580),
    ],
)
def test_zero_without_a_unit_is_a_padding_of_nothing(attributes: tuple[str, str, str], column: int, image: int) -> None:
    section, columns, images = attributes
    html = to_html(
        f"<mjml><mj-body><mj-section {section}><mj-column {columns}><mj-text>10 0 x</mj-text>"
        f'<mj-image src="https://a.example/b.png" alt="" {images} /></mj-column></mj-section></mj-body></mjml>'
    )

    assert re.findall(r"vertical-align:top;width:(\d+)px", html) == [str(column)]
    assert re.findall(r'<img[^>]* width="(\d+)"', html) == [str(image)]
    assert ">10 0 x<" in html
