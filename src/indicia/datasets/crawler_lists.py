"""Puts the two public lists of crawler User-Agent patterns into the form of our own list."""

import json
import re
from collections.abc import Iterator

import re2

from indicia.datasets.compiling import Compiled, compile_sections
from indicia.datasets.sections import Section

# Patterns of isbot that need rewriting because RE2 has no look-around. Others that RE2 cannot express are left
# out: the mail list and the crawler list cover what they are for.
_REWRITTEN = {
    r"(?<! cu)bots?(?:\b|_)": r"(?:^|[^u]|(?:^|[^c])u|(?:^|[^ ])cu)bots?(?:\b|_)",  # CUBOT makes telephones
    r"(?<!cam)scan": r"(?:^|[^m]|(?:^|[^a])m|(?:^|[^c])am)scan",  # CamScanner is an application
    r"(?<!lib)http": r"(?:^|[^b]|(?:^|[^i])b|(?:^|[^l])ib)http",
    r"java(?!;)": r"java(?:[^;]|$)",
}

# Patterns of isbot without a word of their own describe what a browser's string does not look like. That makes a
# client unusual, not a declared robot: mail programs nobody has heard of look so too.
_NO_WORD = re.compile(r"\\.|\[[^\]]*\]|\{[^}]*\}|mozilla|compatible|\bcom\b")
_WORD = re.compile(r"[a-z]{2}")


def compile_crawlers(crawler_user_agents: bytes, isbot_patterns: bytes) -> Compiled:
    """Write both lists as sections; the precise one first, because its patterns give better names.

    Args:
        crawler_user_agents: `crawler-user-agents.json` of monperrus/crawler-user-agents.
        isbot_patterns: `patterns.json` of omrilotan/isbot.

    Raises:
        ValueError: One of them is not what it should be.
    """
    try:
        named = tuple(entry["pattern"] for entry in json.loads(crawler_user_agents))
        generic = tuple(_expressible(json.loads(isbot_patterns)))
    except (KeyError, TypeError) as error:
        raise ValueError(f"not a list of patterns: {error!r}") from error
    for pattern in named:
        if not _is_re2(pattern):
            raise ValueError(f"{pattern!r} is no RE2 pattern")
    return compile_sections([Section("crawler", "", named), Section("crawler", "generic", generic)])


def _expressible(patterns: list[str]) -> Iterator[str]:
    for pattern in patterns:
        if not _WORD.search(_NO_WORD.sub(" ", pattern)):
            continue
        # isbot ignores case everywhere.
        candidate = f"(?i){_REWRITTEN.get(pattern, pattern)}"
        if _is_re2(candidate):
            yield candidate


def _is_re2(pattern: str) -> bool:
    options = re2.Options()
    options.log_errors = False
    try:
        re2.compile(pattern, options)
    except re2.error:
        return False
    return True
