"""Build what checks the DNS records of sending domains."""

from urllib.parse import urlsplit

from indicia.base.clock import system_clock
from indicia.bootstrap.opening import Store
from indicia.bootstrap.outside import hello_name
from indicia.bootstrap.work import Work, Workshop
from indicia.config import Settings
from indicia.domains.dns_records import Installation, Purpose
from indicia.domains.organisation import Organisations
from indicia.domains.verification import Verification
from indicia.entrypoints.workers.domain_checks import DomainChecks
from indicia.net.dns import Resolver


def verification(settings: Settings, store: Store, resolver: Resolver) -> Verification:
    """Build it."""
    host = hello_name(settings)
    tracking_host = _public_host(settings) or host
    spf = settings.spf or f"a:{host}"
    installation = Installation(host, tracking_host, spf, Organisations().of)
    return Verification(store.database, store.dkim_keys, resolver.records, installation, system_clock)


def settings_to_name(settings: Settings) -> dict[Purpose, str]:
    """Answer for which records no setting says yet what domains shall name, and which setting it is."""
    to_name = {}
    if "." not in hello_name(settings):
        to_name[Purpose.MX] = "INDICIA_HELLO_NAME"
        if not settings.spf:
            to_name[Purpose.SPF] = "INDICIA_HELLO_NAME"
    if _public_host(settings) is None:
        to_name[Purpose.TRACKING] = "INDICIA_PUBLIC_URL"
    return to_name


def _public_host(settings: Settings) -> str | None:
    """Answer the host of our links; None where it has no name in DNS, as that of the default has none."""
    host = urlsplit(settings.public_url).hostname or ""
    # A CNAME names a host, never an address. A name without a dot, such as `localhost`, is no other machine's.
    is_name = "." in host and not host.rpartition(".")[2].isdigit()
    return host if is_name else None


def domains_work(workshop: Workshop) -> Work:
    """Build the checks that nobody asks for."""
    checks = DomainChecks(verification(workshop.settings, workshop.store, workshop.resolver))
    return Work((), (checks.run(),))
