"""Who receives the mail of a history's recipients, asked of a real name server on loopback."""

import pytest

from indicia.archive.providers import look_up_providers
from indicia.datasets.model import ProviderKind
from indicia.datasets.registry import Datasets
from indicia.net.dns import Resolver, parse_servers
from tests.doubles.dns_zone import SERVFAIL, DnsZone


@pytest.fixture(scope="module")
def datasets() -> Datasets:
    return Datasets.open(None)


async def test_domains_with_mail_hosts_get_their_provider(datasets: Datasets) -> None:
    async with DnsZone() as zone:
        zone.answer("guarded.test", "MX", ["10 mx0a.pphosted.com"])
        zone.answer("plain.test", "MX", ["10 mail.plain.test"])
        zone.answer("broken.test", "MX", SERVFAIL)
        resolver = Resolver(lambda: 1_800_000_000.0, parse_servers(zone.address))

        found = await look_up_providers(["guarded.test", "plain.test", "broken.test", "gone.test"], resolver, datasets)
        await resolver.close()

    assert {domain: provider.kind for domain, provider in found.items()} == {
        "guarded.test": ProviderKind.GATEWAY,
        "plain.test": ProviderKind.OTHER,
    }
