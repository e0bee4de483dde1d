"""Every term of docs/glossary.md is a name in the code."""

import pkgutil

import pytest

from tests.architecture.repository import ROOT, documents

GLOSSARY = ROOT / "docs" / "glossary.md"


def _rows():
    lines = GLOSSARY.read_text("utf-8").splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("| **")]
    return [(term.strip("*"), name.strip("`")) for term, name, _ in rows]


@pytest.mark.parametrize(("term", "name"), _rows(), ids=[term for term, _ in _rows()])
def test_term_stands_for_something_in_the_code(term, name):
    module, _, attribute = name.partition(":")

    found = pkgutil.resolve_name(f"indicia.{module}:{attribute}")

    assert found is not None


def test_terms_are_listed_once():
    terms = [term for term, _ in _rows()]

    assert len(terms) == len(set(terms))
    assert GLOSSARY in documents()
