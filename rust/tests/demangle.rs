//! The demangler without Python: golden names, and what is refused where.

use _procmaps::demangle::{Demangler, text};

const GOLDEN: [&str; 4] = [
    include_str!("../../tests/data/demangle/compiled.tsv"),
    include_str!("../../tests/data/demangle/grammar.tsv"),
    include_str!("../../tests/data/demangle/beyond.tsv"),
    include_str!("../../tests/data/demangle/rust.tsv"),
];

fn demangle(symbol: &[u8]) -> Result<String, (usize, &'static str)> {
    let mut out = Vec::new();
    let result = Demangler::default().demangle(symbol, &mut out);
    result.map(|()| String::from_utf8_lossy(&out).into_owned()).map_err(|error| (error.position, error.expected))
}

#[test]
fn golden_names() {
    let mut demangler = Demangler::default();
    for line in GOLDEN.iter().flat_map(|table| table.lines()) {
        let (symbol, expected) = line.split_once('\t').expect("a tab");
        let mut out = b"before ".to_vec();
        demangler.demangle(symbol.as_bytes(), &mut out).expect(symbol);
        assert_eq!(String::from_utf8_lossy(&out), format!("before {expected}"));
    }
}

#[test]
fn what_is_none_leaves_nothing() {
    let mut out = b"before".to_vec();
    assert!(Demangler::default().demangle(b"_GLOBAL__I__Z", &mut out).is_err());
    assert_eq!(out, b"before");
    assert_eq!(demangle(b"_Z3foo?"), Err((6, "a type")));
    assert_eq!(demangle(b"__Z3foo?"), Err((7, "a type")));
    assert_eq!(demangle(b"_GLOBAL__I__Z3foo?"), Err((17, "a type")));
}

#[test]
fn verbose_or_not() {
    let mut demangler = Demangler::new(true);
    for (is_verbose, expected) in [
        (true, "f(std::allocator<char>, std::basic_istream<char, std::char_traits<char> >)"),
        (false, "f(std::allocator<char>, std::istream)"),
    ] {
        demangler.set_verbose(is_verbose);
        let mut out = Vec::new();
        demangler.demangle(b"_Z1fSaIcESi", &mut out).expect("a name");
        assert_eq!(String::from_utf8_lossy(&out), expected);
    }
}

#[test]
fn texts() {
    let mut out = Vec::new();
    text::replace(&mut Demangler::default(), b"at _Z3foov+1, _Z3foo.", &mut out);
    assert_eq!(out, b"at foo()+1, foo.");
    assert_eq!(text::unfinished(b"at _Z3"), 3);
    assert_eq!(text::unfinished(b"at "), 0);
}

#[test]
fn what_nests_too_deeply() {
    for nested in ["P", "F", "A1_", "1AI", "M1A", "DTst", "Ul"] {
        let symbol = format!("_Z1f{}i", nested.repeat(100_000));
        let (_, expected) = demangle(symbol.as_bytes()).expect_err("too deep");
        assert_eq!(expected, "a name that nests less deeply");
    }
}
