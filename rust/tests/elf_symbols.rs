//! Symbols of ELF files made by hand: of each class and byte order, without sections, cut, and damaged.

mod random;

use _procmaps::symbols::elf::{Elf, of_bytes};
use _procmaps::symbols::file;
use _procmaps::symbols::table::{Builder, Table};
use random::Random;

const S390: u64 = 22;
const ARM: u64 = 40;
const X86_64: u64 = 62;
const AARCH64: u64 = 183;
const ALPHA: u64 = 0x9026;

const DYNAMIC_TAGS: [u64; 4] = [5, 6, 10, 4]; // STRTAB, SYMTAB, STRSZ, HASH

/// How a file writes its numbers, and for which machine.
#[derive(Clone, Copy)]
struct Form {
    is_64: bool,
    is_big_endian: bool,
    machine: u64,
}

const FORMS: [Form; 4] = [
    Form { is_64: true, is_big_endian: false, machine: X86_64 },
    Form { is_64: true, is_big_endian: true, machine: X86_64 },
    Form { is_64: false, is_big_endian: false, machine: X86_64 },
    Form { is_64: false, is_big_endian: true, machine: X86_64 },
];

/// A symbol: value, size, type, binding, section, name.
type Made = (u64, u64, u8, u8, u64, &'static str);

const FUNCTION: u8 = 2;
const OBJECT: u8 = 1;

const SYMBOLS: [Made; 10] = [
    (0x1000, 0x10, FUNCTION, 1, 1, "function"),
    (0x1010, 0x08, FUNCTION, 2, 1, "weak"),
    (0x1010, 0x08, FUNCTION, 1, 1, "__strong"),
    (0x1018, 0x00, 0, 0, 1, "label"),
    (0x1020, 0x04, 10, 1, 1, "ifunc"),
    (0x2000, 0x08, OBJECT, 1, 1, "object"),
    (0x0010, 0x08, 6, 1, 1, "thread_local"),
    (0x0000, 0x00, FUNCTION, 1, 0, "elsewhere"),
    (0x1004, 0x00, OBJECT, 1, 0xfff1, "constant"),
    (0x1000, 0x00, 3, 0, 1, "section"),
];

impl Form {
    fn number(self, value: u64, size: usize) -> Vec<u8> {
        let mut bytes = value.to_le_bytes()[..size].to_vec();
        if self.is_big_endian {
            bytes.reverse();
        }
        bytes
    }

    fn word(self, value: u64) -> Vec<u8> {
        self.number(value, if self.is_64 { 8 } else { 4 })
    }

    fn symbol(self, (value, size, kind, binding, section, _): Made, name: u64) -> Vec<u8> {
        let (name, info) = (self.number(name, 4), vec![binding << 4 | kind, 0]);
        let (section, value, size) = (self.number(section, 2), self.word(value), self.word(size));
        let parts = if self.is_64 { [name, info, section, value, size] } else { [name, value, size, info, section] };
        parts.concat()
    }

    fn symbols(self, symbols: &[Made]) -> (Vec<u8>, Vec<u8>) {
        let mut table = self.symbol((0, 0, 0, 0, 0, ""), 0);
        let mut names = vec![0];
        for &symbol in symbols {
            table.extend(self.symbol(symbol, names.len() as u64));
            names.extend(symbol.5.as_bytes());
            names.push(0);
        }
        (table, names)
    }

    fn header(self, segments: (u64, u64), sections: (u64, u64)) -> Vec<u8> {
        let mut header = b"\x7fELF".to_vec();
        header.extend([if self.is_64 { 2 } else { 1 }, if self.is_big_endian { 2 } else { 1 }, 1]);
        header.resize(16, 0);
        header.extend([self.number(3, 2), self.number(self.machine, 2), self.number(1, 4)].concat());
        header.extend([self.word(0), self.word(segments.0), self.word(sections.0), self.number(0, 4)].concat());
        let (size, segment, section) = if self.is_64 { (64, 56, 64) } else { (52, 32, 40) };
        for half in [size, segment, segments.1, section, sections.1, sections.1.saturating_sub(1)] {
            header.extend(self.number(half, 2));
        }
        header
    }

    fn section(self, name: u64, kind: u64, flags: u64, place: (u64, u64, u64), link: u64) -> Vec<u8> {
        let (address, offset, size) = place;
        let head = [self.number(name, 4), self.number(kind, 4), self.word(flags), self.word(address)].concat();
        let rest = [self.word(offset), self.word(size), self.number(link, 4), self.number(0, 4)].concat();
        [head, rest, self.word(8), self.word(0)].concat()
    }

    fn segment(self, kind: u64, offset: u64, address: u64, size: u64) -> Vec<u8> {
        let flags = self.number(5, 4);
        let places =
            [self.word(offset), self.word(address), self.word(address), self.word(size), self.word(size)].concat();
        if self.is_64 {
            [self.number(kind, 4), flags, places, self.word(8)].concat()
        } else {
            [self.number(kind, 4), places, flags, self.word(8)].concat()
        }
    }

    /// A file with .text from 0x1000 to 0x1100, and a table of symbols of some type.
    fn with_sections(self, kind: u64, symbols: &[Made]) -> Vec<u8> {
        let (table, names) = self.symbols(symbols);
        let table_at = 64;
        let names_at = table_at + table.len() as u64;
        let section_names = b"\0.text\0.symtab\0.strtab\0";
        let section_names_at = names_at + names.len() as u64;
        let sections_at = section_names_at + section_names.len() as u64;
        let sections = [
            self.section(0, 0, 0, (0, 0, 0), 0),
            self.section(1, 1, 2, (0x1000, 0, 0x100), 0),
            self.section(7, kind, 0, (0, table_at, table.len() as u64), 3),
            self.section(15, 3, 0, (0, names_at, names.len() as u64), 0),
            self.section(15, 3, 0, (0, section_names_at, section_names.len() as u64), 0),
        ];
        let mut file = self.header((0, 0), (sections_at, sections.len() as u64));
        file.resize(64, 0);
        [file, table, names, section_names.to_vec(), sections.concat()].concat()
    }

    /// A file without sections, with a dynamic segment and a hash table of some tag.
    fn without_sections(self, hash_tag: u64, hash: &[u8], symbols: &[Made]) -> Vec<u8> {
        let (table, names) = self.symbols(symbols);
        let mut file = self.header((64, 2), (0, 0));
        file.resize(64, 0);
        let segment_size = if self.is_64 { 56 } else { 32 };
        let hash_at = 64 + 2 * segment_size;
        let table_at = hash_at + hash.len() as u64;
        let names_at = table_at + table.len() as u64;
        let dynamic_at = names_at + names.len() as u64;
        let values = [names_at + 0x10_000, table_at + 0x10_000, names.len() as u64, hash_at + 0x10_000];
        let mut dynamic = Vec::new();
        for (tag, value) in DYNAMIC_TAGS.iter().zip(values) {
            dynamic.extend(self.word(if *tag == 4 { hash_tag } else { *tag }));
            dynamic.extend(self.word(value));
        }
        dynamic.extend(self.word(0));
        dynamic.extend(self.word(0));
        let end = dynamic_at + dynamic.len() as u64;
        file.extend(self.segment(1, 0, 0x10_000, end));
        file.extend(self.segment(2, dynamic_at, dynamic_at + 0x10_000, dynamic.len() as u64));
        [file, hash.to_vec(), table, names, dynamic].concat()
    }
}

fn table(file: &[u8]) -> Option<Table> {
    file::symbols_of_image(file).expect("bytes can be read").map(|symbols| symbols.table)
}

fn name_at(table: &Table, address: u64) -> String {
    let symbol = table.find(address).and_then(|index| table.symbol(index));
    symbol.map_or("-".to_owned(), |symbol| String::from_utf8_lossy(table.name(symbol)).into_owned())
}

fn sources(table: &Table) -> Vec<&'static str> {
    let mut sources: Vec<_> = (0..table.len()).filter_map(|i| table.symbol(i)).map(|s| table.source(s)).collect();
    sources.dedup();
    sources
}

const EXPECTED: [(u64, &str); 9] = [
    (0xfff, "-"),
    (0x100f, "function"),
    (0x1010, "__strong"),
    (0x1018, "label"),
    (0x101f, "label"),
    (0x1020, "ifunc"),
    (0x1024, "-"),
    (0x2007, "object"),
    (0x2008, "-"),
];

#[test]
fn symbols_of_sections() {
    for form in FORMS {
        for (kind, source) in [(2, "symtab"), (11, "dynsym")] {
            let table = table(&form.with_sections(kind, &SYMBOLS)).expect("it is an ELF file");
            assert_eq!(table.len(), 6);
            assert_eq!(sources(&table), [source]);
            for (address, name) in EXPECTED {
                assert_eq!(name_at(&table, address), name, "{address:#x}");
            }
        }
    }
}

#[test]
fn symbols_of_the_dynamic_segment() {
    for form in FORMS {
        let numbers = |numbers: &[u64]| numbers.iter().flat_map(|&number| form.number(number, 4)).collect::<Vec<u8>>();
        let count = SYMBOLS.len() as u64 + 1;
        let classic = numbers(&[1, count, 0]);
        // Two buckets; symbols from 1 on in chains, of which the last ends with the last symbol.
        let bloom = if form.is_64 { vec![0, 0] } else { vec![0] };
        let chains: Vec<u64> = (1..count).map(|index| u64::from(index == 5 || index == count - 1)).collect();
        let gnu = numbers(&[&[2, 1, 1, 0], &bloom[..], &[1, 6], &chains[..]].concat());
        for (tag, hash) in [(4, classic), (0x6fff_fef5, gnu)] {
            let table = table(&form.without_sections(tag, &hash, &SYMBOLS)).expect("it is an ELF file");
            assert_eq!((table.len(), sources(&table)), (6, vec!["dynsym"]), "{tag:#x}");
            assert_eq!(name_at(&table, 0x100f), "function");
        }
    }
}

#[test]
fn a_hash_table_of_long_words() {
    for form in [Form { machine: S390, ..FORMS[1] }, Form { machine: ALPHA, ..FORMS[0] }] {
        let hash = [1, SYMBOLS.len() as u64 + 1, 0].map(|number| form.number(number, 8)).concat();
        let table = table(&form.without_sections(4, &hash, &SYMBOLS)).expect("it is an ELF file");
        assert_eq!(table.len(), 6);
    }
}

#[test]
fn the_bit_of_thumb_is_no_part_of_an_address() {
    let form = Form { machine: ARM, ..FORMS[2] };
    let marks = [(0x1008, 0, 0, 0, 1, "$d"), (0x1008, 0, 0, 0, 1, "$t.5"), (0x1009, 0, 0, 0, 1, "$x")];
    let symbols = [&[(0x1001, 8, FUNCTION, 1, 1, "thumb"), (0x1021, 4, OBJECT, 1, 1, "odd")][..], &marks].concat();
    let table = table(&form.with_sections(2, &symbols)).expect("it is an ELF file");
    assert_eq!([0x1000, 0x1007, 0x1020, 0x1021].map(|at| name_at(&table, at)), ["thumb", "thumb", "$x", "odd"]);
    assert_eq!(name_at(&table, 0x1009), "$x", "no mark of 32-bit Arm");
    assert_eq!(table.len(), 3);
}

#[test]
fn marks_are_no_symbols() {
    let marks = [(0x1000, 0, 0, 0, 1, "$x"), (0x1004, 0, 0, 0, 1, "$d.1"), (0x1008, 0, FUNCTION, 0, 1, "$x")];
    for (machine, count) in [(AARCH64, 1), (X86_64, 3)] {
        let table = table(&Form { machine, ..FORMS[0] }.with_sections(2, &marks)).expect("it is an ELF file");
        assert_eq!(table.len(), count);
    }
}

#[test]
fn what_is_no_elf_file_has_no_symbols() {
    for bytes in [&b""[..], b"\x7fELF", b"\x7fELF\x03\x01", b"\x7fELF\x02\x03", &[0; 100]] {
        assert!(table(bytes).is_none());
    }
}

#[test]
fn a_file_that_is_cut_anywhere_has_what_is_left_of_it() {
    for form in FORMS {
        let hash = [1, 11, 0].map(|number| form.number(number, 4)).concat();
        for file in [form.with_sections(2, &SYMBOLS), form.without_sections(4, &hash, &SYMBOLS)] {
            let most = table(&file).map_or(0, |table| table.len());
            assert_eq!(most, 6);
            for size in 0..file.len() {
                assert!(table(&file[..size]).map_or(0, |table| table.len()) <= most);
            }
        }
    }
}

#[test]
fn a_damaged_file_is_no_harm() {
    let mut random = Random::new(7);
    for round in 0..20_000 {
        let form = *random.one_of(&FORMS);
        let hash = random.one_of(&[4, 0x6fff_fef5]);
        let numbers: Vec<u8> = (0..16).flat_map(|_| form.number(random.below(9), 4)).collect();
        let mut file = match round % 2 {
            0 => form.with_sections(2, &SYMBOLS),
            _ => form.without_sections(*hash, &numbers, &SYMBOLS),
        };
        for _ in 0..1 + random.below(8) {
            let at = 16 + random.below(file.len() as u64 - 16) as usize;
            file[at] = *random.one_of(&[0, 1, 0x7f, 0x80, 0xff]);
        }
        // Of a lying size there is no more in the file.
        let most = file.len();
        assert!(table(&file).is_none_or(|table| table.len() <= most));
    }
}

#[test]
fn no_more_is_asked_for_than_the_limits_allow() {
    for form in FORMS {
        let mut file = form.with_sections(2, &SYMBOLS);
        let (sections_at, section_size) =
            (file.len() - 5 * if form.is_64 { 64 } else { 40 }, if form.is_64 { 64 } else { 40 });
        let (size_at, word) = if form.is_64 { (32, 8) } else { (20, 4) };
        for section in 1..5 {
            let at = sections_at + section * section_size + size_at;
            file[at..at + word].fill(0xff);
        }
        let mut largest = 0;
        let mut inner = of_bytes(&file);
        let mut read = |offset, size| {
            largest = largest.max(size);
            inner(offset, size)
        };
        let elf = Elf::parse(&mut read).expect("bytes can be read").expect("it is an ELF file");
        let mut builder = Builder::default();
        elf.collect(&mut read, &mut builder).expect("bytes can be read");
        assert!(largest <= 512 << 20);
        assert_eq!(builder.notes, ["its symtab is too large, and was not read whole"]);
    }
}

#[test]
#[ignore = "writes what fuzzing begins with"]
fn make_the_corpus() {
    let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/fuzz/corpus/symbols");
    std::fs::create_dir_all(directory).expect("a directory can be made");
    for (form, name) in FORMS.iter().zip(["64-little", "64-big", "32-little", "32-big"]) {
        let numbers = |numbers: &[u64]| numbers.iter().flat_map(|&number| form.number(number, 4)).collect::<Vec<u8>>();
        let gnu = numbers(&[2, 1, 1, 0, 0, 0, 1, 6, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]);
        for (kind, file) in [
            ("sections", form.with_sections(2, &SYMBOLS)),
            ("sysv-hash", form.without_sections(4, &numbers(&[1, 11, 0]), &SYMBOLS)),
            ("gnu-hash", form.without_sections(0x6fff_fef5, &gnu, &SYMBOLS)),
        ] {
            std::fs::write(format!("{directory}/{name}-{kind}.elf"), file).expect("a file can be made");
        }
    }
}
