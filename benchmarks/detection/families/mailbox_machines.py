"""Opens that a mailbox provider makes by itself, before or without anybody looking."""

from collections.abc import Iterator

from benchmarks.detection import parameters
from benchmarks.detection.stage import Act, Family, Interaction, Part, Stage, Story, Visitor


def _apple_mpp(stage: Stage, part: Part) -> Iterator[Story]:
    rng, uas = part.rng, stage.agents.named(part.family.name)[0]
    recipients = [one for one in stage.population.recipients if one.reader and one.reader.client == "apple_mpp"]
    while True:
        delivery = stage.fresh_delivery(part, recipients)
        at = delivery.delivered_at + parameters.MPP_FETCH.draw(rng)
        prefix = stage.networks.sample(rng, "relay", 6 if rng.random() < parameters.MPP_IPV6_SHARE else 4)
        yield [Interaction(part.family.name, delivery, Visitor(prefix.address(rng.getrandbits(60)), uas), "open", at)]


def _gmail_prefetch(stage: Stage, part: Part) -> Iterator[Story]:
    rng, uas = part.rng, stage.agents.named(part.family.name)[0]
    recipients = stage.population.at_provider["gmail"] + stage.population.at_provider["google-workspace"]
    while True:
        delivery = stage.fresh_delivery(part, recipients)
        at = delivery.delivered_at + parameters.GMAIL_PREFETCH.draw(rng)
        ip = stage.networks.sample(rng, "google").address(rng.getrandbits(40))
        yield [Interaction(part.family.name, delivery, Visitor(ip, uas), "open", at)]


MAILBOX_MACHINES = (
    Family(
        "apple_mpp", True, Act.ARRIVAL, ("open",),
        "Apple's Mail Privacy Protection loads all images through the relay when the device next syncs.",
        ("uap", "mailgun", "wttw2", "socketlabs", "litmus"), 0.22, _apple_mpp,
    ),
    Family(
        "gmail_prefetch", True, Act.ARRIVAL, ("open",),
        "Gmail prefetches images at delivery while a session is active.", ("sparkpost",), 0.012, _gmail_prefetch,
    ),
)  # fmt: skip
