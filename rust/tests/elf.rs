//! The headers of ELF files made by hand: well-formed, cut, made to mislead, and in memory.

mod elf_file;
mod random;

use _procmaps::build_id;
use _procmaps::elf::{self, Failure, Segment};
use elf_file::{ALL, Elf};
use random::Random;
use std::cell::Cell;
use std::path::Path;

const ID: &[u8] = b"\x01\x02\x03\x04\x05";
const SONAME: &[u8] = b"libmade.so.1";
const STRINGS: &[u8] = b"\0libmade.so.1\0";

/// The program headers of the library, by their places.
const TEXT: usize = 1;
const DATA: usize = 0;
const DYNAMIC: usize = 2;

/// Addresses of what is in the text, and of the data, less their offsets.
const TEXT_DELTA: u64 = 0x10000;
const DATA_DELTA: u64 = 0x12000;

/// A library that wants to be at an address of its own. Its names are at `strings`, less the delta of the text.
struct Library {
    bytes: Vec<u8>,
    headers_at: usize,
    dynamic_at: usize,
    notes_at: usize,
}

fn library(elf: Elf, strings_delta: u64) -> Library {
    let headers_at = elf.header(0, 0, 0).len();
    let strings_at = headers_at as u64 + 4 * elf.segment_size();
    let note = elf.note(b"GNU\0", 3, ID, 4);
    let notes_at = strings_at + STRINGS.len().next_multiple_of(8) as u64;
    let dynamic_at = notes_at + note.len().next_multiple_of(8) as u64;
    let dynamic = dynamic(elf, strings_at + strings_delta);
    let size = dynamic.len() as u64;
    let segment = |kind, flags, at, delta, file_size, memory_size, align| {
        elf.program_header(kind, flags, [at, at + delta, 0, file_size, memory_size, align])
    };
    let headers = [
        segment(1, 6, dynamic_at, DATA_DELTA, size, size + 0x5000, 0x1000),
        segment(1, 5, 0, TEXT_DELTA, dynamic_at, dynamic_at, 0x1000),
        segment(2, 6, dynamic_at, DATA_DELTA, size, size, 8),
        segment(4, 4, notes_at, TEXT_DELTA, note.len() as u64, note.len() as u64, 4),
    ];
    let mut bytes = elf.header(headers_at as u64, elf.segment_size(), 4);
    bytes.extend(headers.concat());
    for part in [STRINGS, &note, &dynamic] {
        bytes.extend(part);
        bytes.resize(bytes.len() + (part.len().next_multiple_of(8) - part.len()), 0);
    }
    Library { bytes, headers_at, dynamic_at: dynamic_at as usize, notes_at: notes_at as usize }
}

fn dynamic(elf: Elf, strings: u64) -> Vec<u8> {
    let entries = [(1, 0), (14, 1), (5, strings), (10, STRINGS.len() as u64), (0, 0), (14, 5)];
    entries.iter().flat_map(|&(tag, value)| [elf.word(tag), elf.word(value)].concat()).collect()
}

fn of_source(bytes: &[u8], origin: Option<u64>) -> Result<Option<elf::Elf>, Failure> {
    elf::of_source(
        &mut |offset, size| {
            let begin = (offset as usize).min(bytes.len());
            let end = begin.saturating_add(size as usize).min(bytes.len());
            Ok(bytes[begin..end].to_vec())
        },
        origin,
    )
}

fn of(bytes: &[u8]) -> elf::Elf {
    of_source(bytes, None).expect("it is whole").expect("it is an ELF file")
}

#[test]
fn everything_in_all_classes_and_byte_orders() {
    for made in ALL {
        let library = library(made, TEXT_DELTA);
        let found = of(&library.bytes);
        assert_eq!((found.header.format.is_64, found.header.format.is_big_endian), (made.is_64, made.is_big_endian));
        assert_eq!(found.header.format.number(&library.bytes, 18, 2), Some(u64::from(found.header.machine)));
        assert_eq!(found.soname.as_deref(), Some(SONAME));
        assert_eq!(found.build_id.as_deref(), Some(ID));
        let [text, data] = found.loads[..] else { panic!("{:?}", found.loads) };
        let at = library.dynamic_at as u64;
        let size = data.file_size;
        let text_wanted = Segment {
            kind: 1,
            flags: 5,
            offset: 0,
            address: TEXT_DELTA,
            file_size: at,
            memory_size: at,
            align: 0x1000,
        };
        let data_wanted = Segment {
            kind: 1,
            flags: 6,
            offset: at,
            address: at + DATA_DELTA,
            file_size: size,
            memory_size: size + 0x5000,
            align: 0x1000,
        };
        assert_eq!((text, data), (text_wanted, data_wanted));
        assert_eq!(found.dynamic.map(|dynamic| (dynamic.offset, dynamic.memory_size)), Some((at, size)));
    }
}

#[test]
fn types_and_machines() {
    for made in ALL {
        let mut bytes = library(made, TEXT_DELTA).bytes;
        bytes[16..20].copy_from_slice(&[made.number(2, 2), made.number(183, 2)].concat());
        let header = of(&bytes).header;
        assert_eq!((header.kind, header.machine), (2, 183));
    }
}

#[test]
fn a_name_whose_address_the_dynamic_linker_has_changed() {
    for made in ALL {
        // It is at 0x70000000 in memory, and wanted to be at TEXT_DELTA.
        let bias = 0x7000_0000 - TEXT_DELTA;
        let moved = library(made, TEXT_DELTA + bias).bytes;
        let soname = |origin| of_source(&moved, origin).expect("it is whole").and_then(|elf| elf.soname);
        assert_eq!(soname(Some(0x7000_0000)).as_deref(), Some(SONAME));
        assert_eq!(soname(None), None);
    }
}

#[test]
fn what_is_no_elf_file() {
    for bytes in [&b""[..], b"\x7fEL", b"#!/bin/sh\n", &[0; 100]] {
        assert!(matches!(of_source(bytes, None), Ok(None)));
    }
    for bytes in [&b"\x7fELF"[..], b"\x7fELF\x03\x01", b"\x7fELF\x02\x03", b"\x7fELF\x02\x01"] {
        assert!(matches!(of_source(bytes, None), Err(Failure::Damaged(_))));
    }
}

#[test]
fn without_segments_and_without_a_name() {
    for made in ALL {
        let found = of(&made.header(0, 0, 0));
        assert_eq!((found.loads.len(), found.dynamic, found.soname, found.build_id), (0, None, None, None));
        let library = library(made, TEXT_DELTA);
        let word = made.word(0).len();
        let entry = |index: usize| library.dynamic_at + index * 2 * word;
        let with = |at: usize, value: u64| {
            let mut bytes = library.bytes.clone();
            bytes[at..at + word].copy_from_slice(&made.word(value));
            of(&bytes).soname
        };
        assert_eq!(with(entry(1), 15), None, "no DT_SONAME: what is past DT_NULL does not count");
        assert_eq!(with(entry(2), 6), None, "no DT_STRTAB");
        assert_eq!(with(entry(0), 0), None, "an empty table");
        assert_eq!(with(entry(1) + word, 0), None, "an empty name");
        assert_eq!(with(entry(1) + word, STRINGS.len() as u64), None, "a name past the table");
        assert_eq!(with(entry(3) + word, 5), None, "a name that ends past the table");
        assert_eq!(with(entry(2) + word, 1), None, "a table that is in no segment");
        assert_eq!(with(entry(3), 11).as_deref(), Some(SONAME), "no DT_STRSZ");
    }
}

#[test]
fn sizes_that_cannot_be() {
    for made in ALL {
        let library = library(made, TEXT_DELTA);
        let largest = if made.is_64 { u64::MAX } else { u64::from(u32::MAX) };
        let with = |index: usize, words: [u64; 6], kind| {
            let mut bytes = library.bytes.clone();
            let at = library.headers_at + index * made.segment_size() as usize;
            bytes[at..at + made.segment_size() as usize].copy_from_slice(&made.program_header(kind, 5, words));
            of_source(&bytes, None)
        };
        assert!(
            matches!(with(TEXT, [0, 0, 0, 2, 1, 1], 1), Err(Failure::Damaged(_))),
            "more in the file than in memory"
        );
        let at_the_end = [with(DATA, [0, largest, 0, 1, 2, 1], 1), with(DATA, [largest, 0, 0, 2, 2, 1], 1)];
        if made.is_64 {
            assert!(at_the_end.iter().all(|result| matches!(result, Err(Failure::Damaged(_)))), "past the end");
        }
        for offset in [largest, largest / 2 + 1, library.bytes.len() as u64] {
            let found = with(DYNAMIC, [offset, 0, 0, largest, largest, 1], 2);
            assert_eq!(found.expect("it is whole").and_then(|elf| elf.soname), None);
        }
        for (place, count) in [(library.headers_at as u64, 0xffff), (library.bytes.len() as u64, 1), (largest, 1)] {
            let mut bytes = made.header(place, made.segment_size(), count);
            bytes.extend(&library.bytes[library.headers_at..]);
            assert!(matches!(of_source(&bytes, None), Err(Failure::Damaged(_))), "{count} headers at {place:#x}");
        }
        for size in [0, 1, made.segment_size() - 1, made.segment_size() + 1, 0xffff] {
            let mut bytes = made.header(library.headers_at as u64, size, 2);
            bytes.extend(&library.bytes[library.headers_at..]);
            assert!(matches!(of_source(&bytes, None), Err(Failure::Damaged(_))), "headers of {size}");
        }
    }
}

#[test]
fn as_many_segments_as_can_be_loaded() {
    for (count, is_some) in [(128, true), (129, false)] {
        let made = ALL[0];
        let mut bytes = made.header(64, made.segment_size(), count);
        (0..count).for_each(|_| bytes.extend(made.segment(1, 0, 1, 1)));
        assert_eq!(of_source(&bytes, None).is_ok_and(|elf| elf.is_some()), is_some);
    }
}

#[test]
fn a_file_cut_anywhere() {
    for made in ALL {
        let library = library(made, TEXT_DELTA);
        let headers_end = library.headers_at + 4 * made.segment_size() as usize;
        for len in 4..library.bytes.len() {
            match of_source(&library.bytes[..len], None) {
                Err(Failure::Damaged(_)) => assert!(len < headers_end),
                Ok(Some(found)) => {
                    assert!(len >= headers_end);
                    assert!(found.soname.is_none() || len > library.dynamic_at);
                    assert_eq!(found.build_id.is_some(), len >= library.notes_at + 16 + ID.len(), "cut at {len}");
                }
                other => panic!("{other:?}"),
            }
        }
    }
}

#[test]
fn bytes_changed_at_random_do_no_harm() {
    let mut random = Random::new(7);
    for _ in 0..20_000 {
        let made = *random.one_of(&ALL);
        let mut bytes = library(made, TEXT_DELTA).bytes;
        for _ in 0..=random.below(4) {
            let at = random.below(bytes.len() as u64) as usize;
            bytes[at] = *random.one_of(&[0, 1, 4, 0x7f, 0x80, 0xff]);
        }
        if let Ok(Some(found)) = of_source(&bytes, Some(random.below(u64::MAX))) {
            assert!(found.loads.iter().all(|load| load.address.checked_add(load.memory_size).is_some()));
            assert!(found.soname.is_none_or(|name| !name.is_empty() && !name.contains(&0) && name.len() < bytes.len()));
        }
    }
}

#[test]
fn no_more_is_read_than_is_said() {
    for made in ALL {
        // Every header claims all of a file without an end, that holds nothing but that.
        let header = made.header(0, made.segment_size(), 0xffff);
        for kind in [1, 2, 4] {
            let segment = made.program_header(kind, 7, [0, 0, 0, u64::MAX >> 33, u64::MAX >> 33, 4]);
            let read = Cell::new(0);
            let found = elf::of_source(
                &mut |offset, size| {
                    read.set(read.get() + size);
                    let source = if offset == 0 && size == 64 { &header } else { &segment };
                    Ok(source.iter().copied().cycle().take(size as usize).collect())
                },
                None,
            );
            assert_eq!(found.is_err(), kind == 1, "too many to be loaded");
            assert!(read.get() <= 64 + 1024 * 56 + (128 << 10) + (64 << 10) + 4096, "{}", read.get());
        }
    }
}

#[test]
fn a_reading_that_fails_is_an_error() {
    let failing = elf::of_source(&mut |_, _| Err(std::io::ErrorKind::Other.into()), None);
    assert!(matches!(failing, Err(Failure::Io(_))));
}

#[test]
fn files() {
    let directory = std::env::temp_dir();
    assert!(matches!(elf::of_file(&directory), Ok(None) | Err(Failure::Io(_))));
    assert!(matches!(elf::of_file(Path::new("no such file")), Err(Failure::Io(_))));
    let bytes = library(ALL[0], TEXT_DELTA).bytes;
    let path = directory.join(format!("elf-{}", std::process::id()));
    std::fs::write(&path, &bytes).expect("a file can be made");
    let (found, build_id) = (elf::of_file(&path), build_id::of_file(&path));
    std::fs::remove_file(&path).expect("it is there");
    assert_eq!(found.expect("it is whole"), Some(of(&bytes)));
    assert_eq!(build_id.expect("it is whole").as_deref(), Some(ID));
}

#[test]
#[cfg(target_os = "linux")]
fn memory() {
    let bytes = library(ALL[0], TEXT_DELTA).bytes;
    // In two parts, in another order than in the file, with a hole between them in which nothing is needed.
    let cut = 64 + 2 * 56;
    let (first, second) = (bytes[..cut].to_vec(), bytes[cut..].to_vec());
    let piece = |offset: usize, part: &[u8]| (offset as u64, part.as_ptr() as u64, part.len() as u64);
    let whole = [piece(0, &bytes)];
    let memory = Path::new("/proc/self/mem");
    assert_eq!(elf::of_memory(memory, &whole).expect("it is whole"), Some(of(&bytes)));
    let parts = [piece(cut, &second), piece(0, &first)];
    assert!(matches!(elf::of_memory(memory, &parts), Err(Failure::Damaged(_))), "no part is across two pieces");
    assert!(matches!(elf::of_memory(memory, &[]), Ok(None)));
    assert!(matches!(elf::of_memory(memory, &[(0, 0, 4096)]), Err(Failure::Io(_))), "what is not mapped");
    assert!(matches!(elf::of_memory(memory, &[(0, u64::MAX - 4095, 4096)]), Ok(None)), "past what can be read");
}

/// Writes what the fuzzer starts from.
#[test]
#[ignore = "writes into the sources"]
fn seeds() {
    for made in ALL {
        let order = if made.is_big_endian { "big" } else { "little" };
        let name = format!("fuzz/corpus/elf/{order}-{}.elf", if made.is_64 { 64 } else { 32 });
        std::fs::write(name, library(made, TEXT_DELTA).bytes).expect("it can be written");
    }
}
