"""The list of all families."""

from benchmarks.detection.families.echoes import ECHOES
from benchmarks.detection.families.mailbox_machines import MAILBOX_MACHINES
from benchmarks.detection.families.manners import MANNERS, OPENS
from benchmarks.detection.families.places import PLACES
from benchmarks.detection.families.programs import PROGRAMS
from benchmarks.detection.families.scanners import SCANNERS

# Within an act families play in this order; opens come last because readings make some of them.
FAMILIES = (*SCANNERS, *MAILBOX_MACHINES, *PROGRAMS, *PLACES, *MANNERS, *OPENS, *ECHOES)
BOTS = frozenset(family.name for family in FAMILIES if family.is_bot)
# Everything that guards a mailbox or a device, at arrival or after a click.
SCANNER_NAMES = frozenset(family.name for family in (*SCANNERS, *ECHOES) if family.name != "link_preview")
