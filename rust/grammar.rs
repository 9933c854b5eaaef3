//! The pattern of a line, compiled, and what it says of a line that it refuses.

use crate::format::{CYGWIN, Field, LINUX};
use crate::maps::{Dialect, ParseError};
use memchr::memchr;
use regex::bytes::Regex;
use regex_automata::dfa::{Automaton, dense};
use regex_automata::util::primitives::StateID;
use regex_automata::{Anchored, util::start};
use std::sync::OnceLock;

/// How many lines are matched side by side.
pub const LANES: usize = 4;
/// The width of the fields before the inode as a 64-bit kernel prints nearly all of its lines:
/// 12-digit addresses, 8-digit offset, 2-digit device.
pub const COLUMNS: usize = 46;

/// Where a line went wrong.
pub enum Fault {
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
pub struct Grammar {
    fields: &'static [Field],
    dfa: dense::DFA<&'static [u32]>,
    start: StateID,
    /// For lines that were refused, so compiled when the first one is.
    prefix: OnceLock<Regex>,
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

impl Grammar {
    pub fn of(dialect: Dialect) -> &'static Grammar {
        match dialect {
            Dialect::Linux => grammar!("linux.dfa", &LINUX),
            Dialect::Cygwin => grammar!("cygwin.dfa", &CYGWIN),
        }
    }

    fn load(bytes: &'static [u8], fields: &'static [Field]) -> Grammar {
        let (dfa, _) = dense::DFA::from_bytes(bytes).expect("build.rs wrote it for this target");
        let config = start::Config::new().anchored(Anchored::Yes);
        let start = dfa.start_state(&config).expect("built anchored, without quit bytes");
        Grammar { fields, dfa, start, prefix: OnceLock::new() }
    }

    /// Runs the pattern over the first columns of several lines at once.
    ///
    /// One step of a DFA waits for the one before it; the steps of other lines fill the time.
    pub fn states_after_columns(&self, lines: &[&[u8]; LANES]) -> [StateID; LANES] {
        let columns = lines.map(|line| line.first_chunk::<COLUMNS>().unwrap_or(&[0; COLUMNS]));
        let mut states = [self.start; LANES];
        for at in 0..COLUMNS {
            for (state, line) in states.iter_mut().zip(columns) {
                *state = self.dfa.next_state(*state, line[at]);
            }
        }
        states
    }

    /// The length of the fields before the name, given the state after the first columns.
    pub fn head_end(&self, line: &[u8], state: StateID) -> Result<usize, Fault> {
        // Special: dead, or already a match, so the line does not have the usual columns.
        if self.dfa.is_special_state(state) {
            self.match_from(line, 0, self.start)
        } else {
            self.match_from(line, COLUMNS, state)
        }
    }

    fn match_from(&self, line: &[u8], from: usize, mut state: StateID) -> Result<usize, Fault> {
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
            matched.ok_or(Fault::Unmatched(line.len()))
        }
    }

    /// Names the field and the column. Only for a line that was refused, so it may take its time.
    #[cold]
    pub fn explain(&self, line: &[u8], lineno: usize, fault: Fault) -> ParseError {
        let (column, field, expected) = match fault {
            Fault::Unmatched(at) => {
                let (field, expected) = self.unmatched(line, at);
                (at, field, expected)
            }
            Fault::EndBeforeBegin => {
                let at = memchr(b'-', line).unwrap_or(0) + 1;
                (at, "end_address", "an address not below begin_address".to_owned())
            }
            Fault::InodeTooLarge => {
                let blank = line.iter().enumerate().filter(|&(_, &b)| b == b' ').nth(3);
                (blank.map_or(0, |(at, _)| at) + 1, "inode", "a number below 2**64".to_owned())
            }
            Fault::Nul(at) => (at, "pathname", "a name without NUL".to_owned()),
        };
        ParseError { lineno, column: column + 1, field, expected, line: line.to_vec() }
    }

    /// The field in which the pattern stops matching, and what it wanted.
    fn unmatched(&self, line: &[u8], at: usize) -> (&'static str, String) {
        let (count, end) = self.matching_fields(line);
        let next = self.fields.get(count);
        // Something stands where the next field should begin: this one goes on as it must not.
        if let Some(last) = count.checked_sub(1).filter(|_| end == at && at < line.len()) {
            let after = match next {
                Some(next) if next.pattern.starts_with('-') => "'-'",
                Some(_) => "a blank",
                None => "a blank or the end of the line",
            };
            return (self.fields[last].name, format!("{}, then {after}", self.fields[last].expected));
        }
        next.map_or(("inode", String::new()), |next| (next.name, next.expected.to_owned()))
    }

    /// How many fields, from the first, the line begins with, and where they end.
    fn matching_fields(&self, line: &[u8]) -> (usize, usize) {
        if self.prefix.get().is_none() {
            // (a(b(c)?)?)?: as many groups take part as fields match.
            let nested =
                self.fields.iter().rev().fold(String::new(), |rest, field| format!("({}{rest})?", field.pattern));
            let prefix = Regex::new(&format!("(?-u)^{nested}")).expect("made of patterns that build.rs has compiled");
            // Compiled before it is set, so that nobody has to wait, not even the child of a fork. Another
            // thread may have set the same.
            let _ = self.prefix.set(prefix);
        }
        let prefix = self.prefix.get().expect("set above");
        let groups = prefix.captures(line);
        groups.map_or((0, 0), |groups| (groups.iter().flatten().count() - 1, groups[0].len()))
    }
}
