//! The symbols of code that a program made at run time: `/tmp/perf-PID.map`.
//!
//! Format: a line a symbol, `START SIZE NAME` with numbers in hexadecimal. Code that replaces other
//! code is appended. Lines that are no such line are left out, and counted; of too many the first ones.
//!
//! Authority: tools/perf/Documentation/jit-interface.txt in the sources of Linux.

use super::table::{Builder, Names, PERF_MAP, Symbol, Table};

/// While a table of so many is made, it takes half a GiB.
const MOST_SYMBOLS: usize = 4_000_000;

/// What was left out of a text: lines that are malformed, and those before the last [`MOST_SYMBOLS`].
#[derive(Debug, Default, PartialEq, Eq)]
pub struct LeftOut {
    /// How many are malformed.
    pub malformed: usize,
    /// How many are too many.
    pub surplus: usize,
}

/// The symbols of a text, and what was left out.
pub fn parse(text: Vec<u8>) -> (Table, LeftOut) {
    let mut builder = Builder::default();
    let mut left_out = LeftOut::default();
    let mut end = text.len();
    for line in text.rsplit(|&byte| byte == b'\n') {
        let begin = end - line.len();
        match symbol(line, begin) {
            Some(symbol) if builder.symbols.len() < MOST_SYMBOLS => builder.symbols.push(symbol),
            Some(_) => left_out.surplus += 1,
            None => left_out.malformed += usize::from(!line.is_empty()),
        }
        end = begin.saturating_sub(1);
    }
    builder.symbols.reverse();
    builder.names.push(Names { source: PERF_MAP, text, end: b'\n' });
    (builder.build_latest(), left_out)
}

fn symbol(line: &[u8], at: usize) -> Option<Symbol> {
    let (begin, rest) = number(line)?;
    let (size, name) = number(rest)?;
    let name_at = u32::try_from(at + line.len() - name.len()).ok()?;
    (!name.is_empty()).then_some(Symbol { begin, size, name: name_at, names: 0, rank: 0, is_label: false })
}

/// The number in hexadecimal before a space, and what comes after that.
fn number(text: &[u8]) -> Option<(u64, &[u8])> {
    let space = memchr::memchr(b' ', text)?;
    let (digits, rest) = text.split_at(space);
    let digits = digits.strip_prefix(b"0x").unwrap_or(digits);
    if digits.is_empty() || digits[0] == b'+' {
        return None;
    }
    let number = u64::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
    Some((number, &rest[1..]))
}
