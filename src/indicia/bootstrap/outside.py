"""Build what reaches other machines: one of each in a process, for requests and for background work alike."""

import socket
from contextlib import AsyncExitStack
from typing import NamedTuple

from indicia.base.clock import system_clock
from indicia.config import Settings
from indicia.net.dns import Resolver
from indicia.net.egress import EgressGuard
from indicia.net.http import HttpClient
from indicia.net.smtp.client import SmtpClient
from indicia.net.smtp.way_out import WayOut


class Outside(NamedTuple):
    """The ways out; whatever customers named passes the guard."""

    guard: EgressGuard
    resolver: Resolver
    client: HttpClient


def hello_name(settings: Settings) -> str:
    """Answer the name that this machine greets other mail servers with."""
    return settings.hello_name or socket.gethostname().lower()


def open_outside(settings: Settings, closing: AsyncExitStack) -> Outside:
    """Build the ways out inside the running event loop, to be closed with `closing`."""
    guard = EgressGuard(settings.egress_allow)
    resolver = Resolver(system_clock, settings.dns_servers)
    closing.push_async_callback(resolver.close)
    client = HttpClient(guard, resolver, system_clock)
    closing.push_async_callback(client.close)
    return Outside(guard, resolver, client)


def open_way_out(settings: Settings, outside: Outside) -> WayOut:
    """Build what finds out whether mail hosts can be reached at all, to be closed with the event loop."""
    client = SmtpClient(outside.guard, hello_name=hello_name(settings))
    return WayOut(client, outside.resolver, system_clock, port=settings.smtp_port, domains=settings.port_check)
