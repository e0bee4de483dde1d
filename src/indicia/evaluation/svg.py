"""The few shapes that plots are made of, as SVG; classes take their colours from the page's style sheet."""

from collections.abc import Iterable
from html import escape


def drawing(width: float, height: float, parts: Iterable[str], label: str) -> str:
    """Put shapes together into one image; `label` says what it shows to who cannot see it."""
    return f'<svg viewBox="0 0 {width:g} {height:g}" role="img" aria-label="{escape(label)}">{"".join(parts)}</svg>'


def line(x1: float, y1: float, x2: float, y2: float, kind: str) -> str:
    """Draw a line of class `kind`."""
    return f'<line class="{kind}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


def text(x: float, y: float, words: str, anchor: str = "start") -> str:
    """Write words that start, end or have their middle at `x`."""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(words)}</text>'


def bar(x: float, y: float, length: float, kind: str, *, title: str, height: float = 12) -> str:
    """Draw a horizontal bar; one of nothing still shows where it starts."""
    corners = f'x="{x:.1f}" y="{y:.1f}" width="{max(length, 0.5):.1f}" height="{height:g}"'
    return f'<rect class="{kind}" {corners} rx="2"><title>{escape(title)}</title></rect>'


def dot(x: float, y: float, kind: str, *, title: str, radius: float = 4) -> str:
    """Draw a dot that tells its `title` to who points at it."""
    return f'<circle class="{kind}" cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}"><title>{escape(title)}</title></circle>'
