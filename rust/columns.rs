//! The mappings of one listing as columns for tools that analyse data.
//!
//! The names, their order and their types are what [`MAPS`] promises, and [`USAGES`] with what the mappings
//! use behind them: whatever takes one away or changes its meaning changes these. `procmaps/_rows.py` has the
//! same for one mapping.
//!
//! Guarantee: text is UTF-8, and the memory is linear in that of the listing's text.

use crate::fields::{FIELDS, Field, Unit};
use crate::kind;
use crate::table::{Row, Table};
use crate::usages::Usages;
use std::ffi::{CStr, CString};

/// The version of the columns.
pub const MAPS: &str = "maps/1";
/// The version of the columns with those of smaps.
pub const USAGES: &str = "usages/1";

/// What a column is.
pub struct Type {
    /// What it is called.
    pub name: CString,
    /// The type of the cells, as Arrow's C data interface writes it.
    pub format: &'static CStr,
    /// Whether a cell may be empty.
    pub is_nullable: bool,
}

struct Column {
    name: &'static CStr,
    cell: Cell,
}

/// What is in each of its cells.
#[derive(Clone, Copy)]
enum Cell {
    Pid,
    Number(fn(&Line<'_>) -> u64),
    Short(fn(&Line<'_>) -> u32),
    Truth(fn(&Line<'_>) -> bool),
    Word(for<'t> fn(&'t Line<'_>) -> &'t [u8]),
    Text(for<'t> fn(&Line<'t>) -> Option<&'t [u8]>),
    Bytes(for<'t> fn(&Line<'t>) -> Option<&'t [u8]>),
}

/// The columns, in their order.
const COLUMNS: [Column; 18] = [
    column(c"pid", Cell::Pid),
    column(c"begin_address", Cell::Number(|line| line.row.begin)),
    column(c"end_address", Cell::Number(|line| line.row.end)),
    column(c"size", Cell::Number(|line| line.row.end - line.row.begin)),
    column(c"perms", Cell::Word(|line| &line.row.perms)),
    column(c"is_readable", Cell::Truth(|line| line.row.perms[0] == b'r')),
    column(c"is_writable", Cell::Truth(|line| line.row.perms[1] == b'w')),
    column(c"is_executable", Cell::Truth(|line| line.row.perms[2] == b'x')),
    column(c"is_shared", Cell::Truth(|line| matches!(line.row.perms[3], b's' | b'S'))),
    column(c"offset", Cell::Number(|line| line.row.offset)),
    column(c"device_major", Cell::Short(|line| line.row.dev_major)),
    column(c"device_minor", Cell::Short(|line| line.row.dev_minor)),
    column(c"inode", Cell::Number(|line| line.row.inode)),
    column(c"kind", Cell::Word(|line| line.kind.as_bytes())),
    column(c"path", Cell::Text(|line| line.path)),
    column(c"is_deleted", Cell::Truth(|line| line.is_deleted)),
    column(c"pathname", Cell::Text(|line| line.row.name)),
    column(c"pathname_bytes", Cell::Bytes(|line| line.row.name.filter(|_| !line.is_text))),
];

const fn column(name: &'static CStr, cell: Cell) -> Column {
    Column { name, cell }
}

/// The columns, in their order: signed numbers have the bits of the unsigned ones.
pub fn types(signed: bool, with_usages: bool) -> Vec<Type> {
    let of_maps = COLUMNS.iter().map(|column| Type {
        name: column.name.into(),
        format: column.cell.format(signed),
        is_nullable: matches!(column.cell, Cell::Pid | Cell::Text(_) | Cell::Bytes(_)),
    });
    let of_usages = numbers().map(|(_, name)| Type {
        name: CString::new(name).unwrap_or_default(),
        format: if signed { c"l" } else { c"L" },
        is_nullable: true,
    });
    of_maps.chain(of_usages.filter(|_| with_usages)).collect()
}

/// The fields of smaps that are numbers, but for the size, which is that of the mapping.
fn numbers() -> impl Iterator<Item = (usize, &'static str)> {
    let is_number = |field: &Field| field.unit != Unit::Flags && field.name != "size";
    FIELDS.iter().enumerate().filter(move |(_, field)| is_number(field)).map(|(at, field)| (at, field.name))
}

/// The cells of a column.
#[derive(Default)]
pub struct Cells {
    /// A bit for each that is not empty; `None` if none is.
    pub valid: Option<Bits>,
    /// What is in them.
    pub values: Values,
}

/// What is in the cells of a column, as Arrow has it in memory.
pub enum Values {
    /// Numbers of 64 bits.
    Numbers(Vec<u64>),
    /// Numbers of 32 bits.
    Shorts(Vec<u32>),
    /// A bit each.
    Truths(Bits),
    /// Bytes, one after the other, and where they end; the first number is 0.
    Strings(Vec<i64>, Vec<u8>),
}

impl Default for Values {
    fn default() -> Values {
        Values::Truths(Bits::default())
    }
}

/// Bits, the lowest of each byte first.
#[derive(Default)]
pub struct Bits {
    /// The bytes; what is behind the last bit is 0.
    pub bytes: Vec<u8>,
    /// How many bits are not set.
    pub zeros: usize,
}

impl FromIterator<bool> for Bits {
    fn from_iter<I: IntoIterator<Item = bool>>(bits: I) -> Bits {
        let mut found = Bits::default();
        for (index, bit) in bits.into_iter().enumerate() {
            if index % 8 == 0 {
                found.bytes.push(0);
            }
            found.bytes[index / 8] |= u8::from(bit) << (index % 8);
            found.zeros += usize::from(!bit);
        }
        found
    }
}

/// A row, and what is to be found out about it once.
struct Line<'t> {
    row: Row<'t>,
    kind: &'static str,
    path: Option<&'t [u8]>,
    is_deleted: bool,
    /// Whether the name is UTF-8.
    is_text: bool,
}

impl<'t> Line<'t> {
    fn new(row: Row<'t>, last: Option<&Line<'t>>) -> Line<'t> {
        if let Some(Line { row: Row { name, dev_major, .. }, kind, path, is_deleted, is_text }) = last {
            if *name == row.name && *dev_major == row.dev_major {
                return Line { row, kind, path: *path, is_deleted: *is_deleted, is_text: *is_text };
            }
        }
        let kind = kind::of(row.name, row.dev_major);
        let file = row.name.filter(|_| kind == "file");
        Line {
            row,
            kind,
            path: file.map(|name| name.strip_suffix(kind::DELETED).unwrap_or(name)),
            is_deleted: file.is_some_and(|name| name.ends_with(kind::DELETED)),
            is_text: row.name.is_none_or(|name| std::str::from_utf8(name).is_ok()),
        }
    }
}

/// The cells of all columns. Of the usages there are as many as of the mappings.
pub fn cells(table: &Table, usages: Option<&Usages>, pid: Option<u32>) -> Vec<Cells> {
    let mut lines: Vec<Line<'_>> = Vec::with_capacity(table.len());
    for row in (0..table.len()).filter_map(|index| table.row(index)) {
        lines.push(Line::new(row, lines.last()));
    }
    let of_maps = COLUMNS.iter().map(|column| column.cell.of(&lines, pid));
    of_maps.chain(usages.into_iter().flat_map(cells_of_usages)).collect()
}

fn cells_of_usages(usages: &Usages) -> impl Iterator<Item = Cells> {
    numbers().map(|(at, _)| {
        let values = || (0..usages.len()).map(|row| usages.row(row).and_then(|usage| usage.value(at)));
        Cells {
            valid: Some(values().map(|value| value.is_some()).collect()),
            values: Values::Numbers(values().map(|value| value.unwrap_or(0)).collect()),
        }
    })
}

impl Cell {
    fn format(self, signed: bool) -> &'static CStr {
        match (self, signed) {
            (Cell::Number(_), false) => c"L",
            (Cell::Number(_), true) => c"l",
            (Cell::Short(_) | Cell::Pid, false) => c"I",
            (Cell::Short(_) | Cell::Pid, true) => c"i",
            (Cell::Truth(_), _) => c"b",
            (Cell::Word(_) | Cell::Text(_), _) => c"U",
            (Cell::Bytes(_), _) => c"Z",
        }
    }

    fn of(self, lines: &[Line<'_>], pid: Option<u32>) -> Cells {
        match self {
            Cell::Pid => Cells {
                valid: Some(lines.iter().map(|_| pid.is_some()).collect()),
                values: Values::Shorts(vec![pid.unwrap_or(0); lines.len()]),
            },
            Cell::Number(get) => Cells { valid: None, values: Values::Numbers(lines.iter().map(get).collect()) },
            Cell::Short(get) => Cells { valid: None, values: Values::Shorts(lines.iter().map(get).collect()) },
            Cell::Truth(get) => Cells { valid: None, values: Values::Truths(lines.iter().map(get).collect()) },
            Cell::Word(get) => Cells { valid: None, values: strings(lines, |line, bytes| bytes.extend(get(line))) },
            Cell::Text(get) => Cells {
                valid: Some(lines.iter().map(|line| get(line).is_some()).collect()),
                values: strings(lines, |line, bytes| push_text(get(line).unwrap_or_default(), line.is_text, bytes)),
            },
            Cell::Bytes(get) => Cells {
                valid: Some(lines.iter().map(|line| get(line).is_some()).collect()),
                values: strings(lines, |line, bytes| bytes.extend(get(line).unwrap_or_default())),
            },
        }
    }
}

fn strings<'l, 't>(lines: &'l [Line<'t>], push: impl Fn(&'l Line<'t>, &mut Vec<u8>)) -> Values {
    let mut bytes = Vec::new();
    let mut ends = Vec::with_capacity(lines.len() + 1);
    ends.push(0);
    for line in lines {
        push(line, &mut bytes);
        ends.push(bytes.len() as i64);
    }
    Values::Strings(ends, bytes)
}

fn push_text(text: &[u8], is_text: bool, bytes: &mut Vec<u8>) {
    if is_text {
        bytes.extend_from_slice(text);
    } else {
        bytes.extend_from_slice(String::from_utf8_lossy(text).as_bytes());
    }
}
