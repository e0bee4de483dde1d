"""nginx as operators run it: the server block of docs/operations.md, and Debian's package, unpacked."""

import asyncio
import os
import re
import tempfile
from pathlib import Path
from typing import Self

from tests.doubles.postfix import free_port, unpacked

_OPERATIONS = Path(__file__).parents[2] / "docs" / "operations.md"
_SHOWN = re.compile(r"```nginx\n(.*?)```", re.DOTALL)
_AROUND = """
daemon off;
master_process {master};
user root;
worker_processes 1;
pid {directory}/pid;
error_log {directory}/error.log;
events {{ worker_connections 256; }}
http {{
    access_log off;
    client_body_temp_path {directory}/body;
    proxy_temp_path {directory}/proxy;
    fastcgi_temp_path {directory}/fastcgi;
    uwsgi_temp_path {directory}/uwsgi;
    scgi_temp_path {directory}/scgi;
    {shown}
}}
"""


class Nginx:
    """Passes on to the service at `port` while entered; certificates for hosts lie in `certificates`."""

    def __init__(self, port: int) -> None:
        self._service_port = port
        self.port = free_port()

    async def __aenter__(self) -> Self:
        self._folder = tempfile.TemporaryDirectory(prefix="nginx-")
        directory = Path(self._folder.name)
        self.certificates = directory / "certificates"
        self.certificates.mkdir()
        program = unpacked() / "usr/sbin/nginx"
        (directory / "nginx.conf").write_text(self._configured(directory))
        self._server = await asyncio.create_subprocess_exec(
            program, "-p", directory, "-c", directory / "nginx.conf", stderr=asyncio.subprocess.DEVNULL
        )
        async with asyncio.timeout(15):
            while not await _is_open(self.port):
                assert self._server.returncode is None, (directory / "error.log").read_text()
                await asyncio.sleep(0.05)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.terminate()
        await self._server.wait()
        self._folder.cleanup()

    def _configured(self, directory: Path) -> str:
        (shown,) = _SHOWN.findall(_OPERATIONS.read_text("utf-8"))
        for written, here in (
            ("listen 443 ssl", f"listen 127.0.0.1:{self.port} ssl"),
            ("/etc/indicia/certificates", str(self.certificates)),
            ("127.0.0.1:8080", f"127.0.0.1:{self._service_port}"),
        ):
            assert written in shown
            shown = shown.replace(written, here)
        text = _AROUND.format(directory=directory, shown=shown, master="on")
        # Whoever is not root runs everything as they are.
        return text if os.getuid() == 0 else text.replace("user root;", "")


async def _is_open(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    await writer.wait_closed()
    return True
