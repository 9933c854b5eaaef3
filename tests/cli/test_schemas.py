"""What every verb prints as JSON is as the published schema says: all of it, and nothing beside."""

from __future__ import annotations

import json
import mmap
import os
import threading
from contextlib import contextmanager
from functools import lru_cache

import pytest

import procmaps
from procmaps._records import record
from support.children import sleeping
from support.command import DATA_VERBS, linux

jsonschema = pytest.importorskip("jsonschema")

# What the verbs are asked: FILE is one to write, LISTING one to read.
QUESTIONS = [
    "addr PID 0 ffffffffff600000",
    "audit PID",
    "diff LISTING PID",
    "diff PID PID --memory",
    "files PID",
    "libs PID",
    "libs PID --duplicates",
    "libs PID --load-order",
    "limits",
    "mem PID",
    "mem PID --by kind",
    "mem PID --by mapping",
    "mem PID --fast",
    "query PID 0",
    "query PID 0 --next --build-id",
    "show PID",
    "show PID --totals",
    "show PID nothing-is-called-so",
    "snapshot PID -o FILE",
    "snapshot PID -o FILE --no-command --memory",
    "stale --all",
    "who libc",
]
ODD = (
    b'1000-2000 r--p 0 8:1 1 /caf\xe9,"b" \\012;\x1b[31m (deleted)\n'
    b"8000000000000000-ffffffffffffffff --xS ffffffffffffffff ffffffff:ffffffff 18446744073709551615\n"
)


def strict(schema, *, is_part=False):
    """Return a schema that lets no field pass that it does not name, unless it is but a part of an object."""
    if not isinstance(schema, dict):
        return schema
    found = dict(schema)
    for key in {"allOf", "anyOf"} & schema.keys():
        found[key] = [strict(part, is_part=True) for part in schema[key]]
    for key in {"properties", "$defs"} & schema.keys():
        found[key] = {name: strict(part, is_part=key == "$defs") for name, part in schema[key].items()}
    if "items" in schema:
        found["items"] = strict(schema["items"])
    is_open = is_part or "additionalProperties" in schema
    return found if is_open else {**found, "unevaluatedProperties": False}


@lru_cache
def validator_of(verb):
    return jsonschema.Draft202012Validator(strict(procmaps.json_schema(verb)))


@pytest.fixture(scope="module")
def child():
    with sleeping() as pid:
        yield pid


@linux
@pytest.mark.parametrize("question", QUESTIONS)
def test_of_processes(command, child, listing, tmp_path, question):
    names = {"PID": child, "LISTING": listing, "FILE": tmp_path / "saved"}
    words = [names.get(word, word) for word in question.split()]
    validator = validator_of(words[0])
    validator.validate(json.loads(command(*words, "--json")[1]))
    for line in command(*words, "--jsonl")[1].splitlines():
        validator.validate(json.loads(line))


@linux
def test_of_code_where_there_should_be_none(command, tmp_path):
    """This process has some, of a file that is gone."""
    path = tmp_path / "gone\udce9.so"
    path.write_bytes(bytes(4096))
    with (
        open(path, "rb") as file,
        mmap.mmap(-1, 4096, prot=7),
        mmap.mmap(file.fileno(), 4096, mmap.MAP_PRIVATE, mmap.PROT_READ | mmap.PROT_EXEC),
    ):
        path.unlink()
        for verb, key in [("audit", "findings"), ("stale", "stale"), ("who", "uses")]:
            what = os.getpid() if verb != "who" else "gone*.so"
            document = json.loads(command(verb, what, "--json")[1])
            assert document[key]
            for one in [document, *map(json.loads, command(verb, what, "--jsonl")[1].splitlines())]:
                validator_of(verb).validate(one)


@linux
def test_of_what_changes(command):
    kept = []
    with repeating(lambda: kept.append(mmap.mmap(-1, 4096 * (len(kept) + 1)))):
        out = command("watch", os.getpid(), "--every", "20ms", "--count", "5", "--jsonl")[1]
    assert out
    for line in out.splitlines():
        validator_of("watch").validate(json.loads(line))


@contextmanager
def repeating(step):
    """Do something every few milliseconds."""
    ended = threading.Event()

    def work():
        while not ended.wait(0.005):
            step()

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


@pytest.mark.parametrize("form", ["--json", "--jsonl"])
def test_of_a_listing_with_odd_names_and_large_numbers(command, tmp_path, form):
    path = tmp_path / "odd.maps"
    path.write_bytes(ODD)
    out = command(path, form)[1]
    documents = [json.loads(out)] if form == "--json" else list(map(json.loads, out.splitlines()))
    assert len(documents) == (1 if form == "--json" else 2)
    for document in documents:
        validator_of("show").validate(document)


@pytest.mark.parametrize("form", ["--json", "--jsonl"])
def test_of_smaps_with_fields_that_are_not_known(command, tmp_path, form):
    path = tmp_path / "odd.smaps"
    path.write_bytes(ODD.splitlines(keepends=True)[0] + b"Size: 4 kB\nRss: 4 kB\nColour: red\nVmFlags: rd zz\n")
    out = command("mem", path, "--by", "mapping", form)[1]
    for text in [out] if form == "--json" else out.splitlines():
        validator_of("mem").validate(json.loads(text))


def test_every_verb_is_asked():
    assert {question.split()[0] for question in QUESTIONS} == set(DATA_VERBS) - {"watch"}


LINE = {"schema": "procmaps/1", "pid": None, "kind": "heap", "maps": 1, "size": 1, "writable": 0, "executable": 0}


@pytest.mark.parametrize(
    "change", [{"schema": "procmaps/2"}, {"pid": "1"}, {"size": -1}, {"kind": None}, {"more": 1}], ids=str
)
def test_what_is_wrong_is_noticed(change):
    validator_of("show").validate(LINE)
    assert not validator_of("show").is_valid({**LINE, **change})


def test_what_is_wrong_within_is_noticed():
    (m,) = procmaps.from_str("1-2 r--p 0 8:1 1 /x")
    document = {"schema": "procmaps/1", "pid": None, "attempts": None, "without_memory": None, "maps": [record(m)]}
    validator_of("show").validate(document)
    assert not validator_of("show").is_valid({**document, "maps": [{**record(m), "more": 1}]})
    assert not validator_of("show").is_valid({**document, "maps": [{**record(m), "offset": "0x01"}]})


def test_fields_may_be_added():
    jsonschema.Draft202012Validator(procmaps.json_schema("show")).validate({**LINE, "more": 1})
