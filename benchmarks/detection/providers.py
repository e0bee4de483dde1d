"""Who receives mail: mailbox providers and gateways, with the MX hosts that give them away (or do not)."""

from dataclasses import dataclass
from random import Random


@dataclass(frozen=True, slots=True)
class Provider:
    """One way to receive mail.

    Attributes:
        name: The provider's name in this world.
        mx: MX host templates; `{label}` is the domain's first label, `{n}` a small number.
        domains: Its consumer domains; empty for providers of other people's domains.
        clients: How its users look at mail, as (open family or "" for none, weight).
    """

    name: str
    mx: tuple[str, ...]
    domains: tuple[str, ...] = ()
    clients: tuple[tuple[str, float], ...] = ()


GMAIL_CLIENTS = (("gmail_image_open", 0.55), ("apple_mpp", 0.35), ("", 0.1))
OFFICE_CLIENTS = (("outlook_desktop_open", 0.5), ("outlook_web_open", 0.2), ("apple_mpp", 0.15), ("", 0.15))
OTHER_CLIENTS = (("thunderbird_open", 0.3), ("apple_mpp", 0.3), ("apple_mail_open", 0.15), ("", 0.25))

# MX suffixes are [notes]. The shares of clients are [choice]; Apple's is fitted to 41 % of opens [litmus].
PROVIDERS = {
    each.name: each
    for each in (
        Provider(
            "gmail",
            ("gmail-smtp-in.l.google.com", "alt1.gmail-smtp-in.l.google.com"),
            ("gmail.com", "googlemail.com"),
            GMAIL_CLIENTS,
        ),
        Provider(
            "yahoo",
            ("mta5.am0.yahoodns.net", "mta6.am0.yahoodns.net"),
            ("yahoo.com", "aol.com", "yahoo.co.uk"),
            (("yahoo_image_open", 0.55), ("apple_mpp", 0.35), ("", 0.1)),
        ),
        Provider(
            "microsoft-consumer",
            ("{label}-com.olc.protection.outlook.com",),
            ("hotmail.com", "outlook.com", "live.com", "msn.com"),
            (("outlook_web_open", 0.6), ("apple_mpp", 0.25), ("outlook_desktop_open", 0.05), ("", 0.1)),
        ),
        Provider(
            "icloud",
            ("mx01.mail.icloud.com", "mx02.mail.icloud.com"),
            ("icloud.com", "me.com"),
            (("apple_mpp", 0.8), ("apple_mail_open", 0.2)),
        ),
        Provider("gmx", ("mx00.gmx.net", "mx01.gmx.net"), ("gmx.de", "gmx.net"), OTHER_CLIENTS),
        Provider("seznam", ("mx1.seznam.cz", "mx2.seznam.cz"), ("seznam.cz", "email.cz"), OTHER_CLIENTS),
        Provider("google-workspace", ("aspmx.l.google.com", "alt1.aspmx.l.google.com"), (), GMAIL_CLIENTS),
        Provider("microsoft-365", ("{label}-example.mail.protection.outlook.com",), (), OFFICE_CLIENTS),
        Provider("proofpoint", ("mxa-00{n}01.gslb.pphosted.com", "mxb-00{n}01.gslb.pphosted.com"), (), OFFICE_CLIENTS),
        Provider("mimecast", ("eu-smtp-inbound-1.mimecast.com", "eu-smtp-inbound-2.mimecast.com"), (), OFFICE_CLIENTS),
        Provider(
            "barracuda", ("d{n}a.ess.barracudanetworks.com", "d{n}b.ess.barracudanetworks.com"), (), OFFICE_CLIENTS
        ),
        Provider("cisco", ("mx1.hc{n}-12.iphmx.com", "mx2.hc{n}-12.iphmx.com"), (), OFFICE_CLIENTS),
        Provider("symantec", ("cluster5.eu.messagelabs.com", "cluster5a.eu.messagelabs.com"), (), OFFICE_CLIENTS),
        Provider("trend-micro", ("{label}.in.tmes.trendmicro.eu",), (), OFFICE_CLIENTS),
        Provider("sophos", ("mx-01-eu-west-1.prod.hydra.sophos.com",), (), OFFICE_CLIENTS),
        Provider("hornetsecurity", ("mx01.hornetsecurity.com", "mx02.hornetsecurity.com"), (), OFFICE_CLIENTS),
        Provider("self-hosted", ("mail.{domain}",), (), OTHER_CLIENTS),
    )
}
CONSUMER = ("gmail", "yahoo", "microsoft-consumer", "icloud", "gmx", "seznam")
# Weights of consumer mailboxes are [choice].
CONSUMER_WEIGHTS = (0.42, 0.12, 0.22, 0.12, 0.07, 0.05)


def mx_hosts(provider: Provider, domain: str, rng: Random) -> list[str]:
    """Write the MX hosts of a domain that uses `provider`, preferred first."""
    label, number = domain.split(".", maxsplit=1)[0], rng.randrange(1000, 9999)
    return [each.format(label=label, domain=domain, n=number) for each in provider.mx]
