"""A MIME parser and a DKIM verifier that are not Python's, in a process of Node.js: mailparser and mailauth."""

import base64
import json
import subprocess
import sys
from pathlib import Path
from typing import Any, Self

_SCRIPT = Path(__file__).parent / "mail_readers" / "read.js"
# Of the locked dependencies, beside the Python that runs this.
_NODE = Path(sys.executable).with_name("node")


class ForeignReaders:
    """Reads messages as another program would; used as a context manager."""

    def __enter__(self) -> Self:
        assert (_SCRIPT.parent / "node_modules").is_dir(), "run: make tests/doubles/mail_readers/node_modules"
        self._process = subprocess.Popen(
            [str(_NODE), str(_SCRIPT)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
        )
        return self

    def __exit__(self, *exception: object) -> None:
        self._process.communicate()

    def read(self, message: bytes, records: dict[str, str] | None = None) -> dict[str, Any]:
        """Answer what mailparser finds in a message, and with `records` (TXT by name) what mailauth makes of it."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        question = {"message": base64.b64encode(message).decode(), "records": records}
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        assert "error" not in answer, answer["error"]
        return answer
