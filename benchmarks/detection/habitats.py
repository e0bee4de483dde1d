"""Where people read their mail: the networks, devices and mailboxes of each kind of person."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

from benchmarks.detection import parameters
from benchmarks.detection.agents import Agent, Agents
from benchmarks.detection.networks import HomeLine, Line, Networks, PhoneLine, SharedLine
from benchmarks.detection.population import UTC_OFFSET_HOURS, Domain, Population, Reader, utc_offset
from benchmarks.detection.providers import CONSUMER, CONSUMER_WEIGHTS, PROVIDERS

_LANGUAGES = {
    "DE": "de-DE,de;q=0.9,en;q=0.8", "AT": "de-AT,de;q=0.9,en;q=0.8", "CH": "de-CH,de;q=0.9,en;q=0.8",
    "FR": "fr-FR,fr;q=0.9,en;q=0.8", "ES": "es-ES,es;q=0.9,en;q=0.8", "IT": "it-IT,it;q=0.9,en;q=0.8",
    "NL": "nl-NL,nl;q=0.9,en;q=0.8", "SE": "sv-SE,sv;q=0.9,en;q=0.8", "CZ": "cs-CZ,cs;q=0.9,en;q=0.8",
    "PL": "pl-PL,pl;q=0.9,en;q=0.8", "JP": "ja-JP,ja;q=0.9,en;q=0.8", "BR": "pt-BR,pt;q=0.9,en;q=0.8",
    "GB": "en-GB,en;q=0.9", "CA": "en-CA,en;q=0.9", "AU": "en-AU,en;q=0.9", "IN": "en-IN,en;q=0.9",
}  # fmt: skip

# Shares of devices are [choice].
_ALL = (("windows", 0.36), ("ios", 0.26), ("android", 0.18), ("macos", 0.16), ("linux", 0.02), ("chromeos", 0.02))
_PHONES = (("ios", 0.55), ("android", 0.45))
_APPLE = (("ios", 0.75), ("macos", 0.25))
_OFFICE = (("windows", 0.75), ("macos", 0.22), ("linux", 0.03))
_WINDOWS = (("windows", 1.0),)
_COMPANY = (
    "microsoft-365", "google-workspace", "proofpoint", "mimecast", "barracuda", "cisco", "symantec", "trend-micro",
    "sophos", "self-hosted",
)  # fmt: skip


class Wiring:
    """Connects people to the web; companies and carriers share addresses, households do not."""

    def __init__(self, networks: Networks, rng: Random) -> None:
        self._networks = networks
        self._rng = rng
        self._of_company: dict[tuple[str, str], tuple[Line, str]] = {}
        self._shared: dict[str, list[str]] = {}

    def home(self, _domain: Domain) -> tuple[Line, str]:
        """Connect a household."""
        version = 6 if self._rng.random() < parameters.IPV6_HOUSEHOLDS else 4
        prefix = self._networks.sample(self._rng, "eyeball", version)
        return HomeLine(prefix, self._rng), prefix.country

    def phone(self, _domain: Domain) -> tuple[Line, str]:
        """Connect a phone with addresses of its own, mostly IPv6."""
        version = 6 if self._rng.random() < parameters.IPV6_PHONES else 4
        prefix = self._networks.sample(self._rng, "mobile", version)
        return (PhoneLine(prefix) if prefix.version == 6 else HomeLine(prefix, self._rng)), prefix.country

    def carrier_nat(self, _domain: Domain) -> tuple[Line, str]:
        """Connect a phone behind a carrier's NAT, with hundreds of others."""
        operator = self._rng.choice(("att-mobility", "t-mobile-us", "jio", "three-uk", "tim", "docomo"))
        addresses = self._grow(operator, parameters.CGNAT_READERS_PER_ADDRESS)
        # A phone meets the few NAT gateways of its region.
        return SharedLine(addresses[-3:]), self._networks.sample(self._rng, operator).country

    def relay(self, _domain: Domain) -> tuple[Line, str]:
        """Connect through iCloud Private Relay, another egress each time."""
        addresses = self._grow("relay", parameters.RELAY_READERS_PER_ADDRESS)
        return SharedLine(addresses), self._some_country()

    def vpn(self, _domain: Domain) -> tuple[Line, str]:
        """Connect through a consumer VPN, a few favourite exits."""
        addresses = self._grow("vpn", parameters.VPN_READERS_PER_EXIT)
        return SharedLine(self._rng.sample(addresses, min(3, len(addresses)))), self._some_country()

    def office(self, domain: Domain) -> tuple[Line, str]:
        """Connect an office: one or two addresses for the whole company."""
        return self._own(domain, "office", ("eyeball", "business"), self._rng.choice((1, 1, 2)))

    def cloud_desktop(self, domain: Domain) -> tuple[Line, str]:
        """Connect a desktop that runs in Azure, behind the company's own NAT."""
        return self._own(domain, "desktop", ("azure",), 2)

    def campus(self, domain: Domain) -> tuple[Line, str]:
        """Connect a university: a few dozen addresses."""
        return self._own(domain, "campus", ("education",), 24)

    def gateway(self, domain: Domain) -> tuple[Line, str]:
        """Connect a company through a secure web gateway whose sites serve other companies too."""
        operators = ("zscaler", "zscaler", "netskope", "umbrella", "palo-alto", "cato")
        return self._shared_site(domain, "gateway", operators, parameters.GATEWAY_SITES)

    def isolation(self, domain: Domain) -> tuple[Line, str]:
        """Connect a company's isolation browser, which runs at its mail security vendor or at another."""
        vendor = domain.provider.name if domain.provider.name in ("proofpoint", "mimecast") else "cloudflare"
        return self._shared_site(domain, "isolation", (vendor, vendor, "menlo"), 1)

    def web_proxy(self, domain: Domain) -> tuple[Line, str]:
        """Connect through the proxy of a vendor that rewrites links."""
        return self._shared_site(domain, "proxy", ("hornetsecurity",), 1)

    def _some_country(self) -> str:
        return self._rng.choice(list(UTC_OFFSET_HOURS))

    def _grow(self, pool: str, readers_per_address: int) -> list[str]:
        """Answer the addresses that all users of a pool share, one more for every so many users."""
        addresses = self._shared.setdefault(pool, [])
        if not addresses or self._rng.random() < 1 / readers_per_address:
            addresses.extend(self._networks.addresses(self._rng, (pool,), 1))
        return addresses

    def _own(self, domain: Domain, purpose: str, pools: Sequence[str], count: int) -> tuple[Line, str]:
        """Connect a company, always the same, to `count` neighbouring addresses of its own."""
        known = self._of_company.get((domain.name, purpose))
        if known is None:
            prefix = self._networks.sample(self._rng, self._rng.choice(pools))
            start = self._rng.randrange(prefix.size)
            line = SharedLine([prefix.address(start + each) for each in range(count)])
            known = self._of_company[domain.name, purpose] = line, prefix.country or self._some_country()
        return known

    def _shared_site(self, domain: Domain, purpose: str, operators: Sequence[str], sites: int) -> tuple[Line, str]:
        """Connect a company, always the same, to one of the sites that an operator runs for all its customers."""
        known = self._of_company.get((domain.name, purpose))
        if known is None:
            operator = self._rng.choice(operators)
            site = f"{operator}/{self._rng.randrange(sites)}"
            if site not in self._shared:
                addresses = self._networks.addresses(self._rng, (operator,), parameters.GATEWAY_ADDRESSES, 1)
                self._shared[site] = addresses
            known = self._of_company[domain.name, purpose] = SharedLine(self._shared[site]), self._some_country()
        return known


@dataclass(frozen=True, slots=True)
class Habitat:
    """How one kind of person is connected, equipped and reached by mail."""

    connect: Callable[[Wiring, Domain], tuple[Line, str]]
    systems: Sequence[tuple[str, float]]
    providers: Sequence[str]
    browser: str | None = None
    named_agents: str = ""


HABITATS = {
    "home_broadband": Habitat(Wiring.home, _ALL, CONSUMER),
    "mobile_carrier": Habitat(Wiring.phone, _PHONES, CONSUMER),
    "mobile_cgnat": Habitat(Wiring.carrier_nat, _PHONES, CONSUMER),
    "private_relay": Habitat(Wiring.relay, _APPLE, ("icloud", "gmail", "google-workspace", "self-hosted"), "safari"),
    "office_nat": Habitat(Wiring.office, _OFFICE, _COMPANY),
    "secure_web_gateway": Habitat(Wiring.gateway, _OFFICE, ("microsoft-365", "proofpoint", "mimecast", "cisco")),
    "isolation_browser": Habitat(
        Wiring.isolation, (("windows", 0.6), ("linux", 0.4)), ("proofpoint", "mimecast", "microsoft-365"), "chrome"
    ),
    "hornet_web_proxy": Habitat(Wiring.web_proxy, _OFFICE, ("hornetsecurity",)),
    "consumer_vpn": Habitat(Wiring.vpn, _ALL, CONSUMER),
    "cloud_desktop": Habitat(Wiring.cloud_desktop, _WINDOWS, ("microsoft-365", "proofpoint"), "chrome"),
    "university": Habitat(Wiring.campus, _ALL, ("google-workspace", "microsoft-365", "self-hosted")),
    "old_browser": Habitat(Wiring.home, _ALL, CONSUMER, named_agents="old_browser"),
}


def settle_readers(
    population: Population, wiring: Wiring, agents: Agents, rng: Random, habitat: str, count: int
) -> None:
    """Give `count` people of one habitat a mailbox, a line, a browser and a mail program."""
    row = HABITATS[habitat]
    for _ in range(count):
        private = row.providers is CONSUMER
        provider = rng.choices(CONSUMER, CONSUMER_WEIGHTS)[0] if private else rng.choice(row.providers)
        domain = population.some_domain(provider)
        line, country = row.connect(wiring, domain)
        clients, weights = zip(*PROVIDERS[provider].clients, strict=True)
        client = rng.choices(clients, weights)[0]
        agent = _agent(agents, rng, row, apple=client in ("apple_mpp", "apple_mail_open"))
        language = _LANGUAGES.get(country, "en-US,en;q=0.9")
        population.settle(provider, Reader(habitat, line, agent, client, utc_offset(country), language), domain)


def _agent(agents: Agents, rng: Random, row: Habitat, *, apple: bool) -> Agent:
    """Choose a browser; who reads in Apple Mail browses on an Apple device, if that habitat has any."""
    if row.named_agents:
        return Agent(rng.choice(agents.named(row.named_agents)), "", "", None)
    systems = [each for each in row.systems if each[0] in ("ios", "macos")] if apple else row.systems
    names, weights = zip(*(systems or row.systems), strict=True)
    return agents.person(rng, rng.choices(names, weights)[0], row.browser)
