//! Names without their scopes: `<unqualified-name>` and what it is made of.

use super::names::Name;
use super::parser::{Parsed, Parser};
use super::tree::{Id, Node, Span};
use super::words::operator_of;

impl Parser<'_> {
    /// `<unqualified-name>`, in a scope, whose name its constructors bear.
    pub fn unqualified_name(&mut self, scope: Option<Id>) -> Parsed<Name> {
        let module = self.module_name()?;
        let is_friend = self.eat(b'F');
        // Internal linkage is not shown.
        self.eat(b'L');
        let mut name = match self.peek2() {
            [b'0'..=b'9', _] => Name::new(self.source_name()?),
            [b'U', b't'] => Name::new(self.unnamed_type()?),
            [b'U', b'l'] => Name::new(self.lambda()?),
            [b'D', b'C'] => Name::new(self.structured_binding()?),
            [b'C', _] | [b'D', b'0'..=b'9'] => self.constructor_or_destructor(scope)?,
            [b'a'..=b'z', _] => self.operator_name()?,
            _ => return self.fail("a name"),
        };
        if let Some(module) = module {
            name.id = self.add(Node::InModule(name.id, module));
        }
        if is_friend {
            name.id = self.add(Node::Friend(name.id));
        }
        while self.eat(b'B') {
            let tag = self.source_text()?;
            name.id = self.add(Node::Tagged(name.id, tag));
        }
        Ok(name)
    }

    /// `[<substitution>] (W [P] <source-name>)*`, where `P` is for a partition
    pub fn module_name(&mut self) -> Parsed<Option<Id>> {
        let mut module = if self.is_at_module() { Some(self.substitution(false)?) } else { None };
        while self.eat(b'W') {
            let mark = match (self.eat(b'P'), module) {
                (true, _) => ":",
                (false, Some(_)) => ".",
                (false, None) => "",
            };
            let name = self.source_text()?;
            let part = self.add(Node::Module(module, mark, name));
            module = Some(self.remember(part));
            self.has_modules = true;
        }
        Ok(module)
    }

    pub fn source_name(&mut self) -> Parsed<Id> {
        let text = self.source_text()?;
        let bytes = text.of(self.name);
        let is_anonymous = bytes.len() >= 10
            && bytes.starts_with(b"_GLOBAL_")
            && matches!(bytes[8], b'.' | b'_' | b'$')
            && bytes[9] == b'N';
        Ok(self.add(if is_anonymous { Node::Word("(anonymous namespace)") } else { Node::Source(text) }))
    }

    /// `<number> <identifier>`
    pub fn source_text(&mut self) -> Parsed<Span> {
        let begin = self.at;
        let length = self.number()? as usize;
        if length == 0 || length > self.name.len() - self.at {
            self.at = begin;
            return self.fail("the length of a name that follows");
        }
        self.at += length;
        Ok(Span::new(self.at - length, self.at))
    }

    /// `Ut [<number>] _`
    fn unnamed_type(&mut self) -> Parsed<Id> {
        self.at += 2;
        let number = self.index()?.saturating_add(1);
        let id = self.add(Node::Unnamed(number));
        Ok(id)
    }

    /// `Ul <template-param-decl>* <type>+ E [<number>] _`
    fn lambda(&mut self) -> Parsed<Id> {
        self.at += 2;
        let declared = self.template_declarations()?;
        let parameters = self.parameters(Self::eats_end)?;
        let number = self.index()?.saturating_add(1);
        let lambda = self.add(Node::Lambda(parameters, number));
        Ok(match declared {
            Some(declared) => self.add(Node::GenericLambda(declared, lambda)),
            None => lambda,
        })
    }

    /// `DC <source-name>+ E`
    fn structured_binding(&mut self) -> Parsed<Id> {
        self.at += 2;
        let names = self.list(Self::source_name, |parser| parser.eat(b'E'))?;
        Ok(self.add(Node::Bindings(names)))
    }

    /// `C1` to `C5`, `CI1 <type>`, `CI2 <type>`, `D0` to `D5`
    fn constructor_or_destructor(&mut self, scope: Option<Id>) -> Parsed<Name> {
        let Some(scope) = scope else { return self.fail("the class of the constructor") };
        let is_constructor = self.peek() == b'C';
        self.at += 1;
        let is_inherited = is_constructor && self.eat(b'I');
        let id = match self.peek() {
            b'1'..=b'5' if is_constructor => {
                self.at += 1;
                let of = if is_inherited { self.type_()? } else { scope };
                self.add(Node::Constructor(of))
            }
            b'0'..=b'5' if !is_constructor && self.peek() != b'3' => {
                self.at += 1;
                self.add(Node::Destructor(scope))
            }
            _ => return self.fail("the kind of constructor or destructor"),
        };
        Ok(Name { is_typeless: true, ..Name::new(id) })
    }

    /// `<operator-name>`, as the name of a function
    pub fn operator_name(&mut self) -> Parsed<Name> {
        match self.peek2() {
            [b'c', b'v'] => self.conversion(),
            [b'l', b'i'] => {
                self.at += 2;
                let suffix = self.source_name()?;
                Ok(Name::new(self.add(Node::LiteralOperator(suffix))))
            }
            [b'v', b'0'..=b'9'] => {
                self.at += 2;
                let text = self.source_text()?;
                Ok(Name::new(self.add(Node::VendorOperator(text))))
            }
            code => {
                let Some(operator) = operator_of(code) else { return self.fail("a name or an operator") };
                self.at += 2;
                Ok(Name::new(self.add(Node::Operator(operator))))
            }
        }
    }

    fn conversion(&mut self) -> Parsed<Name> {
        self.at += 2;
        let in_conversion = std::mem::replace(&mut self.in_conversion, true);
        let to = self.type_();
        self.in_conversion = in_conversion;
        let id = self.add(Node::Conversion(to?));
        Ok(Name { is_typeless: true, ..Name::new(id) })
    }
}
