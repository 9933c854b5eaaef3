"""The pictures as a browser lays them out, with the fonts that it has: no text leaves its place."""

from __future__ import annotations

import json
import re
import shutil
import subprocess

import pytest

from procmaps import Map, Maps
from procmaps.picture import KINDS, to_svg
from support.pictures import libraries, many

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium: apt-get install chromium"),
]

NAMES = [
    "W" * 40,
    "/lib/" + "m" * 60,
    "/\u65e5\u672c\u8a9e" * 9,
    "/\ufdfd\ufdfd\ufdfd",
    "/\U0001f600" * 12,
    "/\u0627\u0644" * 12,
]

# Writes into the page where it has put the texts, and what stands for mappings.
MEASURE = """
<script>
const boxes = [...document.querySelectorAll('text')].map(text => {
    const box = text.getBBox();
    return {text: text.textContent, x: box.x, y: box.y, w: box.width, h: box.height};
});
const areas = [...document.querySelectorAll('rect[data-maps]')].map(rect => {
    const box = rect.getBBox();
    return {x: box.x, y: box.y, w: box.width, h: box.height};
});
const found = document.createElement('pre');
found.textContent = 'FOUND' + JSON.stringify([boxes, areas]) + 'END';
document.body.append(found);
</script>
"""


def laid_out(svg, tmp_path):
    """Return the places of the texts and of the areas of a picture."""
    page = tmp_path / "page.html"
    page.write_text(f"<!doctype html><meta charset=utf-8><body>{svg}{MEASURE}", encoding="utf-8")
    options = ["--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'profile'}", "--dump-dom"]
    command = [CHROMIUM, *options, page.as_uri()]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=120, check=True)
    (found,) = re.findall("FOUND(.*)END</pre>", done.stdout.decode())
    texts, areas = json.loads(found.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))
    return texts, areas


def mixed():
    named = [Map(i << 40, (i << 40) + (i << 20), "r-xp", 0, (8, 1), i, name) for i, name in enumerate(NAMES * 3, 1)]
    return Maps([*named, *libraries(40), *many(20)])


@pytest.mark.parametrize("kind", KINDS)
def test_texts_are_apart_and_in_their_places(kind, tmp_path):
    texts, areas = laid_out(to_svg(mixed(), kind, title="\u65e5" * 200), tmp_path)
    assert min(len(texts), len(areas)) > 12
    for text in texts:
        assert text["x"] >= 0, text
        assert text["x"] + text["w"] <= 1200.5, text
    top = min(area["y"] for area in areas)
    if kind == "treemap":
        for text in texts:
            if text["y"] > top:
                assert any(is_in(text, area) for area in areas), text
    lines = sorted(texts, key=lambda text: (text["y"], text["x"]))
    for left, right in zip(lines, lines[1:]):
        if abs(left["y"] - right["y"]) < 1:
            assert left["x"] + left["w"] <= right["x"] + 0.5, (left, right)


def is_in(text, area):
    middle = text["y"] + text["h"] / 2
    return (
        area["x"] <= text["x"]
        and text["x"] + text["w"] <= area["x"] + area["w"] + 0.5
        and area["y"] <= middle <= area["y"] + area["h"]
    )
