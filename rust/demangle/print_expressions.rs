//! The printer of expressions.

use super::print::{Printed, Printer};
use super::tree::{Id, List, Node, Span};
use super::words::{Operator, literal_suffix_of};

impl Printer<'_> {
    pub fn expression(&mut self, node: Node) -> Printed {
        match node {
            Node::Literal { kind, digits, is_negative } => self.literal(kind, digits, is_negative),
            Node::FunctionParameter(number) => {
                self.text("{parm#")?;
                self.number(number)?;
                self.text("}")
            }
            Node::This => self.text("this"),
            Node::Nullary(operator) => self.text(operator.text),
            Node::Unary(operator, of) => self.unary(operator, of),
            Node::Suffix(operator, of) => {
                self.operand(of)?;
                self.text(operator.text)
            }
            Node::SizeOfType(operator, of) => {
                self.text(operator.text)?;
                self.between("(", of, ")")
            }
            Node::PackSize(of) => self.pack_size(of),
            Node::ArgumentsSize(arguments) => self.arguments_size(arguments),
            Node::Binary(operator, left, right) => self.binary(operator, left, right),
            Node::Index(of, index) => {
                self.operand(of)?;
                self.between("[", index, "]")
            }
            Node::Call(function, arguments) => {
                self.called(function)?;
                self.print(arguments)
            }
            Node::Cast(to, value) => {
                self.between("(", to, ")")?;
                self.operand(value)
            }
            Node::NamedCast(operator, to, value) => {
                self.text(operator.text)?;
                self.between("<", to, ">(")?;
                self.between("", value, ")")
            }
            Node::Conditional(condition, yes, no) => {
                self.operand(condition)?;
                self.text("?")?;
                self.operand(yes)?;
                self.text(" : ")?;
                self.operand(no)
            }
            Node::New { operator, placement, kind, initializer } => {
                self.text(operator.text)?;
                self.text(" ")?;
                if !self.tree.items(placement).is_empty() {
                    self.listed("(", placement, ") ")?;
                }
                self.print(kind)?;
                initializer.map_or(Ok(()), |initializer| self.print(initializer))
            }
            Node::Fold { operator, first, last } => self.fold(operator, first, last),
            Node::FieldDesignator(field, value) => {
                self.between(".", field, "")?;
                self.designated(value)
            }
            Node::IndexDesignator(first, last, value) => {
                self.between("[", first, "")?;
                if let Some(last) = last {
                    self.between(" ... ", last, "")?;
                }
                self.text("]")?;
                self.designated(value)
            }
            Node::Braced(kind, values) => {
                kind.map_or(Ok(()), |kind| self.print(kind))?;
                self.listed("{", values, "}")
            }
            Node::Parenthesized(values) => self.listed("(", values, ")"),
            Node::VendorExpression(name, arguments) => {
                self.between("", name, "(")?;
                self.listed("", arguments, ")")
            }
            Node::DestructorOf(of) => self.between("~", of, ""),
            _ => Ok(()),
        }
    }

    /// In parentheses, unless it is plain.
    pub fn operand(&mut self, id: Id) -> Printed {
        match self.tree.node(id) {
            Node::Source(_)
            | Node::Qualified(..)
            | Node::Braced(..)
            | Node::Parenthesized(_)
            | Node::FunctionParameter(_)
            | Node::This => self.print(id),
            _ => self.between("(", id, ")"),
        }
    }

    fn literal(&mut self, kind: Id, digits: Span, is_negative: bool) -> Printed {
        let sign = if is_negative { "-" } else { "" };
        if let Node::Word(builtin) = self.tree.node(kind) {
            let bytes = digits.of(self.name);
            if builtin == "bool" && !is_negative && matches!(bytes, b"0" | b"1") {
                return self.text(if bytes == b"1" { "true" } else { "false" });
            }
            if let Some(suffix) = literal_suffix_of(builtin) {
                self.text(sign)?;
                self.span(digits)?;
                return self.text(suffix);
            }
        }
        self.between("(", kind, ")")?;
        self.text(sign)?;
        let is_float = matches!(self.tree.node(kind), Node::Word("float" | "double" | "long double" | "__float128"));
        self.text(if is_float { "[" } else { "" })?;
        self.span(digits)?;
        self.text(if is_float { "]" } else { "" })
    }

    fn unary(&mut self, operator: &Operator, of: Id) -> Printed {
        self.text(operator.text)?;
        match (&operator.code, self.tree.node(of)) {
            // The address of a member tells by its name alone.
            (b"ad", Node::Function(name, signature)) if self.is_plain_member(name, signature) => self.print(name),
            (b"gs", _) => self.print(of),
            (b"nx", _) => self.between("(", of, ")"),
            _ => self.operand(of),
        }
    }

    fn is_plain_member(&self, name: Id, signature: Id) -> bool {
        matches!(self.tree.node(name), Node::Qualified(..))
            && matches!(self.tree.node(signature), Node::Signature { qualifiers, .. } if qualifiers.is_none())
    }

    fn called(&mut self, function: Id) -> Printed {
        match self.tree.node(function) {
            // Of a function that is known, only the name: the arguments follow.
            Node::Function(name, _) => self.operand(name),
            _ => self.operand(function),
        }
    }

    fn binary(&mut self, operator: &Operator, left: Id, right: Id) -> Printed {
        // Or it would end the template arguments.
        let is_greater = operator.text == ">";
        self.text(if is_greater { "(" } else { "" })?;
        self.operand(left)?;
        self.text(operator.text)?;
        self.operand(right)?;
        self.text(if is_greater { ")" } else { "" })
    }

    fn fold(&mut self, operator: &Operator, first: Option<Id>, last: Option<Id>) -> Printed {
        // What is folded is not expanded.
        let element = self.element.take();
        self.text("(")?;
        if let Some(first) = first {
            self.operand(first)?;
            self.text(operator.text)?;
        }
        self.text("...")?;
        if let Some(last) = last {
            self.text(operator.text)?;
            self.operand(last)?;
        }
        self.element = element;
        self.text(")")
    }

    fn designated(&mut self, value: Id) -> Printed {
        match self.tree.node(value) {
            Node::FieldDesignator(..) | Node::IndexDesignator(..) => self.print(value),
            _ => self.between("=", value, ""),
        }
    }

    fn pack_size(&mut self, of: Id) -> Printed {
        match self.pack_length(of) {
            Some(length) => self.text(&length.to_string()),
            None => {
                self.text("sizeof...")?;
                self.between("(", of, ")")
            }
        }
    }

    fn arguments_size(&mut self, arguments: List) -> Printed {
        let tree = self.tree;
        let mut count = 0;
        for &item in tree.items(arguments) {
            count += match tree.node(item) {
                Node::Expansion(of) => self.pack_length(of).unwrap_or(1),
                _ => 1,
            };
        }
        self.text(&count.to_string())
    }
}
