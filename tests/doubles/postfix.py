"""Postfix as a mail exchanger on loopback, and its smtp-sink: from Debian's package, unpacked into the environment."""

import asyncio
import grp
import os
import pwd
import shutil
import socket
import sys
import tempfile
from pathlib import Path
from typing import Self

import pytest

# `make` unpacks it there, see tests/peers/fetch.sh.
_UNPACKED = Path(sys.prefix) / "peers"
_START_SECONDS = 15.0

# How a Postfix runs that was unpacked and not installed; of the benchmark as well.
UNPACKED_MAIN = """
compatibility_level = 3.6
queue_directory = {directory}/queue
data_directory = {directory}/data
command_directory = {root}/usr/sbin
daemon_directory = {root}/usr/lib/postfix/sbin
shlib_directory = {root}/usr/lib/postfix
mail_owner = {owner}
setgid_group = {group}
default_privs = nobody
import_environment = MAIL_CONFIG={directory}/etc LD_LIBRARY_PATH={root}/usr/lib/postfix
export_environment = MAIL_CONFIG={directory}/etc LD_LIBRARY_PATH={root}/usr/lib/postfix
maillog_file_prefixes = {directory}
maillog_file = {directory}/log
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mydestination =
local_recipient_maps =
alias_maps =
alias_database =
"""
_MAIN = """myhostname = mx.b.test
virtual_mailbox_domains = b.test
virtual_mailbox_base = {directory}/boxes
virtual_mailbox_maps = inline:{{ ann@b.test=ann/, bob@b.test=bob/ }}
virtual_minimum_uid = 1
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
smtpd_relay_restrictions = reject_unauth_destination
smtpd_tls_security_level = may
smtpd_tls_chain_files = {certificate}
smtp_tls_security_level = may
smtp_tls_loglevel = 1
smtp_host_lookup = native
disable_dns_lookups = yes
# Taken, and then found to lead nowhere: such mail bounces after it was delivered.
virtual_alias_maps = inline:{{ gone@b.test=nobody@nowhere.test }}
transport_maps = inline:{{
    {{ nowhere.test = error:5.1.1 User unknown }},
    {{ {returns} = smtp:[127.0.0.1]:{returns_port} }} }}
tls_random_source = dev:/dev/urandom
smtputf8_enable = yes
"""
_MASTER = """
127.0.0.1:{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
virtual unix - n n - - virtual
smtp unix - - n - - smtp
error unix - - n - - error
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""


def unpacked() -> Path:
    """Answer where the package lies; a test that needs it is skipped only where there cannot be one."""
    if shutil.which("apt-get") is None:
        pytest.skip("Postfix is unpacked from Debian's package, and this is not Debian")
    assert (_UNPACKED / "usr/sbin/smtp-sink").exists(), "run `make test`, which unpacks Postfix for the tests"
    return _UNPACKED


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def make_queue(home: Path, owner: pwd.struct_passwd, group: grp.struct_group) -> None:
    """Make the folders `queue` and `data` below `home`, as Postfix wants them."""
    home.chmod(0o755)
    for name in ("queue", "data"):
        (home / name).mkdir()
    for name in ("active", "bounce", "corrupt", "defer", "deferred", "flush", "hold", "incoming", "private", "saved"):
        (home / "queue" / name).mkdir(mode=0o700)
        os.chown(home / "queue" / name, owner.pw_uid, -1)
    for name, mode in (("maildrop", 0o730), ("public", 0o710)):
        (home / "queue" / name).mkdir()
        os.chown(home / "queue" / name, owner.pw_uid, group.gr_gid)
        (home / "queue" / name).chmod(mode)
    (home / "queue" / "pid").mkdir(mode=0o755)
    os.chown(home / "data", owner.pw_uid, -1)


def _environment(root: Path) -> dict[str, str]:
    return {**os.environ, "LD_LIBRARY_PATH": str(root / "usr/lib/postfix")}


async def _until_open(port: int) -> None:
    async with asyncio.timeout(_START_SECONDS):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.05)
            else:
                writer.close()
                await writer.wait_closed()
                return


class Postfix:
    """Takes mail for ann@b.test and bob@b.test into mailboxes while entered; `certificate` is a file with its key.

    Mail for gone@b.test is taken and then bounces. Mail to `returns`, a domain, goes to `returns_port` of this machine.
    """

    def __init__(self, certificate: Path, *, returns: str = "returns.test", returns_port: int = 9) -> None:
        self._certificate = certificate
        self._returns = returns
        self._returns_port = returns_port
        self.port = free_port()

    async def __aenter__(self) -> Self:
        if os.getuid() != 0:
            pytest.skip("Postfix's master runs as root, and these tests do not")
        self._root = unpacked()
        # pytest closes its own folders to others, and most of the server does not run as us.
        self._directory = Path(tempfile.mkdtemp(prefix="postfix-"))
        self._configure()
        # In the foreground, so that it ends with us.
        self._master = await asyncio.create_subprocess_exec(
            self._root / "usr/lib/postfix/sbin/master",
            "-c",
            self._directory / "etc",
            "-d",
            env=_environment(self._root),
            # It signals its group at the end.
            start_new_session=True,
        )
        try:
            await _until_open(self.port)
        except BaseException:
            await self.__aexit__()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        self._master.terminate()
        await self._master.wait()
        shutil.rmtree(self._directory)

    @property
    def log(self) -> str:
        """What it has logged so far."""
        return (self._directory / "log").read_text("utf-8", "replace")

    def mails(self, box: str) -> list[bytes]:
        """What arrived in a mailbox so far."""
        return [path.read_bytes() for path in (self._directory / "boxes" / box / "new").glob("*")]

    def _configure(self) -> None:
        owner, group = pwd.getpwnam("daemon"), grp.getgrnam("mail")
        shutil.copy(self._certificate, self._directory / "certificate.pem")
        for name in ("etc", "boxes"):
            (self._directory / name).mkdir()
        make_queue(self._directory, owner, group)
        os.chown(self._directory / "boxes", owner.pw_uid, owner.pw_gid)
        main = (UNPACKED_MAIN + _MAIN).format(
            directory=self._directory,
            root=self._root,
            owner=owner.pw_name,
            group=group.gr_name,
            uid=owner.pw_uid,
            gid=owner.pw_gid,
            certificate=self._directory / "certificate.pem",
            returns=self._returns,
            returns_port=self._returns_port,
        )
        (self._directory / "etc" / "main.cf").write_text(main)
        (self._directory / "etc" / "master.cf").write_text(_MASTER.format(port=self.port).lstrip())


class SmtpSink:
    """Postfix's test server, which takes everything, or misbehaves as its `options` say."""

    def __init__(self, *options: str) -> None:
        self._options = options
        self.port = free_port()

    async def __aenter__(self) -> Self:
        root = unpacked()
        user = () if os.getuid() else ("-u", "nobody")
        self._process = await asyncio.create_subprocess_exec(
            root / "usr/sbin/smtp-sink",
            *user,
            *self._options,
            f"127.0.0.1:{self.port}",
            "128",
            env=_environment(root),
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            await _until_open(self.port)
        except BaseException:
            await self.__aexit__()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        self._process.terminate()
        await self._process.wait()
