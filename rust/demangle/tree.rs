//! What the parser builds and the printer prints: the parts of one mangled name.
//!
//! Nodes refer to earlier ones by number, and several may refer to the same one. Texts are ranges of
//! the mangled name, so a tree holds no reference and its memory serves the next name.

use super::words::{Operator, Standard};

/// A node of the tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Id(u32);

/// A part of the mangled name.
#[derive(Clone, Copy, Debug)]
pub struct Span {
    begin: u32,
    end: u32,
}

/// Some nodes in a row.
#[derive(Clone, Copy, Debug)]
pub struct List {
    begin: u32,
    end: u32,
}

/// What stands after the parameters of a function or beside a type.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Qualifiers(u8);

impl Qualifiers {
    pub const CONST: Qualifiers = Qualifiers(1);
    pub const VOLATILE: Qualifiers = Qualifiers(2);
    pub const RESTRICT: Qualifiers = Qualifiers(4);
    pub const LVALUE: Qualifiers = Qualifiers(8);
    pub const RVALUE: Qualifiers = Qualifiers(16);
    pub const NOEXCEPT: Qualifiers = Qualifiers(32);
    pub const TRANSACTION_SAFE: Qualifiers = Qualifiers(64);

    pub fn add(&mut self, other: Qualifiers) {
        self.0 |= other.0;
    }

    pub fn has(self, other: Qualifiers) -> bool {
        self.0 & other.0 != 0
    }

    pub fn with(self, other: Qualifiers) -> Qualifiers {
        Qualifiers(self.0 | other.0)
    }

    pub fn is_none(self) -> bool {
        self.0 == 0
    }
}

/// One part of a name.
#[derive(Clone, Copy, Debug)]
pub enum Node {
    // Names
    Source(Span),
    Word(&'static str),
    /// The abbreviation of a name of the standard library, or that name in full.
    Standard(&'static Standard, bool),
    /// `scope::name`
    Qualified(Id, Id),
    /// `function::name`
    Local(Id, Id),
    /// A name within the default argument of a parameter, counted from the last.
    DefaultArgument(u32, Id),
    Template(Id, List),
    Constructor(Id),
    Destructor(Id),
    Operator(&'static Operator),
    VendorOperator(Span),
    LiteralOperator(Id),
    Conversion(Id),
    Tagged(Id, Span),
    /// `name@module`
    InModule(Id, Id),
    /// The name of a module, behind that of what it is part of and a mark between them.
    Module(Option<Id>, &'static str, Span),
    Bindings(List),
    Lambda(List, u32),
    /// With declared template parameters, which are before the lambda itself.
    GenericLambda(List, Id),
    Unnamed(u32),
    Friend(Id),
    // Encodings
    Function(Id, Id),
    Special(&'static str, Id),
    ConstructionVtable(Id, Id),
    ReferenceTemporary(Id, Id),
    Clone(Id, Span),
    // Types
    Signature {
        result: Option<Id>,
        parameters: List,
        qualifiers: Qualifiers,
    },
    /// A signature and its `noexcept(...)` or `throw(...)`.
    Specified(Id, Id),
    Noexcept(Id),
    Throw(List),
    CvQualified(Id, Qualifiers),
    VendorQualified(Id, Id),
    Pointer(Id),
    Lvalue(Id),
    Rvalue(Id),
    Complex(Id),
    Imaginary(Id),
    Array(Option<Id>, Id),
    Vector(Id, Id),
    Member(Id, Id),
    Float(Span, bool),
    BitInt(Id, bool),
    Decltype(Id),
    Expansion(Id),
    // Template parameters
    /// `T_`: which it is, and where it is written. Its argument is that of the function around it.
    Parameter(u32, u32),
    /// The arguments of a parameter pack, among template arguments.
    Pack(List),
    /// A parameter as the operand of an expression.
    Argument(Id),
    // The declared template parameters of a lambda
    DeclaredType,
    DeclaredValue(Id),
    DeclaredTemplate(List),
    DeclaredPack(Id),
    // Expressions
    Literal {
        kind: Id,
        digits: Span,
        is_negative: bool,
    },
    FunctionParameter(u32),
    This,
    Nullary(&'static Operator),
    Unary(&'static Operator, Id),
    /// The operator stands behind.
    Suffix(&'static Operator, Id),
    SizeOfType(&'static Operator, Id),
    PackSize(Id),
    ArgumentsSize(List),
    Binary(&'static Operator, Id, Id),
    Index(Id, Id),
    Call(Id, Id),
    Cast(Id, Id),
    /// `static_cast<type>(...)` and its like.
    NamedCast(&'static Operator, Id, Id),
    Conditional(Id, Id, Id),
    New {
        operator: &'static Operator,
        placement: List,
        kind: Id,
        initializer: Option<Id>,
    },
    Fold {
        operator: &'static Operator,
        first: Option<Id>,
        last: Option<Id>,
    },
    /// `.name=value`
    FieldDesignator(Id, Id),
    /// `[index]=value`
    IndexDesignator(Id, Option<Id>, Id),
    Braced(Option<Id>, List),
    Parenthesized(List),
    VendorExpression(Id, List),
    DestructorOf(Id),
}

impl Node {
    /// Whether something of it may stand behind the name that it declares.
    pub fn has_right(self) -> bool {
        matches!(
            self,
            Node::Signature { .. }
                | Node::Specified(..)
                | Node::Pointer(_)
                | Node::Lvalue(_)
                | Node::Rvalue(_)
                | Node::Member(..)
                | Node::CvQualified(..)
                | Node::VendorQualified(..)
                | Node::Array(..)
                | Node::Argument(_)
                | Node::Parameter(..)
        )
    }
}

/// The nodes of one name.
#[derive(Default)]
pub struct Tree {
    nodes: Vec<Node>,
    items: Vec<Id>,
}

impl Tree {
    pub fn clear(&mut self) {
        self.nodes.clear();
        self.items.clear();
    }

    pub fn size(&self) -> (usize, usize) {
        (self.nodes.len(), self.items.len())
    }

    /// Forget what was added since it had a size.
    pub fn back_to(&mut self, size: (usize, usize)) {
        self.nodes.truncate(size.0);
        self.items.truncate(size.1);
    }

    /// Whether it has not grown larger than so many nodes.
    pub fn is_usual(&self, nodes: usize) -> bool {
        self.nodes.capacity() + self.items.capacity() <= nodes
    }

    pub fn add(&mut self, node: Node) -> Id {
        self.nodes.push(node);
        // Names are shorter than 2^32 bytes, and a byte makes few nodes.
        Id((self.nodes.len() - 1) as u32)
    }

    pub fn node(&self, id: Id) -> Node {
        self.nodes[id.0 as usize]
    }

    /// Make a list of nodes, and take them from `stack`.
    pub fn list(&mut self, stack: &mut Vec<Id>, from: usize) -> List {
        let begin = self.items.len() as u32;
        self.items.extend(stack.drain(from..));
        List { begin, end: self.items.len() as u32 }
    }

    pub fn items(&self, list: List) -> &[Id] {
        &self.items[list.begin as usize..list.end as usize]
    }
}

impl Span {
    pub fn new(begin: usize, end: usize) -> Span {
        Span { begin: begin as u32, end: end as u32 }
    }

    pub fn of(self, name: &[u8]) -> &[u8] {
        &name[self.begin as usize..self.end as usize]
    }
}
