//! The printer of names and encodings.

use super::print::{Printed, Printer};
use super::scope::LONGEST_CHAIN;
use super::tree::{Id, List, Node, Qualifiers};

impl Printer<'_> {
    pub fn print_left(&mut self, id: Id) -> Printed {
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
                self.print(module)
            }
            Node::Module(of, mark, name) => {
                if let Some(of) = of {
                    self.print(of)?;
                }
                self.text(mark)?;
                self.span(name)
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
