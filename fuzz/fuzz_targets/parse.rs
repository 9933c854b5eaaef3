//! Any bytes give rows or an error, the same as a second parser gives; what parses prints back to a
//! text of the same rows; and a text in the kernel's layout prints back byte for byte.
#![no_main]

#[path = "../../rust/tests/reference.rs"]
mod reference;

use _procmaps::maps::{self, Dialect, ParseError};
use _procmaps::table::{Row, Table};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &[u8]| {
    for dialect in [Dialect::Linux, Dialect::Cygwin] {
        match (maps::parse(text, dialect), reference::rows(text, dialect)) {
            (Ok(table), Ok(expected)) => prints_back(text, dialect, &table, &expected),
            (Err(error), Err(lineno)) => points_into(text, &error, lineno),
            (Ok(_), Err(lineno)) => panic!("taken, but line {lineno} is none"),
            (Err(error), Ok(_)) => panic!("refused: {error}"),
        }
    }
});

fn prints_back(text: &[u8], dialect: Dialect, table: &Table, expected: &[Row<'_>]) {
    assert_eq!(rows(table), expected);
    for bits in [32, 64] {
        let printed = print(expected, bits);
        let again = maps::parse(&printed, dialect).expect("what is printed parses");
        assert_eq!(rows(&again), expected);
        if bits == 64 {
            assert!(reference::is_kernel_layout(&printed));
            assert!(printed == text || !reference::is_kernel_layout(text));
        }
    }
}

fn points_into(text: &[u8], error: &ParseError, lineno: usize) {
    assert_eq!(error.lineno, lineno);
    let line = text.split(|&byte| byte == b'\n').nth(lineno - 1).expect("the text has that line");
    assert_eq!(error.line, line);
    assert!((1..=line.len() + 1).contains(&error.column), "column {} of {}", error.column, line.len());
}

fn rows(table: &Table) -> Vec<Row<'_>> {
    (0..table.len()).map(|index| table.row(index).expect("below len()")).collect()
}

fn print(rows: &[Row<'_>], bits: u32) -> Vec<u8> {
    let mut text = Vec::new();
    for row in rows {
        maps::print(row, bits, &mut text);
        text.push(b'\n');
    }
    text
}
