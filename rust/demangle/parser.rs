//! The parser of a C++ name: what all parts of its grammar share.
//!
//! A production of the grammar is a method; the files say which. All but one read what they
//! read once, so the time is that of the length of the name.

use super::tree::{Id, List, Node, Span, Tree};
use super::words::standard_of;
use super::{Error, Failed};

/// How deep productions may nest. The deepest of 290,000 symbols of libraries needs a sixth of it.
const DEEPEST: u32 = 192;

/// How many nodes of memory are kept from name to name.
const MOST_KEPT: usize = 1 << 16;

/// How many bytes are read again, where there are two readings. One within another, they double with each.
const MOST_REREAD: usize = 1 << 20;

/// What a production read; or nothing, if the parser has an error.
pub type Parsed<T> = Result<T, Failed>;

/// The memory of a parser, which serves one name after the other.
#[derive(Default)]
pub struct Workspace {
    pub tree: Tree,
    substitutions: Vec<Id>,
    /// Nodes on their way into a list.
    stack: Vec<Id>,
}

impl Workspace {
    /// Make it ready for the next name, and keep what memory is not unusually much.
    pub fn clear(&mut self) {
        if self.substitutions.capacity() + self.stack.capacity() > MOST_KEPT || !self.tree.is_usual(MOST_KEPT) {
            *self = Workspace::default();
        }
        self.tree.clear();
        self.substitutions.clear();
        self.stack.clear();
    }
}

/// A parser at a place of a name.
pub struct Parser<'a> {
    pub name: &'a [u8],
    pub at: usize,
    work: &'a mut Workspace,
    depth: u32,
    /// How many bytes were read in vain.
    reread: usize,
    /// Why it failed, if it did.
    pub error: Error,
    /// In the type of a conversion operator, whose template arguments come later.
    pub in_conversion: bool,
    /// A module was named, which a substitution can mean.
    pub has_modules: bool,
}

impl<'a> Parser<'a> {
    pub fn new(name: &'a [u8], at: usize, work: &'a mut Workspace) -> Parser<'a> {
        work.clear();
        Parser {
            name,
            at,
            work,
            depth: 0,
            reread: 0,
            error: Error::default(),
            in_conversion: false,
            has_modules: false,
        }
    }

    // Bytes

    /// The next byte; NUL, which no name has, at the end.
    pub fn peek(&self) -> u8 {
        self.peek_at(0)
    }

    pub fn peek_at(&self, ahead: usize) -> u8 {
        self.name.get(self.at + ahead).copied().unwrap_or(0)
    }

    pub fn peek2(&self) -> [u8; 2] {
        [self.peek(), self.peek_at(1)]
    }

    pub fn eat(&mut self, byte: u8) -> bool {
        let is_there = self.peek() == byte && self.at < self.name.len();
        self.at += usize::from(is_there);
        is_there
    }

    pub fn eat2(&mut self, bytes: &[u8; 2]) -> bool {
        let is_there = self.name[self.at..].starts_with(bytes);
        self.at += 2 * usize::from(is_there);
        is_there
    }

    pub fn expect(&mut self, byte: u8, what: &'static str) -> Parsed<()> {
        if self.eat(byte) { Ok(()) } else { self.fail(what) }
    }

    pub fn is_at_end(&self) -> bool {
        self.at >= self.name.len()
    }

    pub fn fail<T>(&mut self, expected: &'static str) -> Parsed<T> {
        self.fail_at(self.at, expected)
    }

    pub fn fail_at<T>(&mut self, position: usize, expected: &'static str) -> Parsed<T> {
        self.error = Error { position, expected };
        Err(Failed)
    }

    // Numbers

    pub fn digits(&mut self) -> Option<Span> {
        let begin = self.at;
        while self.peek().is_ascii_digit() {
            self.at += 1;
        }
        (self.at > begin).then(|| Span::new(begin, self.at))
    }

    pub fn number(&mut self) -> Parsed<u32> {
        let begin = self.at;
        let Some(digits) = self.digits() else { return self.fail("a number") };
        let value = digits
            .of(self.name)
            .iter()
            .try_fold(0_u32, |value, digit| value.checked_mul(10)?.checked_add(u32::from(digit - b'0')));
        value.map_or_else(|| self.fail_at(begin, "a smaller number"), Ok)
    }

    /// `_` is the first, `0_` the second; counted from 0.
    pub fn index(&mut self) -> Parsed<u32> {
        let begin = self.at;
        let number = if self.peek() == b'_' { None } else { Some(self.number()?) };
        self.expect(b'_', "'_' behind the number")?;
        let index = number.map_or(Some(0), |number| number.checked_add(1));
        index.map_or_else(|| self.fail_at(begin, "a smaller number"), Ok)
    }

    // Nodes

    pub fn add(&mut self, node: Node) -> Id {
        self.work.tree.add(node)
    }

    /// Read items until `is_last` says that the end was read.
    pub fn list(
        &mut self,
        mut item: impl FnMut(&mut Self) -> Parsed<Id>,
        mut is_last: impl FnMut(&mut Self) -> bool,
    ) -> Parsed<List> {
        let from = self.work.stack.len();
        while !is_last(self) {
            let item = item(self)?;
            self.work.stack.push(item);
        }
        Ok(self.list_from(from))
    }

    pub fn stack_len(&self) -> usize {
        self.work.stack.len()
    }

    pub fn push(&mut self, id: Id) {
        self.work.stack.push(id);
    }

    pub fn list_from(&mut self, from: usize) -> List {
        let Workspace { tree, stack, .. } = &mut *self.work;
        tree.list(stack, from)
    }

    /// Go one level down, and not too deep.
    pub fn deeper<T>(&mut self, production: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.depth == DEEPEST {
            return self.fail("a name that nests less deeply");
        }
        self.depth += 1;
        let result = production(self);
        self.depth -= 1;
        result
    }

    // Substitutions

    pub fn remember(&mut self, id: Id) -> Id {
        self.work.substitutions.push(id);
        id
    }

    /// `<seq-id> _`, behind the S.
    pub fn remembered(&mut self) -> Parsed<Id> {
        let begin = self.at - 1;
        let mut index = 0;
        if !self.eat(b'_') {
            while let Some(digit) = (self.peek() as char).to_digit(36).filter(|_| !self.peek().is_ascii_lowercase()) {
                index = index * 36 + digit as usize;
                self.at += 1;
                if index > self.name.len() {
                    break;
                }
            }
            if self.at == begin + 1 {
                return self.fail("a substitution");
            }
            index += 1;
            self.expect(b'_', "'_' behind the number")?;
        }
        match self.work.substitutions.get(index) {
            Some(id) => Ok(*id),
            None => self.fail_at(begin, "a substitution of what came before"),
        }
    }

    /// Whether a substitution follows that is a module, in which the name behind it is.
    pub fn is_at_module(&mut self) -> bool {
        if !(self.has_modules && self.peek() == b'S') {
            return false;
        }
        let begin = self.at;
        self.at += 1;
        let id = if standard_of(self.peek()).is_none() { self.remembered().ok() } else { None };
        self.at = begin;
        id.is_some_and(|id| matches!(self.work.tree.node(id), Node::Module(..)))
    }

    /// Try one reading of what can be read in two ways. If it fails nothing was read.
    pub fn attempt<T>(&mut self, production: impl FnOnce(&mut Self) -> Parsed<T>) -> Option<T> {
        if self.reread > MOST_REREAD {
            return None;
        }
        let (at, depth, stack) = (self.at, self.depth, self.work.stack.len());
        let (substitutions, tree) = (self.work.substitutions.len(), self.work.tree.size());
        let result = production(self).ok();
        if result.is_none() {
            self.reread += self.at - at;
            (self.at, self.depth) = (at, depth);
            self.work.stack.truncate(stack);
            self.work.substitutions.truncate(substitutions);
            self.work.tree.back_to(tree);
        }
        result
    }
}
