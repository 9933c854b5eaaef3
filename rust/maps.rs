//! The text of /proc/PID/maps into a [`Table`], and back.
//!
//! Format: [`crate::format`], which names the authority. The text is bytes: only LF ends a line and
//! nothing is stripped, decoded or unescaped. The kernel writes a newline in a name as `\012` and
//! escapes nothing else, so names are kept as they stand: what `\012` was cannot be told from here.
//!
//! Excluded: what is not a listing line (the fields of smaps, indented or damaged copies) is an
//! error; reading processes is in `process.rs`.
//!
//! Guarantee: any bytes give rows or a [`ParseError`], never a panic; memory is linear in the input;
//! and printing the rows of a kernel's text gives that text again.

use crate::grammar::{COLUMNS, Fault, Grammar, LANES};
use crate::table::{Row, Table};
use memchr::memchr;
use regex_automata::util::primitives::StateID;

/// Whose text it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// Linux from 2.4 on, with and without MMU, and those who print as it does.
    Linux,
    /// Cygwin's own /proc.
    Cygwin,
}

/// Why a text is not a listing, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseError {
    /// The line, from 1.
    pub lineno: usize,
    /// The byte in the line at which it stops being one, from 1.
    pub column: usize,
    /// The field that could not be read.
    pub field: &'static str,
    /// What was expected there.
    pub expected: String,
    /// The line, without its newline.
    pub line: Vec<u8>,
}

impl std::fmt::Display for ParseError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "line {}, column {}: {}: expected {}", self.lineno, self.column, self.field, self.expected)
    }
}

impl std::error::Error for ParseError {}

/// Parses a whole listing. The last line may lack its newline.
pub fn parse(text: &[u8], dialect: Dialect) -> Result<Table, ParseError> {
    let mut table = Table::with_capacity_for(text.len());
    each_row(text, dialect, |row| table.push(row))?;
    table.shrink_to_fit();
    Ok(table)
}

/// The same, row by row.
pub fn each_row<'t>(text: &'t [u8], dialect: Dialect, mut take: impl FnMut(&Row<'t>)) -> Result<(), ParseError> {
    let grammar = Grammar::of(dialect);
    // The kernel's names are C strings. Looked for once: a NUL in a header is refused there anyway.
    let may_hold_nul = memchr(0, text).is_some();
    let mut rest = text;
    let mut lineno = 0;
    while !rest.is_empty() {
        let mut lines = [&rest[..0]; LANES];
        let mut count = 0;
        while count < LANES && !rest.is_empty() {
            let end = memchr(b'\n', rest).unwrap_or(rest.len());
            lines[count] = &rest[..end];
            count += 1;
            rest = rest.get(end + 1..).unwrap_or_default();
        }
        let states = grammar.states_after_columns(&lines);
        for (line, state) in lines[..count].iter().zip(states) {
            lineno += 1;
            match row(grammar, line, state, may_hold_nul) {
                Ok(row) => take(&row),
                Err(fault) => return Err(grammar.explain(line, lineno, fault)),
            }
        }
    }
    Ok(())
}

/// Loads the patterns now, not when the first text is parsed: a child that is forked while another
/// thread does so would wait for it for ever.
pub fn prepare() {
    Grammar::of(Dialect::Linux);
    Grammar::of(Dialect::Cygwin);
}

/// Appends the line of a row, without a newline, as a kernel with pointers of `bits` prints it.
///
/// `seq_put_hex_ll()` pads to eight digits and never cuts; `seq_pad()` blanks up to the column of
/// the name, at least one, and only where there is a name. (`Map.line` in `procmaps/_map.py` is the
/// same for one mapping.)
pub fn print(row: &Row<'_>, bits: u32, out: &mut Vec<u8>) {
    use std::io::Write;
    let start = out.len();
    let Row { begin, end, perms, offset, dev_major, dev_minor, inode, name } = row;
    let perms = String::from_utf8_lossy(perms);
    write!(out, "{begin:08x}-{end:08x} {perms} {offset:08x} {dev_major:02x}:{dev_minor:02x} {inode} ")
        .expect("a Vec takes what is written to it");
    if let Some(name) = name {
        let column = 25 + 6 * (bits as usize / 8) - 1;
        let width = (out.len() - start).max(column) + 1;
        out.resize(start + width, b' ');
        out.extend_from_slice(name);
    }
}

/// Reads a line, given the state of the pattern after its first columns.
fn row<'t>(grammar: &Grammar, line: &'t [u8], state: StateID, may_hold_nul: bool) -> Result<Row<'t>, Fault> {
    let head_end = grammar.head_end(line, state)?;
    let name = name(&line[head_end..]).ok_or(Fault::Unmatched(head_end))?;
    if may_hold_nul {
        if let Some(nul) = memchr(0, line) {
            return Err(Fault::Nul(nul));
        }
    }
    let row = decode(&line[..head_end], name).ok_or(Fault::InodeTooLarge)?;
    if row.end < row.begin {
        return Err(Fault::EndBeforeBegin);
    }
    Ok(row)
}

/// The name in what follows the inode: `None` if that is no blank, `Some(None)` if there is no name.
fn name(tail: &[u8]) -> Option<Option<&[u8]>> {
    let mut name = tail;
    // The padding is long: eight blanks at once.
    while let Some((b"        ", rest)) = name.split_first_chunk::<8>() {
        name = rest;
    }
    while let Some((b' ', rest)) = name.split_first() {
        name = rest;
    }
    match name.len() {
        0 => Some(None),
        len if len == tail.len() => None,
        _ => Some(Some(name)),
    }
}

/// Reads the numbers of a head that the pattern has matched; `None` if the inode is too large.
fn decode<'t>(head: &[u8], name: Option<&'t [u8]>) -> Option<Row<'t>> {
    if let Some(row) = decode_usual(head, name) {
        return row;
    }
    let mut fields = head.split(|&byte| matches!(byte, b' ' | b':'));
    let mut next = || fields.next().unwrap_or_default();
    let (range, perms, offset) = (next(), next(), next());
    let (begin, end) = range.split_at(memchr(b'-', range)?);
    Some(Row {
        begin: hex(begin),
        end: hex(&end[1..]),
        perms: perms.try_into().ok()?,
        offset: hex(offset),
        dev_major: hex(next()) as u32,
        dev_minor: hex(next()) as u32,
        inode: decimal(next())?,
        name,
    })
}

/// The same for the usual columns. The pattern has proven that the head holds four blanks, so where
/// these four places are blank they are the separators, and the rest follows.
fn decode_usual<'t>(head: &[u8], name: Option<&'t [u8]>) -> Option<Option<Row<'t>>> {
    let (columns, inode) = head.split_first_chunk::<COLUMNS>()?;
    let marks = [columns[12], columns[25], columns[30], columns[39], columns[42], columns[45]];
    if &marks != b"-   : " {
        return None;
    }
    let row = |inode| Row {
        begin: hex12(columns, 0),
        end: hex12(columns, 13),
        perms: [columns[26], columns[27], columns[28], columns[29]],
        offset: hex8(columns, 31),
        dev_major: hex(&columns[40..42]) as u32,
        dev_minor: hex(&columns[43..45]) as u32,
        inode,
        name,
    };
    Some(decimal(inode).map(row))
}

fn hex(digits: &[u8]) -> u64 {
    digits.iter().fold(0, |value, &digit| value << 4 | u64::from((digit & 0xf) + 9 * (digit >> 6)))
}

fn hex12(columns: &[u8; COLUMNS], at: usize) -> u64 {
    hex8(columns, at) << 16 | hex8(columns, at + 4) & 0xffff
}

/// Eight digits, all at once: each byte to its value, then neighbours together three times.
fn hex8(columns: &[u8; COLUMNS], at: usize) -> u64 {
    let digits = columns[at..at + 8].try_into().map_or(0, u64::from_be_bytes);
    let values = (digits & 0x0f0f_0f0f_0f0f_0f0f) + 9 * (digits >> 6 & 0x0101_0101_0101_0101);
    let bytes = (values | values >> 4) & 0x00ff_00ff_00ff_00ff;
    let pairs = (bytes | bytes >> 8) & 0x0000_ffff_0000_ffff;
    (pairs | pairs >> 16) & 0xffff_ffff
}

fn decimal(digits: &[u8]) -> Option<u64> {
    digits.iter().try_fold(0u64, |value, &digit| value.checked_mul(10)?.checked_add(u64::from(digit - b'0')))
}
