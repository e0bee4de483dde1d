"""Finds the crawler lists and the browser release days in their packages."""

import json
import re
from typing import Any

from packages import npm_package, pypi_file

from indicia.datasets.compiling import Compiled
from indicia.datasets.crawler_lists import compile_crawlers


def crawlers() -> Compiled:
    """Compile the crawler patterns of both lists."""
    named = pypi_file("crawler-user-agents", "crawleruseragents/crawler-user-agents.json").read_bytes()
    # The package holds the patterns only inside its program text.
    program = (npm_package("isbot") / "index.mjs").read_text()
    patterns = re.search(r"patterns_default = (\[.*?\n\]);", program, re.DOTALL)
    if patterns is None:
        raise RuntimeError("isbot holds its patterns in another form now")
    return compile_crawlers(named, patterns[1].encode())


def compat_data() -> dict[str, Any]:
    """Read the pinned browser-compat-data."""
    content: dict[str, Any] = json.loads((npm_package("@mdn/browser-compat-data") / "data.json").read_bytes())
    return content
