"""Caddy with the Caddyfile of docs/operations.md, as operators run it, and an authority of its own for certificates."""

import asyncio
import re
import ssl
import tempfile
from pathlib import Path
from typing import Self

from tests.doubles.postfix import free_port, unpacked

_OPERATIONS = Path(__file__).parents[2] / "docs" / "operations.md"
_SHOWN = re.compile(r"```text\n(\{\n    on_demand_tls .*?)```", re.DOTALL)
_HERE = """{{
    admin off
    local_certs
    skip_install_trust
    auto_https disable_redirects
    http_port {plain_port}
    https_port {port}
    storage file_system {directory}/storage
"""


class Caddy:
    """Passes on to the service at `port` while entered."""

    def __init__(self, port: int) -> None:
        self._service_port = port
        self.port = free_port()

    async def __aenter__(self) -> Self:
        self._folder = tempfile.TemporaryDirectory(prefix="caddy-")
        self._directory = Path(self._folder.name)
        caddyfile = self._directory / "Caddyfile"
        caddyfile.write_text(self._configured())
        with (self._directory / "log").open("wb") as log:
            self._server = await asyncio.create_subprocess_exec(
                *(unpacked() / "usr/bin/caddy", "run", "--adapter", "caddyfile", "--config", caddyfile),
                env={"HOME": str(self._directory)},
                stderr=log,
            )
        async with asyncio.timeout(30):
            while not self._root.exists():
                assert self._server.returncode is None, self.log
                await asyncio.sleep(0.05)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.terminate()
        await self._server.wait()
        self._folder.cleanup()

    @property
    def log(self) -> str:
        """What it has written."""
        return (self._directory / "log").read_text()

    @property
    def certified(self) -> set[str]:
        """The hosts that it has certificates for."""
        return {path.stem for path in (self._directory / "storage/certificates/local").glob("*/*.crt")}

    def client(self) -> ssl.SSLContext:
        """What a client uses that trusts its authority alone."""
        return ssl.create_default_context(cafile=self._root)

    @property
    def _root(self) -> Path:
        return self._directory / "storage/pki/authorities/local/root.crt"

    def _configured(self) -> str:
        (shown,) = _SHOWN.findall(_OPERATIONS.read_text("utf-8"))
        here = _HERE.format(directory=self._directory, port=self.port, plain_port=free_port())
        return shown.replace("{\n", here, 1).replace("127.0.0.1:8080", f"127.0.0.1:{self._service_port}")
