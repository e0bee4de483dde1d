"""Hands a world to the measuring as it hands any labelled table: what a sender told, and the truth beside it."""

import msgspec

from benchmarks.detection.families.registry import BOTS
from benchmarks.detection.stage import Interaction
from benchmarks.detection.variants import Variant, posted, stripped
from benchmarks.detection.world import World
from indicia.detection.model import Action, Honeypot
from indicia.detection.posted import read_event
from indicia.evaluation.model import Labelled, LabelledSet


def labelled_set(world: World, variant: Variant) -> LabelledSet:
    """Read every interaction as the API would; a service hears of it when it happens, even if no time is told."""
    encode = msgspec.json.Encoder().encode
    rows, visits = [], []
    for one in world.stories:
        if isinstance(one, Interaction):
            event = stripped(posted(one, f"e{len(rows) + 1:08d}"), variant)
            interaction, faults = read_event(encode(event), is_single=False)
            assert not faults, faults
            rows.append(Labelled(interaction, one.at, one.family in BOTS, Action(one.action), one.family))
        elif variant is Variant.EVERYTHING:
            hit = one.visitor
            visits.append(Honeypot(0, one.delivery.message_id, hit.ip, hit.uas, one.at))
    return LabelledSet(rows, visits, world.zone)
