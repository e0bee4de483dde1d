"""Build what checks the DNS records of sending domains."""

from urllib.parse import urlsplit

from indicia.base.clock import system_clock
from indicia.bootstrap.opening import Store
from indicia.bootstrap.outside import hello_name
from indicia.bootstrap.work import Work, Workshop
from indicia.config import Settings
from indicia.domains.dns_records import Installation
from indicia.domains.organisation import Organisations
from indicia.domains.verification import Verification
from indicia.entrypoints.workers.domain_checks import DomainChecks
from indicia.net.dns import Resolver


def verification(settings: Settings, store: Store, resolver: Resolver) -> Verification:
    """Build it."""
    host = hello_name(settings)
    tracking_host = urlsplit(settings.public_url).hostname or host
    spf = settings.spf or f"a:{host}"
    installation = Installation(host, tracking_host, spf, Organisations().of)
    return Verification(store.database, store.dkim_keys, resolver.records, installation, system_clock)


def domains_work(workshop: Workshop) -> Work:
    """Build the checks that nobody asks for."""
    checks = DomainChecks(verification(workshop.settings, workshop.store, workshop.resolver))
    return Work((), (checks.run(),))
