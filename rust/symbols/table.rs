//! Which symbol holds this address? The symbols of one file, sorted once, and asked many times.
//!
//! The ranges of the symbols are made disjoint when the table is built, so that a question is one
//! binary search. Where ranges overlap:
//!
//! - the one that begins last holds the address, as it is the innermost;
//! - of those that begin at the same address, one with a size, then by [`Symbol::rank`], then by the
//!   fewest underscores in front, the shortest name, the alphabet; the others are [`Table::aliases`];
//! - a symbol without a size holds its first address, and what no symbol with a size holds from
//!   there to the next symbol or the end of its section; a local one, a mere label, not even its
//!   first address if another holds it.
//!
//! Guarantee: building takes O(n log n) time and O(n) memory, whatever the symbols say.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

/// No longer a name is told: real ones have some ten thousand bytes at most.
pub const LONGEST_NAME: usize = 64 << 10;

/// Names are compared up to here, to choose one of two for the same place.
const COMPARED: usize = 256;

/// Names that are alike up to here, of symbols alike in all else, are taken for the same.
const TOLD_APART: usize = 4 << 10;

const NONE: u32 = u32::MAX;

/// A symbol, as it is collected.
#[derive(Clone, Copy, Debug)]
pub struct Symbol {
    /// Its first address.
    pub begin: u64,
    /// Its size in bytes; 0 if it has none.
    pub size: u64,
    /// Where its name begins in its names.
    pub name: u32,
    /// The number of its names: see [`Names`].
    pub names: u8,
    /// The lowest is the best of those at one place.
    pub rank: u8,
    /// Whether it is a mere label: local, and without a size.
    pub is_label: bool,
}

impl Symbol {
    /// The ranks from here on are those of local symbols.
    pub const LOCAL: u8 = 4;

    /// Whether other files do not see it.
    pub fn is_local(&self) -> bool {
        self.rank >= Symbol::LOCAL
    }
}

/// Where names are, one after the other.
#[derive(Debug)]
pub struct Names {
    /// What the symbols were read from: "symtab", "dynsym"...
    pub source: &'static str,
    /// The names, each with [`Names::end`] behind it.
    pub text: Vec<u8>,
    /// What ends a name.
    pub end: u8,
}

impl Names {
    /// The name that begins at a place; empty past the end.
    pub fn name(&self, at: u32) -> &[u8] {
        self.prefix(at, LONGEST_NAME)
    }

    /// The name that begins at a place, up to a length: what is longer is not looked at.
    fn prefix(&self, at: u32, longest: usize) -> &[u8] {
        let rest = self.text.get(at as usize..).unwrap_or_default();
        let rest = &rest[..rest.len().min(longest)];
        &rest[..memchr::memchr(self.end, rest).unwrap_or(rest.len())]
    }
}

/// Symbols that are being collected.
#[derive(Default)]
pub struct Builder {
    /// The symbols, in any order.
    pub symbols: Vec<Symbol>,
    /// Their names.
    pub names: Vec<Names>,
    /// Ranges that a symbol without a size does not leave: first address, and first past it.
    pub bounds: Vec<(u64, u64)>,
    /// What could not be read, in words.
    pub notes: Vec<String>,
}

impl Builder {
    /// Makes the table in which the innermost symbol holds an address.
    pub fn build(mut self) -> Table {
        let names = &self.names;
        self.symbols.sort_unstable_by(|a, b| a.begin.cmp(&b.begin).then_with(|| worst_first(names, a, b)));
        if names.len() > 1 {
            self.symbols.dedup_by(|a, b| is_same(names, a, b));
        }
        self.bounds.sort_unstable();
        let mut flat = Flat::default();
        let mut next = 0;
        for (i, symbol) in self.symbols.iter().enumerate() {
            while self.symbols.get(next).is_some_and(|other| other.begin <= symbol.begin) {
                next += 1;
            }
            let next_begin = self.symbols.get(next).map_or(u64::MAX, |other| other.begin);
            self.push(&mut flat, symbol, i as u32, next_begin);
        }
        Table::new(self.symbols, self.names, flat.finish())
    }

    /// Makes the table in which of two symbols that overlap the later one holds an address.
    pub fn build_latest(self) -> Table {
        let mut numbered: Vec<(Symbol, u32)> = self.symbols.into_iter().zip(0..).collect();
        numbered.sort_by_key(|(symbol, _)| symbol.begin);
        let mut flat = Flat::default();
        for (i, (symbol, number)) in numbered.iter().enumerate() {
            flat.push(symbol.begin, symbol.begin.saturating_add(symbol.size), (1, *number), i as u32);
        }
        let symbols = numbered.into_iter().map(|(symbol, _)| symbol).collect();
        Table::new(symbols, self.names, flat.finish())
    }

    fn push(&self, flat: &mut Flat, symbol: &Symbol, index: u32, next_begin: u64) {
        if symbol.size > 0 {
            return flat.push(symbol.begin, symbol.begin.saturating_add(symbol.size), (1, index), index);
        }
        let past_first = symbol.begin.saturating_add(1);
        if !symbol.is_label {
            flat.push(symbol.begin, past_first, (1, index), index);
        }
        let bound = self.bounds[..self.bounds.partition_point(|&(first, _)| first <= symbol.begin)].last();
        let end = bound.map_or(0, |&(_, end)| end).min(next_begin);
        flat.push(symbol.begin, end.max(past_first), (0, index), index);
    }
}

/// The order of symbols at one place: the best is the last.
fn worst_first(names: &[Names], a: &Symbol, b: &Symbol) -> Ordering {
    let name = |symbol: &Symbol| {
        names.get(usize::from(symbol.names)).map_or(&[][..], |names| names.prefix(symbol.name, COMPARED))
    };
    (a.size > 0).cmp(&(b.size > 0)).then(b.rank.cmp(&a.rank)).then_with(|| {
        let (a_name, b_name) = (name(a), name(b));
        let underscores = |name: &[u8]| name.iter().take_while(|&&byte| byte == b'_').count();
        let key = |name| (Reverse(underscores(name)), Reverse(name.len()), Reverse(name));
        key(a_name).cmp(&key(b_name)).then(a.names.cmp(&b.names))
    })
}

fn is_same(names: &[Names], a: &Symbol, b: &Symbol) -> bool {
    let name =
        |symbol: &Symbol| names.get(usize::from(symbol.names)).map(|names| names.prefix(symbol.name, TOLD_APART));
    (a.begin, a.size) == (b.begin, b.size) && name(a) == name(b)
}

/// Ranges that overlap, made disjoint.
#[derive(Default)]
struct Flat {
    open: BinaryHeap<((u8, u32), u64, u32)>,
    at: u64,
    begins: Vec<u64>,
    winners: Vec<u32>,
}

impl Flat {
    /// Adds a range; it begins where the one before began, or later.
    fn push(&mut self, begin: u64, end: u64, priority: (u8, u32), index: u32) {
        self.advance(begin);
        self.open.push((priority, end, index));
    }

    /// Settles who holds the addresses up to one.
    fn advance(&mut self, to: u64) {
        while self.at < to {
            match self.open.peek() {
                Some(&(_, end, _)) if end <= self.at => {
                    self.open.pop();
                }
                Some(&(_, end, index)) => {
                    self.emit(index);
                    self.at = end.min(to);
                }
                None => {
                    self.emit(NONE);
                    self.at = to;
                }
            }
        }
    }

    fn emit(&mut self, winner: u32) {
        if self.winners.last() != Some(&winner) {
            self.begins.push(self.at);
            self.winners.push(winner);
        }
    }

    fn finish(mut self) -> (Vec<u64>, Vec<u32>) {
        self.advance(u64::MAX);
        (self.begins, self.winners)
    }
}

/// The symbols of one file, in the order of their addresses.
#[derive(Debug)]
pub struct Table {
    symbols: Vec<Symbol>,
    names: Vec<Names>,
    begins: Vec<u64>,
    winners: Vec<u32>,
}

impl Table {
    fn new(mut symbols: Vec<Symbol>, names: Vec<Names>, (mut begins, mut winners): (Vec<u64>, Vec<u32>)) -> Table {
        symbols.shrink_to_fit();
        begins.shrink_to_fit();
        winners.shrink_to_fit();
        Table { symbols, names, begins, winners }
    }

    /// How many symbols there are.
    pub fn len(&self) -> usize {
        self.symbols.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.symbols.is_empty()
    }

    /// The index of the symbol that holds an address; O(log n).
    pub fn find(&self, address: u64) -> Option<usize> {
        let range = self.begins.partition_point(|&begin| begin <= address).checked_sub(1)?;
        let winner = self.winners[range];
        (winner != NONE).then_some(winner as usize)
    }

    /// A symbol.
    pub fn symbol(&self, index: usize) -> Option<&Symbol> {
        self.symbols.get(index)
    }

    /// The name of a symbol, up to [`LONGEST_NAME`], without the version that a linker adds to it.
    pub fn name(&self, symbol: &Symbol) -> &[u8] {
        let name = self.names.get(usize::from(symbol.names)).map_or(&[][..], |names| names.name(symbol.name));
        match memchr::memchr(b'@', name) {
            Some(end) if end > 0 && self.source(symbol) != PERF_MAP => &name[..end],
            _ => name,
        }
    }

    /// What a symbol was read from.
    pub fn source(&self, symbol: &Symbol) -> &'static str {
        self.names.get(usize::from(symbol.names)).map_or("", |names| names.source)
    }

    /// The indices of the symbols that begin where one does, itself among them.
    pub fn aliases(&self, index: usize) -> std::ops::Range<usize> {
        let Some(begin) = self.symbols.get(index).map(|symbol| symbol.begin) else { return 0..0 };
        let first = self.symbols.partition_point(|symbol| symbol.begin < begin);
        let past = self.symbols.partition_point(|symbol| symbol.begin <= begin);
        first..past
    }

    /// The indices of the symbols of a name, of the local ones only if there is no other; O(n).
    pub fn named(&self, name: &[u8]) -> Vec<usize> {
        let named: Vec<usize> = (0..self.symbols.len()).filter(|&index| self.is_named(index, name)).collect();
        let is_local = |&index: &usize| self.symbols[index].is_local();
        if named.iter().all(is_local) { named } else { named.into_iter().filter(|index| !is_local(index)).collect() }
    }

    fn is_named(&self, index: usize, name: &[u8]) -> bool {
        let symbol = &self.symbols[index];
        let text = self.names.get(usize::from(symbol.names)).map(|names| &names.text[..]);
        // Of a file in which all names are long only the beginnings are read.
        let begins_so =
            text.and_then(|text| text.get(symbol.name as usize..)).is_some_and(|rest| rest.starts_with(name));
        begins_so && self.name(symbol) == name
    }

    /// How many bytes all this takes.
    pub fn memory(&self) -> usize {
        let names: usize = self.names.iter().map(|names| names.text.capacity()).sum();
        names + self.symbols.capacity() * size_of::<Symbol>() + self.begins.capacity() * 8 + self.winners.capacity() * 4
    }
}

/// The source of the symbols of code that was made at run time.
pub const PERF_MAP: &str = "perf map";
