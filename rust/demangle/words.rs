//! The fixed words of the grammar: builtin types, operators, the abbreviations of the standard library.
//!
//! Authority: the Itanium C++ ABI, "Operator Encodings", "Builtin types" and "Compression".

/// An operator, by the two letters of its code.
#[derive(Debug, PartialEq, Eq)]
pub struct Operator {
    pub code: [u8; 2],
    pub text: &'static str,
    pub form: Form,
}

/// What an operator takes in an expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Nullary,
    Unary,
    /// Before or behind its operand.
    Step,
    OfType,
    Binary,
    Member,
    NamedCast,
    Conditional,
    New,
    /// Only in names of functions, or with a grammar of its own.
    Other,
}

const fn operator(code: &[u8; 2], text: &'static str, form: Form) -> Operator {
    Operator { code: *code, text, form }
}

/// All operators, by code.
static OPERATORS: [Operator; 68] = [
    operator(b"aN", "&=", Form::Binary),
    operator(b"aS", "=", Form::Binary),
    operator(b"aa", "&&", Form::Binary),
    operator(b"ad", "&", Form::Unary),
    operator(b"an", "&", Form::Binary),
    operator(b"at", "alignof ", Form::OfType),
    operator(b"aw", "co_await ", Form::Unary),
    operator(b"az", "alignof ", Form::Unary),
    operator(b"cc", "const_cast", Form::NamedCast),
    operator(b"cl", "()", Form::Other),
    operator(b"cm", ",", Form::Binary),
    operator(b"co", "~", Form::Unary),
    operator(b"cp", "()", Form::Other),
    operator(b"dV", "/=", Form::Binary),
    operator(b"da", "delete[] ", Form::Unary),
    operator(b"dc", "dynamic_cast", Form::NamedCast),
    operator(b"de", "*", Form::Unary),
    operator(b"dl", "delete ", Form::Unary),
    operator(b"ds", ".*", Form::Binary),
    operator(b"dt", ".", Form::Member),
    operator(b"dv", "/", Form::Binary),
    operator(b"eO", "^=", Form::Binary),
    operator(b"eo", "^", Form::Binary),
    operator(b"eq", "==", Form::Binary),
    operator(b"ge", ">=", Form::Binary),
    operator(b"gs", "::", Form::Other),
    operator(b"gt", ">", Form::Binary),
    operator(b"ix", "[]", Form::Other),
    operator(b"lS", "<<=", Form::Binary),
    operator(b"le", "<=", Form::Binary),
    operator(b"ls", "<<", Form::Binary),
    operator(b"lt", "<", Form::Binary),
    operator(b"mI", "-=", Form::Binary),
    operator(b"mL", "*=", Form::Binary),
    operator(b"mi", "-", Form::Binary),
    operator(b"ml", "*", Form::Binary),
    operator(b"mm", "--", Form::Step),
    operator(b"na", "new[]", Form::New),
    operator(b"ne", "!=", Form::Binary),
    operator(b"ng", "-", Form::Unary),
    operator(b"nt", "!", Form::Unary),
    operator(b"nw", "new", Form::New),
    operator(b"nx", "noexcept ", Form::Unary),
    operator(b"oR", "|=", Form::Binary),
    operator(b"oo", "||", Form::Binary),
    operator(b"or", "|", Form::Binary),
    operator(b"pL", "+=", Form::Binary),
    operator(b"pl", "+", Form::Binary),
    operator(b"pm", "->*", Form::Binary),
    operator(b"pp", "++", Form::Step),
    operator(b"ps", "+", Form::Unary),
    operator(b"pt", "->", Form::Member),
    operator(b"qu", "?", Form::Conditional),
    operator(b"rM", "%=", Form::Binary),
    operator(b"rS", ">>=", Form::Binary),
    operator(b"rc", "reinterpret_cast", Form::NamedCast),
    operator(b"rm", "%", Form::Binary),
    operator(b"rs", ">>", Form::Binary),
    operator(b"sP", "sizeof...", Form::Other),
    operator(b"sZ", "sizeof...", Form::Other),
    operator(b"sc", "static_cast", Form::NamedCast),
    operator(b"ss", "<=>", Form::Binary),
    operator(b"st", "sizeof ", Form::OfType),
    operator(b"sz", "sizeof ", Form::Unary),
    operator(b"te", "typeid ", Form::Unary),
    operator(b"ti", "typeid ", Form::OfType),
    operator(b"tr", "throw", Form::Nullary),
    operator(b"tw", "throw ", Form::Unary),
];

/// The operator with a code.
pub fn operator_of(code: [u8; 2]) -> Option<&'static Operator> {
    OPERATORS.binary_search_by_key(&code, |operator| operator.code).ok().map(|index| &OPERATORS[index])
}

/// The builtin type with a letter.
pub fn builtin_of(letter: u8) -> Option<&'static str> {
    Some(match letter {
        b'a' => "signed char",
        b'b' => "bool",
        b'c' => "char",
        b'd' => "double",
        b'e' => "long double",
        b'f' => "float",
        b'g' => "__float128",
        b'h' => "unsigned char",
        b'i' => "int",
        b'j' => "unsigned int",
        b'l' => "long",
        b'm' => "unsigned long",
        b'n' => "__int128",
        b'o' => "unsigned __int128",
        b's' => "short",
        b't' => "unsigned short",
        b'v' => "void",
        b'w' => "wchar_t",
        b'x' => "long long",
        b'y' => "unsigned long long",
        b'z' => "...",
        _ => return None,
    })
}

/// The builtin type with a letter behind a D.
pub fn newer_builtin_of(letter: u8) -> Option<&'static str> {
    Some(match letter {
        b'a' => "auto",
        b'c' => "decltype(auto)",
        b'd' => "decimal64",
        b'e' => "decimal128",
        b'f' => "decimal32",
        b'h' => "half",
        b'i' => "char32_t",
        b'n' => "decltype(nullptr)",
        b's' => "char16_t",
        b'u' => "char8_t",
        _ => return None,
    })
}

/// What stands behind a literal of a type, in place of a cast before it; None for a cast.
pub fn literal_suffix_of(builtin: &str) -> Option<&'static str> {
    Some(match builtin {
        "int" => "",
        "unsigned int" => "u",
        "long" => "l",
        "unsigned long" => "ul",
        "long long" => "ll",
        "unsigned long long" => "ull",
        _ => return None,
    })
}

/// A name of the standard library that has an abbreviation.
#[derive(Debug)]
pub struct Standard {
    pub short: &'static str,
    pub full: &'static str,
    /// What its constructors are called.
    pub base: &'static str,
}

macro_rules! standard {
    ($short:literal, $full:literal, $base:literal) => {{
        static STANDARD: Standard = Standard { short: $short, full: $full, base: $base };
        &STANDARD
    }};
}

/// The name with a letter behind an S.
pub fn standard_of(letter: u8) -> Option<&'static Standard> {
    Some(match letter {
        b'a' => standard!("std::allocator", "std::allocator", "allocator"),
        b'b' => standard!("std::basic_string", "std::basic_string", "basic_string"),
        b's' => standard!(
            "std::string",
            "std::basic_string<char, std::char_traits<char>, std::allocator<char> >",
            "basic_string"
        ),
        b'i' => standard!("std::istream", "std::basic_istream<char, std::char_traits<char> >", "basic_istream"),
        b'o' => standard!("std::ostream", "std::basic_ostream<char, std::char_traits<char> >", "basic_ostream"),
        b'd' => standard!("std::iostream", "std::basic_iostream<char, std::char_traits<char> >", "basic_iostream"),
        _ => return None,
    })
}
