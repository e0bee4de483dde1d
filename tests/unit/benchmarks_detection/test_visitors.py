"""Addresses are real ones of the operators, and User-Agents are strings that existed at the time."""

import ipaddress
import re
from collections import defaultdict
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.detection import parameters
from benchmarks.detection.agents import Agents, chrome_build
from benchmarks.detection.families.registry import FAMILIES
from benchmarks.detection.networks import HomeLine, Networks, PhoneLine, Prefix
from benchmarks.detection.pools import POOLS
from benchmarks.detection.stage import Interaction
from benchmarks.detection.world import make_world


@pytest.fixture(scope="module")
def networks():
    return Networks.load()


@pytest.fixture(scope="module")
def agents():
    return Agents()


@pytest.fixture(scope="module")
def interactions():
    return [one for one in make_world(41, 20_000).stories if isinstance(one, Interaction)]


@given(version=st.sampled_from([4, 6]), length=st.integers(0, 32), number=st.integers(0, 2**60))
def test_addresses_lie_in_their_prefix(version, length, number):
    network = ipaddress.ip_network(("10.0.0.0/8", "2001:4860::/32")[version == 6])
    network = next(network.subnets(new_prefix=max(network.prefixlen, length)))
    prefix = Prefix("x", "", version, int(network.network_address), network.num_addresses)

    assert ipaddress.ip_address(prefix.address(number)) in network
    assert ipaddress.ip_address(prefix.household(number).address(number)) in network


@pytest.mark.parametrize("pool", [pool.operator for pool in POOLS])
def test_every_pool_of_the_recipe_has_addresses_that_are_routed(networks, pool):
    rng = Random(1)
    for version in (4, 6):
        assert ipaddress.ip_address(networks.sample(rng, pool, version).address(rng.getrandbits(50))).is_global


def test_addresses_of_a_fleet_share_few_blocks(networks):
    addresses = networks.addresses(Random(2), ("aws",), 28, 11)

    assert len({address.rsplit(".", 1)[0] for address in addresses}) <= 11


def test_a_household_keeps_its_address_for_at_least_a_day_or_its_ipv6_network_for_good(networks):
    for seed in range(20):
        rng = Random(seed)
        line = HomeLine(networks.sample(rng, "eyeball"), rng)
        days = [line.address(parameters.START + hour * 3600, rng) for hour in range(72)]
        assert len(set(days)) <= 4
    line = HomeLine(networks.sample(Random(3), "comcast", 6), Random(3))
    homes = {
        ipaddress.ip_network((line.address(parameters.START + day * 86400, Random(1)), 64), strict=False)
        for day in range(30)
    }
    assert len(homes) == 1


def test_a_phone_on_ipv6_comes_from_another_network_each_time(networks):
    rng = Random(4)
    line = PhoneLine(networks.sample(rng, "t-mobile-us", 6))

    assert len({line.address(parameters.START, rng)[:19] for _ in range(10)}) > 1


def test_browsers_of_people_follow_releases_and_never_run_ahead(agents):
    rng, november = Random(5), parameters.START + 36 * parameters.DAY
    for _ in range(500):
        agent = agents.person(rng, rng.choice(("windows", "macos", "android", "ios", "linux", "chromeos")))
        october, later = agents.write(agent, parameters.START), agents.write(agent, november)
        assert "{" not in october + later
        for uas, newest in ((october, 154), (later, 157)):
            version = re.search(r"(?:Chrome|CriOS)/(\d+)", uas)
            assert version is None or int(version[1]) <= newest


def test_most_scanners_claim_a_browser_that_is_months_old(agents):
    rng = Random(6)
    majors = [int(re.search(r"Chrome/(\d+)", agents.scanner(rng, parameters.START))[1]) for _ in range(400)]

    assert all(major <= 154 for major in majors)
    assert sum(major <= 154 - 5 for major in majors) / len(majors) > 0.6


@pytest.mark.parametrize(("major", "build"), [(101, 4951), (131, 6778), (154, 8037)])
def test_full_versions_carry_the_build_of_their_release(major, build):
    assert chrome_build(major) == build


def test_people_behind_shared_addresses_are_many_and_households_are_few(interactions):
    recipients = defaultdict(lambda: defaultdict(set))
    for one in interactions:
        recipients[one.family][one.visitor.ip].add(one.delivery.recipient.id)
    most = {family: max(map(len, by_address.values())) for family, by_address in recipients.items()}

    assert most["mobile_cgnat"] > 15
    assert most["office_nat"] > 3
    assert most["secure_web_gateway"] > 3
    assert most["home_broadband"] <= 2


def test_lockstep_accounts_never_repeat_an_address(interactions):
    addresses = [one.visitor.ip for one in interactions if one.family == "residential_lockstep"]

    assert len(set(addresses)) == len(addresses)


def test_only_the_first_link_is_followed_by_first_link_scanners(interactions):
    links = {one.link for one in interactions if one.family == "barracuda_first_link" and one.action == "click"}

    assert links == {0}


def test_named_sections_belong_to_families(agents):
    names = {family.name for family in FAMILIES}

    assert {name for name in names if name in agents._named} == set(agents._named)
