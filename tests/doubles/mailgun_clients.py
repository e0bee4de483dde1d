"""mailgun.js, and what Ghost's newsletters do with it, as they come from npm, in a process of Node.js."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any, Self

_SCRIPT = Path(__file__).parent / "mail_clients" / "call.js"
# Of the locked dependencies, beside the Python that runs this.
_NODE = Path(sys.executable).with_name("node")
_PATIENCE_SECONDS = 30.0


class MailgunClientError(Exception):
    """A client told its caller that a call failed."""

    def __init__(self, status: int | None, details: str) -> None:
        super().__init__(status, details)
        self.status = status
        self.details = details


class MailgunClients:
    """Clients with `key` whose base URL is `url`, while entered; Ghost's is about `domain`."""

    def __init__(self, url: str, key: str, domain: str) -> None:
        self._installation = json.dumps({"url": url, "key": key, "domain": domain})

    async def __aenter__(self) -> Self:
        assert (_SCRIPT.parent / "node_modules" / "ghost").is_dir(), (
            "run: make tests/doubles/mail_clients/node_modules/ghost"
        )
        self._process = await asyncio.create_subprocess_exec(
            _NODE,
            _SCRIPT,
            self._installation,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=2**24,
        )
        return self

    async def __aexit__(self, *exception: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        await self._process.wait()

    async def call(self, name: str, *given: Any) -> Any:
        """Call a method, such as `messages.create` of mailgun.js or `ghost.send`, and answer what it answers.

        Bytes are given as `{"base64": ...}`.

        Raises:
            MailgunClientError: The client says that it failed.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"name": name, "given": given}).encode() + b"\n")
        line = await asyncio.wait_for(self._process.stdout.readline(), _PATIENCE_SECONDS)
        answer: dict[str, Any] = json.loads(line)
        if "error" in answer:
            raise MailgunClientError(answer["error"].get("status"), json.dumps(answer["error"]))
        return answer.get("result")
