"""The real program, started by its command line in a process group of its own, with commands run beside it."""

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Self

# Nothing listens on the discard port, so a look-up fails at once and never leaves the machine.
_NO_DNS = "127.0.0.1:9"
_PATIENCE_SECONDS = 30.0


class ServiceError(Exception):
    """The program did not do what it was told; the message holds what it printed."""


class Service:
    """One installation in `directory`, which outlives stops, kills and starts; serves while entered.

    `settings` are those of the contract without `INDICIA_`: `Service(path, SETTLE_SECONDS="0")`.
    """

    def __init__(self, directory: Path, *, command: str = "serve", **settings: str) -> None:
        self.directory = directory
        self.log_path = directory / f"{command}.log"
        self.port = _free_port()
        self._command = command
        self._log_before = 0
        self._process: subprocess.Popen[bytes] | None = None
        directory.mkdir(parents=True, exist_ok=True)
        defaults = {
            "DATA_DIR": str(directory / "data"),
            "LISTEN": f"127.0.0.1:{self.port}",
            "DNS_SERVERS": _NO_DNS,
            "EGRESS_ALLOW": "127.0.0.1:*",
            "PUBLIC_URL": f"http://127.0.0.1:{self.port}",
        }
        self._environment = {
            "PATH": os.environ["PATH"],
            **{f"INDICIA_{name}": value for name, value in (defaults | settings).items()},
        }

    @property
    def url(self) -> str:
        """Where it listens, without a trailing slash."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """What a command needs to work on the same installation."""
        return dict(self._environment)

    @property
    def pid(self) -> int:
        """The process that was started, and the number of its group."""
        assert self._process is not None
        return self._process.pid

    @property
    def log(self) -> str:
        """Everything it printed since it was made."""
        return self.log_path.read_text("utf-8", "replace")

    def start(self) -> None:
        """Start it and wait until it is ready; a worker, which listens nowhere, until it says so."""
        with self.log_path.open("ab") as log:
            self._log_before = log.tell()
            self._process = subprocess.Popen(
                [sys.executable, "-m", "indicia", self._command],
                cwd=self.directory,
                env=self._environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.wait_until_ready()

    def wait_until_ready(self) -> None:
        """Wait until it is ready, after a start or after its server was killed."""
        assert self._process is not None
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while not self._is_ready():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise ServiceError(f"{self._command} did not start:\n{self.log}")
            time.sleep(0.02)

    def stop(self) -> int:
        """Ask it to finish and wait until it has; answer its exit status."""
        return self._end(signal.SIGTERM)

    def kill(self) -> int:
        """End every process of it at once, as a power cut would."""
        return self._end(signal.SIGKILL)

    @property
    def servers(self) -> list[int]:
        """The processes that serve: what the one which was started has started in turn, by number; Linux only."""
        return [process for child in _children(self.pid) for process in (child, *_children(child))]

    @property
    def mail_process(self) -> int:
        """The process that delivers mail, once there is one."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while time.monotonic() < deadline:
            for process in self.servers:
                if b"indicia.bootstrap.mailing" in _command_line(process):
                    return process
            time.sleep(0.02)
        raise ServiceError(f"nothing delivers mail:\n{self.log}")

    def kill_server(self) -> None:
        """End the processes that serve, and leave the one that watches over them."""
        for child in _children(self.pid):
            os.kill(child, signal.SIGKILL)
            # Until it is gone it may still answer that it is ready.
            while Path(f"/proc/{child}").exists() and child in _children(self.pid):
                time.sleep(0.002)

    def kill_watcher(self) -> None:
        """End the process that was started, and wait until those that serve have followed it."""
        assert self._process is not None
        servers = self.servers
        os.kill(self.pid, signal.SIGKILL)
        self._process.wait()
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while any(Path(f"/proc/{server}").exists() for server in servers):
            if time.monotonic() > deadline:
                self.kill()
                raise ServiceError(f"the server went on without its watcher:\n{self.log}")
            time.sleep(0.02)
        self._process = None

    def cli(self, *arguments: str) -> dict[str, Any]:
        """Run a command beside it that prints one JSON object, and answer that object."""
        finished = self.run(*arguments, "--json")
        if finished.returncode != 0:
            raise ServiceError(f"{' '.join(arguments)} failed:\n{finished.stderr}")
        answer: dict[str, Any] = json.loads(finished.stdout)
        return answer

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run any command beside it, well or badly."""
        return subprocess.run(
            [sys.executable, "-m", "indicia", *arguments],
            cwd=self.directory,
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=_PATIENCE_SECONDS,
            check=False,
        )

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None:
            self.stop()

    def _end(self, number: signal.Signals) -> int:
        assert self._process is not None
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, number)
        try:
            return self._process.wait(_PATIENCE_SECONDS)
        except subprocess.TimeoutExpired as error:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            raise ServiceError(f"{self._command} did not stop:\n{self.log}") from error
        finally:
            self._process = None

    def _is_ready(self) -> bool:
        if self._command == "worker":
            return b"workers run" in self.log_path.read_bytes()[self._log_before :]
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/readyz")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()


def _children(process: int) -> list[int]:
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        return [
            int(child)
            for children in Path(f"/proc/{process}/task").glob("*/children")
            for child in children.read_text("ascii").split()
        ]
    return []


def _command_line(process: int) -> bytes:
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        return Path(f"/proc/{process}/cmdline").read_bytes()
    return b""


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
