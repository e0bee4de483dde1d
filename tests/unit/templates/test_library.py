"""A domain's templates: versions kept, twins found, includes taken along."""

import pytest

from indicia.templates.library import MOST_VERSIONS
from indicia.templates.model import (
    LARGEST_SOURCE_BYTES,
    InvalidTemplateError,
    InvalidTemplateNameError,
    TemplateNotFoundError,
)


async def test_saving_again_makes_a_version_and_keeps_the_one_before(shelf):
    await shelf.library.put(shelf.ours, "a.html", "one")
    await shelf.library.put(shelf.ours, "a.html", "two")

    assert (await shelf.library.get(shelf.ours, "a.html")).version == 2
    assert (await shelf.library.get(shelf.ours, "a.html")).source == "two"
    assert (await shelf.library.get(shelf.ours, "a.html", 1)).source == "one"


async def test_of_many_versions_the_oldest_are_forgotten(shelf):
    for number in range(1, MOST_VERSIONS + 2):
        await shelf.library.put(shelf.ours, "a.html", str(number))

    with pytest.raises(TemplateNotFoundError):
        await shelf.library.get(shelf.ours, "a.html", 1)
    assert (await shelf.library.get(shelf.ours, "a.html", 2)).source == "2"


async def test_the_list_shows_each_template_once_as_last_saved(shelf):
    await shelf.library.put(shelf.ours, "b.html", "x")
    await shelf.library.put(shelf.ours, "a.html", "x")
    await shelf.library.put(shelf.ours, "a.html", "žluť")

    listed = await shelf.library.all_of(shelf.ours)

    assert [(each.name, each.version, each.size_bytes) for each in listed] == [("a.html", 2, 6), ("b.html", 1, 1)]


async def test_another_domain_sees_nothing_of_it(shelf):
    await shelf.library.put(shelf.ours, "a.html", "secret")
    await shelf.library.put(shelf.theirs, "page.html", "{% include 'a.html' %}")

    assert [each.name for each in await shelf.library.all_of(shelf.theirs)] == ["page.html"]
    with pytest.raises(TemplateNotFoundError):
        await shelf.library.get(shelf.theirs, "a.html")
    with pytest.raises(TemplateNotFoundError):
        await shelf.library.delete(shelf.theirs, "a.html")
    with pytest.raises(TemplateNotFoundError) as caught:
        await shelf.library.snapshot(shelf.theirs, "page.html", b"{}")
    assert (caught.value.name, caught.value.included_by) == ("a.html", "page.html")


async def test_a_deleted_template_is_gone_with_its_versions(shelf):
    await shelf.library.put(shelf.ours, "a.html", "one")
    await shelf.library.delete(shelf.ours, "a.html")

    with pytest.raises(TemplateNotFoundError):
        await shelf.library.get(shelf.ours, "a.html", 1)


@pytest.mark.parametrize(
    "name", ["", "../a.html", "/etc/passwd", "a\x00.html", "a" * 200, "a..html", "．．", ".html", "a/b.html", "a.html "]
)
async def test_a_name_that_could_be_a_path_is_refused(shelf, name):
    with pytest.raises(InvalidTemplateNameError):
        await shelf.library.put(shelf.ours, name, "x")


@pytest.mark.parametrize("source", ["{% if x", "{% nonsense %}", "{{ 'a' | nofilter:", "{% include name %}"])
async def test_a_source_that_cannot_be_used_is_not_saved(shelf, source):
    with pytest.raises(InvalidTemplateError):
        await shelf.library.put(shelf.ours, "a.html", source)
    assert await shelf.library.all_of(shelf.ours) == []


async def test_a_source_that_is_too_large_is_not_saved(shelf):
    with pytest.raises(InvalidTemplateError, match="256 KiB"):
        await shelf.library.put(shelf.ours, "a.html", "x" * (LARGEST_SOURCE_BYTES + 1))


async def test_a_snapshot_holds_the_twin_and_everything_included_even_by_includes(shelf):
    await shelf.library.put(shelf.ours, "page.html", "{% if a %}{% include 'head.html' %}{% endif %}")
    await shelf.library.put(shelf.ours, "head.html", "{% render 'logo.html' %}")
    await shelf.library.put(shelf.ours, "logo.html", "logo")
    await shelf.library.put(shelf.ours, "page.txt", "plain {% include 'foot.txt' %}")
    await shelf.library.put(shelf.ours, "foot.txt", "foot")

    snapshot = await shelf.library.snapshot(shelf.ours, "page.html", b"{}")

    assert snapshot.text == "plain {% include 'foot.txt' %}"
    assert set(snapshot.includes) == {"head.html", "logo.html", "foot.txt"}


async def test_a_snapshot_is_not_changed_by_later_edits(shelf):
    await shelf.library.put(shelf.ours, "page.html", "before")
    snapshot = await shelf.library.snapshot(shelf.ours, "page.html", b"{}")
    await shelf.library.put(shelf.ours, "page.html", "after")

    assert snapshot.html == "before"


async def test_templates_that_include_each_other_are_taken_once(shelf):
    await shelf.library.put(shelf.ours, "a.html", "{% include 'b.html' %}")
    await shelf.library.put(shelf.ours, "b.html", "{% include 'a.html' %}")

    snapshot = await shelf.library.snapshot(shelf.ours, "a.html", b"{}")

    assert set(snapshot.includes) == {"a.html", "b.html"}


async def test_a_template_of_plain_text_has_no_html(shelf):
    await shelf.library.put(shelf.ours, "note.txt", "plain")

    snapshot = await shelf.library.snapshot(shelf.ours, "note.txt", b"{}")

    assert (snapshot.html, snapshot.text) == (None, "plain")
