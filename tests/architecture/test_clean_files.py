"""Nothing that is committed names a package registry's host or a path of one machine, or is needlessly large."""

import re

from tests.architecture.repository import ROOT, kept_files

# Written with character classes so that this file does not find itself.
_REGISTRY_HOST = re.compile(rb"https?://[^ \"]*(?:py[p]i[.]|npm[j]s|python[h]osted|deb[.]debia[n]|/simple/)")
_MACHINE_PATH = re.compile(rb"(?<![\w.])/(?:hom[e]|Use[r]s|roo[t]|wor[k]|tm[p])/[\w.-]+/")
# Git keeps every version for ever.
LARGEST_BYTES = 3_000_000


def _holding(pattern):
    return [str(path.relative_to(ROOT)) for path in kept_files() if pattern.search(path.read_bytes())]


def test_no_file_names_the_host_of_a_package_registry():
    assert _holding(_REGISTRY_HOST) == []


def test_no_file_names_a_path_of_one_machine():
    assert _holding(_MACHINE_PATH) == []


def test_no_file_is_too_large_for_git():
    large = [str(path.relative_to(ROOT)) for path in kept_files() if path.stat().st_size > LARGEST_BYTES]

    assert large == []
