//! Types: `<type>` and what it is made of.

use super::parser::{Parsed, Parser};
use super::tree::{Id, List, Node, Qualifiers};
use super::words::{builtin_of, newer_builtin_of};

impl Parser<'_> {
    /// `<type>`. All but the builtin ones may be meant again by a substitution.
    pub fn type_(&mut self) -> Parsed<Id> {
        if let Some(builtin) = builtin_of(self.peek()) {
            self.at += 1;
            return Ok(self.add(Node::Word(builtin)));
        }
        self.deeper(Self::compound_type)
    }

    fn compound_type(&mut self) -> Parsed<Id> {
        let id = match self.peek() {
            b'P' => self.of_type(Node::Pointer)?,
            b'R' => self.of_type(Node::Lvalue)?,
            b'O' => self.of_type(Node::Rvalue)?,
            b'r' | b'V' | b'K' => self.qualified_type()?,
            b'C' => self.of_type(Node::Complex)?,
            b'G' => self.of_type(Node::Imaginary)?,
            b'F' => self.function_type(Qualifiers::default())?,
            b'A' => self.array_type()?,
            b'M' => self.member_type()?,
            b'T' => return self.type_by_parameter(),
            b'S' => return self.type_by_substitution(),
            b'D' => return self.newer_type(),
            b'U' if !matches!(self.peek_at(1), b'l' | b't') => self.vendor_qualified_type()?,
            b'u' => self.vendor_type()?,
            _ => self.class_type()?,
        };
        Ok(self.remember(id))
    }

    fn of_type(&mut self, make: fn(Id) -> Node) -> Parsed<Id> {
        self.at += 1;
        let of = self.type_()?;
        Ok(self.add(make(of)))
    }

    fn class_type(&mut self) -> Parsed<Id> {
        if !matches!(self.peek(), b'N' | b'Z' | b'0'..=b'9' | b'U' | b'W' | b'L') {
            return self.fail("a type");
        }
        Ok(self.name()?.id)
    }

    /// Those before a function type are of the function: without them it is no type of its own.
    fn qualified_type(&mut self) -> Parsed<Id> {
        let qualifiers = self.cv_qualifiers();
        if self.peek() == b'F' || self.is_at_function_specifier() {
            return self.specified_function_type(qualifiers);
        }
        let of = self.type_()?;
        Ok(self.add(Node::CvQualified(of, qualifiers)))
    }

    fn is_at_function_specifier(&self) -> bool {
        self.peek() == b'D' && matches!(self.peek_at(1), b'o' | b'O' | b'w' | b'x')
    }

    /// `[<exception-spec>] [Dx] <function-type>`
    fn specified_function_type(&mut self, mut qualifiers: Qualifiers) -> Parsed<Id> {
        let mut specification = None;
        loop {
            if self.eat2(b"Do") {
                qualifiers.add(Qualifiers::NOEXCEPT);
            } else if self.eat2(b"Dx") {
                qualifiers.add(Qualifiers::TRANSACTION_SAFE);
            } else if self.eat2(b"DO") {
                let condition = self.expression()?;
                self.expect(b'E', "'E' behind a condition of noexcept")?;
                specification = Some(self.add(Node::Noexcept(condition)));
            } else if self.eat2(b"Dw") {
                let types = self.list(Self::type_, Self::eats_end)?;
                specification = Some(self.add(Node::Throw(types)));
            } else {
                break;
            }
        }
        let function = self.function_type(qualifiers)?;
        Ok(match specification {
            Some(specification) => self.add(Node::Specified(function, specification)),
            None => function,
        })
    }

    /// `F [Y] <type>+ [<ref-qualifier>] E`
    fn function_type(&mut self, mut qualifiers: Qualifiers) -> Parsed<Id> {
        self.expect(b'F', "a function type")?;
        // extern "C" is not shown.
        self.eat(b'Y');
        let result = Some(self.type_()?);
        let parameters =
            self.parameters(|parser| parser.peek() == b'E' || matches!(parser.peek2(), [b'R' | b'O', b'E']))?;
        if self.eat(b'R') {
            qualifiers.add(Qualifiers::LVALUE);
        } else if self.eat(b'O') {
            qualifiers.add(Qualifiers::RVALUE);
        }
        self.expect(b'E', "'E' behind a function type")?;
        Ok(self.add(Node::Signature { result, parameters, qualifiers }))
    }

    /// `A [<number> | <expression>] _ <type>`
    fn array_type(&mut self) -> Parsed<Id> {
        self.at += 1;
        let size = match self.peek() {
            b'_' => None,
            _ => Some(self.size()?),
        };
        self.expect(b'_', "'_' behind the size of an array")?;
        let of = self.type_()?;
        Ok(self.add(Node::Array(size, of)))
    }

    fn size(&mut self) -> Parsed<Id> {
        match self.digits() {
            Some(digits) => Ok(self.add(Node::Source(digits))),
            None => self.expression(),
        }
    }

    /// `M <class type> <member type>`
    fn member_type(&mut self) -> Parsed<Id> {
        self.at += 1;
        let class = self.type_()?;
        let member = self.type_()?;
        Ok(self.add(Node::Member(class, member)))
    }

    /// `<template-param>`, or `<template-template-param> <template-args>`
    fn type_by_parameter(&mut self) -> Parsed<Id> {
        if matches!(self.peek_at(1), b's' | b'u' | b'e') {
            // Elaborated: struct, union, enum.
            self.at += 2;
            let id = self.name()?.id;
            return Ok(self.remember(id));
        }
        let id = self.template_parameter()?;
        self.remember(id);
        // In the type of a conversion operator they are those of the operator.
        if self.in_conversion { Ok(id) } else { self.with_arguments(id) }
    }

    fn with_arguments(&mut self, template: Id) -> Parsed<Id> {
        if self.peek() != b'I' {
            return Ok(template);
        }
        let arguments = self.template_arguments()?;
        let id = self.add(Node::Template(template, arguments));
        Ok(self.remember(id))
    }

    /// `T_`, `T <number> _`, `TL <number> _ [<number>] _`
    pub fn template_parameter(&mut self) -> Parsed<Id> {
        let begin = self.at;
        self.expect(b'T', "a template parameter")?;
        if self.eat(b'L') {
            // Of a template around the innermost one.
            self.index()?;
        }
        let index = self.index()?;
        Ok(self.add(Node::Parameter(index, begin as u32)))
    }

    /// A class, or a substitution, with or without template arguments.
    fn type_by_substitution(&mut self) -> Parsed<Id> {
        if self.peek_at(1) == b't' || self.is_at_module() {
            let id = self.name()?.id;
            return Ok(self.remember(id));
        }
        let id = self.substitution(false)?;
        self.with_arguments(id)
    }

    /// The types that begin with a D
    fn newer_type(&mut self) -> Parsed<Id> {
        if let Some(builtin) = newer_builtin_of(self.peek_at(1)) {
            self.at += 2;
            return Ok(self.add(Node::Word(builtin)));
        }
        let id = match self.peek_at(1) {
            b't' | b'T' => self.decltype()?,
            b'p' => {
                self.at += 2;
                let pattern = self.type_()?;
                self.add(Node::Expansion(pattern))
            }
            b'v' => self.vector_type()?,
            b'F' => return self.float_type(),
            b'B' | b'U' => return self.bit_int(),
            _ if self.is_at_function_specifier() => self.specified_function_type(Qualifiers::default())?,
            _ => return self.fail("a type"),
        };
        Ok(self.remember(id))
    }

    /// `Dt <expression> E` or `DT <expression> E`
    pub fn decltype(&mut self) -> Parsed<Id> {
        self.at += 2;
        let expression = self.expression()?;
        self.expect(b'E', "'E' behind the expression of a decltype")?;
        Ok(self.add(Node::Decltype(expression)))
    }

    /// `Dv <number> _ <type>` or `Dv _ <expression> _ <type>`
    fn vector_type(&mut self) -> Parsed<Id> {
        self.at += 2;
        let size = if self.eat(b'_') { self.expression()? } else { self.size()? };
        self.expect(b'_', "'_' behind the size of a vector")?;
        let of = self.type_()?;
        Ok(self.add(Node::Vector(size, of)))
    }

    /// `DF <bits> [_ | x | b]`
    fn float_type(&mut self) -> Parsed<Id> {
        self.at += 2;
        let Some(bits) = self.digits() else { return self.fail("the bits of a floating-point type") };
        if self.eat2(b"b_") || self.eat(b'b') {
            return Ok(self.add(Node::Word("std::bfloat16_t")));
        }
        let is_extended = self.eat(b'x');
        if !is_extended {
            self.expect(b'_', "'_' behind the bits of a floating-point type")?;
        }
        Ok(self.add(Node::Float(bits, is_extended)))
    }

    /// `DB <size> _` or `DU <size> _`
    fn bit_int(&mut self) -> Parsed<Id> {
        let is_unsigned = self.peek_at(1) == b'U';
        self.at += 2;
        let size = self.size()?;
        self.expect(b'_', "'_' behind the bits of an integer type")?;
        Ok(self.add(Node::BitInt(size, is_unsigned)))
    }

    /// `U <source-name> [<template-args>] <type>`
    fn vendor_qualified_type(&mut self) -> Parsed<Id> {
        self.at += 1;
        let qualifier = self.vendor_word()?;
        let of = self.type_()?;
        Ok(self.add(Node::VendorQualified(of, qualifier)))
    }

    /// `u <source-name> [<template-args>]`
    fn vendor_type(&mut self) -> Parsed<Id> {
        self.at += 1;
        self.vendor_word()
    }

    fn vendor_word(&mut self) -> Parsed<Id> {
        let word = self.source_name()?;
        if self.peek() != b'I' {
            return Ok(word);
        }
        let arguments = self.template_arguments()?;
        Ok(self.add(Node::Template(word, arguments)))
    }

    /// `<template-param-decl>*`; None if there are none.
    pub fn template_declarations(&mut self) -> Parsed<Option<List>> {
        let from = self.stack_len();
        while self.is_at_template_declaration() {
            let declaration = self.template_declaration()?;
            self.push(declaration);
        }
        let is_any = self.stack_len() > from;
        let declarations = self.list_from(from);
        Ok(is_any.then_some(declarations))
    }

    /// `Ty`, `Tn <type>`, `Tt <template-param-decl>* E`, `Tp <template-param-decl>`, `Tk <concept>`
    pub fn template_declaration(&mut self) -> Parsed<Id> {
        self.deeper(|parser| {
            parser.at += 2;
            let node = match parser.name[parser.at - 1] {
                b'y' => Node::DeclaredType,
                b'k' => {
                    parser.name()?;
                    Node::DeclaredType
                }
                b'n' => Node::DeclaredValue(parser.type_()?),
                b't' => Node::DeclaredTemplate(parser.list(Self::template_declaration_within, Self::eats_end)?),
                _ => Node::DeclaredPack(parser.template_declaration_within()?),
            };
            Ok(parser.add(node))
        })
    }

    fn template_declaration_within(&mut self) -> Parsed<Id> {
        if self.is_at_template_declaration() {
            return self.template_declaration();
        }
        self.fail("the declaration of a template parameter")
    }

    pub fn is_at_template_declaration(&self) -> bool {
        self.peek() == b'T' && matches!(self.peek_at(1), b'y' | b'n' | b't' | b'p' | b'k')
    }
}
