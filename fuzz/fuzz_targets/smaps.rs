//! Any bytes are a listing of smaps or an error; and any fields of mappings, printed in the columns of a
//! kernel or in others, are read back as they were.
#![no_main]

use _procmaps::fields::{AMOUNTS, FIELDS};
use _procmaps::smaps;
use libfuzzer_sys::fuzz_target;

/// For each mapping fields and their values, and whether these are in the kernel's columns; then any bytes.
type Input<'i> = (Vec<Vec<(u8, u32, bool)>>, &'i [u8]);

fuzz_target!(|input: Input<'_>| {
    let (mappings, bytes) = input;
    if let Ok(listing) = smaps::parse(bytes) {
        assert_eq!(listing.maps.len(), listing.usages.len());
    }
    // A mapping without fields is no listing of smaps.
    let mappings: Vec<_> =
        mappings.iter().map(|fields| once_each(fields)).filter(|fields| !fields.is_empty()).collect();
    let mut text = String::new();
    for (index, fields) in mappings.iter().enumerate() {
        text += &format!("{:x}-{:x} r--p 00000000 00:00 0 \n", index * 2 + 1, index * 2 + 2);
        for &(field, value, is_usual) in fields {
            let label = format!("{}:", FIELDS[usize::from(field)].label);
            text += &if is_usual { format!("{label:<16}{value:>8} kB\n") } else { format!("{label}\t {value} kB\n") };
        }
    }
    let listing = smaps::parse(text.as_bytes()).expect("what is printed parses");
    assert_eq!(listing.maps.len(), mappings.len());
    for (index, fields) in mappings.iter().enumerate() {
        let usage = listing.usages.row(index).expect("a row for each mapping");
        for &(field, value, _) in fields {
            assert_eq!(usage.value(field.into()), Some(u64::from(value) << 10));
        }
        assert_eq!((0..FIELDS.len()).filter(|&field| usage.has(field)).count(), fields.len());
    }
});

/// The fields that are amounts, each with the first of its values.
fn once_each(fields: &[(u8, u32, bool)]) -> Vec<(u8, u32, bool)> {
    let mut found: Vec<(u8, u32, bool)> = Vec::new();
    for &(field, value, is_usual) in fields {
        let field = field % AMOUNTS as u8;
        if found.iter().all(|&(other, ..)| other != field) {
            found.push((field, value, is_usual));
        }
    }
    found
}
