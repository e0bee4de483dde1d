"""Postfix from Debian's package, as a relay to the sink: a configuration of its own, its defaults otherwise."""

import asyncio
import grp
import os
import pwd
import tempfile
from functools import partial
from pathlib import Path
from typing import Self

from benchmarks.mail.sides import Load, pour, until_open
from benchmarks.pipeline.costs import ProcessGroup
from tests.doubles.postfix import UNPACKED_MAIN, free_port, make_queue, unpacked

_MAIN = """myhostname = mx.bench.test
mynetworks = 127.0.0.0/8
relayhost = [127.0.0.1]:{sink_port}
"""
_MASTER = """
127.0.0.1:{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""


class Postfix:
    """A side; its master runs as root."""

    name = "Postfix 3.7"

    def __init__(self, sink_port: int) -> None:
        self._sink_port = sink_port
        self._port = free_port()

    async def __aenter__(self) -> Self:
        root = unpacked()
        self._home = tempfile.TemporaryDirectory(prefix="postfix-")
        home = Path(self._home.name)
        owner, group = pwd.getpwnam("daemon"), grp.getgrnam("mail")
        make_queue(home, owner, group)
        (home / "etc").mkdir()
        main = (UNPACKED_MAIN + _MAIN).format(
            directory=home, root=root, owner=owner.pw_name, group=group.gr_name, sink_port=self._sink_port
        )
        (home / "etc/main.cf").write_text(main)
        (home / "etc/master.cf").write_text(_MASTER.format(port=self._port).lstrip())
        # In the foreground, so that it ends with us; it signals its group at the end.
        self._process = await asyncio.create_subprocess_exec(
            root / "usr/lib/postfix/sbin/master", "-c", home / "etc", "-d",
            env={**os.environ, "LD_LIBRARY_PATH": str(root / "usr/lib/postfix")},
            start_new_session=True,
        )  # fmt: skip
        self._group = ProcessGroup(self._process.pid)
        await until_open(self._port, self._process, home / "log")
        return self

    async def __aexit__(self, *_: object) -> None:
        self._process.terminate()
        await self._process.wait()
        self._home.cleanup()

    def load(self, messages: int, size_bytes: int) -> Load:
        """Prepare to hand over so many messages."""
        return partial(pour, self._port, messages, size_bytes)

    def cpu_seconds(self) -> float:
        """Answer the processor time of all its processes."""
        return self._group.cpu_seconds()
