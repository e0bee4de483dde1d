"""What the documents point at exists: files, headings, make targets and commands."""

import re

import click
import pytest

from indicia.cli.root import indicia
from tests.architecture.repository import ROOT, documents

_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_IMAGE = re.compile(r"<img[^>]* src=\"([^\"]+)\"")
_FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_PATH = re.compile(r"`((?:src|docs|tests|tools|benchmarks|requirements|demo|\.ci)/[\w./-]+)`")
_CODE = re.compile(r"^```.*?^```|`[^`\n]+`", re.MULTILINE | re.DOTALL)
_MAKE = re.compile(r"(?:^|`)(?:\S+=\S+ )*make ([a-z-]+)", re.MULTILINE)
_COMMAND = re.compile(r"(?:\.venv/bin/|`)indicia((?: [a-z][a-z-]*)+)")

DOCUMENTS = pytest.mark.parametrize("document", documents(), ids=lambda path: str(path.relative_to(ROOT)))


def _anchors(document):
    """Make the anchors that forges make of headings: lower case, hyphens for spaces, punctuation dropped."""
    headings = re.findall(r"^#+ (.+)$", _FENCED.sub("", document.read_text("utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def _is_broken(document, link):
    target, _, anchor = link.partition("#")
    path = (document.parent / target).resolve() if target else document
    if not path.exists():
        return True
    return bool(anchor) and anchor not in _anchors(path)


@DOCUMENTS
def test_links_within_the_repository_lead_somewhere(document):
    text = _FENCED.sub("", document.read_text("utf-8"))
    links = [link for link in _LINK.findall(text) + _IMAGE.findall(text) if "://" not in link]

    broken = [link for link in links if _is_broken(document, link)]

    assert broken == []


@DOCUMENTS
def test_paths_that_are_named_exist(document):
    missing = [path for path in _PATH.findall(document.read_text("utf-8")) if not (ROOT / path).exists()]

    assert missing == []


@DOCUMENTS
def test_make_targets_that_are_named_exist(document):
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    code = "\n".join(_CODE.findall(document.read_text("utf-8")))

    assert set(_MAKE.findall(code)) <= targets


@DOCUMENTS
def test_commands_that_are_named_exist(document):
    unknown = [words for words in _COMMAND.findall(document.read_text("utf-8")) if not _is_command(words.split())]

    assert unknown == []


def _is_command(words):
    """Follow `words` through the groups; what follows a command are its arguments."""
    command = indicia
    for word in words:
        if not isinstance(command, click.Group):
            return True
        found = command.get_command(click.Context(command), word)
        if found is None:
            return False
        command = found
    return True
