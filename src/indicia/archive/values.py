"""What the texts of a table mean: times in whatever unit, labels in whatever words, domains inside addresses."""

from indicia.archive.model import Field

TIMES = (Field.TS, Field.MESSAGE_TS, Field.DELIVERED_TS)

# 2100-01-01. As in the API, what lies beyond it in one unit is taken for the next finer one. A time is ambiguous only
# in the first seven weeks of 1970.
_LATEST = 4_102_444_800

# SQL functions. A time's text is also given as a number and as an instant, each NULL where it is none.
MACROS = f"""
CREATE MACRO unit_of(given, number, instant) AS CASE
    WHEN given IS NULL THEN NULL
    WHEN number BETWEEN 0 AND {_LATEST} THEN 'seconds'
    WHEN number BETWEEN 0 AND {_LATEST}e3 THEN 'milliseconds'
    WHEN number BETWEEN 0 AND {_LATEST}e6 THEN 'microseconds'
    WHEN number BETWEEN 0 AND {_LATEST}e9 THEN 'nanoseconds'
    WHEN instant IS NOT NULL THEN 'dates'
    ELSE 'unreadable' END;

CREATE MACRO seconds_of(number, instant, unit) AS CASE unit
    WHEN 'seconds' THEN number
    WHEN 'milliseconds' THEN number / 1e3
    WHEN 'microseconds' THEN number / 1e6
    WHEN 'nanoseconds' THEN number / 1e9
    WHEN 'dates' THEN epoch(instant) END;

CREATE MACRO label_of(given) AS CASE
    WHEN lower(trim(given)) IN ('true', 't', 'yes', '1', '1.0', 'bot', 'machine') THEN 'bot'
    WHEN lower(trim(given)) IN ('false', 'f', 'no', '0', '0.0', 'human', 'person') THEN 'human'
    WHEN given IS NOT NULL THEN 'unreadable' END;

-- The part after the @ of an address, wherever a domain was asked for.
CREATE MACRO domain_of(given) AS rtrim(split_part(given, '@', -1), '>');
"""


def typed(query: str) -> str:
    """Write the SQL that reads the texts which `query` yields; each time gets a second column, its unit."""
    numbers = ", ".join(f"TRY_CAST({name} AS DOUBLE) AS {name}_number" for name in TIMES)
    # Only a text that is no number is worth the dearer look for a date.
    instants = ", ".join(
        f"CASE WHEN {name}_number IS NULL THEN TRY_CAST({name} AS TIMESTAMPTZ) END AS {name}_instant" for name in TIMES
    )
    units = ", ".join(f"unit_of({name}, {name}_number, {name}_instant) AS {name}_unit" for name in TIMES)
    seconds = ", ".join(f"seconds_of({name}_number, {name}_instant, {name}_unit) AS {name}" for name in TIMES)
    scratch = ", ".join(f"{name}_number, {name}_instant" for name in TIMES)
    return f"""
    SELECT * EXCLUDE ({scratch}) REPLACE (domain_of(domain) AS domain, label_of(label) AS label, {seconds})
    FROM (SELECT *, {units} FROM (SELECT *, {instants} FROM (SELECT *, {numbers} FROM ({query}))))
    """
