//! Expressions: `<expression>`, `<expr-primary>`, and names that are not resolved.

use super::parser::{Parsed, Parser};
use super::tree::{Id, List, Node, Span};
use super::words::{Form, Operator, operator_of};

impl Parser<'_> {
    /// `<expression>`
    pub fn expression(&mut self) -> Parsed<Id> {
        self.deeper(Self::any_expression)
    }

    fn any_expression(&mut self) -> Parsed<Id> {
        match self.peek2() {
            [b'L', _] => self.literal(),
            [b'T', _] => {
                let argument = self.template_parameter()?;
                Ok(self.add(Node::Argument(argument)))
            }
            [b'f', b'p'] => self.parameter(),
            [b'f', b'L'] if self.peek_at(2).is_ascii_digit() => self.parameter(),
            [b'f', b'l' | b'r' | b'L' | b'R'] => self.fold(),
            [b's', b'r'] => self.unresolved_name(),
            [b's', b'p'] => {
                self.at += 2;
                let pattern = self.expression()?;
                Ok(self.add(Node::Expansion(pattern)))
            }
            [b's', b'Z'] => self.pack_size(),
            [b's', b'P'] => {
                self.at += 2;
                let arguments = self.list(Self::template_argument, Self::eats_end)?;
                Ok(self.add(Node::ArgumentsSize(arguments)))
            }
            [b'0'..=b'9', _] | [b'o', b'n'] | [b'd', b'n'] => self.base_unresolved_name(),
            [b'g', b's'] => self.global(),
            [b'i', b'l'] => {
                self.at += 2;
                self.braced(None)
            }
            [b't', b'l'] => {
                self.at += 2;
                let kind = self.type_()?;
                self.braced(Some(kind))
            }
            [b'd', b'i' | b'x' | b'X'] => self.designator(),
            [b'u', _] => self.vendor_expression(),
            [b'c', b'l' | b'p'] => self.call(),
            [b'c', b'v'] => self.cast(),
            [b'r', b'q' | b'Q'] => self.requires(),
            [b'i', b'x'] => {
                self.at += 2;
                let (of, index) = (self.expression()?, self.expression()?);
                Ok(self.add(Node::Index(of, index)))
            }
            code => {
                let Some(operator) = operator_of(code) else { return self.fail("an expression") };
                self.at += 2;
                self.operation(operator)
            }
        }
    }

    fn operation(&mut self, operator: &'static Operator) -> Parsed<Id> {
        let node = match operator.form {
            Form::Nullary => Node::Nullary(operator),
            Form::Unary => Node::Unary(operator, self.expression()?),
            Form::Step if self.eat(b'_') => Node::Unary(operator, self.expression()?),
            Form::Step => Node::Suffix(operator, self.expression()?),
            Form::OfType => Node::SizeOfType(operator, self.type_()?),
            Form::Binary => Node::Binary(operator, self.expression()?, self.expression()?),
            Form::Member => Node::Binary(operator, self.expression()?, self.member()?),
            Form::NamedCast => Node::NamedCast(operator, self.type_()?, self.expression()?),
            Form::Conditional => Node::Conditional(self.expression()?, self.expression()?, self.expression()?),
            Form::New => self.new_expression(operator)?,
            Form::Other => {
                self.at -= 2;
                return self.fail("an expression");
            }
        };
        Ok(self.add(node))
    }

    fn expressions(&mut self, end: u8) -> Parsed<List> {
        self.list(Self::expression, |parser| parser.eat(end))
    }

    /// `L <type> [n] <value> E` or `L <mangled-name> E`
    pub fn literal(&mut self) -> Parsed<Id> {
        self.expect(b'L', "a literal")?;
        // Older compilers leave out the underscore.
        if self.eat2(b"_Z") || self.peek() == b'Z' && self.eat(b'Z') {
            let id = self.encoding()?;
            self.expect(b'E', "'E' behind a name")?;
            return Ok(id);
        }
        let kind = self.type_()?;
        if self.eat(b'E') {
            return Ok(kind);
        }
        let is_negative = self.eat(b'n');
        let begin = self.at;
        while !self.is_at_end() && self.peek() != b'E' {
            self.at += 1;
        }
        let digits = Span::new(begin, self.at);
        self.expect(b'E', "'E' behind a literal")?;
        Ok(self.add(Node::Literal { kind, digits, is_negative }))
    }

    /// `fpT`, `fp [<qualifiers>] [<number>] _`, `fL <number> p [<qualifiers>] [<number>] _`
    fn parameter(&mut self) -> Parsed<Id> {
        let is_nested = self.peek_at(1) == b'L';
        self.at += 2;
        if is_nested {
            self.number()?;
            self.expect(b'p', "'p' behind the level of a parameter")?;
        } else if self.eat(b'T') {
            return Ok(self.add(Node::This));
        }
        self.cv_qualifiers();
        let number = self.index()?.saturating_add(1);
        Ok(self.add(Node::FunctionParameter(number)))
    }

    /// `fl`, `fr`: an operator and a pack; `fL`, `fR`: an operator and both operands
    fn fold(&mut self) -> Parsed<Id> {
        let kind = self.peek_at(1);
        self.at += 2;
        let Some(operator) = operator_of(self.peek2()).filter(|operator| operator.form == Form::Binary) else {
            return self.fail("a binary operator");
        };
        self.at += 2;
        let operand = self.expression()?;
        let (first, last) = match kind {
            b'l' => (None, Some(operand)),
            b'r' => (Some(operand), None),
            _ => (Some(operand), Some(self.expression()?)),
        };
        Ok(self.add(Node::Fold { operator, first, last }))
    }

    fn pack_size(&mut self) -> Parsed<Id> {
        self.at += 2;
        if self.peek() == b'f' {
            let of = self.expression()?;
            return Ok(self.add(Node::Unary(&SIZE_OF_PACK, of)));
        }
        let of = self.template_parameter()?;
        Ok(self.add(Node::PackSize(of)))
    }

    /// `sr <type> <base-unresolved-name>`, `srN <type> <level>+ E <name>`, `sr <level>+ E <name>`
    fn unresolved_name(&mut self) -> Parsed<Id> {
        self.at += 2;
        if self.peek().is_ascii_digit() {
            // GCC writes `<class> <name>` for it, where an E ends something else.
            if let Some(name) = self.attempt(Self::unresolved_levels) {
                return Ok(name);
            }
        }
        let scope = self.type_()?;
        let name = self.base_unresolved_name()?;
        Ok(self.add(Node::Qualified(scope, name)))
    }

    /// `<level>+ E <name>`
    fn unresolved_levels(&mut self) -> Parsed<Id> {
        let mut scope = self.level()?;
        while !self.eat(b'E') {
            let level = self.unqualified_name(None)?.id;
            scope = self.add(Node::Qualified(scope, level));
            scope = self.maybe_template(scope)?;
        }
        if !matches!(self.peek2(), [b'0'..=b'9', _] | [b'o', b'n'] | [b'd', b'n']) {
            return self.fail("a name");
        }
        let name = if self.peek() == b'd' {
            self.base_unresolved_name()?
        } else {
            self.eat2(b"on");
            self.unqualified_name(None)?.id
        };
        let id = self.add(Node::Qualified(scope, name));
        self.maybe_template(id)
    }

    /// `<simple-id>`, `on <operator-name> [<template-args>]`, `dn <destructor-name>`
    fn base_unresolved_name(&mut self) -> Parsed<Id> {
        if self.eat2(b"dn") {
            let of = if self.peek().is_ascii_digit() { self.member()? } else { self.type_()? };
            return Ok(self.add(Node::DestructorOf(of)));
        }
        self.eat2(b"on");
        self.level()
    }

    /// `<unqualified-name> [<template-args>]`
    fn level(&mut self) -> Parsed<Id> {
        let name = self.unqualified_name(None)?.id;
        self.maybe_template(name)
    }

    fn maybe_template(&mut self, name: Id) -> Parsed<Id> {
        if self.peek() != b'I' {
            return Ok(name);
        }
        let arguments = self.template_arguments()?;
        Ok(self.add(Node::Template(name, arguments)))
    }

    /// What stands behind `.` and `->`.
    fn member(&mut self) -> Parsed<Id> {
        match self.peek2() {
            [b'g', b's'] | [b's', b'r'] => self.expression(),
            _ => self.base_unresolved_name(),
        }
    }

    /// `gs`: of the global scope
    fn global(&mut self) -> Parsed<Id> {
        self.at += 2;
        let of = self.expression()?;
        Ok(self.add(Node::Unary(&GLOBAL, of)))
    }

    fn braced(&mut self, kind: Option<Id>) -> Parsed<Id> {
        let values = self.expressions(b'E')?;
        Ok(self.add(Node::Braced(kind, values)))
    }

    /// `di <field> <value>`, `dx <index> <value>`, `dX <first> <last> <value>`
    fn designator(&mut self) -> Parsed<Id> {
        let kind = self.peek_at(1);
        self.at += 2;
        let node = match kind {
            b'i' => Node::FieldDesignator(self.unqualified_name(None)?.id, self.expression()?),
            b'x' => Node::IndexDesignator(self.expression()?, None, self.expression()?),
            _ => Node::IndexDesignator(self.expression()?, Some(self.expression()?), self.expression()?),
        };
        Ok(self.add(node))
    }

    /// `u <source-name> <template-arg>* E`
    fn vendor_expression(&mut self) -> Parsed<Id> {
        self.at += 1;
        let name = self.source_name()?;
        let arguments = self.list(Self::template_argument, Self::eats_end)?;
        Ok(self.add(Node::VendorExpression(name, arguments)))
    }

    /// `Q <expression>`, a requires-clause: not shown
    pub fn constraint(&mut self) -> Parsed<()> {
        if self.eat(b'Q') {
            self.expression()?;
        }
        Ok(())
    }

    /// `rq <requirement>+ E`, `rQ <parameter>+ _ <requirement>+ E`
    fn requires(&mut self) -> Parsed<Id> {
        self.at += 2;
        if self.name[self.at - 1] == b'Q' {
            self.parameters(|parser| parser.eat(b'_'))?;
        }
        while !self.eat(b'E') {
            self.requirement()?;
        }
        Ok(self.add(Node::Word("requires {...}")))
    }

    /// `X <expression> [N] [R <type-constraint>]`, `T <type>`, `Q <constraint>`
    fn requirement(&mut self) -> Parsed<()> {
        match self.peek() {
            b'X' => {
                self.at += 1;
                self.expression()?;
                self.eat(b'N');
                if self.eat(b'R') {
                    self.name()?;
                }
                Ok(())
            }
            b'T' => {
                self.at += 1;
                self.type_().map(|_| ())
            }
            b'Q' => self.constraint(),
            _ => self.fail("a requirement"),
        }
    }

    /// `cl <function> <argument>* E`
    fn call(&mut self) -> Parsed<Id> {
        self.at += 2;
        let function = self.expression()?;
        let arguments = self.expressions(b'E')?;
        let arguments = self.add(Node::Parenthesized(arguments));
        Ok(self.add(Node::Call(function, arguments)))
    }

    /// `cv <type> <expression>` or `cv <type> _ <expression>* E`
    fn cast(&mut self) -> Parsed<Id> {
        self.at += 2;
        let to = self.type_()?;
        let value = if self.eat(b'_') {
            let values = self.expressions(b'E')?;
            self.add(Node::Parenthesized(values))
        } else {
            self.expression()?
        };
        Ok(self.add(Node::Cast(to, value)))
    }

    /// `nw <placement>* _ <type>`, and `E`, `pi <argument>* E` or `il <value>* E`
    fn new_expression(&mut self, operator: &'static Operator) -> Parsed<Node> {
        let placement = self.expressions(b'_')?;
        let kind = self.type_()?;
        let initializer = if self.eat(b'E') {
            None
        } else if self.eat2(b"pi") {
            let values = self.expressions(b'E')?;
            Some(self.add(Node::Parenthesized(values)))
        } else if self.peek2() == *b"il" {
            Some(self.expression()?)
        } else {
            return self.fail("'E', 'pi' or 'il' behind the type of a new object");
        };
        Ok(Node::New { operator, placement, kind, initializer })
    }
}

static SIZE_OF_PACK: Operator = Operator { code: *b"sZ", text: "sizeof...", form: Form::Unary };
static GLOBAL: Operator = Operator { code: *b"gs", text: "::", form: Form::Unary };
