"""An Indicia of the demo's own: the real program in a temporary directory, on a free port."""

import asyncio
import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any, Self

import aiohttp

_START_SECONDS = 15.0
# Nobody listens on the discard port: the demo asks no name server, so who receives a company's mail stays unknown.
_NO_DNS = "127.0.0.1:9"


class InstallationError(Exception):
    """The program did not do what it was told; the message holds what it printed."""


class Installation:
    """Serves while entered."""

    def __init__(self, directory: Path, *, receiver_port: int, mailbox_port: int) -> None:
        self._directory = directory
        self._log_path = directory / "serve.log"
        address = f"127.0.0.1:{_free_port()}"
        self.url = f"http://{address}"
        self._environment = {
            "PATH": os.environ["PATH"],
            "INDICIA_DATA_DIR": str(directory / "data"),
            "INDICIA_LISTEN": address,
            "INDICIA_EGRESS_ALLOW": f"127.0.0.1:{receiver_port}",
            # The demo is the proxy behind which the honeypot's visitors come.
            "INDICIA_TRUSTED_PROXIES": "127.0.0.1/32",
            "INDICIA_DNS_SERVERS": _NO_DNS,
            "INDICIA_RELAY_URL": f"smtp://127.0.0.1:{mailbox_port}",
            "INDICIA_PUBLIC_URL": f"http://{address}",
            "INDICIA_SETTLE_SECONDS": "3",
        }

    async def run(self, *arguments: str) -> dict[str, Any]:
        """Run one `indicia` command that prints a JSON object.

        Raises:
            InstallationError: It failed.
        """
        process = await asyncio.create_subprocess_exec(
            *_command(*arguments),
            cwd=self._directory,
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        printed, complaint = await process.communicate()
        if process.returncode != 0:
            raise InstallationError(f"indicia {' '.join(arguments)}: {complaint.decode()}")
        answer: dict[str, Any] = json.loads(printed)
        return answer

    async def __aenter__(self) -> Self:
        with self._log_path.open("wb") as log:
            self._process = await asyncio.create_subprocess_exec(
                *_command("serve"), cwd=self._directory, env=self._environment, stdout=log, stderr=log
            )
        try:
            async with asyncio.timeout(_START_SECONDS), aiohttp.ClientSession() as client:
                while not await self._is_ready(client):  # noqa: ASYNC110 - a process sends no event.
                    await asyncio.sleep(0.05)
        except BaseException:
            await self.__aexit__()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._process.returncode is None:
            self._process.terminate()
        await self._process.wait()

    async def _is_ready(self, client: aiohttp.ClientSession) -> bool:
        if self._process.returncode is not None:
            raise InstallationError(f"indicia serve: {self._log_path.read_text()}")
        try:
            async with client.get(f"{self.url}/readyz") as response:
                return response.status == 200
        except aiohttp.ClientError:
            return False


def _command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "indicia", *arguments]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
