"""`indicia serve`, `api` and `worker`: run the service, whole or in parts."""

import asyncio
import signal
import socket
from pathlib import Path

import click
import uvloop
from granian import Granian
from granian.constants import HTTPModes, Interfaces, Loops
from granian.http import HTTP1Settings
from starlette.types import ASGIApp

from indicia.base.interpreter import expect_busy_threads, expect_many_objects
from indicia.base.log import set_up_logging
from indicia.base.parent import end_with_parent
from indicia.bootstrap.preparing import DemoAccount, prepare
from indicia.bootstrap.running import ListenError, Service
from indicia.config import Address, Settings, load_settings
from indicia.storage.sole_worker import sole_worker

# A head that is sent slower than this is no honest client's; granian closes the connection.
_HEADER_SECONDS = 30
# Long enough to finish requests in flight, a single's second among them.
_STOP_SECONDS = 20
# What Microsoft's filtering shows itself as: an old desktop Chrome with its full build.
_DEMO_AGENT = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/79.0.3945.88 Safari/537.36"
)


@click.command()
def serve() -> None:
    """Run the API and the workers; on an empty data directory, with a demo account to try it."""
    settings = load_settings()
    _check_free(settings.listen, "INDICIA_LISTEN")
    if settings.smtpd_listen is not None:
        _check_free(settings.smtpd_listen, "INDICIA_SMTPD_LISTEN")
    _check_idle(settings)
    demo = asyncio.run(prepare(settings, with_demo=True))
    if demo is not None:
        click.echo(_welcome(demo, settings))
    click.echo(f"Indicia listens on http://{settings.listen.host}:{settings.listen.port}", err=True)
    _run_server(settings, "service_with_workers")


@click.command()
def api() -> None:
    """Run the API alone; `indicia worker` does the work."""
    settings = load_settings()
    _check_free(settings.listen, "INDICIA_LISTEN")
    asyncio.run(prepare(settings, with_demo=False))
    _run_server(settings, "service_without_workers")


@click.command()
def worker() -> None:
    """Run the workers alone, until interrupted."""
    expect_many_objects()
    expect_busy_threads()
    settings = load_settings()
    set_up_logging(level=settings.log_level, as_json=settings.log_format == "json")
    _check_idle(settings)
    uvloop.run(_run(Service(settings, with_workers=True, with_smtpd=False), "Indicia's workers run"))


@click.command()
def smtpd() -> None:
    """Run the inbound mail listener alone, until interrupted: bounces, complaints, unsubscribes."""
    settings = load_settings()
    if settings.smtpd_listen is None:
        raise click.UsageError("Set INDICIA_SMTPD_LISTEN to host:port, such as 0.0.0.0:25.")
    set_up_logging(level=settings.log_level, as_json=settings.log_format == "json")
    host, port = settings.smtpd_listen
    said = f"Indicia takes returned mail on {host}:{port}"
    asyncio.run(_run(Service(settings, with_workers=False, with_smtpd=True), said))


def service_with_workers() -> ASGIApp:
    """Build what a server process of `serve` runs."""
    return _service(with_workers=True)


def service_without_workers() -> ASGIApp:
    """Build what a server process of `api` runs."""
    return _service(with_workers=False)


def _service(*, with_workers: bool) -> ASGIApp:
    end_with_parent()
    expect_many_objects()
    expect_busy_threads()
    settings = load_settings()
    set_up_logging(level=settings.log_level, as_json=settings.log_format == "json")
    return Service(settings, with_workers=with_workers, with_smtpd=with_workers)


def _run_server(settings: Settings, factory: str) -> None:
    Granian(
        f"{__name__}:{factory}",
        address=settings.listen.host,
        port=settings.listen.port,
        interface=Interfaces.ASGI,
        factory=True,
        workers=1,
        loop=Loops.uvloop,
        websockets=False,
        # Proxies speak HTTP/1.1 to what is behind them. While the server guesses, it waits for ever for a first byte.
        http=HTTPModes.http1,
        log_enabled=False,
        http1_settings=HTTP1Settings(header_read_timeout=_HEADER_SECONDS * 1000),
        respawn_failed_workers=True,
        respawn_interval=1.0,
        workers_kill_timeout=_STOP_SECONDS,
    ).serve()


async def _run(service: Service, said: str) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await service.start()
    click.echo(said, err=True)
    await stop.wait()
    await service.stop()


def _check_free(address: Address, setting: str) -> None:
    """Find out before anything starts whether the address can be listened on.

    Raises:
        ListenError: It cannot; the message says how to choose another.
    """
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address.host, address.port))
        except OSError as error:
            where = f"{address.host}:{address.port}"
            raise ListenError(
                f"cannot listen on {where}: {error.strerror}; set {setting} to another host:port"
            ) from error


def _check_idle(settings: Settings) -> None:
    """Find out before anything starts whether nobody works on the store; whoever is about to end is waited for.

    Raises:
        StoreAtWorkError: Somebody does.
    """
    with sole_worker(settings.work_lock_path, is_patient=True):
        pass


def _welcome(demo: DemoAccount, settings: Settings) -> str:
    url = f"http://{settings.listen.host}:{settings.listen.port}"
    data_dir = Path(settings.data_dir)
    return f"""
A demo account was made in {data_dir}, with the domain {demo.domain}. Its key is not shown again:

  {demo.sending_key}

Try it; the answer takes a second:

  curl -X POST {url}/{demo.domain}/bot \\
    -H 'ov-token: {demo.sending_key}' \\
    -F ip=40.94.29.10 -F action=click -F explain=true \\
    --form-string 'uas={_DEMO_AGENT}'
"""
