"""A reader of Arrow's C data interface that needs nothing but ctypes, for the types that we export.

Written from the specification alone: https://arrow.apache.org/docs/format/CDataInterface.html.
"""

from __future__ import annotations

import ctypes
import struct
from ctypes import CFUNCTYPE, POINTER, Structure, byref, c_char_p, c_int, c_int64, c_void_p

STREAM, SCHEMA = b"arrow_array_stream", b"arrow_schema"
NULLABLE = 2
# What one number is in `struct`, and its size.
NUMBERS = {"L": ("Q", 8), "l": ("q", 8), "I": ("I", 4), "i": ("i", 4)}


class Schema(Structure):
    pass


class Array(Structure):
    pass


class Stream(Structure):
    pass


Schema._fields_ = [
    ("format", c_char_p),
    ("name", c_char_p),
    ("metadata", c_void_p),
    ("flags", c_int64),
    ("n_children", c_int64),
    ("children", POINTER(POINTER(Schema))),
    ("dictionary", c_void_p),
    ("release", CFUNCTYPE(None, POINTER(Schema))),
    ("private_data", c_void_p),
]
Array._fields_ = [
    ("length", c_int64),
    ("null_count", c_int64),
    ("offset", c_int64),
    ("n_buffers", c_int64),
    ("n_children", c_int64),
    ("buffers", POINTER(c_void_p)),
    ("children", POINTER(POINTER(Array))),
    ("dictionary", c_void_p),
    ("release", CFUNCTYPE(None, POINTER(Array))),
    ("private_data", c_void_p),
]
Stream._fields_ = [
    ("get_schema", CFUNCTYPE(c_int, POINTER(Stream), POINTER(Schema))),
    ("get_next", CFUNCTYPE(c_int, POINTER(Stream), POINTER(Array))),
    ("get_last_error", CFUNCTYPE(c_char_p, POINTER(Stream))),
    ("release", CFUNCTYPE(None, POINTER(Stream))),
    ("private_data", c_void_p),
]


def in_capsule(capsule, name, structure):
    """Return the structure that a capsule points to, where it is."""
    get = ctypes.pythonapi.PyCapsule_GetPointer
    get.restype, get.argtypes = c_void_p, [ctypes.py_object, c_char_p]
    return structure.from_address(get(capsule, name))


def moved(there):
    """Move a structure here, as its consumer may: by its bytes, and marking the old place."""
    here = type(there)()
    ctypes.memmove(byref(here), byref(there), ctypes.sizeof(here))
    there.release = type(there.release)()
    return here


def fields_of(schema):
    """Return name, format and nullability of each column."""
    assert schema.format == b"+s" and schema.name == b"" and schema.flags == 0
    children = [schema.children[i].contents for i in range(schema.n_children)]
    assert all([child.n_children == 0 and not child.dictionary for child in children])
    return [(child.name.decode(), child.format.decode(), child.flags == NULLABLE) for child in children]


def metadata_of(schema):
    """Return the pairs that go with the types."""
    at = schema.metadata
    texts = []
    for _ in range(2 * c_int.from_address(at).value):
        length = c_int.from_address(at + 4).value
        texts.append(ctypes.string_at(at + 8, length).decode())
        at += 4 + length
    return dict(zip(texts[::2], texts[1::2]))


def types_of(stream):
    """Return the types of a stream, for the caller to release."""
    schema = Schema()
    assert stream.get_schema(byref(stream), byref(schema)) == 0
    return schema


def batches_of(stream):
    """Return the batches of a stream, for the caller to release."""
    batches = []
    while not batches or batches[-1].release:
        batches.append(Array())
        assert stream.get_next(byref(stream), byref(batches[-1])) == 0
        assert stream.get_last_error(byref(stream)) is None
    return batches[:-1]


def rows_of(exporter):
    """Return the rows of whatever exports a stream: a dict each."""
    capsule = exporter.__arrow_c_stream__()
    stream = in_capsule(capsule, STREAM, Stream)
    schema, batches = types_of(stream), batches_of(stream)
    try:
        return [row for batch in batches for row in _rows(schema, batch)]
    finally:
        for structure in (schema, *batches, stream):
            structure.release(byref(structure))
            assert not structure.release


def _rows(schema, array):
    fields = fields_of(schema)
    assert array.n_buffers == 1 and not array.buffers[0] and array.null_count == 0
    assert array.n_children == len(fields)
    columns = {}
    for i, (name, form, nullable) in enumerate(fields):
        child = array.children[i].contents
        assert child.length == array.length
        columns[name] = cells_of(child, form)
        assert columns[name].count(None) == child.null_count
        assert nullable or child.null_count == 0
    return [dict(zip(columns, row)) for row in zip(*columns.values())]


def cells_of(array, form):
    """Return the cells of a column."""
    assert array.offset == 0 and array.n_children == 0 and not array.dictionary
    valid = bits(array.buffers[0], array.length) if array.buffers[0] else [True] * array.length
    return [value if is_there else None for value, is_there in zip(_values(array, form), valid)]


def _values(array, form):
    if form == "b":
        return bits(array.buffers[1], array.length)
    if form in NUMBERS:
        letter, size = NUMBERS[form]
        return struct.unpack(f"={array.length}{letter}", string(array.buffers[1], array.length * size))
    ends = struct.unpack(f"={array.length + 1}q", string(array.buffers[1], (array.length + 1) * 8))
    assert ends[0] == 0 and array.n_buffers == 3
    values = [string(array.buffers[2] + begin, end - begin) for begin, end in zip(ends, ends[1:])]
    return [value.decode("utf-8") for value in values] if form == "U" else values


def bits(address, count):
    data = string(address, (count + 7) // 8)
    return [bool(data[i // 8] >> i % 8 & 1) for i in range(count)]


def string(address, size):
    return ctypes.string_at(address, size) if size else b""
