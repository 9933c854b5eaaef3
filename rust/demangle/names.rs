//! Names: `<name>`, `<nested-name>`, `<local-name>`, substitutions and template arguments.

use super::parser::{Parsed, Parser};
use super::tree::{Id, List, Node, Qualifiers};
use super::words::standard_of;

/// A name, and what an encoding must know of it.
#[derive(Clone, Copy)]
pub struct Name {
    pub id: Id,
    /// It ends with template arguments.
    pub is_template: bool,
    /// A constructor, destructor or conversion operator: no return type is written.
    pub is_typeless: bool,
    /// Of the function.
    pub qualifiers: Qualifiers,
}

impl Name {
    pub fn new(id: Id) -> Name {
        Name { id, is_template: false, is_typeless: false, qualifiers: Qualifiers::default() }
    }
}

impl Parser<'_> {
    /// `<name>`
    pub fn name(&mut self) -> Parsed<Name> {
        match self.peek2() {
            [b'N', _] => self.nested_name(),
            [b'Z', _] => self.deeper(Self::local_name),
            [b'S', b't'] => {
                self.at += 2;
                let std = self.add(Node::Word("std"));
                self.unscoped_name(Some(std))
            }
            [b'S', _] if !self.is_at_module() => {
                let id = self.substitution(false)?;
                if self.peek() == b'I' { self.template_of(Name::new(id)) } else { Ok(Name::new(id)) }
            }
            _ => self.unscoped_name(None),
        }
    }

    fn unscoped_name(&mut self, scope: Option<Id>) -> Parsed<Name> {
        let mut name = self.unqualified_name(scope)?;
        if let Some(scope) = scope {
            name.id = self.add(Node::Qualified(scope, name.id));
        }
        if self.peek() != b'I' {
            return Ok(name);
        }
        self.remember(name.id);
        self.template_of(name)
    }

    fn template_of(&mut self, name: Name) -> Parsed<Name> {
        let arguments = self.template_arguments()?;
        Ok(Name { id: self.add(Node::Template(name.id, arguments)), is_template: true, ..name })
    }

    /// `N [<CV-qualifiers>] [<ref-qualifier>] <prefix> <unqualified-name> E`
    fn nested_name(&mut self) -> Parsed<Name> {
        self.expect(b'N', "a nested name")?;
        let mut qualifiers = self.cv_qualifiers();
        if self.eat(b'R') {
            qualifiers.add(Qualifiers::LVALUE);
        } else if self.eat(b'O') {
            qualifiers.add(Qualifiers::RVALUE);
        }
        // The explicit object parameter of C++23 is written among the parameters.
        self.eat(b'H');
        let name = self.prefix()?;
        Ok(Name { qualifiers, ..name })
    }

    fn prefix(&mut self) -> Parsed<Name> {
        let mut prefix: Option<Name> = None;
        loop {
            let mut is_new = true;
            let next = match (self.peek2(), prefix) {
                ([b'E', _], Some(name)) => {
                    self.at += 1;
                    return Ok(name);
                }
                // Behind a member: the lambda in its initializer comes.
                ([b'M', _], Some(name)) => {
                    self.at += 1;
                    is_new = false;
                    name
                }
                ([b'I', _], Some(name)) if !name.is_template => self.template_of(name)?,
                ([b'S', b't'], None) => {
                    self.at += 2;
                    is_new = false;
                    Name::new(self.add(Node::Word("std")))
                }
                ([b'S', _], None) if !self.is_at_module() => {
                    is_new = false;
                    Name::new(self.substitution(true)?)
                }
                ([b'T', _], None) => Name::new(self.template_parameter()?),
                ([b'D', b't' | b'T'], None) => Name::new(self.decltype()?),
                _ => self.member_of(prefix)?,
            };
            if is_new && self.peek() != b'E' {
                self.remember(next.id);
            }
            prefix = Some(next);
        }
    }

    fn member_of(&mut self, prefix: Option<Name>) -> Parsed<Name> {
        let member = self.unqualified_name(prefix.map(|name| name.id))?;
        let Some(prefix) = prefix else { return Ok(member) };
        Ok(Name { id: self.add(Node::Qualified(prefix.id, member.id)), ..member })
    }

    /// `Z <encoding> E <name> [<discriminator>]`
    fn local_name(&mut self) -> Parsed<Name> {
        self.expect(b'Z', "a local name")?;
        let function = self.encoding()?;
        self.expect(b'E', "'E' behind the function of a local name")?;
        let mut name = if self.eat(b's') {
            Name::new(self.add(Node::Word("string literal")))
        } else if self.eat(b'd') {
            let number = self.index()?.saturating_add(1);
            let name = self.name()?;
            Name { id: self.add(Node::DefaultArgument(number, name.id)), ..name }
        } else {
            self.name()?
        };
        self.discriminator()?;
        name.id = self.add(Node::Local(function, name.id));
        Ok(name)
    }

    /// `_ <digit>` or `__ <number> _`: tells names in one function apart, and is not shown.
    fn discriminator(&mut self) -> Parsed<()> {
        if !self.eat(b'_') {
            return Ok(());
        }
        if self.eat(b'_') {
            self.number()?;
            return self.expect(b'_', "'_' behind the discriminator");
        }
        if !self.peek().is_ascii_digit() {
            return self.fail("a discriminator");
        }
        self.at += 1;
        Ok(())
    }

    /// `S_`, `S <seq-id> _`, or an abbreviation, which a constructor behind it wants in full.
    pub fn substitution(&mut self, is_prefix: bool) -> Parsed<Id> {
        self.expect(b'S', "a substitution")?;
        let Some(standard) = standard_of(self.peek()) else { return self.remembered() };
        self.at += 1;
        let is_full = is_prefix && matches!(self.peek(), b'C' | b'D');
        let mut id = self.add(Node::Standard(standard, is_full));
        let plain = id;
        while self.eat(b'B') {
            let tag = self.source_text()?;
            id = self.add(Node::Tagged(id, tag));
        }
        Ok(if id == plain { id } else { self.remember(id) })
    }

    /// `I <template-arg>* [Q <constraint>] E`
    pub fn template_arguments(&mut self) -> Parsed<List> {
        self.expect(b'I', "template arguments")?;
        let in_conversion = std::mem::replace(&mut self.in_conversion, false);
        let arguments = self.list(Self::template_argument, |parser| matches!(parser.peek(), b'E' | b'Q'));
        self.in_conversion = in_conversion;
        let arguments = arguments?;
        self.constraint()?;
        self.expect(b'E', "'E' behind template arguments")?;
        Ok(arguments)
    }

    pub fn eats_end(&mut self) -> bool {
        self.eat(b'E')
    }

    /// `<template-arg>`
    pub fn template_argument(&mut self) -> Parsed<Id> {
        while self.is_at_template_declaration() {
            // Of a parameter that its argument alone does not tell: not shown.
            self.template_declaration()?;
        }
        match self.peek() {
            b'X' => {
                self.at += 1;
                let expression = self.expression()?;
                self.expect(b'E', "'E' behind an expression")?;
                Ok(expression)
            }
            b'L' => self.literal(),
            b'J' | b'I' => self.deeper(|parser| {
                parser.at += 1;
                let arguments = parser.list(Self::template_argument, Self::eats_end)?;
                Ok(parser.add(Node::Pack(arguments)))
            }),
            _ => self.type_(),
        }
    }
}
