"""User-Agent strings: what people's browsers and mail programs send, and what machines pretend to be."""

import bisect
import csv
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random

from benchmarks.detection import parameters

DATA = Path(__file__).parent / "data"
DESKTOP = ("windows", "macos", "linux", "chromeos")

# Chrome's third version number by major version, as seen in real strings (`user-agents`, field reports); between them
# it is even.
_BUILDS = (
    (57, 2987), (79, 3945), (96, 4664), (101, 4951), (122, 6261), (131, 6778), (138, 7204),
    (142, 7444), (150, 7871), (152, 7977), (153, 8010), (154, 8037), (160, 8205),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Agent:
    """A browser as somebody uses it: its version follows the releases at a constant distance, or stands still."""

    template: str
    system: str
    browser: str
    lag: int | None
    weight: float = 1.0


def _read_sections(path: Path) -> dict[str, list[str]]:
    """Read `[name] remark` sections of lines; `#` lines and empty ones are left out."""
    sections: dict[str, list[str]] = {}
    lines: list[str] = []
    for line in path.read_text().splitlines():
        if line.startswith("["):
            lines = sections.setdefault(line[1 : line.index("]")], [])
        elif line and not line.startswith("#"):
            lines.append(line)
    return sections


def chrome_build(major: int) -> int:
    """Estimate the build number of a Chrome release."""
    place = min(max(bisect.bisect_right(_BUILDS, (major, 1 << 30)), 1), len(_BUILDS) - 1)
    (low, low_build), (high, high_build) = _BUILDS[place - 1], _BUILDS[place]
    return low_build + round((high_build - low_build) * (major - low) / (high - low))


class Agents:
    """Draws agents, and writes them out as of a moment."""

    def __init__(self) -> None:
        self._by_system: dict[str, tuple[list[Agent], list[float]]] = {}
        self._releases: dict[str, tuple[list[float], list[int]]] = {}
        self._written: dict[tuple[str, int], str] = {}
        self._named = _read_sections(DATA / "named_agents.txt")
        with (DATA / "agents.csv").open(newline="") as rows:
            for row in csv.DictReader(rows):
                lag = int(row["lag"]) if row["lag"] else None
                agent = Agent(row["template"], row["os"], row["browser"], lag, float(row["weight"]))
                agents, weights = self._by_system.setdefault(agent.system, ([], []))
                agents.append(agent)
                weights.append(agent.weight)
        with (DATA / "releases.csv").open(newline="") as rows:
            for row in csv.DictReader(rows):
                dates, majors = self._releases.setdefault(row["browser"], ([], []))
                dates.append(datetime.fromisoformat(row["date"]).replace(tzinfo=UTC).timestamp())
                majors.append(int(row["major"]))

    def named(self, section: str) -> list[str]:
        """List the strings of one section of `data/named_agents.txt`."""
        return self._named[section]

    def placed(self, section: str) -> list[tuple[str, str]]:
        """List (network, string) of a section whose lines say where they come from."""
        return [(pool, uas) for pool, _, uas in (line.partition("\t") for line in self._named[section])]

    def person(self, rng: Random, system: str, browser: str | None = None) -> Agent:
        """Draw the browser of a person on `system`, weighted as in the sample."""
        agents, weights = self._by_system[system]
        agent = rng.choices(agents, weights)[0]
        while browser is not None and agent.browser != browser:
            agent = rng.choices(agents, weights)[0]
        return agent

    def write(self, agent: Agent, at: float) -> str:
        """Write the string that `agent` sends at `at`."""
        if agent.lag is None:
            return agent.template
        major = self._major(agent.browser, at, agent.lag)
        written = self._written.get((agent.template, major))
        if written is None:
            written = agent.template.replace("{v}", str(major)).replace("{b}", str(chrome_build(major)))
            self._written[agent.template, major] = written
        return written

    def scanner(self, rng: Random, at: float) -> str:
        """Pretend to be a browser the way link scanners do: mostly a Chrome of months or years ago."""
        if rng.random() < parameters.FRESH_AGENT_SHARE:
            return self.write(self.person(rng, "windows", "chrome"), at)
        jitter = 1 + rng.uniform(-1, 1) * parameters.SCANNER_CHROME_AGE_JITTER
        age_days = rng.choice(parameters.SCANNER_CHROME_AGE_DAYS) * jitter
        major = self._major("chrome", at - age_days * parameters.DAY, 0)
        version = f"{major}.0.0.0"
        # Chrome showed its full version to everybody until 101 and to nobody by 107.
        if major <= 101 or rng.random() < parameters.FULL_BUILD_SHARE:
            version = f"{major}.0.{chrome_build(major)}.{rng.randrange(40, 150)}"
        engine = "AppleWebKit/537.36 (KHTML, like Gecko)"
        if rng.random() < parameters.ODD_MOBILE_SHARE:
            model = rng.choice(("itel A27", "SM-A107F", "Redmi 8A", "moto e5 play", "CPH1909", "Infinix X650"))
            system = f"Linux; Android {rng.randrange(8, 12)}; {model}"
            return f"Mozilla/5.0 ({system}) {engine} Chrome/{version} Mobile Safari/537.36"
        system = rng.choices(
            ("Windows NT 10.0; Win64; x64", "Macintosh; Intel Mac OS X 10_15_7", "X11; Linux x86_64"), (0.78, 0.12, 0.1)
        )[0]
        tail = f" Edg/{version}" if rng.random() < 0.15 else ""
        return f"Mozilla/5.0 ({system}) {engine} Chrome/{version} Safari/537.36{tail}"

    def _major(self, browser: str, at: float, lag: int) -> int:
        dates, majors = self._releases[browser]
        return majors[max(bisect.bisect_right(dates, at) - 1 - lag, 0)]
