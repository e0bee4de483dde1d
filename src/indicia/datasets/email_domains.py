"""Says who receives mail for a domain: from the domain's name where it is well known, else from its MX hosts."""

from collections.abc import Iterable, Sequence

from indicia.datasets.model import MailProvider, ProviderKind
from indicia.datasets.sections import Section

_UNKNOWN = MailProvider(ProviderKind.OTHER, "")


class MailProviders:
    """Answers from the current tables; `replace` swaps them."""

    def __init__(self, domains: Iterable[Section], mx_suffixes: Iterable[Section]) -> None:
        self.replace(domains, mx_suffixes)

    def replace(self, domains: Iterable[Section], mx_suffixes: Iterable[Section]) -> None:
        """Answer from these tables from now on.

        Raises:
            ValueError: A section names an unknown kind; the old tables stay.
        """
        self._tables = _by_entry(domains), _by_entry(mx_suffixes)

    def of_domain(self, domain: str) -> MailProvider | None:
        """Name the provider of a well-known mailbox domain; None for every other domain."""
        domains, _ = self._tables
        return domains.get(_plain(domain))

    def of_mx(self, hosts: Sequence[str]) -> MailProvider:
        """Name the provider behind a domain's most preferred MX hosts; kind OTHER when none is known.

        A gateway among the hosts decides: domains in transition list it beside the old mailbox host, and its
        scanner may fetch every link.
        """
        found = [provider for host in hosts if (provider := self._of_host(_plain(host)))]
        gateways = (provider for provider in found if provider.kind is ProviderKind.GATEWAY)
        return next(gateways, found[0] if found else _UNKNOWN)

    def _of_host(self, host: str) -> MailProvider | None:
        _, suffixes = self._tables
        while host:
            if provider := suffixes.get(host):
                return provider
            host = host.partition(".")[2]
        return None


def _by_entry(sections: Iterable[Section]) -> dict[str, MailProvider]:
    return {
        entry: provider
        for kind, name, entries in sections
        for provider in (MailProvider(ProviderKind(kind), name),)
        for entry in entries
    }


def _plain(name: str) -> str:
    return name.rstrip(".").lower()
