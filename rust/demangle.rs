//! Which name did a compiler mangle into this symbol?
//!
//! Format: C++ by the Itanium C++ ABI, which all compilers but Microsoft's follow; Rust, legacy and v0.
//! What is printed is what `c++filt` prints.
//!
//! Excluded: the manglings of D, Swift, Microsoft, and of C++ compilers before that ABI.
//!
//! Guarantee: any bytes give a text of at most a mebibyte or an error, in bounded time, and in memory
//! that is in proportion to them. Names of more than a mebibyte are errors.
//!
//! Authority: Itanium C++ ABI, 5.1; Rust RFC 2603. Where these leave it open how a name is shown,
//! `cp-demangle.c` of binutils.

mod encodings;
mod expressions;
mod names;
mod parser;
mod print;
mod print_expressions;
mod print_names;
mod print_types;
mod rust_names;
mod scope;
pub mod text;
mod tree;
mod types;
mod unqualified;
mod words;

use parser::{Parser, Workspace};
use print::Printer;
use std::fmt;

/// The longest symbol that is read, in bytes.
const LONGEST: usize = 1 << 20;

/// Why bytes are no mangled name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Error {
    /// The offset of the byte where it cannot go on.
    pub position: usize,
    /// What was expected there.
    pub expected: &'static str,
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "position {}: expected {}", self.position, self.expected)
    }
}

/// That something failed; who did has the error, so that results are small.
#[derive(Clone, Copy, Debug)]
struct Failed;

/// Demangles one symbol after the other, in the same memory.
#[derive(Default)]
pub struct Demangler {
    work: Workspace,
    is_verbose: bool,
}

impl Demangler {
    /// One that shows abbreviations of the standard library in full, and the hashes of Rust, if it is verbose.
    pub fn new(is_verbose: bool) -> Demangler {
        Demangler { is_verbose, ..Demangler::default() }
    }

    /// Change what `new` was given.
    pub fn set_verbose(&mut self, is_verbose: bool) {
        self.is_verbose = is_verbose;
    }

    /// Append the name that a symbol stands for. A version behind it, from an `@` on, stays.
    pub fn demangle(&mut self, symbol: &[u8], out: &mut Vec<u8>) -> Result<(), Error> {
        if symbol.len() > LONGEST {
            return Err(Error { position: LONGEST, expected: "a shorter symbol" });
        }
        let begin = out.len();
        let (name, version) = symbol.split_at(memchr::memchr(b'@', symbol).unwrap_or(symbol.len()));
        let result = self.unversioned(name, out);
        match result {
            Ok(()) => out.extend_from_slice(version),
            Err(_) => out.truncate(begin),
        }
        result
    }

    fn unversioned(&mut self, symbol: &[u8], out: &mut Vec<u8>) -> Result<(), Error> {
        if let Some((what, rest)) = keyed(symbol) {
            out.extend_from_slice(what.as_bytes());
            return self.key(symbol, rest, out);
        }
        // Mach-O puts an underscore before every symbol.
        let skipped = usize::from(symbol.starts_with(b"__Z") || symbol.starts_with(b"__R"));
        let result = self.mangled(&symbol[skipped..], out);
        result.map_err(|error| Error { position: error.position + skipped, ..error })
    }

    fn mangled(&mut self, symbol: &[u8], out: &mut Vec<u8>) -> Result<(), Error> {
        if rust_names::is_rust(symbol) {
            return rust_names::demangle(symbol, self.is_verbose, out);
        }
        if !symbol.starts_with(b"_Z") {
            return Err(Error { position: 0, expected: "'_Z' or '_R', with which mangled names begin" });
        }
        let mut parser = Parser::new(symbol, 2, &mut self.work);
        let root = parser.mangled_name().map_err(|Failed| parser.error)?;
        let mut printer = Printer::new(symbol, &self.work.tree, self.is_verbose, out);
        printer.print(root).map_err(|Failed| printer.error)
    }

    /// What a function of a compiler's is keyed to: a mangled name or a plain one.
    fn key(&mut self, symbol: &[u8], begin: usize, out: &mut Vec<u8>) -> Result<(), Error> {
        let key = &symbol[begin..];
        if key.starts_with(b"_Z") {
            let result = self.mangled(key, out);
            return result.map_err(|error| Error { position: error.position + begin, ..error });
        }
        if key.is_empty() {
            return Err(Error { position: begin, expected: "a name" });
        }
        out.extend_from_slice(key);
        Ok(())
    }
}

/// What `_GLOBAL__I_name` and `_GLOBAL__D_name` are, and where the name begins.
fn keyed(symbol: &[u8]) -> Option<(&'static str, usize)> {
    match symbol.strip_prefix(b"_GLOBAL_")? {
        [b'.' | b'_' | b'$', b'I', b'_', ..] => Some(("global constructors keyed to ", 11)),
        [b'.' | b'_' | b'$', b'D', b'_', ..] => Some(("global destructors keyed to ", 11)),
        _ => None,
    }
}
