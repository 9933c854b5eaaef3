//! The numbers of each row side by side, for `Maps.to_numpy`. `procmaps/_numpy.py` names them.

use crate::table::{Row, Table};

/// The size of a row, bytes.
pub const SIZE: usize = 56;

/// The rows, in the byte order of this machine.
pub fn rows(table: &Table) -> Vec<u8> {
    let mut packed = Vec::with_capacity(table.len() * SIZE);
    for row in (0..table.len()).filter_map(|index| table.row(index)) {
        push(&row, &mut packed);
    }
    packed
}

fn push(row: &Row<'_>, packed: &mut Vec<u8>) {
    for number in [row.begin, row.end, row.end - row.begin, row.offset, row.inode] {
        packed.extend(number.to_ne_bytes());
    }
    for number in [row.dev_major, row.dev_minor] {
        packed.extend(number.to_ne_bytes());
    }
    let [read, write, execute, shared] = row.perms;
    packed.extend(row.perms);
    packed.extend([read == b'r', write == b'w', execute == b'x', matches!(shared, b's' | b'S')].map(u8::from));
}
