"""Programs that follow links but guard nobody's mailbox: libraries, crawlers, headless browsers, harvesters, fraud."""

from collections.abc import Iterator

from benchmarks.detection import parameters
from benchmarks.detection.mail import Kind, Link
from benchmarks.detection.stage import Act, Family, Interaction, Part, Stage, Story, Visitor, some_links
from benchmarks.detection.sweeping import Fleet

_CLOUDS = ("aws", "digitalocean", "hetzner", "ovh", "linode", "vultr")


def _http_library(stage: Stage, part: Part) -> Iterator[Story]:
    rng, name = part.rng, part.family.name
    addresses = stage.networks.addresses(rng, _CLOUDS, 120)
    agents = [*stage.agents.named(name), ""]
    while True:
        delivery = stage.fresh_delivery(part, stage.population.recipients)
        visitor = Visitor(rng.choice(addresses), rng.choice(agents))
        at = delivery.sent_at + rng.choice((parameters.SCAN_START, parameters.CRAWL)).draw(rng)
        yield [
            Interaction(name, delivery, visitor, "click", at + place * rng.uniform(0.05, 0.6), place)
            for place in some_links(rng, delivery, rng.randint(1, 6))
        ]


def _head_probe(stage: Stage, part: Part) -> Iterator[Story]:
    rng, name = part.rng, part.family.name
    fleet = Fleet(("aws", "hetzner"), agents=3).muster(stage, rng)
    while True:
        delivery = stage.fresh_delivery(part, stage.population.recipients)
        visitor, at = fleet.visitor(rng), delivery.sent_at + parameters.SCAN_START.draw(rng)
        story: Story = []
        for place in some_links(rng, delivery, rng.randint(1, 3)):
            story.append(Interaction(name, delivery, visitor, "click", at, place, method="HEAD"))
            if rng.random() < 0.5:
                story.append(Interaction(name, delivery, visitor, "click", at + 0.2, place))
            at += rng.uniform(0.3, 1.5)
        yield story


def _crawler(stage: Stage, part: Part) -> Iterator[Story]:
    rng, crawlers = part.rng, stage.agents.placed(part.family.name)
    while True:
        delivery = stage.fresh_delivery(part, stage.population.recipients, (Kind.NEWSLETTER,))
        pool, uas = rng.choice(crawlers)
        visitor = Visitor(stage.networks.addresses(rng, (pool,), 1)[0], uas)
        at = delivery.sent_at + parameters.CRAWL.draw(rng)
        place = some_links(rng, delivery, 1)[0]
        yield [Interaction(part.family.name, delivery, visitor, "click", at, place)]


def _headless_fleet(stage: Stage, part: Part) -> Iterator[Story]:
    rng, name = part.rng, part.family.name
    addresses = stage.networks.addresses(rng, _CLOUDS, 80)
    agents = [
        rng.choice(stage.agents.named(name)).format(major=rng.randrange(*parameters.HEADLESS_MAJORS)) for _ in range(6)
    ]
    while True:
        delivery = stage.fresh_delivery(part, stage.population.recipients)
        at = delivery.sent_at + parameters.HEADLESS_DELAY.draw(rng)
        hides = rng.random() < parameters.STEALTH_SHARE
        uas = stage.agents.write(stage.agents.person(rng, "linux"), at) if hides else rng.choice(agents)
        visitor = Visitor(rng.choice(addresses), uas, "en-US")
        story: Story = []
        for place in some_links(rng, delivery, rng.randint(1, 8)):
            story.append(Interaction(name, delivery, visitor, "click", at, place))
            at += parameters.PAGE_LOAD.draw(rng)
        yield story


def _coupon_harvester(stage: Stage, part: Part) -> Iterator[Story]:
    """Seed accounts that open every issue from their rented machine and follow its offers."""
    rng, name = part.rng, part.family.name
    count = max(3, part.budget // parameters.EVENTS_PER_SEED_ACCOUNT)
    provider = ("self-hosted", "gmail")
    accounts = [stage.population.settle(rng.choice(provider)) for _ in range(count)]
    homes = stage.networks.addresses(rng, ("digitalocean", "digitalocean", "vultr", "linode"), count)
    agents = [stage.agents.write(stage.agents.person(rng, "windows"), parameters.START) for _ in range(count)]
    while True:
        for campaign in stage.post.campaigns[Kind.NEWSLETTER]:
            for account, ip, uas in zip(accounts, homes, agents, strict=True):
                delivery, visitor = stage.post.deliver(campaign, account), Visitor(ip, uas, "en-US,en;q=0.9")
                at = delivery.sent_at + parameters.HARVEST.draw(rng)
                story: Story = [Interaction(name, delivery, visitor, "open", at)]
                for place in some_links(rng, delivery, rng.randint(*parameters.HARVESTED_LINKS)):
                    at += parameters.PAGE_LOAD.draw(rng)
                    story.append(Interaction(name, delivery, visitor, "click", at, place))
                yield story


def _residential_lockstep(stage: Stage, part: Part) -> Iterator[Story]:
    """Fraud accounts click the same advertiser of an issue, a minute apart, each time from another home."""
    rng, name = part.rng, part.family.name
    while True:
        accounts = [
            stage.population.settle(rng.choice(("gmail", "gmail", "microsoft-consumer", "yahoo")))
            for _ in range(parameters.LOCKSTEP_ACCOUNTS)
        ]
        systems = rng.choices(("windows", "android", "ios", "macos"), (0.5, 0.25, 0.15, 0.1), k=len(accounts))
        agents = [stage.agents.person(rng, system) for system in systems]
        issues = sorted(
            rng.sample(stage.post.campaigns[Kind.NEWSLETTER], parameters.LOCKSTEP_ISSUES), key=lambda each: each.start
        )
        for campaign in issues:
            base, ad = parameters.LOCKSTEP_BASE.draw(rng), rng.choice(campaign.links_of(Link.AD))
            story: Story = []
            for account, agent in zip(accounts, agents, strict=True):
                if rng.random() > parameters.LOCKSTEP_TURNOUT:
                    continue
                delivery = stage.post.deliver(campaign, account)
                at = campaign.start + parameters.SEND_SPREAD + base + parameters.LOCKSTEP_JITTER.draw(rng)
                home = stage.networks.sample(rng, "eyeball").address(rng.getrandbits(40))
                visitor = Visitor(home, stage.agents.write(agent, at), "en-US,en;q=0.9")
                story.append(Interaction(name, delivery, visitor, "click", at, ad))
            yield story


PROGRAMS = (
    Family(
        "http_library", True, Act.ARRIVAL, ("click",),
        "A script follows links with an HTTP library, or with no agent at"
        " all.", ("notes", "braze-sms"), 0.005,
        _http_library,
    ),
    Family(
        "head_probe", True, Act.ARRIVAL, ("click",),
        "A link checker asks with HEAD first and often with GET after.", ("notes",), 0.003, _head_probe,
    ),
    Family(
        "web_crawler", True, Act.ARRIVAL, ("click",),
        "A declared crawler met the link on the web.", ("notes",), 0.003, _crawler,
    ),
    Family(
        "headless_fleet", True, Act.ARRIVAL, ("click",),
        "Automated browsers in rented machines; two in five hide that they are"
        " headless.", ("poly1", "iliou"), 0.006,
        _headless_fleet,
    ),
    Family(
        "coupon_harvester", True, Act.ARRIVAL, ("open", "click"),
        "Seed accounts of inbox intelligence and coupon sites, read by a machine at DigitalOcean and its"
        " like.", ("r312", "omn"),
        0.008, _coupon_harvester,
    ),
    Family(
        "residential_lockstep", True, Act.ARRIVAL, ("click",),
        "Ad fraud: accounts that click the same advertisers together, over residential proxies, with ordinary agents.",
        ("omn", "poly1", "webb", "syn1"), 0.012, _residential_lockstep,
    ),
)  # fmt: skip
