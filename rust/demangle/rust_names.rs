//! Names that the Rust compiler mangled, by the crate `rustc-demangle`.
//!
//! The legacy form is a C++ name whose last part is a hash: `_ZN3foo3bar17h0123456789abcdefE`.

use super::Error;
use super::print::LONGEST;
use std::fmt::{self, Write};

/// Whether a symbol that begins with `_Z` or `_R` is Rust's.
pub fn is_rust(symbol: &[u8]) -> bool {
    symbol.starts_with(b"_R") || symbol.starts_with(b"_ZN") && ends_with_hash(&symbol[3..])
}

fn ends_with_hash(path: &[u8]) -> bool {
    let mut rest = path;
    let mut last: &[u8] = b"";
    while let Some(part) = first_part(rest) {
        last = part.0;
        rest = part.1;
    }
    let is_hex = |byte: &u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    matches!(rest, [b'E'] | [b'E', b'.', ..]) && last.len() == 17 && last[0] == b'h' && last[1..].iter().all(is_hex)
}

fn first_part(path: &[u8]) -> Option<(&[u8], &[u8])> {
    let digits = path.iter().take(8).take_while(|byte| byte.is_ascii_digit()).count();
    let length = std::str::from_utf8(&path[..digits]).ok()?.parse().ok()?;
    path[digits..].split_at_checked(length)
}

/// Append the name that a symbol of Rust stands for.
pub fn demangle(symbol: &[u8], is_verbose: bool, out: &mut Vec<u8>) -> Result<(), Error> {
    let error = Error { position: 2, expected: "a name mangled by the Rust compiler" };
    let text = std::str::from_utf8(symbol).map_err(|_| error)?;
    let name = rustc_demangle::try_demangle(text).map_err(|_| error)?;
    let mut limited = Limited { begin: out.len(), out };
    let written = if is_verbose { write!(limited, "{name}") } else { write!(limited, "{name:#}") };
    written.map_err(|_| Error { position: symbol.len(), expected: "a name that stands for a shorter text" })?;
    // What it writes for what it cannot read on.
    let begin = limited.begin;
    let is_cut = ["{invalid syntax}", "{recursion limit reached}", "{size limit reached}"]
        .iter()
        .any(|mark| memchr::memmem::find(&out[begin..], mark.as_bytes()).is_some());
    if is_cut { Err(error) } else { Ok(()) }
}

struct Limited<'a> {
    begin: usize,
    out: &'a mut Vec<u8>,
}

impl Write for Limited<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if self.out.len() - self.begin + text.len() > LONGEST {
            return Err(fmt::Error);
        }
        self.out.extend_from_slice(text.as_bytes());
        Ok(())
    }
}
