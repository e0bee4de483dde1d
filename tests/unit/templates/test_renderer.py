"""Rendering: what templates know, what is escaped, and that no template costs more than a second of anybody's time."""

import asyncio
import resource
import time
from pathlib import Path

import msgspec
import pytest

from indicia.messages.model import TemplateSnapshot
from indicia.templates.model import (
    InvalidTemplateError,
    MissingVariableError,
    RenderingUnavailableError,
    TemplateTooCostlyError,
)
from tests.unit.templates.conftest import BUILTINS

# What Liquid's own limits stop is here beside what they do not: docs/decisions/templates.md says which.
BOMBS = {
    "nested loops": "{% for a in (1..99999) %}{% for b in (1..99999) %}{% endfor %}{% endfor %}",
    "chained replace": "{{ 'a'" + " | replace: 'a', 'aaaaaaaaaa'" * 10 + " | size }}",
    "doubling append": "{% assign s = 'aaaaaaaa' %}{% for i in (1..60) %}{% assign s = s | append: s %}{% endfor %}",
    "doubling list": "{% assign a = 'a,b' | split: ',' %}"
    "{% for i in (1..60) %}{% assign a = a | concat: a %}{% endfor %}",
    "growing number": "{% assign n = 99999999999 %}{% for i in (1..60) %}{% assign n = n | times: n %}{% endfor %}",
    "joined range": "{{ (1..200000000) | join: ',' | size }}",
    "reversed range": "{{ (1..2000000000) | reverse | size }}",
    "long output": "{% for a in (1..100000) %}" + "a" * 100 + "{% endfor %}",
    "includes itself": "{% include 'bomb.html' %}",
    "renders itself": "{% render 'bomb.html' %}",
    "deep nesting": "{% if true %}" * 20_000 + "{% endif %}" * 20_000,
    "unclosed output": "{{" * 100_000,
    "unclosed raw": "{% raw %}" * 25_000,
    "long condition": "{% if true" + " and true" * 25_000 + " %}x{% endif %}",
    "joins in a loop": "{% assign a = (1..9999) | join: ',' | split: ',' %}"
    "{% for i in (1..9999) %}{% assign x = a | join: '' | size %}{% endfor %}",
}


def _snapshot(html, variables=None, *, text=None, includes=None, is_strict=False):
    return TemplateSnapshot(
        name="page.html",
        html=html,
        text=text,
        includes=includes or {},
        variables=msgspec.json.encode(variables or {}),
        is_strict=is_strict,
    )


async def test_variables_are_escaped_in_html_and_only_there(renderer):
    snapshot = _snapshot("<b>{{ v }}</b>", {"v": "<i>&"}, text="{{ v }}")

    rendered = await renderer.render(snapshot, BUILTINS, 1)

    assert rendered.html == "<b>&lt;i&gt;&amp;</b>"
    assert rendered.text == "<i>&"


@pytest.mark.parametrize("value", ["javascript:alert(1)", " JavaScript :x", "java\tscript:x", "vbscript:x"])
async def test_a_variable_brings_no_code_into_a_link(renderer, value):
    source = "<a href=\"{{ v }}\">a</a><a href='{{ v }}'>b</a><p>{{ v }}</p>"

    rendered = await renderer.render(_snapshot(source, {"v": value}), BUILTINS, 1)

    assert rendered.html is not None
    links, _, text = rendered.html.partition("<p>")
    assert "script" not in links.lower().replace("\t", "")
    assert text == f"{value}</p>"


async def test_other_links_stay_as_they_are(renderer):
    source = '<a href="https://x.example/javascript:">a</a><a href="mailto:a@x.example">b</a>'

    assert (await renderer.render(_snapshot(source), BUILTINS, 1)).html == source


async def test_conditions_loops_and_sums_work(renderer):
    source = "{% if cta.link %}{% for i in items %}{{ i | times: 2 }},{% endfor %}{% endif %}"

    rendered = await renderer.render(_snapshot(source, {"cta": {"link": "x"}, "items": [1, 2]}), BUILTINS, 1)

    assert rendered.html == "2,4,"


async def test_built_ins_are_there_and_given_variables_go_before_them(renderer):
    source = "{{ from }}|{{ rcpt }}|{{ subject }}|{{ date.year }}-{{ date.month }}-{{ date.day }} {{ date.hour }}"
    source += "|{{ domain.name }}|{{ domain.transactional }}|{{ domain.tracking_open }}"

    rendered = await renderer.render(_snapshot(None, {"subject": "own"}, text=source), BUILTINS, 1)

    sender, date = "Ann <ann@news.example.com>", "2023-11-14 22"
    assert rendered.text == f"{sender}|bob@example.org|own|{date}|news.example.com|true|true"


async def test_a_template_without_a_text_twin_gets_the_text_of_its_html(renderer):
    source = (
        '<style>p{}</style><p>Hello&nbsp;<b>{{ name }}</b></p><ul><li>a</li></ul><a href="https://x.example">go</a>'
    )

    rendered = await renderer.render(_snapshot(source, {"name": "<Ann>"}), BUILTINS, 1)

    assert rendered.text == "Hello <Ann>\n\n- a\n\ngo (https://x.example)\n"


async def test_includes_see_the_variables_of_the_page(renderer):
    snapshot = _snapshot("{% include 'head.html' %}!", {"v": 1}, includes={"head.html": "{{ v }}"})

    assert (await renderer.render(snapshot, BUILTINS, 1)).html == "1!"


async def test_a_missing_variable_is_empty_but_where_strict_an_error_that_names_it(renderer):
    source = "a{{ cta.link }}b"

    assert (await renderer.render(_snapshot(source, {"cta": {}}), BUILTINS, 1)).html == "ab"
    with pytest.raises(MissingVariableError) as caught:
        await renderer.render(_snapshot(source, {"cta": {}}, is_strict=True), BUILTINS, 1)
    assert caught.value.variable == "cta.link"


async def test_strict_templates_may_ask_whether_a_variable_is_there(renderer):
    source = "{% if name %}{{ name }}{% else %}you{% endif %}{{ end | default: '!' }}"

    assert (await renderer.render(_snapshot(source, is_strict=True), BUILTINS, 1)).html == "you!"


async def test_an_error_says_where_it_is(renderer):
    with pytest.raises(InvalidTemplateError) as caught:
        await renderer.render(_snapshot("a\n{{ 1 | divided_by: 0 }}"), BUILTINS, 1)

    assert caught.value.line == 2
    assert "divide by 0" in caught.value.reason


@pytest.mark.parametrize(
    "expression", ["{{ v.__class__ }}", "{{ v.__class__.__mro__ }}", "{{ v.mro }}", "{{ v.keys }}"]
)
async def test_templates_do_not_reach_python(renderer, expression):
    assert (await renderer.render(_snapshot(expression, {"v": {}}), BUILTINS, 1)).html == ""


@pytest.mark.parametrize("name", BOMBS)
async def test_a_bomb_ends_within_a_second_of_cpu_time(renderer, name):
    before = _cpu_seconds_of_children()

    with pytest.raises((TemplateTooCostlyError, InvalidTemplateError)):
        await renderer.render(_snapshot(BOMBS[name], includes={"bomb.html": BOMBS[name]}), BUILTINS, 1)
    await renderer.close()

    # The start of the process takes some of it.
    assert _cpu_seconds_of_children() - before < 1 + 0.5


def _cpu_seconds_of_children():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


async def test_a_process_can_take_64_mib_above_its_start(renderer):
    await renderer.render(_snapshot("warm"), BUILTINS, 1)
    process = Path(f"/proc/{renderer._processes._idle[0]._process.pid}")
    limits = (process / "limits").read_text().splitlines()
    (limit,) = [int(line.split()[3]) for line in limits if line.startswith("Max address space")]

    used = int((process / "statm").read_text().split()[0]) * resource.getpagesize()

    assert used <= limit < used + 65 * 1024 * 1024


async def test_another_domain_is_served_while_one_is_busy_with_a_bomb(renderer):
    await asyncio.gather(*(renderer.render(_snapshot("warm"), BUILTINS, domain) for domain in (1, 2)))
    bomb = asyncio.create_task(renderer.render(_snapshot(BOMBS["unclosed raw"]), BUILTINS, 1))
    await asyncio.sleep(0)

    served = await renderer.render(_snapshot("fine"), BUILTINS, 2)

    assert served.html == "fine"
    assert not bomb.done()
    with pytest.raises(TemplateTooCostlyError):
        await bomb


async def test_what_was_too_costly_is_refused_unseen_for_a_while(renderer):
    with pytest.raises(TemplateTooCostlyError):
        await renderer.render(_snapshot(BOMBS["unclosed raw"]), BUILTINS, 1)
    before = time.process_time()

    with pytest.raises(TemplateTooCostlyError):
        await renderer.render(_snapshot(BOMBS["unclosed raw"]), BUILTINS, 1)
    assert time.process_time() - before < 0.1


async def test_rendering_goes_on_after_a_process_was_killed(renderer):
    with pytest.raises(TemplateTooCostlyError):
        await renderer.render(_snapshot(BOMBS["growing number"]), BUILTINS, 1)

    assert (await renderer.render(_snapshot("fine"), BUILTINS, 1)).html == "fine"


async def test_a_rendering_process_has_no_environment_and_no_files_of_ours(renderer):
    await renderer.render(_snapshot("warm"), BUILTINS, 1)
    pid = renderer._processes._idle[0]._process.pid

    assert Path(f"/proc/{pid}/environ").read_bytes() == b""
    opened = [path.resolve() for path in Path(f"/proc/{pid}/fd").iterdir()]
    assert not [path for path in opened if "socket" in path.name or path.suffix == ".sqlite3"]


async def test_a_process_that_somebody_else_killed_is_no_fault_of_the_template(renderer):
    await renderer.render(_snapshot("warm"), BUILTINS, 1)
    renderer._processes._idle[0]._process.kill()

    with pytest.raises(RenderingUnavailableError):
        await renderer.render(_snapshot("fine"), BUILTINS, 1)
    assert (await renderer.render(_snapshot("fine"), BUILTINS, 1)).html == "fine"


async def test_idle_processes_are_ended(renderer):
    await renderer.render(_snapshot("warm"), BUILTINS, 1)
    process = renderer._processes._idle[0]._process
    renderer._processes._sweep()

    assert await process.wait() == 0
    assert (await renderer.render(_snapshot("fine"), BUILTINS, 1)).html == "fine"


async def test_an_accepted_message_gets_more_time_than_one_that_is_not(renderer):
    before = _cpu_seconds_of_children()
    with pytest.raises(TemplateTooCostlyError):
        await renderer.render(_snapshot(BOMBS["joins in a loop"]), BUILTINS, 1)
    await renderer.close()
    first = _cpu_seconds_of_children() - before
    with pytest.raises(TemplateTooCostlyError):
        await renderer.render(_snapshot(BOMBS["joins in a loop"]), BUILTINS, 1, is_accepted=True)
    await renderer.close()

    assert _cpu_seconds_of_children() - before - first > first + 0.15
