//! The printer of a C++ name: what all parts share, and names.
//!
//! A declaration is written around what it declares: `void (*f(int))()`. So a node has a left and a
//! right part, and most have no right one.

use super::scope::{Element, Frame, LONGEST_CHAIN, Scope};
use super::tree::{Id, List, Node, Qualifiers, Span, Tree};
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

    fn print_left(&mut self, id: Id) -> Printed {
        match self.tree.node(id) {
            Node::Source(span) => self.span(span),
            Node::Word(word) => self.text(word),
            Node::Standard(standard, is_full) => {
                self.text(if is_full || self.is_verbose { standard.full } else { standard.short })
            }
            Node::Qualified(scope, name) => {
                self.between("", scope, "::")?;
                self.print(name)
            }
            Node::Local(function, name) => {
                self.enclosing(function)?;
                self.between("::", name, "")
            }
            Node::DefaultArgument(number, name) => {
                self.numbered("{default arg#", number)?;
                self.between("::", name, "")
            }
            Node::Template(name, arguments) => self.template(name, arguments),
            Node::Constructor(class) => self.base_name(class),
            Node::Destructor(class) => {
                self.text("~")?;
                self.base_name(class)
            }
            Node::Operator(operator) => {
                let text = operator.text.trim_end();
                self.text(if text.as_bytes()[0].is_ascii_lowercase() { "operator " } else { "operator" })?;
                self.text(text)
            }
            Node::VendorOperator(text) => {
                self.text("operator ")?;
                self.span(text)
            }
            Node::LiteralOperator(suffix) => self.between("operator\"\" ", suffix, ""),
            Node::Conversion(to) => self.between("operator ", to, ""),
            Node::Tagged(name, tag) => {
                self.between("", name, "[abi:")?;
                self.span(tag)?;
                self.text("]")
            }
            Node::InModule(name, module) => {
                self.between("", name, "@")?;
                self.span(module)
            }
            Node::Bindings(names) => self.listed("[", names, "]"),
            Node::Lambda(parameters, number) => {
                self.in_lambda(None, |printer| printer.listed("{lambda(", parameters, ""))?;
                self.numbered(")#", number)
            }
            Node::GenericLambda(declared, lambda) => self.generic_lambda(declared, lambda),
            Node::Unnamed(number) => self.numbered("{unnamed type#", number),
            Node::Friend(name) => self.between("", name, "[friend]"),
            Node::Function(name, signature) => self.in_function(name, |printer| printer.function(name, signature)),
            Node::Special(what, of) => self.between(what, of, ""),
            Node::ConstructionVtable(base, derived) => {
                self.between("construction vtable for ", base, "-in-")?;
                self.print(derived)
            }
            Node::ReferenceTemporary(number, of) => {
                self.between("reference temporary #", number, " for ")?;
                self.print(of)
            }
            Node::Clone(function, suffix) => {
                self.between("", function, " [clone ")?;
                self.span(suffix)?;
                self.text("]")
            }
            node => self.type_left(node),
        }
    }

    fn numbered(&mut self, what: &str, number: u32) -> Printed {
        self.text(what)?;
        self.number(number)?;
        self.text("}")
    }

    fn template(&mut self, name: Id, arguments: List) -> Printed {
        self.print(name)?;
        self.text(if self.last() == b'<' { " <" } else { "<" })?;
        self.items(arguments)?;
        self.text(if self.last() == b'>' { " >" } else { ">" })
    }

    fn generic_lambda(&mut self, declared: List, lambda: Id) -> Printed {
        let Node::Lambda(parameters, number) = self.tree.node(lambda) else { return Ok(()) };
        self.in_lambda(Some(declared), |printer| {
            printer.text("{lambda<")?;
            printer.declarations(declared, true)?;
            printer.listed(">(", parameters, "")
        })?;
        self.numbered(")#", number)
    }

    fn function(&mut self, name: Id, signature: Id) -> Printed {
        if let Node::Signature { result: Some(result), .. } = self.tree.node(signature) {
            self.left(result)?;
            if self.needs_blank_behind(result) {
                self.text(" ")?;
            }
        }
        self.print(name)?;
        self.right(signature)
    }

    /// A function around a name, which is shown without its return type.
    fn enclosing(&mut self, function: Id) -> Printed {
        let Node::Function(name, signature) = self.tree.node(function) else { return self.print(function) };
        let Node::Signature { parameters, qualifiers, .. } = self.tree.node(signature) else { return Ok(()) };
        self.in_function(name, |printer| {
            printer.print(name)?;
            printer.listed("(", parameters, ")")?;
            printer.qualifiers(qualifiers)
        })
    }

    /// The name of a class without its scope and its template arguments.
    fn base_name(&mut self, class: Id) -> Printed {
        let mut id = class;
        // A name is a chain of few links; a hostile one is cut.
        for _ in 0..LONGEST_CHAIN {
            id = match self.tree.node(id) {
                Node::Qualified(_, name) | Node::Local(_, name) | Node::DefaultArgument(_, name) => name,
                Node::Template(name, _) | Node::Tagged(name, _) | Node::InModule(name, _) | Node::Friend(name) => name,
                Node::Standard(standard, _) => return self.text(standard.base),
                _ => break,
            };
        }
        self.print(id)
    }

    pub fn qualifiers(&mut self, qualifiers: Qualifiers) -> Printed {
        if qualifiers.is_none() {
            return Ok(());
        }
        for (qualifier, text) in [
            (Qualifiers::CONST, " const"),
            (Qualifiers::VOLATILE, " volatile"),
            (Qualifiers::RESTRICT, " restrict"),
            (Qualifiers::LVALUE, " &"),
            (Qualifiers::RVALUE, " &&"),
            (Qualifiers::TRANSACTION_SAFE, " transaction_safe"),
            (Qualifiers::NOEXCEPT, " noexcept"),
        ] {
            if qualifiers.has(qualifier) {
                self.text(text)?;
            }
        }
        Ok(())
    }
}
