"""What is known of the recipient: who receives their mail, and the clients they used before."""

from collections.abc import Mapping

from indicia.datasets.model import MailProvider
from indicia.datasets.registry import Datasets
from indicia.detection.clients import Client
from indicia.detection.history import History, family_key, may_be_familiar
from indicia.detection.model import Interaction, Scope
from indicia.detection.observations import Missing


def provider_of(
    interaction: Interaction, datasets: Datasets, resolved: Mapping[str, MailProvider]
) -> MailProvider | Missing:
    """Say who receives the recipient's mail; UNAVAILABLE when DNS did not answer in time."""
    if interaction.domain is None:
        return Missing.NOT_GIVEN
    known = datasets.mail_providers.of_domain(interaction.domain)
    if known is None:
        known = resolved.get(interaction.domain)
    return Missing.UNAVAILABLE if known is None else known


def familiar_hours(history: History, scope: Scope, interaction: Interaction, client: Client) -> float | Missing:
    """Count the hours since this recipient was first seen with such a client; NOT_GIVEN where nobody works."""
    if interaction.ts is None or interaction.recipient_id is None or not may_be_familiar(client):
        return Missing.NOT_GIVEN
    first = history.first_seen.get(family_key(scope, interaction, client))
    if first is None:
        return Missing.UNAVAILABLE
    return max(0.0, interaction.ts - first) / 3600
