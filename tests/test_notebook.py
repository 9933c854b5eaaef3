"""A notebook, executed and turned into a page by the programs that people use."""

from __future__ import annotations

import pytest

from support.command import linux
from support.pictures import Picture

pytestmark = [linux, pytest.mark.slow]

CELLS = [
    "import procmaps, procmaps.smaps, procmaps.growth\nmaps = procmaps.from_pid()\nmaps",
    "procmaps.smaps.from_pid()",
    "maps.filter(kind='heap')[0]",
    (
        "%matplotlib inline\n"
        "import matplotlib.pyplot as plt\n"
        "kept = []\n"
        "def readings():\n"
        "    for reading in procmaps.growth.readings(every=0.1, seconds=0.6):\n"
        "        kept.append(b'x' * 5_000_000)\n"
        "        yield reading\n"
        "procmaps.growth.plot(readings(), plt.figure(figsize=(9, 4)).add_subplot(), title='$ this notebook');"
    ),
]


@pytest.fixture(scope="module")
def page():
    nbformat = pytest.importorskip("nbformat", reason="needs nbconvert, as `tox -e notebook` has")
    nbconvert = pytest.importorskip("nbconvert", reason="needs nbconvert, as `tox -e notebook` has")
    from nbconvert.preprocessors import ExecutePreprocessor

    new = nbformat.v4
    notebook = new.new_notebook(cells=[new.new_code_cell(cell) for cell in CELLS])
    ExecutePreprocessor(timeout=120, kernel_name="python3").preprocess(notebook)
    html, _ = nbconvert.HTMLExporter().from_notebook_node(notebook)
    return notebook, html


def output(notebook, i):
    return notebook.cells[i].outputs[-1].data


def test_mappings_are_shown(page):
    notebook, html = page
    shown = output(notebook, 0)
    assert shown["text/plain"].startswith("<Maps: ")
    svg = shown["text/html"][shown["text/html"].index("<svg") : shown["text/html"].index("</svg>") + 6]
    assert Picture(svg).count == int(shown["text/plain"].split()[1])
    assert "<table>" in shown["text/html"]
    assert f"Process {shown['text/html'].split()[1][:-1]}: " in html


def test_usages_are_shown(page):
    notebook, html = page
    shown = [output(notebook, i)["text/html"] for i in (0, 1)]
    assert "in memory (PSS" in shown[1]
    # The page is written anew from what the notebook has, so it is not the same letter by letter.
    assert html.count("data-maps=") == sum(text.count("data-maps=") for text in shown) > 20
    assert html.count("<svg ") == 2


def test_a_mapping_is_its_repr(page):
    assert output(page[0], 2)["text/plain"].startswith("Map(begin_address=0x")


def test_growth_is_a_picture(page):
    assert output(page[0], 3)["image/png"].startswith("iVBOR")
