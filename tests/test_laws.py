"""Laws: what holds for every text and every listing."""

from __future__ import annotations

import copy
import pickle
from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

import procmaps
import strategies
from agreement import assert_agrees, bytes_of, rows_of
from procmaps import Map, Maps
from reference import parse, print_row, print_text

DIALECTS = ["linux", "cygwin"]


# Printing is the inverse of parsing


@pytest.mark.parametrize("dialect", DIALECTS)
@given(data=st.data())
def test_what_is_printed_parses_to_itself(dialect, data):
    listing = data.draw(st.lists(strategies.maps(dialect), max_size=12))
    assert procmaps.from_str(bytes(Maps(listing)), dialect=dialect) == listing


@given(listing=strategies.listings())
def test_what_a_64_bit_kernel_prints_prints_back(listing):
    text = print_text(listing)
    assert bytes(procmaps.from_str(text)) == text


@given(listing=strategies.listings())
def test_what_a_32_bit_kernel_prints_prints_back(listing):
    text = print_text(listing, bits=32)
    lines = [bytes_of(m.line(bits=32)) + b"\n" for m in procmaps.from_str(text)]
    assert b"".join(lines) == text


@given(m=strategies.maps(), bits=st.sampled_from([32, 64]))
def test_a_map_made_by_hand_prints_as_the_kernel_does(m, bits):
    assert bytes_of(m.line(bits=bits)) == print_row(*rows_of([m]), bits)


# Parsing


@given(lines=st.lists(strategies.loose_lines(), max_size=12), last=st.sampled_from([b"", b"\n"]))
def test_widths_and_blanks_do_not_matter(lines, last):
    text = b"\n".join(line for line, _ in lines) + (last if lines else b"")
    assert rows_of(procmaps.from_str(text)) == [row for _, row in lines]


@pytest.mark.parametrize("dialect", DIALECTS)
@given(text=strategies.garbage())
def test_any_bytes_are_taken_or_refused_as_the_reference_does(dialect, text):
    assert_agrees(text, dialect)


@pytest.mark.parametrize("dialect", DIALECTS)
@given(data=st.data())
def test_one_wrong_byte_is_taken_or_refused_as_the_reference_does(dialect, data):
    assert_agrees(data.draw(strategies.damaged_texts(dialect)), dialect)


@given(line=strategies.oversized_lines())
def test_what_does_not_fit_is_refused_as_the_reference_does(line):
    assert_agrees(line)


@given(listing=strategies.listings(max_size=3), cut=st.integers(0, 300))
def test_a_text_cut_anywhere_is_taken_or_refused_as_the_reference_does(listing, cut):
    assert_agrees(print_text(listing)[:cut])


@pytest.mark.skipif(
    strategies.name_of(b"\xc3\xa9") != "é", reason="bytes are decoded as UTF-8 only where files' names are"
)
@given(text=strategies.damaged_texts() | strategies.listings().map(print_text))
def test_bytes_and_str_agree(text):
    as_str = text.decode("utf-8", "surrogateescape")
    try:
        expected = procmaps.from_str(text)
    except procmaps.ParseError as error:
        with pytest.raises(procmaps.ParseError) as caught:
            procmaps.from_str(as_str)
        assert caught.value.args == error.args
    else:
        assert procmaps.from_str(as_str) == expected


@given(name=st.text(st.characters(exclude_categories=[]), min_size=1))
def test_any_str_is_a_name_or_refused(name):
    # Also with surrogates, of which U+DC80 to U+DCFF stand for bytes and others for nothing.
    text = f"1000-2000 r--p 00000000 08:01 1 /{name}"
    try:
        encoded = text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        with pytest.raises(procmaps.ParseError):
            procmaps.from_str(text)
    else:
        assert_agrees(encoded)
        if "\n" not in name and "\0" not in name:
            assert procmaps.from_str(text)[0].pathname == encoded[32:].decode("utf-8", "surrogateescape")


@given(first=strategies.listings(), second=strategies.listings())
def test_two_texts_together_are_both_listings(first, second):
    first_text, second_text = print_text(first), print_text(second)
    assert procmaps.from_str(first_text + second_text) == procmaps.from_str(first_text) + procmaps.from_str(second_text)


@given(listing=strategies.listings())
def test_the_reference_keeps_its_own_law(listing):
    assert parse(print_text(listing)) == listing
    assert parse(print_text(listing, bits=32)) == listing


# Questions about addresses, against brute force


def listings():
    return strategies.short_listings(ordered=True) | strategies.short_listings(ordered=False)


def parsed_or_made(listing):
    """Return the listing twice: rows that were parsed, and objects."""
    return procmaps.from_str(str(Maps(listing))), Maps(listing)


def addresses_of(listing):
    return set(chain.from_iterable(range(m.begin_address, m.end_address) for m in listing))


@given(listing=listings())
def test_find(listing):
    for maps in parsed_or_made(listing):
        for address in range(100):
            holders = [m for m in listing if m.begin_address <= address < m.end_address]
            assert maps.find(address) == (holders[-1] if holders else None)
            assert (address in maps) == bool(holders)


@given(listing=listings(), addresses=st.lists(st.integers(0, 100) | st.integers()))
def test_find_all(listing, addresses):
    for maps in parsed_or_made(listing):
        assert maps.find_all(addresses) == [maps.find(address) for address in addresses]
        indices = [None if i < 0 else maps[i] for i in maps.find_indices(addresses)]
        assert indices == [maps.find(address) for address in addresses]


@given(listing=listings(), begin=st.integers(0, 70), end=st.integers(0, 70))
def test_between(listing, begin, end):
    asked = set(range(begin, end))
    for maps in parsed_or_made(listing):
        assert maps.between(begin, end) == [m for m in listing if asked & addresses_of([m])]


@given(listing=listings())
def test_gaps(listing):
    mapped = addresses_of(listing)
    first = min((m.begin_address for m in listing), default=0)
    past = max((m.end_address for m in listing), default=0)
    for maps in parsed_or_made(listing):
        gaps = maps.gaps()
        assert gaps == sorted(gaps)
        assert all(begin < end for begin, end in gaps)
        unmapped = list(chain.from_iterable(range(begin, end) for begin, end in gaps))
        assert unmapped == [address for address in range(first, past) if address not in mapped]


@given(listing=listings())
def test_order(listing):
    pairs = zip(listing, listing[1:])
    for maps in parsed_or_made(listing):
        assert maps.is_ordered == all(a.end_address <= b.begin_address for a, b in pairs)
        pairs = zip(listing, listing[1:])


@given(a=strategies.short_maps(), b=strategies.short_maps())
def test_overlaps(a, b):
    assert a.overlaps(b) == b.overlaps(a) == bool(addresses_of([a]) & addresses_of([b]))


# Values


@given(m=strategies.maps() | strategies.maps("cygwin"))
def test_a_map_survives_what_is_done_to_values(m):
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        assert pickle.loads(pickle.dumps(m, protocol)) == m
    for same in (copy.copy(m), copy.deepcopy(m), eval(repr(m), {"Map": Map})):
        assert same == m
        assert hash(same) == hash(m)
        assert str(same) == str(m)


@given(listing=strategies.listings(max_size=5))
def test_a_listing_survives_what_is_done_to_values(listing):
    maps = procmaps.from_str(print_text(listing))
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        assert pickle.loads(pickle.dumps(maps, protocol)) == maps
    for same in (copy.copy(maps), copy.deepcopy(maps), Maps(maps), Maps(strategies.maps_of(listing))):
        assert same == maps
        assert hash(same) == hash(maps)
        assert str(same) == str(maps)


@given(a=strategies.maps(), b=strategies.maps())
def test_maps_are_ordered_as_their_lines_read(a, b):
    assert [a < b, a == b, a > b].count(True) == 1
    assert (a <= b) == (a < b or a == b)
    assert (a >= b) == (a > b or a == b)
    if a.begin_address != b.begin_address:
        assert (a < b) == (a.begin_address < b.begin_address)


@given(listing=strategies.listings())
def test_a_listing_and_its_maps_print_alike(listing):
    maps = strategies.maps_of(listing)
    for bits in (32, 64):
        assert Maps(maps).text(bits) == "".join([f"{m.line(bits)}\n" for m in maps])
