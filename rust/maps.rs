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

use crate::format::{CYGWIN, Field, LINUX};
use crate::table::{Row, Table};
use memchr::memchr;
use regex::bytes::Regex;
use regex_automata::dfa::{Automaton, dense};
use regex_automata::util::primitives::StateID;
use regex_automata::{Anchored, util::start};
use std::sync::OnceLock;

/// How many lines are matched side by side.
const LANES: usize = 4;
/// The width of the fields before the inode as a 64-bit kernel prints nearly all of its lines:
/// 12-digit addresses, 8-digit offset, 2-digit device.
const COLUMNS: usize = 46;

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
    pub expected: &'static str,
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
    let grammar = dialect.grammar();
    let mut table = Table::with_capacity_for(text.len());
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
            match grammar.row(line, state, may_hold_nul) {
                Ok(row) => table.push(&row),
                Err(fault) => return Err(grammar.explain(line, lineno, fault)),
            }
        }
    }
    table.shrink_to_fit();
    Ok(table)
}

/// Appends the line of a row, without a newline, as a kernel with pointers of `bits` prints it.
///
/// `seq_put_hex_ll()` pads to eight digits and never cuts; `seq_pad()` blanks up to the column of
/// the name, at least one, and only where there is a name.
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

/// Where a line went wrong.
enum Fault {
    /// The pattern stops matching at this byte.
    Unmatched(usize),
    /// It matches, but its end address is below the begin address.
    EndBeforeBegin,
    /// It matches, but its inode is above 2^64 - 1.
    InodeTooLarge,
    /// There is a NUL in the name, at this byte.
    Nul(usize),
}

/// The pattern of a dialect, compiled: see `build.rs`.
struct Grammar {
    fields: &'static [Field],
    dfa: dense::DFA<&'static [u32]>,
    start: StateID,
}

#[repr(C)]
struct Aligned<T: ?Sized> {
    _align: [u32; 0],
    bytes: T,
}

macro_rules! grammar {
    ($file:literal, $fields:expr) => {{
        static DFA: &Aligned<[u8]> =
            &Aligned { _align: [], bytes: *include_bytes!(concat!(env!("OUT_DIR"), "/", $file)) };
        static GRAMMAR: OnceLock<Grammar> = OnceLock::new();
        GRAMMAR.get_or_init(|| Grammar::load(&DFA.bytes, $fields))
    }};
}

impl Dialect {
    fn grammar(self) -> &'static Grammar {
        match self {
            Dialect::Linux => grammar!("linux.dfa", &LINUX),
            Dialect::Cygwin => grammar!("cygwin.dfa", &CYGWIN),
        }
    }
}

impl Grammar {
    fn load(bytes: &'static [u8], fields: &'static [Field]) -> Grammar {
        let (dfa, _) = dense::DFA::from_bytes(bytes).expect("build.rs wrote it for this target");
        let config = start::Config::new().anchored(Anchored::Yes);
        let start = dfa.start_state(&config).expect("built anchored, without quit bytes");
        Grammar { fields, dfa, start }
    }

    /// Runs the pattern over the first columns of several lines at once.
    ///
    /// One step of a DFA waits for the one before it; the steps of other lines fill the time.
    fn states_after_columns(&self, lines: &[&[u8]; LANES]) -> [StateID; LANES] {
        let columns = lines.map(|line| line.first_chunk::<COLUMNS>().unwrap_or(&[0; COLUMNS]));
        let mut states = [self.start; LANES];
        for at in 0..COLUMNS {
            for (state, line) in states.iter_mut().zip(columns) {
                *state = self.dfa.next_state(*state, line[at]);
            }
        }
        states
    }

    /// Reads a line, given the state of the pattern after its first columns.
    fn row<'t>(&self, line: &'t [u8], state: StateID, may_hold_nul: bool) -> Result<Row<'t>, Fault> {
        // Special: dead, or already a match, so the line does not have the usual columns.
        let head_end = if self.dfa.is_special_state(state) {
            self.head_end(line, 0, self.start)
        } else {
            self.head_end(line, COLUMNS, state)
        }?;
        let name = name(&line[head_end..]).ok_or(Fault::Unmatched(head_end))?;
        if may_hold_nul && let Some(nul) = memchr(0, line) {
            return Err(Fault::Nul(nul));
        }
        let row = decode(&line[..head_end], name).ok_or(Fault::InodeTooLarge)?;
        if row.end < row.begin {
            return Err(Fault::EndBeforeBegin);
        }
        Ok(row)
    }

    /// The length of the fields before the name, by the pattern from some state on.
    fn head_end(&self, line: &[u8], from: usize, mut state: StateID) -> Result<usize, Fault> {
        let mut matched = None;
        for (at, &byte) in line.iter().enumerate().skip(from) {
            state = self.dfa.next_state(state, byte);
            if self.dfa.is_special_state(state) {
                if self.dfa.is_dead_state(state) {
                    return matched.ok_or(Fault::Unmatched(at));
                }
                // A match is reported by the byte after it. After the inode may only be a blank.
                if self.dfa.is_match_state(state) {
                    matched = Some(at);
                    if byte == b' ' {
                        return Ok(at);
                    }
                }
            }
        }
        if self.dfa.is_match_state(self.dfa.next_eoi_state(state)) {
            Ok(line.len())
        } else {
            Err(Fault::Unmatched(line.len()))
        }
    }

    /// Names the field and the column. Only for a line that was refused, so it may take its time.
    #[cold]
    fn explain(&self, line: &[u8], lineno: usize, fault: Fault) -> ParseError {
        let (column, field, expected) = match fault {
            Fault::Unmatched(at) => match self.fields.get(self.matching_fields(line)) {
                Some(field) => (at, field.name, field.expected),
                None if line[at..].iter().all(u8::is_ascii_digit) => (at, "inode", "at most 20 decimal digits"),
                None => (at, "pathname", "blanks before a name, or the end of the line"),
            },
            Fault::EndBeforeBegin => {
                let at = memchr(b'-', line).unwrap_or(0) + 1;
                (at, "end_address", "an address not below begin_address")
            }
            Fault::InodeTooLarge => {
                let blank = line.iter().enumerate().filter(|&(_, &b)| b == b' ').nth(3);
                (blank.map_or(0, |(at, _)| at) + 1, "inode", "a number below 2**64")
            }
            Fault::Nul(at) => (at, "pathname", "a name without NUL"),
        };
        ParseError { lineno, column: column + 1, field, expected, line: line.to_vec() }
    }

    /// How many fields, from the first, the line begins with.
    fn matching_fields(&self, line: &[u8]) -> usize {
        let mut pattern = String::from("(?-u)^");
        self.fields
            .iter()
            .take_while(|field| {
                pattern.push_str(field.pattern);
                Regex::new(&pattern).is_ok_and(|prefix| prefix.is_match(line))
            })
            .count()
    }
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
