//! Rows into text and back, without Python.

mod random;
mod reference;
mod sample;

use _procmaps::maps::{self, Dialect};
use _procmaps::table::Row;
use random::Random;
use sample::{LISTING, ROW, printed, reprinted, rows};

#[test]
fn a_row_prints_as_a_kernel_of_either_word_size_does() {
    let head = "00001000-00003000 r-xp 00002000 08:01 42";
    assert_eq!(printed(&ROW, 64), format!("{head:73}/bin/cat"));
    assert_eq!(printed(&ROW, 32), format!("{head:49}/bin/cat"));
    assert_eq!(printed(&Row { name: None, ..ROW }, 64), format!("{head} "));
    assert_eq!(printed(&Row { name: None, ..ROW }, 32), format!("{head} "));
}

#[test]
fn long_numbers_push_the_name_and_leave_two_blanks() {
    let row = Row { inode: 1_234_567_890, ..ROW };
    assert_eq!(printed(&row, 32), "00001000-00003000 r-xp 00002000 08:01 1234567890  /bin/cat");
    let row = Row { begin: 1 << 63, end: u64::MAX, offset: u64::MAX, dev_minor: 0x12345, inode: u64::MAX, ..ROW };
    assert_eq!(
        printed(&row, 64),
        "8000000000000000-ffffffffffffffff r-xp ffffffffffffffff 08:12345 18446744073709551615  /bin/cat"
    );
}

#[test]
fn a_kernels_text_prints_back_byte_for_byte() {
    assert!(reference::is_kernel_layout(LISTING));
    let table = maps::parse(LISTING, Dialect::Linux).expect("a listing");
    assert_eq!(reprinted(&table).escape_ascii().to_string(), LISTING.escape_ascii().to_string());
}

/// A number of any width up to so many bits.
fn number(random: &mut Random, bits: u64) -> u64 {
    let width = random.below(bits + 1);
    (0..width).fold(0, |number, _| number << 1 | random.below(2))
}

#[test]
fn rows_of_any_numbers_parse_back_from_what_they_print() {
    let mut random = Random::new(5);
    for _ in 0..4_000 {
        let (one, other) = match random.below(2) {
            0 => (number(&mut random, 64), number(&mut random, 64)),
            _ => (1 << 47 | number(&mut random, 47), 1 << 47 | number(&mut random, 47)),
        };
        let row = Row {
            begin: one.min(other),
            end: one.max(other),
            perms: *random.one_of(&[*b"r-xp", *b"rw-s", *b"---S"]),
            offset: number(&mut random, 64),
            dev_major: number(&mut random, 32) as u32,
            dev_minor: number(&mut random, 32) as u32,
            inode: number(&mut random, 64),
            name: *random.one_of(&[None, Some(&b"/a"[..]), Some(b"/a b  "), Some(b"[heap]")]),
        };
        for bits in [32, 64] {
            let table = maps::parse(printed(&row, bits).as_bytes(), Dialect::Linux).expect("what is printed parses");
            assert_eq!(rows(&table), [row]);
        }
    }
}

/// Bytes that are a listing, or one with a few bytes changed.
fn damaged(random: &mut Random) -> Vec<u8> {
    let lines: Vec<&[u8]> = LISTING.split_inclusive(|&byte| byte == b'\n').collect();
    let mut text: Vec<u8> = (0..random.below(4)).flat_map(|_| random.one_of(&lines).iter().copied()).collect();
    for _ in 0..random.below(4) {
        let at = random.below(text.len() as u64 + 1) as usize;
        let byte = *random.one_of(b" -:\n\0\t09afArwxpsS/=\xff");
        match random.below(3) {
            0 => text.insert(at, byte),
            1 if at < text.len() => text[at] = byte,
            _ if at < text.len() => drop(text.remove(at)),
            _ => (),
        }
    }
    text
}

#[test]
fn damaged_listings_are_read_as_the_reference_reads_them() {
    let mut random = Random::new(1);
    let (mut taken, mut refused) = (0, 0);
    for _ in 0..4_000 {
        let text = damaged(&mut random);
        match (maps::parse(&text, Dialect::Linux), reference::rows(&text, Dialect::Linux)) {
            (Ok(table), Ok(expected)) => {
                assert_eq!(rows(&table), expected);
                let again = maps::parse(&reprinted(&table), Dialect::Linux).expect("what is printed parses");
                assert_eq!(rows(&again), expected);
                taken += 1;
            }
            (Err(error), Err(lineno)) => {
                assert_eq!(error.lineno, lineno);
                assert!((1..=error.line.len() + 1).contains(&error.column));
                refused += 1;
            }
            (ours, theirs) => {
                panic!("parser {:?}, reference {theirs:?}: {}", ours.map(|table| table.len()), text.escape_ascii())
            }
        }
    }
    assert!(taken > 1_000 && refused > 1_000, "the cases are lopsided: {taken} taken, {refused} refused");
}
