"""Code written for procmaps 0.6.5 runs unchanged: what was recorded of it, against what we do.

PROCMAPS_065 names a Python that has it; then every text here is read by both.
"""

from __future__ import annotations

import inspect
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import procmaps
from procmaps import Map

linux = pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")

# The attributes of a Map of 0.6.5, and their types.
ATTRIBUTES = {
    "begin_address": int,
    "end_address": int,
    "is_readable": bool,
    "is_writable": bool,
    "is_executable": bool,
    "is_shared": bool,
    "is_private": bool,
    "offset": int,
    "device": tuple,
    "inode": int,
    "pathname": (str, type(None)),
}

# Texts, and the attributes that 0.6.5 gave, in the order above.
RECORDED = {
    "": [],
    # Its own test
    "55d5564b4000-55d5564b6000 r--p 00000000 08:11 6553896 /bin/cat": [
        (94374764167168, 94374764175360, True, False, False, False, True, 0, (8, 17), 6553896, "/bin/cat")
    ],
    "0-0 ---s 0 255:2346278 0 [unknownpseudofile]": [
        (0, 0, False, False, False, True, False, 0, (597, 36987512), 0, "[unknownpseudofile]")
    ],
    "1-1 rwxp 1 0:0 1 ": [(1, 1, True, True, True, False, True, 1, (0, 0), 1, None)],
    "1-1 -w-s 1 0:0 1 [vsyscall]": [(1, 1, False, True, False, True, False, 1, (0, 0), 1, "[vsyscall]")],
    "1-1 rwxp 1 0:0 1 [stack:5]": [(1, 1, True, True, True, False, True, 1, (0, 0), 1, "[stack:5]")],
    "1-1 rwxp 1 0:0 1 /a (deleted)": [(1, 1, True, True, True, False, True, 1, (0, 0), 1, "/a (deleted)")],
    "1-1 rwxp 1 0:0 1 \t/a b  ": [(1, 1, True, True, True, False, True, 1, (0, 0), 1, "\t/a b  ")],
    "1-1 rwxp 1 0:0 1 /memfd:x (deleted)": [(1, 1, True, True, True, False, True, 1, (0, 0), 1, "/memfd:x (deleted)")],
    "1-1 rwxp 1 0:0 1 anon_inode:[x]": [(1, 1, True, True, True, False, True, 1, (0, 0), 1, "anon_inode:[x]")],
    "1-1 rwxp 1 0:0 1 [vvar]\r\n": [(1, 1, True, True, True, False, True, 1, (0, 0), 1, "[vvar]\r")],
    "1-2 r--p 0 0:0 0 a\n2-3 rw-p 0 0:0 0 \n3-4 --xs ff 8:1 7 /b\n": [
        (1, 2, True, False, False, False, True, 0, (0, 0), 0, "a"),
        (2, 3, True, True, False, False, True, 0, (0, 0), 0, None),
        (3, 4, False, False, True, True, False, 255, (8, 1), 7, "/b"),
    ],
}

# Texts that it refused, by an Exception of no class that can be named.
REFUSED = [
    "\n",
    "x",
    "1-1 rwxq 1 0:0 1 ",
    "1-1 rwxp 1 0:0 1 \n\n1-1 rwxp 1 0:0 1 \n",
    "daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin\n",
]

# Where we differ on purpose: what it took and no kernel prints, and what it refused.
NOW_REFUSED = ["2-1 rwxp 1 0:0 1 a", "A-F rwxp 1 0:0 1 [heap]"]
NOW_TAKEN = ["1-1 rwxp 1 0:0 1", "1-1 rwxp 1 0:0 1\n"]


def attributes_of(m):
    return tuple(getattr(m, name) for name in ATTRIBUTES)


# Names


@pytest.mark.parametrize("name", ["Map", "from_path", "from_pid", "from_str"])
def test_names(name):
    assert name in procmaps.__all__
    star: dict[str, object] = {}
    exec("from procmaps import *", star)
    assert star[name] is getattr(procmaps, name)


@pytest.mark.parametrize(
    ("function", "parameter"), [("from_pid", "pid"), ("from_path", "path"), ("from_str", "maps_data")]
)
def test_parameters_have_their_names_and_the_rest_are_optional(function, parameter):
    first, *rest = inspect.signature(getattr(procmaps, function)).parameters.values()
    assert (first.name, first.kind) == (parameter, first.POSITIONAL_OR_KEYWORD)
    assert all(p.kind is p.KEYWORD_ONLY and p.default is not p.empty for p in rest)


@linux
def test_parameters_by_keyword():
    assert procmaps.from_pid(pid=os.getpid())
    assert procmaps.from_path(path="/proc/self/maps")
    assert procmaps.from_str(maps_data="1-2 r--p 0 0:0 0 ")


# Its own tests: every attribute of every map has its type, from wherever it comes


def assert_types(maps):
    assert maps
    for m in maps:
        assert isinstance(m, Map)
        for name, kind in ATTRIBUTES.items():
            assert isinstance(getattr(m, name), kind), name
        assert len(m.device) == 2
        assert all(type(number) is int for number in m.device)
        assert m.is_private != m.is_shared
        assert m.begin_address in m or m.begin_address == m.end_address
        assert m.end_address not in m


@linux
def test_from_pid():
    assert_types(procmaps.from_pid(os.getpid()))


@linux
def test_from_path():
    assert_types(procmaps.from_path("/proc/self/maps"))


@pytest.mark.parametrize("text", [text for text in RECORDED if text])
def test_from_str(text):
    assert_types(procmaps.from_str(text))


# What it read


@pytest.mark.parametrize("text", RECORDED)
def test_texts_give_what_they_gave(text):
    assert [attributes_of(m) for m in procmaps.from_str(text)] == RECORDED[text]


@pytest.mark.parametrize("text", [*REFUSED, *NOW_REFUSED])
def test_what_is_no_listing_is_a_value_error(text):
    with pytest.raises(ValueError, match="expected") as caught:
        procmaps.from_str(text)
    assert type(caught.value).__name__ == "ParseError"


@pytest.mark.parametrize("text", NOW_TAKEN)
def test_a_line_that_lost_its_last_blank_is_taken(text):
    assert procmaps.from_str(text) == procmaps.from_str("1-1 rwxp 1 0:0 1 ")


# As a list


@linux
def test_the_example_of_its_readme():
    lines = []
    for map_ in procmaps.from_pid(os.getpid()):
        if id(lines) in map_:
            lines.append(f"{map_.begin_address}: {map_.pathname}")
    assert len(lines) == 1


def test_what_was_done_to_its_list():
    maps = procmaps.from_str("1-2 r--p 0 0:0 0 a\n2-3 rw-p 0 0:0 0 \n3-4 --xs ff 8:1 7 /b\n")
    assert len(maps) == 3
    assert maps
    assert maps[0].pathname == "a"
    assert maps[-1].pathname == "/b"
    assert [m.inode for m in maps[1:]] == [0, 7]
    assert [m.pathname for m in maps if m.is_private] == ["a", None]
    assert next(m for m in maps if 2 in m) is maps[1]
    assert maps[1] in maps
    assert maps.index(maps[2]) == 2
    assert [m.offset for m in sorted(maps, key=lambda m: -m.offset)] == [255, 0, 0]
    assert maps + maps == [*maps, *maps]
    assert not procmaps.from_str("")
    edited = list(maps)
    edited.append(edited.pop(0))
    assert edited == [maps[1], maps[2], maps[0]]


# Exceptions that callers catch


@linux
@pytest.mark.parametrize(
    "call",
    [
        lambda: procmaps.from_path("/missing"),
        lambda: procmaps.from_path(os.path.dirname(__file__)),
        lambda: procmaps.from_pid(2**31 - 1),
    ],
    ids=["missing", "directory", "pid"],
)
def test_what_cannot_be_read_is_an_os_error(call):
    with pytest.raises(OSError, match=r"No such|directory"):
        call()


@pytest.mark.parametrize(
    ("function", "argument"),
    [
        ("from_pid", "1"),
        ("from_pid", 1.0),
        ("from_path", 1),
        ("from_path", None),
        ("from_str", None),
        ("from_str", 1),
    ],
)
def test_another_type_is_a_type_error(function, argument):
    with pytest.raises(TypeError):
        getattr(procmaps, function)(argument)
    with pytest.raises(TypeError):
        getattr(procmaps, function)(no_such_parameter=argument)


def test_a_map_cannot_be_changed_and_takes_only_addresses():
    m = procmaps.from_str("1-2 r--p 0 0:0 0 ")[0]
    with pytest.raises(AttributeError):
        m.pathname = "x"
    for other in ("x", 1.0):
        with pytest.raises(TypeError):
            other in m  # noqa: B015


# Beside it

OLD_READER = """if True:
    import json, sys, procmaps
    assert not hasattr(procmaps, "Maps"), procmaps.__file__
    names, texts = json.load(sys.stdin)
    def read(text):
        try:
            return [[getattr(m, name) for name in names] for m in procmaps.from_str(text)]
        except Exception:  # it exports no class for that
            return None
    json.dump([read(text) for text in texts], sys.stdout)
    """


@pytest.fixture(scope="module")
def old():
    """Have a function that reads texts by 0.6.5; None stands for what it refuses."""
    python = os.environ.get("PROCMAPS_065")
    if not python:
        pytest.skip("PROCMAPS_065 does not name a Python with procmaps 0.6.5")

    def read(texts):
        command = [python, "-I", "-c", OLD_READER]
        asked = json.dumps([list(ATTRIBUTES), texts])
        return json.loads(subprocess.run(command, input=asked, stdout=subprocess.PIPE, check=True, text=True).stdout)

    return read


def ours(text):
    try:
        return json.loads(json.dumps([attributes_of(m) for m in procmaps.from_str(text)]))
    except ValueError:
        return None


def test_the_record_is_true(old):
    recorded = json.loads(json.dumps(list(RECORDED.values())))
    assert old(list(RECORDED)) == recorded
    assert old(REFUSED + NOW_TAKEN) == [None] * len(REFUSED + NOW_TAKEN)
    assert None not in old(NOW_REFUSED)


def test_captures_are_read_alike(old):
    texts = []
    for path in sorted(Path(__file__).parent.glob("data/captures/**/*.maps")):
        lines = path.read_bytes().split(b"\n")
        # It takes str only.
        texts.append("\n".join(line.decode() for line in lines if _decodes(line)))
    assert len(texts) > 10
    assert old(texts) == [ours(text) for text in texts]


def _decodes(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


@linux
def test_this_process_is_read_alike(old):
    with open("/proc/self/maps") as file:
        text = file.read()
    assert old([text]) == [ours(text)]
