"""The icon of all our pages in a browser's tab: the brand's drop in its colour.

Browsers ask for /favicon.ico wherever a page names no icon, and take an SVG by its content type. Source: WHATWG, HTML
Living Standard, "Link type icon".
"""

from ripen.playbook.bundle import Brand


def favicon(brand: Brand) -> str:
    """Return the icon as SVG."""
    drop = f'<path d="M4 25.5v-12a12 12 0 1 1 12 12z" transform="rotate(-45 16 13.5)" fill="{brand.accent}"/>'
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">{drop}</svg>'
