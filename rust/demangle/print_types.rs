//! The printer of types, and of template parameters in the places of types.

use super::print::{Printed, Printer};
use super::scope::{LONGEST_CHAIN, Place};
use super::tree::{Id, Node, Qualifiers};

/// What a declarator is put around.
#[derive(Clone, Copy, PartialEq)]
enum Shape {
    Plain,
    Array,
    Function,
}

impl Printer<'_> {
    pub fn type_left(&mut self, node: Node) -> Printed {
        match node {
            Node::Signature { result, .. } => {
                let Some(result) = result else { return Ok(()) };
                self.left(result)?;
                if self.last() == b'&' || self.needs_blank_behind(result) { self.text(" ") } else { Ok(()) }
            }
            Node::Specified(signature, _) => self.left(signature),
            Node::Noexcept(condition) => self.between(" noexcept(", condition, ")"),
            Node::Throw(types) => self.listed(" throw(", types, ")"),
            Node::CvQualified(of, qualifiers) => self.qualified_left(self.here(of), qualifiers),
            Node::VendorQualified(of, qualifier) => {
                self.left(of)?;
                self.between(" ", qualifier, "")
            }
            Node::Pointer(to) => self.declarator_left(self.here(to), "*"),
            Node::Lvalue(to) => {
                let (to, sign) = self.reference(to, "&");
                self.declarator_left(to, sign)
            }
            Node::Rvalue(to) => {
                let (to, sign) = self.reference(to, "&&");
                self.declarator_left(to, sign)
            }
            Node::Complex(of) => self.between("", of, " _Complex"),
            Node::Imaginary(of) => self.between("", of, " _Imaginary"),
            Node::Array(_, of) => self.left(of),
            Node::Vector(size, of) => {
                self.between("", of, " __vector(")?;
                self.between("", size, ")")
            }
            Node::Member(class, member) => {
                self.left(member)?;
                if self.shape(self.here(member)) == Shape::Plain {
                    self.text(" ")?;
                }
                self.open(self.here(member))?;
                self.between("", class, "::*")
            }
            Node::Float(bits, is_extended) => {
                self.text("_Float")?;
                self.span(bits)?;
                self.text(if is_extended { "x" } else { "" })
            }
            Node::BitInt(bits, is_unsigned) => {
                self.between(if is_unsigned { "unsigned _BitInt(" } else { "_BitInt(" }, bits, ")")
            }
            Node::Decltype(expression) => self.between("decltype (", expression, ")"),
            Node::Expansion(pattern) => self.expansion(pattern),
            Node::Pack(arguments) => self.items(arguments),
            Node::Argument(argument) => self.left(argument),
            Node::Parameter(index, position) => self.parameter_left(index, position),
            node => self.expression(node),
        }
    }

    pub fn print_right(&mut self, id: Id) -> Printed {
        match self.tree.node(id) {
            Node::Signature { result, parameters, qualifiers } => {
                self.listed("(", parameters, ")")?;
                self.qualifiers(qualifiers)?;
                result.map_or(Ok(()), |result| self.right(result))
            }
            Node::Specified(signature, specification) => {
                let Node::Signature { result, parameters, qualifiers } = self.tree.node(signature) else {
                    return Ok(());
                };
                self.listed("(", parameters, ")")?;
                self.qualifiers(qualifiers)?;
                self.print(specification)?;
                result.map_or(Ok(()), |result| self.right(result))
            }
            Node::Pointer(to) => self.declarator_right(self.here(to)),
            Node::Lvalue(to) | Node::Rvalue(to) => {
                let (to, _) = self.reference(to, "");
                self.declarator_right(to)
            }
            Node::Member(_, member) => self.declarator_right(self.here(member)),
            Node::CvQualified(of, _) | Node::VendorQualified(of, _) => self.right(of),
            Node::Array(size, of) => {
                self.text(if self.last() == b']' { "[" } else { " [" })?;
                size.map_or(Ok(()), |size| self.print(size))?;
                self.text("]")?;
                self.right(of)
            }
            Node::Argument(argument) => self.right(argument),
            Node::Parameter(index, _) => self.parameter_right(index),
            _ => Ok(()),
        }
    }

    fn declarator_left(&mut self, of: Place, sign: &str) -> Printed {
        self.at(of.scope, |printer| printer.left(of.id))?;
        self.open(of)?;
        self.text(sign)
    }

    fn open(&mut self, of: Place) -> Printed {
        match self.shape(of) {
            Shape::Plain => Ok(()),
            Shape::Array => self.text(" ("),
            Shape::Function => self.text("("),
        }
    }

    fn declarator_right(&mut self, of: Place) -> Printed {
        if self.shape(of) != Shape::Plain {
            self.text(")")?;
        }
        self.at(of.scope, |printer| printer.right(of.id))
    }

    /// Whether a return type is apart from what follows it: not so if that is within its parentheses.
    pub fn needs_blank_behind(&mut self, result: Id) -> bool {
        let mut place = self.here(result);
        for _ in 0..LONGEST_CHAIN {
            place = self.resolved(place);
            place.id = match self.tree.node(place.id) {
                Node::Pointer(to) | Node::Lvalue(to) | Node::Rvalue(to) | Node::Member(_, to) => {
                    if self.shape(Place { id: to, ..place }) != Shape::Plain {
                        return false;
                    }
                    to
                }
                Node::CvQualified(of, _) => of,
                _ => return true,
            };
        }
        true
    }

    fn shape(&mut self, of: Place) -> Shape {
        let mut place = of;
        for _ in 0..LONGEST_CHAIN {
            place = self.resolved(place);
            place.id = match self.tree.node(place.id) {
                Node::Array(..) => return Shape::Array,
                Node::Signature { .. } | Node::Specified(..) => return Shape::Function,
                Node::CvQualified(of, _) | Node::VendorQualified(of, _) => of,
                _ => return Shape::Plain,
            };
        }
        Shape::Plain
    }

    /// What a reference refers to, and its sign: a reference to a reference is one.
    fn reference(&mut self, to: Id, sign: &'static str) -> (Place, &'static str) {
        let (mut to, mut sign) = (self.here(to), sign);
        for _ in 0..LONGEST_CHAIN {
            let inner = self.unqualified(to);
            to = match self.tree.node(inner.id) {
                Node::Lvalue(id) => {
                    sign = "&";
                    Place { id, ..inner }
                }
                Node::Rvalue(id) => Place { id, ..inner },
                _ => break,
            };
        }
        (to, sign)
    }

    /// A type without its qualifiers.
    fn unqualified(&mut self, of: Place) -> Place {
        let mut place = self.resolved(of);
        for _ in 0..LONGEST_CHAIN {
            let Node::CvQualified(id, _) = self.tree.node(place.id) else { break };
            place = self.resolved(Place { id, ..place });
        }
        place
    }

    /// Qualifiers are said once, and are nothing to a reference.
    fn qualified_left(&mut self, of: Place, qualifiers: Qualifiers) -> Printed {
        let (mut of, mut qualifiers) = (self.resolved(of), qualifiers);
        for _ in 0..LONGEST_CHAIN {
            let Node::CvQualified(id, others) = self.tree.node(of.id) else { break };
            of = self.resolved(Place { id, ..of });
            qualifiers = qualifiers.with(others);
        }
        self.at(of.scope, |printer| printer.left(of.id))?;
        match self.tree.node(of.id) {
            Node::Lvalue(_) | Node::Rvalue(_) => Ok(()),
            _ => self.qualifiers(qualifiers),
        }
    }
}
