//! What a mangled name stands for: `<encoding>`, `<special-name>`, and the clones of a function.

use super::parser::{Parsed, Parser};
use super::tree::{Id, List, Node, Qualifiers, Span};

/// The special names of one part: their letters, and what is shown before it.
const OF_A_TYPE: [(&[u8; 2], &str); 6] = [
    (b"TV", "vtable for "),
    (b"TT", "VTT for "),
    (b"TI", "typeinfo for "),
    (b"TS", "typeinfo name for "),
    (b"TF", "typeinfo fn for "),
    (b"TJ", "java Class for "),
];
const OF_A_NAME: [(&[u8; 2], &str); 3] =
    [(b"TH", "TLS init function for "), (b"TW", "TLS wrapper function for "), (b"GV", "guard variable for ")];
const OF_AN_ENCODING: [(&[u8; 2], &str); 1] = [(b"GA", "hidden alias for ")];

impl Parser<'_> {
    /// `_Z <encoding> [.<clone>]*`, behind the `_Z`
    pub fn mangled_name(&mut self) -> Parsed<Id> {
        let mut id = self.encoding()?;
        while let Some(suffix) = self.clone_suffix() {
            id = self.add(Node::Clone(id, suffix));
        }
        if self.is_at_end() { Ok(id) } else { self.fail("the end of the name") }
    }

    /// What a compiler appends to the name of a part of a function: `.part.0`, `.cold`
    fn clone_suffix(&mut self) -> Option<Span> {
        let begin = self.at;
        let is_word = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        if self.peek() != b'.' || !is_word(self.peek_at(1)) {
            return None;
        }
        self.at += 1;
        while is_word(self.peek()) {
            self.at += 1;
        }
        while self.peek() == b'.' && self.peek_at(1).is_ascii_digit() {
            self.at += 1;
            self.digits();
        }
        Some(Span::new(begin, self.at))
    }

    /// `<encoding>`: a function with its parameters, a variable, or something special
    pub fn encoding(&mut self) -> Parsed<Id> {
        self.deeper(|parser| match parser.peek() {
            b'T' | b'G' => parser.special_name(),
            _ => parser.function_or_variable(),
        })
    }

    fn function_or_variable(&mut self) -> Parsed<Id> {
        let name = self.name()?;
        if self.is_at_end() || matches!(self.peek(), b'E' | b'.') {
            return Ok(name.id);
        }
        let has_result = self.eat(b'J') || name.is_template && !name.is_typeless;
        let result = if has_result { Some(self.type_()?) } else { None };
        let parameters = self.parameters(|parser| parser.is_at_end() || matches!(parser.peek(), b'E' | b'.' | b'Q'))?;
        self.constraint()?;
        let signature = self.add(Node::Signature { result, parameters, qualifiers: name.qualifiers });
        Ok(self.add(Node::Function(name.id, signature)))
    }

    /// `<type>+`, of which a single `v` is none
    pub fn parameters(&mut self, is_last: impl Fn(&mut Self) -> bool) -> Parsed<List> {
        let begin = self.at;
        let from = self.stack_len();
        if self.eat(b'v') && is_last(self) {
            return Ok(self.list_from(from));
        }
        self.at = begin;
        loop {
            let parameter = self.type_()?;
            self.push(parameter);
            if is_last(self) {
                return Ok(self.list_from(from));
            }
        }
    }

    /// `<special-name>`
    fn special_name(&mut self) -> Parsed<Id> {
        let code = self.peek2();
        let find =
            |known: &[(&[u8; 2], &'static str)]| known.iter().find(|(known, _)| **known == code).map(|(_, what)| *what);
        if let Some(what) = find(&OF_A_TYPE) {
            self.at += 2;
            let of = self.type_()?;
            return Ok(self.add(Node::Special(what, of)));
        }
        if let Some(what) = find(&OF_A_NAME) {
            self.at += 2;
            let of = self.name()?.id;
            return Ok(self.add(Node::Special(what, of)));
        }
        if let Some(what) = find(&OF_AN_ENCODING) {
            self.at += 2;
            return self.special_encoding(what);
        }
        self.rarer_special_name(code)
    }

    fn special_encoding(&mut self, what: &'static str) -> Parsed<Id> {
        let of = self.encoding()?;
        Ok(self.add(Node::Special(what, of)))
    }

    fn rarer_special_name(&mut self, code: [u8; 2]) -> Parsed<Id> {
        self.at += 2;
        match &code {
            b"Th" | b"Tv" => {
                self.at -= 1;
                self.call_offset()?;
                self.special_encoding(if code[1] == b'h' { "non-virtual thunk to " } else { "virtual thunk to " })
            }
            b"Tc" => {
                self.call_offset()?;
                self.call_offset()?;
                self.special_encoding("covariant return thunk to ")
            }
            b"TC" => self.construction_vtable(),
            b"TA" => {
                let argument = self.template_argument()?;
                Ok(self.add(Node::Special("template parameter object for ", argument)))
            }
            b"GR" => self.reference_temporary(),
            b"GT" => {
                let what = match self.peek() {
                    b't' => "transaction clone for ",
                    b'n' => "non-transaction clone for ",
                    _ => return self.fail("'t' or 'n', the kind of a transaction clone"),
                };
                self.at += 1;
                self.special_encoding(what)
            }
            b"GI" => self.module_initializer(),
            _ => {
                self.at -= 2;
                self.fail("a special name")
            }
        }
    }

    /// `h <number> _` or `v <number> _ <number> _`: not shown
    fn call_offset(&mut self) -> Parsed<()> {
        let is_virtual = match self.peek() {
            b'h' => false,
            b'v' => true,
            _ => return self.fail("the offset of a thunk"),
        };
        self.at += 1;
        for _ in 0..=usize::from(is_virtual) {
            self.eat(b'n');
            if self.digits().is_none() {
                return self.fail("a number");
            }
            self.expect(b'_', "'_' behind the offset")?;
        }
        Ok(())
    }

    /// `TC <type> <number> _ <type>`
    fn construction_vtable(&mut self) -> Parsed<Id> {
        let derived = self.type_()?;
        self.number()?;
        self.expect(b'_', "'_' behind the offset")?;
        let base = self.type_()?;
        Ok(self.add(Node::ConstructionVtable(base, derived)))
    }

    /// `GR <name> [<seq-id>] _`
    fn reference_temporary(&mut self) -> Parsed<Id> {
        let of = self.name()?.id;
        let begin = self.at;
        while self.peek().is_ascii_digit() || self.peek().is_ascii_uppercase() {
            self.at += 1;
        }
        let digits = Span::new(begin, self.at);
        // None is the first, as c++filt has it.
        let number = if self.at == begin { Node::Word("0") } else { Node::Source(digits) };
        if !self.is_at_end() {
            self.expect(b'_', "'_' behind the number")?;
        }
        let number = self.add(number);
        Ok(self.add(Node::ReferenceTemporary(number, of)))
    }

    /// `GI <module-name>`
    fn module_initializer(&mut self) -> Parsed<Id> {
        let Some(module) = self.module_name()? else { return self.fail("the name of a module") };
        Ok(self.add(Node::Special("initializer for module ", module)))
    }

    /// Qualifiers as they are mangled: `r`, `V`, `K`.
    pub fn cv_qualifiers(&mut self) -> Qualifiers {
        let mut qualifiers = Qualifiers::default();
        for (letter, qualifier) in
            [(b'r', Qualifiers::RESTRICT), (b'V', Qualifiers::VOLATILE), (b'K', Qualifiers::CONST)]
        {
            if self.eat(letter) {
                qualifiers.add(qualifier);
            }
        }
        qualifiers
    }
}
