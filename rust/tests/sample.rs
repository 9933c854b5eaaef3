//! A listing, and rows of it as text.

#![allow(dead_code)] // Each test program uses a part of it.

use _procmaps::maps;
use _procmaps::table::{Row, Table};

/// In the layout of a 64-bit kernel.
pub const LISTING: &[u8] = b"\
00400000-00452000 r-xp 00000000 08:02 173521                             /usr/bin/dbus-daemon
00e03000-00e24000 rw-p 00000000 00:00 0                                  [heap]
35b1800000-35b1820000 r-xp 00000000 08:02 135522                         /usr/lib64/ld-2.15.so
7f5c8a3d1000-7f5c8a3f1000 rw-s 00001000 00:0e 1037                       anon_inode:[perf_event]
7f5c8a3f1000-7f5c8a3f2000 ---p 00000000 00:00 0 
ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0                  [vsyscall]
";

/// A row that is none of these.
pub const ROW: Row<'static> = Row {
    begin: 0x1000,
    end: 0x3000,
    perms: *b"r-xp",
    offset: 0x2000,
    dev_major: 8,
    dev_minor: 1,
    inode: 42,
    name: Some(b"/bin/cat"),
};

/// All rows of a table.
pub fn rows(table: &Table) -> Vec<Row<'_>> {
    (0..table.len()).map(|index| table.row(index).expect("below len()")).collect()
}

/// The line of a row.
pub fn printed(row: &Row<'_>, bits: u32) -> String {
    let mut line = Vec::new();
    maps::print(row, bits, &mut line);
    String::from_utf8(line).expect("the rows of these tests are ASCII")
}

/// The listing of a table.
pub fn reprinted(table: &Table) -> Vec<u8> {
    let mut text = Vec::new();
    for row in rows(table) {
        maps::print(&row, 64, &mut text);
        text.push(b'\n');
    }
    text
}
