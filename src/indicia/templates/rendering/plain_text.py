"""Make the plain text of a mail from its HTML, for templates without a text of their own."""

import re
from html.parser import HTMLParser

_SILENT = frozenset({"head", "script", "style", "template", "title", "noscript"})
_PARAGRAPHS = frozenset(
    {"p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "dl", "table", "blockquote", "pre", "hr", "form"}
)
_LINES = frozenset({"address", "article", "div", "dt", "dd", "footer", "header", "li", "main", "section", "tr"})
_CELLS = frozenset({"td", "th"})

_SPACES = re.compile(r"[ \t\r\n\f\v\u00a0]+")
_SPACE_RUNS = re.compile(r" {2,}")
_LINE_EDGES = re.compile(r" ?\n ?")
_MANY_LINES = re.compile(r"\n{3,}")


def plain_text_of(html: str) -> str:
    """Answer what a reader sees of `html`: blocks on lines of their own, and after each link where it leads."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    text = _LINE_EDGES.sub("\n", _SPACE_RUNS.sub(" ", "".join(reader.parts)))
    return _MANY_LINES.sub("\n\n", text).strip() + "\n"


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._silence = 0
        self._links: list[tuple[str, int]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            self._silence += 1
        elif self._silence:
            return
        elif tag == "br":
            self.parts.append("\n")
        elif tag == "img":
            self.parts.append(_SPACES.sub(" ", dict(attrs).get("alt") or ""))
        elif tag == "a":
            self._links.append(((dict(attrs).get("href") or "").strip(), len(self.parts)))
        else:
            self._break(tag)
            if tag == "li":
                self.parts.append("- ")

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self._silence = max(0, self._silence - 1)
        elif self._silence:
            return
        elif tag == "a" and self._links:
            self._close_link(*self._links.pop())
        else:
            self._break(tag)

    def handle_data(self, data: str) -> None:
        if not self._silence:
            self.parts.append(_SPACES.sub(" ", data))

    def _break(self, tag: str) -> None:
        if tag in _PARAGRAPHS:
            self.parts.append("\n\n")
        elif tag in _LINES:
            self.parts.append("\n")
        elif tag in _CELLS:
            self.parts.append(" ")

    def _close_link(self, target: str, start: int) -> None:
        label = "".join(self.parts[start:]).strip()
        if not target or target.startswith("#") or target in (label, f"mailto:{label}"):
            return
        self.parts.append(f" ({target})" if label else target)
