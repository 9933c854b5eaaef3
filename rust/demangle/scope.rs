//! Template parameters while printing: whose arguments they stand for, and which of a pack.
//!
//! A parameter is looked up when it is printed, not when it is read: a substitution may repeat the
//! `T_` of one function in another, where it is another type.

use super::print::{Printed, Printer};
use super::tree::{Id, List, Node};

/// How many links of a chain of nodes are followed.
pub const LONGEST_CHAIN: usize = 512;

/// The template arguments of a function that is printed just now.
#[derive(Clone, Copy)]
pub struct Frame {
    arguments: List,
    /// The frame in which these are written.
    outer: Option<usize>,
}

/// Where a parameter is looked up.
#[derive(Clone, Copy, Default)]
pub struct Scope {
    frame: Option<usize>,
    /// Of a lambda, among whose parameters it is `auto`, or one of those declared.
    pub lambda: Option<Option<List>>,
}

/// The element of each parameter pack that is printed just now.
#[derive(Clone, Copy)]
pub struct Element {
    index: usize,
    /// Of the pack; None until one is met.
    length: Option<usize>,
}

/// A node in a scope.
#[derive(Clone, Copy)]
pub struct Place {
    pub id: Id,
    pub scope: Scope,
}

/// What a template parameter stands for.
enum Meaning {
    One(Place),
    /// A pack as a whole, no element of it.
    All(List, Scope),
    /// An element past the end of a pack.
    Nothing,
    Unknown,
}

impl Printer<'_> {
    pub fn here(&self, id: Id) -> Place {
        Place { id, scope: self.scope }
    }

    /// Print in another scope.
    pub fn at(&mut self, scope: Scope, part: impl FnOnce(&mut Self) -> Printed) -> Printed {
        let here = std::mem::replace(&mut self.scope, scope);
        let result = part(self);
        self.scope = here;
        result
    }

    /// Print a function, whose template arguments are those of the parameters in it.
    pub fn in_function(&mut self, name: Id, part: impl FnOnce(&mut Self) -> Printed) -> Printed {
        let mut scope = Scope { lambda: None, ..self.scope };
        let frames = self.frames.len();
        if let Some(arguments) = self.arguments_of(name) {
            self.frames.push(Frame { arguments, outer: self.scope.frame });
            scope.frame = Some(frames);
        }
        let element = self.element.take();
        let result = self.at(scope, part);
        self.element = element;
        self.frames.truncate(frames);
        result
    }

    fn arguments_of(&self, name: Id) -> Option<List> {
        let mut id = name;
        for _ in 0..LONGEST_CHAIN {
            id = match self.tree.node(id) {
                Node::Template(_, arguments) => return Some(arguments),
                Node::Local(_, name) | Node::DefaultArgument(_, name) => name,
                _ => return None,
            };
        }
        None
    }

    fn meaning(&mut self, index: u32, scope: Scope) -> Meaning {
        let Some(frame) = scope.frame.map(|frame| self.frames[frame]) else { return Meaning::Unknown };
        let Some(&id) = self.tree.items(frame.arguments).get(index as usize) else { return Meaning::Unknown };
        let scope = Scope { frame: frame.outer, lambda: None };
        let Node::Pack(arguments) = self.tree.node(id) else { return Meaning::One(Place { id, scope }) };
        let items = self.tree.items(arguments);
        let Some(element) = &mut self.element else { return Meaning::All(arguments, scope) };
        element.length.get_or_insert(items.len());
        match items.get(element.index) {
            Some(&id) => Meaning::One(Place { id, scope }),
            None => Meaning::Nothing,
        }
    }

    /// What a node stands for, if it is a template parameter.
    pub fn resolved(&mut self, place: Place) -> Place {
        let mut place = place;
        for _ in 0..LONGEST_CHAIN {
            place = match self.tree.node(place.id) {
                Node::Argument(id) => Place { id, ..place },
                Node::Parameter(index, _) if place.scope.lambda.is_none() => match self.meaning(index, place.scope) {
                    Meaning::One(place) => place,
                    _ => return place,
                },
                _ => return place,
            };
        }
        place
    }

    pub fn parameter_left(&mut self, index: u32, position: u32) -> Printed {
        if let Some(declared) = self.scope.lambda {
            return self.lambda_parameter(index, declared);
        }
        match self.meaning(index, self.scope) {
            Meaning::One(place) => self.at(place.scope, |printer| printer.left(place.id)),
            Meaning::All(arguments, scope) => self.at(scope, |printer| printer.items(arguments)),
            Meaning::Nothing => Ok(()),
            Meaning::Unknown => self.fail_at(position as usize, "a template parameter that has an argument"),
        }
    }

    pub fn parameter_right(&mut self, index: u32) -> Printed {
        match self.scope.lambda {
            Some(_) => Ok(()),
            None => match self.meaning(index, self.scope) {
                Meaning::One(place) => self.at(place.scope, |printer| printer.right(place.id)),
                _ => Ok(()),
            },
        }
    }

    /// How many arguments a pack has; None for what is no pack.
    pub fn pack_length(&mut self, id: Id) -> Option<usize> {
        let Node::Parameter(index, _) = self.tree.node(id) else { return None };
        let frame = self.frames[self.scope.frame?];
        let argument = *self.tree.items(frame.arguments).get(index as usize)?;
        let Node::Pack(arguments) = self.tree.node(argument) else { return None };
        Some(self.tree.items(arguments).len())
    }

    // Expansions

    /// The pattern for each element of the packs in it; with dots if there is none.
    pub fn expansion(&mut self, pattern: Id) -> Printed {
        let outer = self.element.replace(Element { index: 0, length: None });
        let result = self.elements(pattern);
        self.element = outer;
        result
    }

    fn elements(&mut self, pattern: Id) -> Printed {
        let begin = self.place();
        self.print(pattern)?;
        let Some(length) = self.element.and_then(|element| element.length) else {
            self.back_to(begin);
            self.element = None;
            self.operand(pattern)?;
            return self.text("...");
        };
        if length == 0 {
            self.back_to(begin);
        }
        for index in 1..length {
            self.element = Some(Element { index, length: Some(length) });
            self.text(", ")?;
            self.print(pattern)?;
        }
        Ok(())
    }

    // Lambdas

    /// Print what belongs to a lambda.
    pub fn in_lambda(&mut self, declared: Option<List>, part: impl FnOnce(&mut Self) -> Printed) -> Printed {
        self.at(Scope { lambda: Some(declared), ..self.scope }, part)
    }

    fn lambda_parameter(&mut self, index: u32, declared: Option<List>) -> Printed {
        let tree = self.tree;
        let declared = declared.and_then(|declared| tree.items(declared).get(index as usize));
        match declared {
            Some(&declared) => self.declared_name(declared, index as usize),
            None => {
                self.text("auto:")?;
                self.number(index.saturating_add(1))
            }
        }
    }

    /// The declarations of template parameters, with names for them.
    pub fn declarations(&mut self, declared: List, with_names: bool) -> Printed {
        let tree = self.tree;
        for (index, &id) in tree.items(declared).iter().enumerate() {
            self.text(if index == 0 { "" } else { ", " })?;
            self.declaration(id)?;
            if with_names {
                self.text(" ")?;
                self.declared_name(id, index)?;
            }
        }
        Ok(())
    }

    fn declaration(&mut self, id: Id) -> Printed {
        match self.tree.node(id) {
            Node::DeclaredValue(of) => self.print(of),
            Node::DeclaredTemplate(parameters) => {
                self.text("template<")?;
                self.declarations(parameters, false)?;
                self.text("> class")
            }
            Node::DeclaredPack(of) => {
                self.deeper(|printer| printer.declaration(of))?;
                self.text("...")
            }
            _ => self.text("typename"),
        }
    }

    fn declared_name(&mut self, id: Id, index: usize) -> Printed {
        let mut id = id;
        while let Node::DeclaredPack(of) = self.tree.node(id) {
            id = of;
        }
        self.text(match self.tree.node(id) {
            Node::DeclaredValue(_) => "$N",
            Node::DeclaredTemplate(_) => "$TT",
            _ => "$T",
        })?;
        self.text(&index.to_string())
    }
}
