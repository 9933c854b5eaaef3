"""Pictures taken apart: the boxes and the texts of an SVG document, where they are and what they say."""

from __future__ import annotations

import re
from typing import NamedTuple
from xml.etree import ElementTree

from procmaps import Map, Maps
from procmaps._svg import text_width

SVG = "{http://www.w3.org/2000/svg}"


class Box(NamedTuple):
    x: float
    y: float
    w: float
    h: float
    classes: str = ""
    title: str = ""
    count: int = 0

    @property
    def area(self):
        return self.w * self.h

    def holds(self, other):
        return (
            self.x <= other.x + 0.02
            and self.y <= other.y + 0.02
            and other.x + other.w <= self.x + self.w + 0.02
            and other.y + other.h <= self.y + self.h + 0.02
        )

    def overlaps(self, other):
        return (
            min(self.x + self.w, other.x + other.w) - max(self.x, other.x) > 0.02
            and min(self.y + self.h, other.y + other.h) - max(self.y, other.y) > 0.02
        )


class Picture:
    """A parsed picture.

    Attributes:
        page: All of it.
        boxes: What stands for mappings.
        texts: The text, each with the box that it takes at the most.
    """

    def __init__(self, text):
        self.root = ElementTree.fromstring(text)
        assert self.root.tag == f"{SVG}svg"
        self.page = Box(*map(float, self.root.get("viewBox").split()))
        self.boxes = [box_of(rect) for rect in self.root.iter(f"{SVG}rect") if rect.get("data-maps")]
        self.texts = [(text.text, place_of(text)) for text in self.root.iter(f"{SVG}text")]

    @property
    def count(self):
        return sum(box.count for box in self.boxes)

    @property
    def words(self):
        return [text for text, _ in self.texts]


def box_of(rect):
    title = rect.find(f"{SVG}title")
    numbers = [float(rect.get(name)) for name in ("x", "y", "width", "height")]
    return Box(*numbers, rect.get("class"), "" if title is None else title.text, int(rect.get("data-maps")))


def place_of(text):
    size = float(text.get("font-size"))
    w = text_width(text.text, size)
    x = float(text.get("x")) - {None: 0, "middle": w / 2, "end": w}[text.get("text-anchor")]
    # Letters are no higher above the base line, nor lower below it, than this.
    return Box(x, float(text.get("y")) - 0.8 * size, w, 1.05 * size)


def elements(text):
    """Return what a document is made of, to be compared with what there is in SVG."""
    root = ElementTree.fromstring(text)
    return {(element.tag.replace(SVG, ""), *sorted(element.keys())) for element in root.iter()}


def scopes(text):
    """Return what the selectors of the style sheet begin with."""
    style = re.search("<style>(.*)</style>", text).group(1)
    return {rule.split("{")[-1].strip().split(" ")[0].rstrip() for rule in re.findall(r"[^{}]+(?=\{)", style)}


def many(count, perms=("rw-p", "r--p", "---p")):
    """Return mappings side by side, as what protects every other page makes them."""
    begin = 0x7F00_0000_0000
    return Maps([Map(begin + i * 0x2000, begin + (i + 1) * 0x2000, perms[i % len(perms)]) for i in range(count)])


def libraries(count):
    """Return the mappings of so many libraries, larger and smaller."""
    maps, at = [], 0x7F00_0000_0000
    for i in range(count):
        base = at
        for perms, pages in (("r--p", 1), ("r-xp", 1 + i * 7 % 97), ("r--p", 3), ("rw-p", 1)):
            end = at + pages * 0x1000
            maps.append(Map(at, end, perms, at - base, (8, 1), i + 1, f"/usr/lib/x86_64-linux-gnu/lib{i:03}.so.1"))
            at = end
        at += 0x1000
    return Maps(maps)
