//! The printer of a C++ name: what all its parts share.
//!
//! A declaration is written around what it declares: `void (*f(int))()`. So a node has a left and a
//! right part, and most have no right one.

use super::scope::{Element, Frame, Scope};
use super::tree::{Id, List, Span, Tree};
use super::{Error, Failed};

/// How deep parts may nest in one another, with template arguments in their places.
const DEEPEST: u32 = 256;

/// What is printed at the most, in bytes.
pub const LONGEST: usize = 1 << 20;

/// How much work it may be: parts that are printed, and their bytes. Some are printed in vain.
const MOST_WORK: usize = 8 << 20;

/// Nothing, if the printer has an error.
pub type Printed = Result<(), Failed>;

pub struct Printer<'a> {
    pub name: &'a [u8],
    pub tree: &'a Tree,
    pub out: &'a mut Vec<u8>,
    pub is_verbose: bool,
    pub element: Option<Element>,
    pub scope: Scope,
    pub frames: Vec<Frame>,
    begin: usize,
    /// The last byte that was written, whether or not it still stands there.
    last: u8,
    depth: u32,
    work: usize,
    /// Why it failed, if it did.
    pub error: Error,
}

impl<'a> Printer<'a> {
    pub fn new(name: &'a [u8], tree: &'a Tree, is_verbose: bool, out: &'a mut Vec<u8>) -> Printer<'a> {
        let begin = out.len();
        Printer {
            name,
            tree,
            out,
            is_verbose,
            element: None,
            scope: Scope::default(),
            frames: Vec::new(),
            begin,
            last: 0,
            depth: 0,
            work: 0,
            error: Error::default(),
        }
    }

    // Text

    pub fn text(&mut self, text: &str) -> Printed {
        self.bytes(text.as_bytes())
    }

    pub fn bytes(&mut self, bytes: &[u8]) -> Printed {
        self.works(bytes.len())?;
        if self.out.len() - self.begin + bytes.len() > LONGEST {
            return self.fail("a name that stands for a shorter text");
        }
        self.out.extend_from_slice(bytes);
        self.last = bytes.last().copied().unwrap_or(self.last);
        Ok(())
    }

    pub fn span(&mut self, span: Span) -> Printed {
        let name = self.name;
        self.bytes(span.of(name))
    }

    pub fn number(&mut self, number: u32) -> Printed {
        self.text(&number.to_string())
    }

    pub fn last(&self) -> u8 {
        self.last
    }

    /// Take back what was written since.
    pub fn back_to(&mut self, (length, last): (usize, u8)) {
        self.out.truncate(length);
        self.last = last;
    }

    pub fn place(&self) -> (usize, u8) {
        (self.out.len(), self.last)
    }

    pub fn fail<T>(&mut self, expected: &'static str) -> Result<T, Failed> {
        self.fail_at(self.name.len(), expected)
    }

    pub fn fail_at<T>(&mut self, position: usize, expected: &'static str) -> Result<T, Failed> {
        self.error = Error { position, expected };
        Err(Failed)
    }

    fn works(&mut self, amount: usize) -> Printed {
        self.work += amount;
        if self.work > MOST_WORK { self.fail("a name that stands for a shorter text") } else { Ok(()) }
    }

    // Nodes

    /// Print a node as a whole.
    pub fn print(&mut self, id: Id) -> Printed {
        self.left(id)?;
        if self.tree.node(id).has_right() { self.right(id) } else { Ok(()) }
    }

    /// Print what stands before the declared name.
    pub fn left(&mut self, id: Id) -> Printed {
        self.deeper(|printer| printer.print_left(id))
    }

    /// Print what stands behind the declared name.
    pub fn right(&mut self, id: Id) -> Printed {
        self.deeper(|printer| printer.print_right(id))
    }

    pub fn deeper(&mut self, part: impl FnOnce(&mut Self) -> Printed) -> Printed {
        if self.depth == DEEPEST {
            return self.fail("a name that nests less deeply");
        }
        self.works(1)?;
        self.depth += 1;
        let result = part(self);
        self.depth -= 1;
        result
    }

    /// Print items with commas between them, passing over those which print nothing.
    pub fn items(&mut self, list: List) -> Printed {
        let tree = self.tree;
        let mut is_first = true;
        for &item in tree.items(list) {
            let before = self.out.len();
            if !is_first {
                self.text(", ")?;
            }
            let begin = self.out.len();
            self.print(item)?;
            if self.out.len() == begin {
                // `last` stays: c++filt writes `A<B<C>>` without a blank if an empty pack follows.
                self.out.truncate(before);
            } else {
                is_first = false;
            }
        }
        Ok(())
    }

    pub fn between(&mut self, before: &str, id: Id, after: &str) -> Printed {
        self.text(before)?;
        self.print(id)?;
        self.text(after)
    }

    pub fn listed(&mut self, before: &str, list: List, after: &str) -> Printed {
        self.text(before)?;
        self.items(list)?;
        self.text(after)
    }
}
