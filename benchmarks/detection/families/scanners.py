"""Mail security scanners at arrival: gateways, mailbox providers, inline APIs and their odd cousins."""

from benchmarks.detection import parameters
from benchmarks.detection.stage import Act, Family
from benchmarks.detection.sweeping import Fleet, Sweep

_BOTH = ("open", "click")
_CLICK = ("click",)
_MICROSOFT = ("microsoft-365",)
_CORPORATE = ("microsoft-365", "google-workspace", "self-hosted", "sophos", "hornetsecurity")

SCANNERS = (
    Family(
        "microsoft_eop_detonation", True, Act.ARRIVAL, _BOTH,
        "Exchange Online Protection opens the links of a message in a real but old Chrome, from Microsoft's"
        " filtering ranges.",
        ("warmbly-net", "warmbly410", "gophish973", "gophish2646", "fleet", "healthchecks"), 0.045,
        Sweep(parameters.EOP, Fleet(("microsoft-eop",), addresses=60, prefixes=30, agents=6)), _MICROSOFT,
    ),
    Family(
        "microsoft_consumer_scan", True, Act.ARRIVAL, _BOTH,
        "Hotmail and Outlook.com follow every link from Microsoft addresses outside the published filtering ranges.",
        ("orita", "suped", "se1", "mautic9400", "msqa"), 0.035,
        Sweep(parameters.MICROSOFT_CONSUMER, Fleet(("microsoft-field", "azure"), addresses=60, prefixes=24, agents=6)),
        ("microsoft-consumer",),
    ),
    Family(
        "proofpoint_sweep", True, Act.ARRIVAL, _BOTH,
        "Proofpoint follows all links and pixels from its own and from cloud addresses, changing address and agent.",
        ("mautic9798", "tap", "warmbly-net"), 0.03,
        Sweep(parameters.PROOFPOINT, Fleet(("proofpoint", "proofpoint", "aws"), agents=8)), ("proofpoint",),
    ),
    Family(
        "mimecast_sweep", True, Act.ARRIVAL, _BOTH,
        "Mimecast follows all links in one go.", ("hub", "warmbly-net", "craft"), 0.022,
        Sweep(parameters.MIMECAST, Fleet(("mimecast", "mimecast", "aws"))), ("mimecast",),
    ),
    Family(
        "cisco_sweep", True, Act.ARRIVAL, _BOTH,
        "Cisco Secure Email follows some links of a message.", ("cisco1", "warmbly-net"), 0.008,
        Sweep(parameters.CISCO, Fleet(("cisco",))), ("cisco",),
    ),
    Family(
        "symantec_link_following", True, Act.ARRIVAL, _BOTH,
        "Symantec's link following works within seconds and tries to leave unsubscribe links alone.",
        ("broadcom",), 0.006, Sweep(parameters.SYMANTEC, Fleet(("google-cloud", "aws"))), ("symantec",),
    ),
    Family(
        "trend_gateway_burst", True, Act.ARRIVAL, _BOTH,
        "Trend Micro's gateway requests all links within milliseconds.", ("millionsend", "trend1-4"), 0.006,
        Sweep(parameters.TREND_GATEWAY, Fleet(("trend-micro",))), ("trend-micro",),
    ),
    Family(
        "sophos_scan", True, Act.ARRIVAL, _BOTH,
        "Sophos Email checks some links from Amazon's cloud.", ("sophos", "craft"), 0.005,
        Sweep(parameters.SOPHOS, Fleet(("aws",))), ("sophos",),
    ),
    Family(
        "barracuda_first_link", True, Act.ARRIVAL, _BOTH,
        "Barracuda follows only the first link, at times before it has accepted the message, and does not"
        " say who it is.",
        ("acton", "suped", "warmbly-net"), 0.007,
        Sweep(parameters.BARRACUDA_ESS, Fleet(("barracuda",), agents=3), early=True), ("barracuda",),
    ),
    Family(
        "barracuda_sentinel", True, Act.ARRIVAL, _BOTH,
        "Barracuda's API product names itself; no MX record tells of it.", ("braze-sms", "gh-ua", "barra"), 0.004,
        Sweep(parameters.SENTINEL, Fleet(("aws", "azure"), declared="barracuda_sentinel")), _MICROSOFT,
    ),
    Family(
        "api_scanner", True, Act.ARRIVAL, _BOTH,
        "An inline API scanner (Avanan and its like) behind Microsoft or Google, in Amazon's cloud,"
        " invisible in MX records.",
        ("cp1", "cp2"), 0.015, Sweep(parameters.API_SCANNER, Fleet(("aws",), agents=3)),
        ("microsoft-365", "google-workspace"),
    ),
    Family(
        "rotating_cloud_scanner", True, Act.ARRIVAL, _BOTH,
        "A gateway that takes another cloud address and another agent for each request.", ("mau16263",), 0.012,
        Sweep(parameters.ROTATING_CLOUD, Fleet(("aws", "azure", "google-cloud"), 200, prefixes=80, agents=30)),
        _CORPORATE,
    ),
    Family(
        "one_agent_cluster", True, Act.ARRIVAL, _CLICK,
        "28 cloud addresses with one agent visit a third of the links of thousands of mailboxes at hundreds"
        " of domains.",
        ("r312",), 0.02,
        Sweep(
            parameters.ONE_AGENT_CLUSTER,
            Fleet(("aws",), parameters.CLUSTER_ADDRESSES, parameters.CLUSTER_PREFIXES, agents=1),
        ),
        _CORPORATE,
    ),
    Family(
        "delayed_scanner", True, Act.ARRIVAL, _BOTH,
        "A scanner that waits minutes to hours before it looks.", ("suped3",), 0.008,
        Sweep(parameters.DELAYED, Fleet(("azure", "aws", "google-cloud"))), _CORPORATE,
    ),
    Family(
        "single_link_scanner", True, Act.ARRIVAL, _BOTH,
        "Single-link visits from a fleet that elsewhere comes in bursts.", ("millionsend", "anymail"), 0.007,
        Sweep(parameters.SINGLE_LINK, Fleet(("aws", "mimecast", "proofpoint"), agents=3)),
        ("proofpoint", "mimecast", "microsoft-365"),
    ),
    Family(
        "honeypot_skipping_sweep", True, Act.ARRIVAL, _BOTH,
        "A sweep that never follows hidden links.", ("spotler1", "notes"), 0.01,
        Sweep(parameters.HONEYPOT_SKIPPING, Fleet(("aws", "google-cloud"))), _CORPORATE,
    ),
    Family(
        "slow_sweep", True, Act.ARRIVAL, _BOTH,
        "A sweep at about a second per link.", ("mautic9798",), 0.008,
        Sweep(parameters.SLOW, Fleet(("aws", "hetzner", "ovh"))), _CORPORATE,
    ),
    Family(
        "impossible_agent_scanner", True, Act.ARRIVAL, _BOTH,
        "A scanner whose agents cannot exist or have been dead for years.", ("trend-pi",), 0.004,
        Sweep(parameters.API_SCANNER, Fleet(("linode", "hetzner", "aws"), declared="impossible_agent_scanner")),
        _CORPORATE,
    ),
    Family(
        "retro_rescan", True, Act.AFTERMATH, _BOTH,
        "A second scan hours later, after an alert.", ("suped3",), 0.007,
        Sweep(parameters.RETRO, Fleet(("azure", "aws")), again=True),
    ),
    Family(
        "forward_rescan", True, Act.AFTERMATH, _BOTH,
        "The message was forwarded, days later, to a system that scans it"
        " again.", ("gophish2853", "gophish2565", "anymail"), 0.005,
        Sweep(parameters.FORWARDED, Fleet(("aws", "google-cloud", "proofpoint")), again=True),
    ),
)  # fmt: skip
