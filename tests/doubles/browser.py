"""A person's browser: Chromium without a window, from Debian's package, driven over its DevTools protocol."""

import asyncio
import itertools
import json
import os
import re
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any, Self

import aiohttp
import pytest

_UNPACKED = Path(sys.prefix) / "peers"
_NAME = "chromium-headless-shell"
_LISTENING = re.compile(rb"DevTools listening on (ws://\S+)")
_PATIENCE_SECONDS = 20.0
# What the same browser calls itself when it has a window.
_AGENT = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/{major}.0.0.0 Safari/537.36"
)


def program() -> Path:
    """Answer where the browser lies; a test that needs it is skipped only where there cannot be one."""
    if shutil.which("apt-get") is None:
        pytest.skip("Chromium is unpacked from Debian's package, and this is not Debian")
    installed = Path("/usr/lib/chromium") / _NAME
    found = installed if installed.exists() else _UNPACKED / "usr/lib/chromium" / _NAME
    assert found.exists(), "run `make test`, which unpacks Chromium for the tests"
    return found


class _PageLeftError(Exception):
    """The page that was asked is making room for the next one."""


class Browser:
    """One tab, with images on, while entered."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)

    async def __aenter__(self) -> Self:
        self._profile = tempfile.TemporaryDirectory(prefix="browser-", ignore_cleanup_errors=True)
        folders = [folder for root in ("usr/lib", "lib") for folder in (_UNPACKED / root).glob("*-linux-gnu")]
        libraries = ":".join(map(str, [*folders, *(folder / "pulseaudio" for folder in folders)]))
        self._process = await asyncio.create_subprocess_exec(
            program(),
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            f"--user-data-dir={self._profile.name}",
            "--remote-debugging-port=0",
            "about:blank",
            stderr=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.DEVNULL,
            env={**os.environ, "LD_LIBRARY_PATH": libraries},
        )
        self._session = aiohttp.ClientSession()
        self._socket = await self._session.ws_connect(await self._address(), max_msg_size=0)
        target = (await self._call("Target.createTarget", url="about:blank"))["targetId"]
        attached = await self._call("Target.attachToTarget", targetId=target, flatten=True)
        self._tab = attached["sessionId"]
        version = await self._call("Browser.getVersion")
        major = version["product"].partition("/")[2].partition(".")[0]
        await self._call("Network.setUserAgentOverride", tab=True, userAgent=_AGENT.format(major=major))
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._socket.close()
        await self._session.close()
        self._process.terminate()
        await self._process.wait()
        await self._drain
        self._profile.cleanup()

    async def show(self, page: str) -> None:
        """Show HTML as a mail program does: in a page of its own, loading what it names."""
        path = Path(self._profile.name) / "mail.html"
        path.write_text(page, "utf-8")
        await self._call("Page.navigate", tab=True, url=path.as_uri())
        await self.until("document.readyState === 'complete'")

    async def click(self, selector: str) -> None:
        """Click what a selector of CSS finds."""
        await self._evaluate(f"document.querySelector({json.dumps(selector)}).click()")

    async def until(self, condition: str) -> None:
        """Wait until a condition in JavaScript holds, also across pages."""
        async with asyncio.timeout(_PATIENCE_SECONDS):
            while not await self._holds(condition):  # noqa: ASYNC110 - it happens in another process.
                await asyncio.sleep(0.05)

    async def text(self) -> str:
        """Answer what is to be read."""
        return str(await self._evaluate("document.body.innerText"))

    async def visible_links(self) -> list[str]:
        """Answer the addresses of links that take up any room."""
        found = await self._evaluate(
            "JSON.stringify([...document.links].filter(a => a.offsetWidth && a.offsetHeight).map(a => a.href))"
        )
        return list(json.loads(found))

    async def _holds(self, condition: str) -> bool:
        try:
            return bool(await self._evaluate(condition))
        except _PageLeftError:
            return False

    async def _evaluate(self, expression: str) -> Any:
        answer = await self._call("Runtime.evaluate", tab=True, expression=expression, returnByValue=True)
        return answer.get("result", {}).get("value")

    async def _call(self, method: str, *, tab: bool = False, **parameters: object) -> dict[str, Any]:
        number = next(self._numbers)
        message: dict[str, object] = {"id": number, "method": method, "params": parameters}
        if tab:
            message["sessionId"] = self._tab
        await self._socket.send_json(message)
        async with asyncio.timeout(_PATIENCE_SECONDS):
            while True:
                answer = await self._socket.receive_json()
                if answer.get("id") == number:
                    if "navigated" in answer.get("error", {}).get("message", ""):
                        raise _PageLeftError
                    assert "error" not in answer, answer
                    result: dict[str, Any] = answer["result"]
                    return result

    async def _address(self) -> str:
        assert self._process.stderr is not None
        said = b""
        async with asyncio.timeout(_PATIENCE_SECONDS):
            while line := await self._process.stderr.readline():
                said += line
                if found := _LISTENING.search(line):
                    # Nothing more of it is read, and a full pipe would stop the browser.
                    self._drain = asyncio.create_task(self._process.stderr.read())
                    return found[1].decode()
        self._profile.cleanup()
        raise AssertionError(f"the browser did not start: {said.decode()}")
