"""Who normally speaks from the network, which by itself decides nothing."""

from indicia.datasets.model import AgentKind, NetworkClass
from indicia.detection.model import Finding
from indicia.detection.observations import Signals

# Filled from the signals: who runs the network, and the date of the list that says so.
_OWNER = "{0.organisation}{0.listed}"
_SENTENCES = {
    NetworkClass.CRAWLER: "{0.interaction.ip} is in a published range of crawlers, " + _OWNER,
    NetworkClass.HOSTING: "{0.interaction.ip} is in the hosting network of " + _OWNER,
    NetworkClass.CDN: "{0.interaction.ip} is in the content delivery network of " + _OWNER,
    NetworkClass.VPN: "{0.interaction.ip} is an exit of the VPN " + _OWNER,
    NetworkClass.TOR: "{0.interaction.ip} is a Tor exit, " + _OWNER,
    NetworkClass.EYEBALL: "{0.interaction.ip} is on access lines for people, " + _OWNER,
    NetworkClass.MOBILE: "{0.interaction.ip} is in the mobile network of " + _OWNER,
    NetworkClass.EDUCATION: "{0.interaction.ip} is on a campus, " + _OWNER,
    NetworkClass.SECURE_WEB_GATEWAY: "{0.interaction.ip} is a gateway that carries office people, " + _OWNER,
    NetworkClass.IMAGE_PROXY: "{0.interaction.ip} belongs to the mailbox provider " + _OWNER,
}

_SIGNALS = {network_class: f"network.{network_class}" for network_class in NetworkClass}
_RUN_IMAGE_PROXIES = frozenset({NetworkClass.HOSTING, NetworkClass.IMAGE_PROXY})


def network(signals: Signals) -> Finding | None:
    """Weigh the class of the network; rules of their own know relays, mail filters and vendors."""
    network_class = signals.network_class
    sentence = _SENTENCES.get(network_class) if network_class else None
    if sentence is None or network_class is None:
        return None
    signal = _SIGNALS[network_class]
    if network_class in _RUN_IMAGE_PROXIES:
        # What a provider's image proxy fetches is judged as such, wherever it runs.
        if signals.kind is AgentKind.IMAGE_PROXY:
            return None
        if network_class is NetworkClass.IMAGE_PROXY:
            signal = "network.mail_provider"
        elif signals.operator == "microsoft":
            signal = "network.microsoft"
    return Finding(signal, sentence, (signals,))
