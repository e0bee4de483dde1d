import pytest

from indicia.datasets.model import MailProvider, ProviderKind
from indicia.datasets.registry import Datasets

MX = [
    (["mx1-us1.ppe-hosted.com"], ProviderKind.GATEWAY, "proofpoint"),
    (["mxa-00176a02.gslb.pphosted.com."], ProviderKind.GATEWAY, "proofpoint"),
    (["eu-smtp-inbound-1.mimecast.com"], ProviderKind.GATEWAY, "mimecast"),
    (["d12345a.ess.barracudanetworks.com"], ProviderKind.GATEWAY, "barracuda"),
    (["mx1.hc1234-56.eu.iphmx.com"], ProviderKind.GATEWAY, "cisco"),
    (["cluster5.eu.messagelabs.com"], ProviderKind.GATEWAY, "broadcom"),
    (["contoso-com.mail.protection.outlook.com"], ProviderKind.MICROSOFT_365, "microsoft-365"),
    (["contoso-com.d-v1.mx.microsoft"], ProviderKind.MICROSOFT_365, "microsoft-365"),
    (["outlook-com.olc.protection.outlook.com"], ProviderKind.MICROSOFT_CONSUMER, "outlook"),
    (["ASPMX.L.GOOGLE.COM", "alt1.aspmx.l.google.com"], ProviderKind.GOOGLE_WORKSPACE, "google-workspace"),
    (["smtp.google.com"], ProviderKind.GOOGLE_WORKSPACE, "google-workspace"),
    (["alt1.gmail-smtp-in.l.google.com"], ProviderKind.GOOGLE_CONSUMER, "gmail"),
    (["mta5.am0.yahoodns.net"], ProviderKind.CONSUMER, "yahoo"),
    (["mx01.mail.icloud.com"], ProviderKind.CONSUMER, "icloud"),
    (["mx.example.test"], ProviderKind.OTHER, ""),
    (["notpphosted.com"], ProviderKind.OTHER, ""),
    ([], ProviderKind.OTHER, ""),
]


@pytest.mark.parametrize(("hosts", "kind", "name"), MX)
def test_mx_hosts_name_their_provider(shipped: Datasets, hosts: list[str], kind: ProviderKind, name: str) -> None:
    assert shipped.mail_providers.of_mx(hosts) == MailProvider(kind, name)


def test_a_gateway_decides_over_a_mailbox_host_beside_it(shipped: Datasets) -> None:
    provider = shipped.mail_providers.of_mx(["a-com.mail.protection.outlook.com", "us-smtp-inbound-1.mimecast.com"])

    assert provider.kind is ProviderKind.GATEWAY


@pytest.mark.parametrize(
    ("domain", "kind", "name"),
    [
        ("gmail.com", ProviderKind.GOOGLE_CONSUMER, "gmail"),
        ("Hotmail.co.uk.", ProviderKind.MICROSOFT_CONSUMER, "outlook"),
        ("yahoo.de", ProviderKind.CONSUMER, "yahoo"),
        ("web.de", ProviderKind.CONSUMER, "web-de"),
    ],
)
def test_a_well_known_mailbox_domain_needs_no_dns(
    shipped: Datasets, domain: str, kind: ProviderKind, name: str
) -> None:
    assert shipped.mail_providers.of_domain(domain) == MailProvider(kind, name)


@pytest.mark.parametrize("domain", ["example.test", "mail.gmail.com", ""])
def test_any_other_domain_is_unknown(shipped: Datasets, domain: str) -> None:
    assert shipped.mail_providers.of_domain(domain) is None
