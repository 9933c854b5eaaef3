//! Any rows print to a text that parses to them again, and every search in their columns gives what
//! a search of all rows gives.
#![no_main]

use _procmaps::maps::{self, Dialect};
use _procmaps::table::{Row, Table};
use libfuzzer_sys::fuzz_target;

/// Step from the end of the last row (by its lowest bit: forward or back), size, perms, offset,
/// device, inode, name.
type Raw<'t> = (u64, u32, u8, u64, u32, u32, u64, &'t [u8]);

fuzz_target!(|raw: Vec<Raw<'_>>| {
    let rows = rows(&raw);
    let mut table = Table::default();
    rows.iter().for_each(|row| table.push(row));
    assert!((0..rows.len()).all(|index| table.row(index) == Some(rows[index])));
    let is_ordered = rows.windows(2).all(|pair| pair[0].end <= pair[1].begin);
    assert_eq!(table.is_ordered(), is_ordered);
    reads_back(&rows);
    searches(&table, &rows);
});

fn rows<'t>(raw: &[Raw<'t>]) -> Vec<Row<'t>> {
    let mut at = 0u64;
    raw.iter()
        .map(|&(step, size, perms, offset, dev_major, dev_minor, inode, name)| {
            let begin = if step & 1 == 0 { at.saturating_add(step) } else { at.saturating_sub(step) };
            let end = begin.saturating_add(size.into());
            at = end;
            Row { begin, end, perms: letters(perms), offset, dev_major, dev_minor, inode, name: printable(name) }
        })
        .collect()
}

fn letters(bits: u8) -> [u8; 4] {
    let letter = |bit: u8, letter: u8| if bits & bit == 0 { b'-' } else { letter };
    [letter(1, b'r'), letter(2, b'w'), letter(4, b'x'), b"psSp"[usize::from(bits >> 3 & 3)]]
}

/// The part of some bytes that can be a name.
fn printable(name: &[u8]) -> Option<&[u8]> {
    let name = name.split(|&byte| matches!(byte, b'\n' | 0)).next()?;
    let blanks = name.iter().take_while(|&&byte| byte == b' ').count();
    (blanks < name.len()).then(|| &name[blanks..])
}

fn reads_back(rows: &[Row<'_>]) {
    for bits in [32, 64] {
        let mut text = Vec::new();
        for row in rows {
            maps::print(row, bits, &mut text);
            text.push(b'\n');
        }
        let table = maps::parse(&text, Dialect::Linux).expect("what is printed parses");
        assert_eq!(table.len(), rows.len());
        assert!((0..rows.len()).all(|index| table.row(index) == Some(rows[index])));
    }
}

fn searches(table: &Table, rows: &[Row<'_>]) {
    for address in rows.iter().flat_map(|row| [row.begin.saturating_sub(1), row.begin, row.end]) {
        let holds = |row: &Row<'_>| row.begin <= address && address < row.end;
        assert_eq!(table.find(address), rows.iter().rposition(holds));
        let Some((from, to)) = table.between(address, address.saturating_add(1 << 20)) else {
            assert!(!table.is_ordered());
            continue;
        };
        let shares = |row: &Row<'_>| row.begin.max(address) < row.end.min(address.saturating_add(1 << 20));
        assert!((0..rows.len()).all(|index| !shares(&rows[index]) || (from..to).contains(&index)));
        assert!((from..to).all(|index| shares(&rows[index]) || rows[index].begin == rows[index].end));
    }
}
