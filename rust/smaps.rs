//! The text of /proc/PID/smaps into the mappings and what each uses.
//!
//! Format: for each mapping its line of maps, see [`crate::format`], and below it one field or
//! more, a line each, see [`crate::fields`]. A line that begins with an upper-case letter is a
//! field: a mapping never begins so, and a name, which can look like a field, never begins a line.
//! Which fields there are depends on the kernel, its configuration and the processor; they come in
//! the same order for each mapping. Fields that are not known are kept as text.
//!
//! The roll-up (smaps_rollup) has the same form, with one mapping called `[rollup]`.
//!
//! Excluded: whether the amounts make sense, and sums of them.
//!
//! Guarantee: any bytes give rows or a [`ParseError`], never a panic; memory is linear in the input. A
//! mapping without a field, a field that comes twice in one mapping, or an amount that is no number
//! of bytes below 2^64 is an error.
//!
//! Authority: show_smap(), __show_smap() and show_smap_vma_flags() in fs/proc/task_mmu.c;
//! proc_pid_smaps(5).

use crate::fields::{self, FIELDS, Field, Unit};
use crate::maps::{self, Dialect, ParseError};
use crate::table::Table;
use crate::usages::{Usage, Usages};
use memchr::memchr;
use std::collections::{HashMap, HashSet};

/// The place of a mapping's own line in the order of fields.
const HEADER: usize = FIELDS.len();

/// The mappings of a process, and what each uses: as many rows in both.
#[derive(Default)]
pub struct Listing {
    /// The lines that are also in maps.
    pub maps: Table,
    /// The lines below each of them.
    pub usages: Usages,
}

/// Parses a whole listing. The last line may lack its newline.
pub fn parse(text: &[u8]) -> Result<Listing, ParseError> {
    let mut parser = Parser::new();
    let fault = parser.read(text).err();
    // The lines of maps are parsed last and all at once. A fault in one of them comes first: the
    // parser has stopped at its own.
    let maps = maps::parse(&parser.headers, Dialect::Linux).map_err(|error| in_text(error, text))?;
    match fault {
        Some(fault) => Err(fault),
        None => Ok(Listing { maps, usages: parser.usages }),
    }
}

/// The error of a line of maps, with the number that the line has among all.
#[cold]
fn in_text(error: ParseError, text: &[u8]) -> ParseError {
    let lines = text.split(|&byte| byte == b'\n').enumerate();
    let mut headers = lines.filter(|&(index, line)| index == 0 || !is_field(line));
    let lineno = headers.nth(error.lineno - 1).map_or(0, |(index, _)| index + 1);
    ParseError { lineno, ..error }
}

fn is_field(line: &[u8]) -> bool {
    line.first().is_some_and(u8::is_ascii_uppercase)
}

struct Parser<'t> {
    /// The lines of maps.
    headers: Vec<u8>,
    usages: Usages,
    /// The last of these lines and its number, 0 before the first.
    header: (&'t [u8], usize),
    /// What the fields below it have said so far.
    usage: Usage,
    /// The labels among them that are not known.
    unknown: HashSet<&'t [u8]>,
    /// The texts of flags that have come so far.
    flags: HashMap<&'t [u8], u64>,
    /// The field that was read last, or `HEADER`.
    last: usize,
    /// Which field came after each, the last time.
    following: [usize; HEADER + 1],
}

impl<'t> Parser<'t> {
    fn new() -> Parser<'t> {
        let mut following = std::array::from_fn(|field| field + 1);
        following[HEADER] = 0;
        Parser {
            headers: Vec::new(),
            usages: Usages::default(),
            header: (b"", 0),
            usage: Usage::default(),
            unknown: HashSet::new(),
            flags: HashMap::new(),
            last: HEADER,
            following,
        }
    }

    fn read(&mut self, mut text: &'t [u8]) -> Result<(), ParseError> {
        let mut lineno = 0;
        while !text.is_empty() {
            lineno += 1;
            if let Some(rest) = self.usual_field(text) {
                text = rest;
                continue;
            }
            let end = memchr(b'\n', text).unwrap_or(text.len());
            let line = &text[..end];
            // What stands below no mapping is no field.
            if lineno > 1 && is_field(line) {
                self.field(line).map_err(|fault| fault.in_line(line, lineno))?;
            } else {
                self.end_mapping()?;
                self.header = (line, lineno);
                self.last = HEADER;
                self.headers.extend_from_slice(line);
                self.headers.push(b'\n');
            }
            text = text.get(end + 1..).unwrap_or_default();
        }
        self.end_mapping()
    }

    /// Reads the line if it is the amount that came here in the mapping above, in the usual columns,
    /// and returns what follows. What this does not take, [`Self::field`] does.
    fn usual_field(&mut self, text: &'t [u8]) -> Option<&'t [u8]> {
        let field = self.following[self.last];
        let (bytes, rest) = fields::usual_amount(text, field)?;
        // What stands below no mapping is no field.
        if self.header.1 == 0 || self.usage.has(field) {
            return None;
        }
        self.usage.set(field, bytes);
        self.last = field;
        Some(rest)
    }

    fn field(&mut self, line: &'t [u8]) -> Result<(), Fault> {
        let colon = memchr(b':', line).unwrap_or(line.len());
        if let Some(at) = line[..colon].iter().position(|byte| !byte.is_ascii_graphic()) {
            return Err(Fault { at, field: "other", expected: "the name of a field" });
        }
        let label = &line[..colon];
        let text = line.get(colon + 1..).ok_or(Fault { at: colon, field: "other", expected: "a colon" })?;
        match self.index_of(label) {
            Some(field) => self.known_field(field, colon + 1, text),
            None => self.other_field(label, text),
        }
    }

    fn index_of(&self, label: &[u8]) -> Option<usize> {
        let is = |field: &Field| field.label.as_bytes() == label;
        let usual = self.following[self.last];
        if FIELDS.get(usual).is_some_and(is) { Some(usual) } else { FIELDS.iter().position(is) }
    }

    fn known_field(&mut self, field: usize, at: usize, text: &'t [u8]) -> Result<(), Fault> {
        let Field { name, unit, .. } = FIELDS[field];
        if self.usage.has(field) {
            return Err(Fault { at: 0, field: name, expected: "each field once in a mapping" });
        }
        let value = match unit {
            Unit::Flags => self.flags_index(text),
            Unit::Kilobytes | Unit::Number => unit.value(text),
        };
        self.usage.set(field, value.ok_or(Fault { at, field: name, expected: unit.expected() })?);
        self.following[self.last] = field;
        self.last = field;
        Ok(())
    }

    /// The index of a text of flags, of which a process has few; `None` if it is none.
    fn flags_index(&mut self, text: &'t [u8]) -> Option<u64> {
        if let Some(&known) = self.flags.get(text) {
            return Some(known);
        }
        let index = fields::are_flags(text).then(|| self.usages.push_flags(text))?;
        self.flags.insert(text, index);
        Some(index)
    }

    fn other_field(&mut self, label: &'t [u8], text: &[u8]) -> Result<(), Fault> {
        if !self.unknown.insert(label) {
            return Err(Fault { at: 0, field: "other", expected: "each field once in a mapping" });
        }
        self.usages.push_other(label, fields::without_padding(text));
        Ok(())
    }

    fn end_mapping(&mut self) -> Result<(), ParseError> {
        let (header, lineno) = self.header;
        if lineno == 0 {
            return Ok(());
        }
        if self.usage.is_empty() && self.unknown.is_empty() {
            let fault = Fault { at: header.len(), field: "size", expected: "a field in the line below" };
            return Err(fault.in_line(header, lineno));
        }
        self.usages.push(std::mem::take(&mut self.usage));
        self.unknown.clear();
        Ok(())
    }
}

/// What is wrong with a line, and at which byte, from 0.
struct Fault {
    at: usize,
    field: &'static str,
    expected: &'static str,
}

impl Fault {
    #[cold]
    fn in_line(self, line: &[u8], lineno: usize) -> ParseError {
        let Fault { at, field, expected } = self;
        ParseError { lineno, column: at + 1, field, expected: expected.to_owned(), line: line.to_vec() }
    }
}
