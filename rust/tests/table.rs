//! Rows in columns, and questions about addresses, against a search of every row.

mod random;

use _procmaps::bulk::{Bulk, packed};
use _procmaps::table::{Row, Table};
use random::Random;

fn row(begin: u64, end: u64) -> Row<'static> {
    Row { begin, end, perms: *b"rw-p", offset: 0, dev_major: 0, dev_minor: 0, inode: 0, name: None }
}

fn table(ranges: &[(u64, u64)]) -> Table {
    let mut table = Table::default();
    for &(begin, end) in ranges {
        table.push(&row(begin, end));
    }
    table
}

/// Ranges that follow each other, with and without gaps and some of size zero.
fn ordered(random: &mut Random) -> Vec<(u64, u64)> {
    let mut at = 0;
    let next = |_| {
        let begin = at + random.below(3);
        at = begin + random.below(4);
        (begin, at)
    };
    (0..8).map(next).collect()
}

fn disordered(random: &mut Random) -> Vec<(u64, u64)> {
    (0..6)
        .map(|_| {
            let begin = random.below(30);
            (begin, begin + random.below(8))
        })
        .collect()
}

fn last_that_holds(ranges: &[(u64, u64)], address: u64) -> Option<usize> {
    ranges.iter().rposition(|&(begin, end)| begin <= address && address < end)
}

fn is_ordered(ranges: &[(u64, u64)]) -> bool {
    ranges.windows(2).all(|pair| pair[0].1 <= pair[1].0)
}

#[test]
fn find_is_a_search_of_every_row() {
    let mut random = Random::new(2);
    for i in 0..2_000 {
        let ranges = if i % 2 == 0 { ordered(&mut random) } else { disordered(&mut random) };
        let table = table(&ranges);
        assert_eq!(table.is_ordered(), is_ordered(&ranges), "{ranges:?}");
        for address in 0..45 {
            assert_eq!(table.find(address), last_that_holds(&ranges, address), "{address} in {ranges:?}");
        }
    }
}

#[test]
fn find_reaches_the_last_address_there_is() {
    let table = table(&[(0, 1), (u64::MAX - 1, u64::MAX)]);
    assert_eq!((table.find(0), table.find(1)), (Some(0), None));
    assert_eq!((table.find(u64::MAX - 1), table.find(u64::MAX)), (Some(1), None));
}

#[test]
fn between_gives_all_rows_that_share_an_address() {
    let mut random = Random::new(3);
    for _ in 0..500 {
        let ranges = ordered(&mut random);
        let table = table(&ranges);
        for begin in 0..25 {
            for end in begin + 1..=25 {
                let (from, to) = table.between(begin, end).expect("in order");
                let sharing = |&(first, last): &(u64, u64)| first.max(begin) < last.min(end);
                let wanted: Vec<_> = ranges.iter().copied().filter(sharing).collect();
                let given: Vec<_> = ranges[from..to].iter().copied().filter(|range| range.0 < range.1).collect();
                assert_eq!(given, wanted, "{begin}..{end} in {ranges:?}");
            }
        }
    }
}

#[test]
fn between_has_an_answer_for_an_empty_or_reversed_range() {
    let table = table(&[(1, 3), (5, 7)]);
    for (begin, end) in [(0, 0), (2, 2), (4, 4), (9, 9), (7, 1)] {
        let (from, to) = table.between(begin, end).expect("in order");
        assert!(from <= to && to <= table.len(), "{begin}..{end}: {from}..{to}");
    }
}

#[test]
fn between_has_no_one_range_in_a_listing_out_of_order() {
    assert_eq!(table(&[(5, 7), (1, 3)]).between(0, 9), None);
    assert_eq!(table(&[(1, 3), (2, 4)]).between(0, 9), None);
}

#[test]
fn an_empty_table_holds_nothing() {
    let table = Table::with_capacity_for(1 << 40);
    assert_eq!((table.len(), table.find(0), table.between(0, u64::MAX)), (0, None, Some((0, 0))));
}

#[test]
fn rows_come_back_as_they_were() {
    let names: [Option<&[u8]>; 4] = [None, Some(b"/a"), Some(b"/b"), Some(b"/a\xff")];
    let mut random = Random::new(4);
    let rows: Vec<Row<'_>> = (0..200)
        .map(|i| Row {
            perms: *random.one_of(&[*b"r-xp", *b"rw-s", *b"===g"]),
            offset: random.below(u64::MAX),
            dev_major: random.below(1 << 32) as u32,
            dev_minor: random.below(1 << 32) as u32,
            inode: random.below(u64::MAX),
            name: *random.one_of(&names),
            ..row(i * 10, i * 10 + 5)
        })
        .collect();
    let mut table = Table::default();
    rows.iter().for_each(|row| table.push(row));
    table.shrink_to_fit();
    let kept: Vec<_> = (0..table.len()).filter_map(|index| table.row(index)).collect();
    assert_eq!(kept, rows);
    assert_eq!(table.row(rows.len()), None);
}

#[test]
fn neighbours_share_their_name() {
    let mut table = Table::default();
    for (begin, name) in [(0, &b"/lib/a"[..]), (10, b"/lib/a"), (20, b"/lib/b")] {
        table.push(&Row { name: Some(name), ..row(begin, begin + 5) });
    }
    let place = |index: usize| table.row(index).and_then(|row| row.name).map(<[u8]>::as_ptr);
    assert_eq!(place(0), place(1));
    assert_ne!(place(1), place(2));
}

/// Ranges like those of `ordered`, so many.
fn many(random: &mut Random, count: usize) -> Vec<(u64, u64)> {
    let mut ranges: Vec<(u64, u64)> = Vec::new();
    while ranges.len() < count {
        let above = ranges.last().map_or(0, |&(_, end)| end);
        ranges.extend(ordered(random).iter().map(|&(begin, end)| (begin + above, end + above)));
    }
    ranges.truncate(count);
    ranges
}

/// Counts on both sides of where the tree has one level more, and where more addresses go down it at once.
#[test]
fn in_bulk_the_answers_are_those_of_find() {
    let mut random = Random::new(3);
    for count in [0, 1, 2, 3, 4, 7, 8, 9, 255, 256, 4094, 4095, 4096] {
        let mut ranges = many(&mut random, count);
        if let Some(last) = ranges.last_mut() {
            last.1 = u64::MAX;
        }
        let table = table(&ranges);
        let mut addresses: Vec<u64> =
            ranges.iter().flat_map(|&(begin, end)| [begin.wrapping_sub(1), begin, end.wrapping_sub(1), end]).collect();
        addresses.extend([0, 1, 1 << 63, u64::MAX - 1, u64::MAX]);
        assert_eq!(found(&table, &addresses), one_by_one(&table, &addresses), "{count} rows");
        assert_eq!(found(&table, &addresses[..1]), one_by_one(&table, &addresses[..1]), "{count} rows, one address");
    }
    let disordered = table(&[(5, 9), (2, 7), (4, 6)]);
    let addresses: Vec<u64> = (0..12).collect();
    assert_eq!(found(&disordered, &addresses), one_by_one(&disordered, &addresses));
}

fn found(table: &Table, addresses: &[u64]) -> Vec<u8> {
    let addresses: Vec<u8> = addresses.iter().flat_map(|address| address.to_ne_bytes()).collect();
    let mut found = vec![7; addresses.len()];
    Bulk::new(table, addresses.len() / 8).find_packed(&addresses, &mut found);
    found
}

fn one_by_one(table: &Table, addresses: &[u64]) -> Vec<u8> {
    addresses.iter().flat_map(|&address| packed(table.find(address))).collect()
}
