"""What is known of single operators' networks beyond their class."""

from indicia.datasets.model import Network, NetworkClass
from indicia.detection.observations import Missing

# They fetch again what their customers' computers visit. Other security vendors carry people as well: in isolated
# browsers (Proofpoint, Mimecast, Fortinet) or through a web proxy (Hornetsecurity, Cisco).
ANTIVIRUS_MAKERS = frozenset({"trend-micro", "kaspersky", "eset", "bitdefender", "withsecure"})


def is_shared(network: Network | Missing) -> bool:
    """Say whether one address of the network, and one browser there, may be many people's.

    Behind a VPN exit they bring their own browsers; cloud desktops of whole companies share Microsoft's addresses and
    one version of one browser.
    """
    if not isinstance(network, Network):
        return False
    return network.network_class is NetworkClass.VPN or network.operator == "microsoft"
