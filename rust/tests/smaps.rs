//! The text of smaps into mappings and what they use, without Python.

mod random;
mod reference;

use _procmaps::fields::{AMOUNTS, FIELDS, Unit};
use _procmaps::maps::{Dialect, ParseError};
use _procmaps::smaps::{self, Listing};
use _procmaps::usages::Usage;
use random::Random;

/// Two mappings as Linux 6.18 prints them, the second without some fields.
const TEXT: &str = "\
00400000-00452000 r-xp 00000000 08:02 173521                             /usr/bin/dbus-daemon
Size:                328 kB
KernelPageSize:        4 kB
MMUPageSize:           4 kB
Rss:                 320 kB
Pss:                 160 kB
Pss_Dirty:             0 kB
Shared_Clean:        320 kB
Shared_Dirty:          0 kB
Private_Clean:         0 kB
Private_Dirty:         0 kB
Referenced:          320 kB
Anonymous:             0 kB
KSM:                   0 kB
LazyFree:              0 kB
AnonHugePages:         0 kB
ShmemPmdMapped:        0 kB
FilePmdMapped:         0 kB
Shared_Hugetlb:        0 kB
Private_Hugetlb:       0 kB
Swap:                  0 kB
SwapPss:               0 kB
Locked:                0 kB
THPeligible:           0
ProtectionKey:         0
VmFlags: rd ex mr mw me 
7f0000000000-7fff00000000 rw-p 00000000 00:00 0 
Size:           549751619584 kB
Rss:            99999999 kB
Pss:            100000000 kB
Private_Dirty: 4 kB
THPeligible:\t\t1
VmFlags: rd wr ?? 
";

fn parsed(text: &str) -> Listing {
    smaps::parse(text.as_bytes())
        .unwrap_or_else(|error| panic!("{error} in {:?}", error.line.escape_ascii().to_string()))
}

fn refused(text: &str) -> ParseError {
    smaps::parse(text.as_bytes()).err().unwrap_or_else(|| panic!("not refused: {text}"))
}

fn at(name: &str) -> usize {
    FIELDS.iter().position(|field| field.name == name).expect("it is a field")
}

/// One mapping with some lines below it.
fn usage(fields: &str) -> Usage {
    *parsed(&format!("1000-2000 rw-p 00000000 00:00 0 \n{fields}")).usages.row(0).expect("there is one")
}

#[test]
fn every_line_of_a_mapping_is_read() {
    let listing = parsed(TEXT);
    assert_eq!((listing.maps.len(), listing.usages.len()), (2, 2));
    assert_eq!(listing.maps.row(0).unwrap().name, Some(&b"/usr/bin/dbus-daemon"[..]));
    let first = listing.usages.row(0).unwrap();
    let absent: Vec<_> = FIELDS.iter().filter(|field| !first.has(at(field.name))).map(|field| field.label).collect();
    assert_eq!(absent, ["Pss_Anon", "Pss_File", "Pss_Shmem", "Nonlinear"]);
    let value = |name| first.value(at(name));
    assert_eq!((value("size"), value("mmu_page_size")), (Some(328 << 10), Some(4096)));
    assert_eq!(
        (value("rss"), value("pss"), value("shared_clean")),
        (Some(320 << 10), Some(160 << 10), Some(320 << 10))
    );
    assert_eq!((value("referenced"), value("locked"), value("protection_key")), (Some(320 << 10), Some(0), Some(0)));
    assert_eq!(value("nonlinear"), None);
    assert_eq!(listing.usages.flags()[value("vm_flags").unwrap() as usize], b" rd ex mr mw me ");
}

#[test]
fn what_is_absent_is_not_zero_and_numbers_may_be_long() {
    let listing = parsed(TEXT);
    let second = listing.usages.row(1).unwrap();
    let present: Vec<_> = FIELDS.iter().filter(|field| second.has(at(field.name))).map(|field| field.label).collect();
    assert_eq!(present, ["Size", "Rss", "Pss", "Private_Dirty", "THPeligible", "VmFlags"]);
    let value = |name| second.value(at(name));
    assert_eq!(value("size"), Some(549_751_619_584 << 10));
    assert_eq!((value("rss"), value("pss")), (Some(99_999_999 << 10), Some(100_000_000 << 10)));
    assert_eq!((value("private_dirty"), value("thp_eligible"), value("vm_flags")), (Some(4096), Some(1), Some(1)));
}

#[test]
fn fields_may_come_in_any_order() {
    for fields in
        ["Rss: 4 kB\nSize:                  8 kB\n", "Size:                  8 kB\nRss:                   4 kB\n"]
    {
        assert_eq!(usage(fields).value(at("rss")), Some(4096));
        assert_eq!(usage(fields).value(at("size")), Some(8192));
    }
}

#[test]
fn an_order_that_was_learned_does_not_hide_a_field_that_comes_twice() {
    let map = "1000-2000 r--p 00000000 00:00 0 \n";
    let (size, rss) = ("Size:                  8 kB\n", "Rss:                   4 kB\n");
    let error = refused(&format!("{map}{size}{rss}{map}{rss}{size}{rss}"));
    assert_eq!((error.lineno, error.column, error.field), (7, 1, "rss"));
}

#[test]
fn the_last_newline_may_be_missing() {
    for length in 1..3 {
        let text = TEXT.trim_end_matches('\n');
        let text = &text[..text.len() - length + 1]; // then without the blank after the flags
        assert_eq!(parsed(text).usages.row(1).unwrap().value(at("vm_flags")), Some(1));
    }
    assert!(parsed("").maps.is_empty());
}

#[test]
fn a_name_that_looks_like_a_field_is_a_name() {
    let listing = parsed("1000-2000 r--p 00000000 00:03 5 Rss:                   4 kB\nRss:                   8 kB\n");
    assert_eq!(listing.maps.row(0).unwrap().name, Some(&b"Rss:                   4 kB"[..]));
    assert_eq!(listing.usages.row(0).unwrap().value(at("rss")), Some(8192));
}

#[test]
fn flags_are_kept_once() {
    let block = "1000-2000 r--p 00000000 00:00 0 \nVmFlags: rd \n2000-3000 r--p 00000000 00:00 0 \nVmFlags: \n";
    let listing = parsed(&block.repeat(3));
    assert_eq!(listing.usages.flags(), [b" rd ".to_vec(), b" ".to_vec()]);
    let last = listing.usages.row(5).unwrap().value(at("vm_flags"));
    assert_eq!(last, Some(1));
}

#[test]
fn many_flags_are_told_apart() {
    let line = |i: u32| format!("1000-2000 r--p 00000000 00:00 0 \nVmFlags: {:02x}\n", i % 100);
    let text: String = (0..200).map(line).collect();
    let listing = parsed(&text);
    for i in 0..200 {
        let index = listing.usages.row(i as usize).unwrap().value(at("vm_flags")).unwrap();
        assert_eq!(listing.usages.flags()[index as usize], format!(" {:02x}", i % 100).into_bytes());
    }
}

#[test]
fn fields_that_are_not_known_are_kept_with_their_mapping() {
    let listing = parsed(
        "1000-2000 r--p 00000000 00:00 0 \nName:           [anon:x: y] \nRss: 4 kB\nNew_1(x):1\n\
         2000-3000 r--p 00000000 00:00 0 \nRss: 4 kB\n3000-4000 r--p 00000000 00:00 0 \nNew:\t \n",
    );
    let others = |row| -> Vec<(&[u8], &[u8])> {
        listing.usages.others(row).iter().map(|other| (&other.label[..], &other.text[..])).collect()
    };
    assert_eq!(others(0), [(&b"Name"[..], &b"[anon:x: y] "[..]), (b"New_1(x)", b"1")]);
    assert_eq!(others(1), []);
    assert_eq!(others(2), [(&b"New"[..], &b""[..])]);
    assert_eq!(others(3), []);
}

#[test]
fn what_is_wrong_with_a_field_is_said_with_its_place() {
    const MAP: &str = "1000-2000 r--p 00000000 00:00 0 \n";
    for (fields, lineno, column, field) in [
        ("Rss: 4", 2, 5, "rss"),
        ("Rss: kB", 2, 5, "rss"),
        ("Rss:  kB", 2, 5, "rss"),
        ("Rss: 4 MB", 2, 5, "rss"),
        ("Rss: 4 kB ", 2, 5, "rss"),
        ("Rss: -4 kB", 2, 5, "rss"),
        ("Rss: +4 kB", 2, 5, "rss"),
        ("Rss: 4_0 kB", 2, 5, "rss"),
        ("Rss: 4\r kB", 2, 5, "rss"),
        ("Rss: 4 kB\r", 2, 5, "rss"),
        ("Rss:                4 4 kB", 2, 5, "rss"),
        ("Rss:                     kB", 2, 5, "rss"),
        ("Size:              0x8 kB\n", 2, 6, "size"),
        ("Rss: 18014398509481984 kB", 2, 5, "rss"),
        ("Rss: 99999999999999999999999 kB", 2, 5, "rss"),
        ("THPeligible:           0 kB\n", 2, 13, "thp_eligible"),
        ("THPeligible: 18446744073709551616\n", 2, 13, "thp_eligible"),
        ("VmFlags: rd w", 2, 9, "vm_flags"),
        ("VmFlags: rd wr exe", 2, 9, "vm_flags"),
        ("VmFlags: rd\twr", 2, 9, "vm_flags"),
        ("VmFlags: r\u{e9}", 2, 9, "vm_flags"),
        ("Size:                  4 kB\nSize:                  4 kB\n", 3, 1, "size"),
        ("Size: 4 kB\nRss: 4 kB\nSize: 4 kB\n", 4, 1, "size"),
        ("New: 1\nOther: 1\nNew: 2", 4, 1, "other"),
        ("Rss", 2, 4, "other"),
        ("Rss 4 kB: 5 kB", 2, 4, "other"),
        ("Rss: 4 kB\nR\0: 4", 3, 2, "other"),
        ("", 1, MAP.len(), "size"),
        ("2000-3000 r--p 00000000 00:00 0 \nRss: 4 kB", 1, MAP.len(), "size"),
        ("Rss: 4 kB\n\nRss: 4 kB", 3, 1, "begin_address"),
        ("Rss: 4 kB\n rss: 4 kB", 3, 1, "begin_address"),
    ] {
        let error = refused(&format!("{MAP}{fields}"));
        assert_eq!((error.lineno, error.column, error.field), (lineno, column, field), "{fields:?}");
        let lines = format!("{MAP}{fields}");
        assert_eq!(error.line, lines.split('\n').nth(lineno - 1).unwrap().as_bytes());
    }
}

#[test]
fn the_largest_amount_is_the_last_below_2_to_the_64() {
    assert_eq!(usage("Rss: 18014398509481983 kB").value(at("rss")), Some(u64::MAX - 1023));
    assert_eq!(usage("ProtectionKey: 18446744073709551615").value(at("protection_key")), Some(u64::MAX));
}

#[test]
fn a_mapping_is_refused_as_in_a_listing() {
    let bad = "Rss: 4 kB\n2000-1000 r--p 00000000 00:00 0 \nRss: 4 kB\n";
    let error = refused(&format!("1000-2000 r--p 00000000 00:00 0 \n{bad}"));
    assert_eq!((error.lineno, error.column, error.field), (3, 6, "end_address"));
    let error = refused(bad);
    assert_eq!((error.lineno, error.column, error.field), (1, 1, "begin_address"));
    let error = refused("Size:                  4 kB\n1000-2000 r--p 00000000 00:00 0 \nRss: 4 kB\n");
    assert_eq!((error.lineno, error.column, error.field), (1, 1, "begin_address"));
}

#[test]
fn the_first_fault_is_told() {
    let error = refused("1000-2000 rwxq 00000000 00:00 0 \nRss: 4 kB\n1000-2000 r--p 00000000 00:00 0 \nRss: x kB\n");
    assert_eq!((error.lineno, error.field), (1, "perms"));
    let error = refused("1000-2000 r--p 00000000 00:00 0 \nRss: x kB\n1000-2000 rwxq 00000000 00:00 0 \nRss: 4 kB\n");
    assert_eq!((error.lineno, error.field), (2, "rss"));
    let error = refused("1000-2000 rwxq 00000000 00:00 0 \n2000-3000 r--p 00000000 00:00 0 \n");
    assert_eq!((error.lineno, error.field), (1, "perms"));
}

#[test]
fn sums_are_of_what_is_there() {
    let usages = parsed(TEXT).usages;
    let both = usages.totals([0, 1]);
    assert_eq!(both[at("size")], Some((328 + 549_751_619_584) << 10));
    assert_eq!(both[at("locked")], Some(0));
    assert_eq!(both[at("nonlinear")], None);
    assert_eq!((both[at("kernel_page_size")], both[at("thp_eligible")]), (Some(4096), None));
    assert_eq!(usages.totals([1])[at("locked")], None);
    assert_eq!(usages.totals([]), [None; FIELDS.len()]);
    let huge = parsed(&"1000-2000 r--p 00000000 00:00 0 \nSize: 18014398509481983 kB\n".repeat(3)).usages;
    assert_eq!(huge.totals(0..3)[at("size")], Some(3 * u128::from(u64::MAX - 1023)));
}

#[test]
fn fields_are_named_as_attributes_and_the_amounts_come_first() {
    for (index, field) in FIELDS.iter().enumerate() {
        assert_eq!(index < AMOUNTS, field.unit == Unit::Kilobytes);
        assert!(field.name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'));
        assert!(field.label.len() < 16 && field.label.as_bytes()[0].is_ascii_uppercase());
    }
}

// Any text, against a reader that takes line after line

type Mapping<'t> = (Vec<Option<u64>>, Vec<&'t [u8]>);

/// The mappings of a text, each with the values of `FIELDS` and how many others it has; `None` if
/// the text is none.
fn reference(text: &[u8]) -> Option<Vec<(Vec<Option<u64>>, usize)>> {
    let mut mappings: Vec<Mapping> = Vec::new();
    let lines = text.strip_suffix(b"\n").unwrap_or(text);
    for line in lines.split(|&byte| byte == b'\n').take_while(|_| !text.is_empty()) {
        let is_first = mappings.is_empty();
        if is_first || !line.first().is_some_and(u8::is_ascii_uppercase) {
            reference::rows(line, Dialect::Linux).ok().filter(|rows| rows.len() == 1)?;
            mappings.push((vec![None; FIELDS.len()], Vec::new()));
            continue;
        }
        let (values, others) = mappings.last_mut()?;
        let colon = line.iter().position(|&byte| byte == b':')?;
        let (label, value) = (&line[..colon], std::str::from_utf8(&line[colon + 1..]));
        match FIELDS.iter().position(|field| field.label.as_bytes() == label) {
            Some(field) if values[field].is_none() => values[field] = Some(value_of(FIELDS[field].unit, value.ok()?)?),
            None if label.iter().all(u8::is_ascii_graphic) && !others.contains(&label) => others.push(label),
            _ => return None,
        }
    }
    let has_fields = |(values, others): &Mapping| values.iter().flatten().count() + others.len() > 0;
    let all = mappings.iter().all(has_fields);
    all.then(|| mappings.into_iter().map(|(values, others)| (values, others.len())).collect())
}

/// Of flags only that they are some.
fn value_of(unit: Unit, text: &str) -> Option<u64> {
    let words: Vec<&str> = text.split(' ').filter(|word| !word.is_empty()).collect();
    if unit == Unit::Flags {
        return words
            .iter()
            .all(|code| code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_graphic()))
            .then_some(0);
    }
    let digits = text.trim_start_matches([' ', '\t']);
    let (digits, scale) = match unit {
        Unit::Kilobytes => (digits.strip_suffix(" kB")?, 1024),
        _ => (digits, 1),
    };
    let value: u64 = digits.parse().ok()?;
    if digits.starts_with('+') { None } else { value.checked_mul(scale) }
}

fn assert_agrees(text: &[u8]) {
    let found = smaps::parse(text).ok().map(|Listing { maps, usages }| {
        assert_eq!(maps.len(), usages.len());
        (0..usages.len())
            .map(|row| {
                let usage = usages.row(row).expect("below len()");
                let value = |(at, unit)| usage.value(at).map(|value| if unit == Unit::Flags { 0 } else { value });
                let values: Vec<_> = FIELDS.iter().map(|field| field.unit).enumerate().map(value).collect();
                (values, usages.others(row).len())
            })
            .collect::<Vec<_>>()
    });
    assert_eq!(found, reference(text), "{}", text.escape_ascii());
}

#[test]
fn damaged_texts_are_read_as_the_reference_reads_them() {
    let mut random = Random::new(7);
    let lines: Vec<&[u8]> = TEXT.as_bytes().split_inclusive(|&byte| byte == b'\n').collect();
    for _ in 0..8_000 {
        let (from, count) = (random.below(lines.len() as u64) as usize, 1 + random.below(9) as usize);
        let mut text = lines[if random.below(2) == 0 { 0 } else { 26 }].to_vec();
        text.extend(lines[from..].iter().take(count).flat_map(|line| line.iter()));
        for _ in 0..random.below(3) {
            let at = random.below(text.len() as u64) as usize;
            match random.below(4) {
                0 => drop(text.remove(at)),
                1 => text.insert(at, *random.one_of(b" 0123456789:kBAVRsrd\n\t\0?\xff")),
                2 => text[at] = *random.one_of(b" 0123456789:kBAVRsrd\n\t\0?\xff"),
                _ => text.truncate(at + 1),
            }
        }
        assert_agrees(&text);
    }
    assert_agrees(TEXT.as_bytes());
}

#[test]
fn amounts_in_all_columns_are_read_as_the_reference_reads_them() {
    let mut random = Random::new(11);
    for _ in 0..8_000 {
        let label = random.one_of(&FIELDS).label;
        let width = 20 + random.below(6) as usize - label.len();
        let digits = random.below(10) as u32;
        let value = random.below(10u64.pow(digits));
        let text = format!("1000-2000 r--p 00000000 00:00 0 \n{label}:{value:width$} kB\n").into_bytes();
        assert_agrees(&text);
    }
}
