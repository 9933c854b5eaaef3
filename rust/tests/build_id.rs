//! Build IDs in files made by hand: well-formed, cut, and made to mislead.

mod elf_file;
mod random;

use _procmaps::build_id;
use elf_file::{ALL, Elf};
use random::Random;
use std::cell::Cell;
use std::path::Path;

const ID: &[u8] = b"\x01\x02\x03\x04\x05";

/// A file with segments of notes, each with its alignment.
fn file(elf: Elf, notes: &[(Vec<u8>, u64)]) -> Vec<u8> {
    let header = elf.header(0, 0, 0).len() as u64;
    let mut at = header + elf.segment_size() * (notes.len() as u64 + 1);
    let mut file = elf.header(header, elf.segment_size(), notes.len() as u64 + 1);
    file.extend(elf.segment(1, 0, 4096, 4096));
    for (note, align) in notes {
        file.extend(elf.segment(4, at, note.len() as u64, *align));
        at += note.len() as u64;
    }
    notes.iter().for_each(|(note, _)| file.extend(note));
    file
}

/// Reads as from a file.
fn find(file: &[u8]) -> Option<Vec<u8>> {
    build_id::find(|offset, size| {
        let begin = (offset as usize).min(file.len());
        let end = begin.saturating_add(size as usize).min(file.len());
        Ok(file[begin..end].to_vec())
    })
    .expect("no reading fails")
}

#[test]
fn found_in_all_classes_and_byte_orders() {
    for elf in ALL {
        assert_eq!(find(&file(elf, &[(elf.note(b"GNU\0", 3, ID, 4), 4)])).as_deref(), Some(ID));
    }
}

#[test]
fn found_behind_other_notes_and_segments() {
    for elf in ALL {
        let abi = elf.note(b"GNU\0", 1, b"0123456789abcdef", 4);
        let other = elf.note(b"stapsdt\0", 3, b"xyz", 4);
        let property = elf.note(b"GNU\0", 5, b"0123456789ab", 8);
        let own = [abi, other, elf.note(b"GNU\0", 3, ID, 4)].concat();
        assert_eq!(find(&file(elf, &[(property, 8), (own, 4)])).as_deref(), Some(ID));
    }
}

#[test]
fn notes_are_aligned_as_their_segment_is() {
    for elf in ALL {
        let notes = |align| [elf.note(b"GNU\0", 5, b"0123456789ab", align), elf.note(b"GNU\0", 3, ID, align)].concat();
        assert_eq!(find(&file(elf, &[(notes(8), 8)])).as_deref(), Some(ID));
        assert_eq!(find(&file(elf, &[(notes(4), 4)])).as_deref(), Some(ID));
        assert_eq!(find(&file(elf, &[(notes(4), 0)])).as_deref(), Some(ID));
    }
}

#[test]
fn none_where_there_is_none() {
    for elf in ALL {
        let without = [
            file(elf, &[]),
            file(elf, &[(elf.note(b"GNU\0", 3, b"", 4), 4)]),
            file(elf, &[(elf.note(b"GNU", 3, ID, 4), 4)]),
            file(elf, &[(elf.note(b"GNU\0", 4, ID, 4), 4)]),
            file(elf, &[(elf.note(b"FDO\0", 3, ID, 4), 4)]),
        ];
        for file in without {
            assert_eq!(find(&file), None);
        }
    }
    for file in [&b""[..], b"\x7fELF", b"#!/bin/sh\n", &[0; 100], b"\x7fELF\x03\x01", b"\x7fELF\x02\x03"] {
        assert_eq!(find(file), None);
    }
}

#[test]
fn sizes_that_cannot_be() {
    for elf in ALL {
        let good = file(elf, &[(elf.note(b"GNU\0", 3, ID, 4), 4)]);
        let header = elf.header(0, 0, 0).len();
        let table = elf.segment_size() as usize;
        let largest = if elf.is_64 { u64::MAX } else { u64::from(u32::MAX) };
        for value in [largest, largest / 2, largest / 2 + 1, good.len() as u64, good.len() as u64 - 1] {
            let place = |kind, offset, size| elf.segment(kind, offset, size, 4);
            let mut file = elf.header(value, elf.segment_size(), 2);
            file.extend(&good[header..]);
            assert_eq!(find(&file), None, "a table at {value:#x}");
            let mut file = good.clone();
            file[header + table..header + 2 * table].copy_from_slice(&place(4, value, 100));
            assert_eq!(find(&file), None, "notes at {value:#x}");
            let mut file = good.clone();
            file[header + table..header + 2 * table].copy_from_slice(&place(4, (header + 2 * table) as u64, value));
            assert_eq!(find(&file).as_deref(), Some(ID), "notes of {value:#x} bytes: as many as there are");
        }
        let start = header + 2 * table;
        for (at, size) in [(0, u32::MAX), (4, u32::MAX), (0, 1 << 20), (4, 6), (0, 20)] {
            let mut file = good.clone();
            file[start + at..start + at + 4].copy_from_slice(&elf.number(size.into(), 4));
            assert!(find(&file).is_none_or(|id| id.len() == 6), "{size:#x} at {at}");
        }
        for segment_size in [0, 1, elf.segment_size() - 1, elf.segment_size() + 1, 0xffff] {
            let mut file = elf.header(header as u64, segment_size, 2);
            file.extend(&good[header..]);
            assert_eq!(find(&file), None, "segments of {segment_size}");
        }
    }
}

#[test]
fn a_file_cut_anywhere_has_none() {
    for elf in ALL {
        let good = file(elf, &[(elf.note(b"GNU\0", 3, ID, 4), 4)]);
        let needed = good.len() - 3; // the padding
        for len in 0..needed {
            assert_eq!(find(&good[..len]), None, "cut at {len}");
        }
        assert!(find(&good[..needed]).is_some());
    }
}

#[test]
fn bytes_changed_at_random_do_no_harm() {
    let mut random = Random::new(5);
    for _ in 0..20_000 {
        let elf = *random.one_of(&ALL);
        let mut file = file(elf, &[(elf.note(b"GNU\0", 5, ID, 8), 8), (elf.note(b"GNU\0", 3, ID, 4), 4)]);
        for _ in 0..=random.below(4) {
            let at = random.below(file.len() as u64) as usize;
            file[at] = *random.one_of(&[0, 1, 4, 0x7f, 0x80, 0xff]);
        }
        assert!(find(&file).is_none_or(|id| id.len() <= file.len()));
    }
}

#[test]
fn no_more_is_read_than_is_said() {
    for elf in ALL {
        // A header that claims 65,535 segments, each of them all of a file that has no end.
        let header = elf.header(0, elf.segment_size(), 0xffff);
        let segment = elf.segment(4, 64, u64::MAX >> 8, 4);
        let read = Cell::new(0);
        let found = build_id::find(|offset, size| {
            read.set(read.get() + size);
            let source = if offset == 0 && size == 64 { &header } else { &segment };
            Ok(source.iter().copied().cycle().take(size as usize).collect())
        });
        assert_eq!(found.expect("no reading fails"), None);
        assert!(read.get() <= 64 + 1024 * 56 + (128 << 10), "{}", read.get());
    }
}

#[test]
fn a_reading_that_fails_is_an_error() {
    let failing = build_id::find(|_, _| Err(std::io::ErrorKind::Other.into()));
    assert!(failing.is_err());
}

#[test]
fn files() {
    let directory = std::env::temp_dir();
    assert!(matches!(build_id::of_file(&directory), Ok(None) | Err(_)));
    assert!(build_id::of_file(Path::new("no such file")).is_err());
    let elf = ALL[0];
    let path = directory.join(format!("build-id-{}", std::process::id()));
    std::fs::write(&path, file(elf, &[(elf.note(b"GNU\0", 3, ID, 4), 4)])).expect("a file can be made");
    let found = build_id::of_file(&path);
    std::fs::remove_file(&path).expect("it is there");
    assert_eq!(found.expect("it is a file").as_deref(), Some(ID));
}
