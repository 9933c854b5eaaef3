//! Text into rows, without Python.

mod reference;
mod sample;

use _procmaps::maps::{self, Dialect, ParseError};
use _procmaps::table::{Row, Table};
use sample::{LISTING, rows};

fn parsed(text: &[u8]) -> Table {
    maps::parse(text, Dialect::Linux).expect("a listing")
}

fn only_row(text: &[u8], check: impl Fn(Row<'_>)) {
    let table = parsed(text);
    assert_eq!(table.len(), 1);
    check(table.row(0).expect("there is one"));
}

fn refused(text: &[u8]) -> ParseError {
    maps::parse(text, Dialect::Linux).err().unwrap_or_else(|| panic!("not refused: {}", text.escape_ascii()))
}

#[test]
fn a_listing_gives_its_rows() {
    let table = parsed(LISTING);
    assert_eq!(rows(&table), reference::rows(LISTING, Dialect::Linux).unwrap());
    assert_eq!(table.len(), 6);
    assert_eq!(
        table.row(3),
        Some(Row {
            begin: 0x7f5c_8a3d_1000,
            end: 0x7f5c_8a3f_1000,
            perms: *b"rw-s",
            offset: 0x1000,
            dev_major: 0,
            dev_minor: 14,
            inode: 1037,
            name: Some(b"anon_inode:[perf_event]"),
        })
    );
    assert_eq!(table.row(4).unwrap().name, None);
    assert!(table.is_ordered());
}

#[test]
fn an_empty_text_is_an_empty_listing() {
    let table = parsed(b"");
    assert!(table.is_empty() && table.is_ordered());
    assert_eq!(table.row(0), None);
}

#[test]
fn the_last_newline_may_be_missing() {
    assert_eq!(rows(&parsed(LISTING.trim_ascii_end())), rows(&parsed(LISTING)));
}

#[test]
fn numbers_have_any_width_up_to_their_type() {
    only_row(b"0-0 ---p 0 0:0 0", |row| assert_eq!((row.begin, row.end, row.inode, row.name), (0, 0, 0, None)));
    let widest = b"fffffffffffffffe-ffffffffffffffff rwxS fffffffffffffffd fffffffe:ffffffff 18446744073709551615 /";
    only_row(widest, |row| {
        assert_eq!((row.begin, row.end, row.offset), (u64::MAX - 1, u64::MAX, u64::MAX - 2));
        assert_eq!((row.dev_major, row.dev_minor, row.inode), (u32::MAX - 1, u32::MAX, u64::MAX));
        assert_eq!((&row.perms, row.name), (b"rwxS", Some(&b"/"[..])));
    });
}

#[test]
fn a_name_is_all_up_to_the_newline() {
    for name in
        [&b"/a b"[..], b"/tab\there", b"/cr\r", b"/\x0c\x0b\x85\xe2\x80\xa8", b"/\xff\xfe", b"/blanks  ", b"[heap]x"]
    {
        let text = [b"1000-2000 r--p 0 0:0 0   ", name, b"\n"].concat();
        only_row(&text, |row| assert_eq!(row.name, Some(name)));
    }
}

#[test]
fn a_line_without_a_name_ends_in_any_number_of_blanks() {
    for blanks in ["", " ", "                 "] {
        only_row(format!("1000-2000 r--p 0 0:0 7{blanks}\n").as_bytes(), |row| {
            assert_eq!((row.inode, row.name), (7, None));
        });
    }
}

#[test]
fn what_is_no_line_is_refused_with_its_place() {
    let cases: &[(&[u8], usize, &str)] = &[
        (b"", 1, "begin_address"),
        (b" 1000-2000 r--p 0 0:0 0", 1, "begin_address"),
        (b"A000-b000 r--p 0 0:0 0", 1, "begin_address"),
        (b"0x1000-2000 r--p 0 0:0 0", 2, "begin_address"),
        (b"00000000000001000-2000 r--p 0 0:0 0", 17, "begin_address"),
        (b"1000", 5, "end_address"),
        (b"1000-", 6, "end_address"),
        (b"1000-2000", 10, "perms"),
        (b"1000-2000  r--p 0 0:0 0", 11, "perms"),
        (b"1000-2000\tr--p 0 0:0 0", 10, "end_address"),
        (b"1000-2000 rwxq 0 0:0 0", 14, "perms"),
        (b"1000-2000 ===p 0 0:0 0", 11, "perms"),
        (b"1000-2000 r--p", 15, "offset"),
        (b"1000-2000 r--p g 0:0 0", 16, "offset"),
        (b"1000-2000 r--p 0 0", 19, "device"),
        (b"1000-2000 r--p 0 0:123456789 0", 28, "device"),
        (b"1000-2000 r--p 0 0:0", 21, "inode"),
        (b"1000-2000 r--p 0 0:0 a", 22, "inode"),
        (b"1000-2000 r--p 0 0:0 0\t/a", 23, "inode"),
        (b"1000-2000 r--p 0 0:0 0/a", 23, "inode"),
        (b"1000-2000 r--p 0 0:0 0\r", 23, "inode"),
        // What the pattern takes, and the kernel cannot mean.
        (b"1000-2000 r--p 0 0:0 123456789012345678901", 42, "inode"),
        (b"1000-2000 r--p 0 0:0 18446744073709551616", 22, "inode"),
        (b"1000-2000 r--p 0 0:0 18446744073709551616 /a", 22, "inode"),
        (b"7f0000002000-7f0000001000 r--p 00000000 08:01 99999999999999999999 /a", 47, "inode"),
        (b"2000-1000 r--p 0 0:0 0", 6, "end_address"),
        (b"7f0000002000-7f0000001000 r--p 00000000 08:01 1 /a", 14, "end_address"),
        (b"1000-2000 r--p 0 0:0 0 /a\0b", 26, "pathname"),
        (b"1000-2000 r--p 0 0:0 0\0", 23, "inode"),
        (b"10\x000-2000 r--p 0 0:0 0", 3, "begin_address"),
    ];
    for (line, column, field) in cases {
        let text = [LISTING, line, b"\n1000-2000 r--p 0 0:0 0\n"].concat();
        let error = refused(&text);
        assert_eq!((error.lineno, error.column, error.field), (7, *column, *field), "{}", line.escape_ascii());
        assert_eq!(error.line, *line);
        assert!(!error.expected.is_empty());
        assert_eq!(reference::rows(&text, Dialect::Linux), Err(7));
    }
}

#[test]
fn the_error_of_each_kind_says_what_was_expected() {
    let expected = |line: &[u8]| refused(line).expected;
    assert_eq!(expected(b"x"), "1 to 16 lower-case hexadecimal digits");
    assert_eq!(expected(b"1x"), "1 to 16 lower-case hexadecimal digits, then '-'");
    assert_eq!(expected(b"1-2\t"), "'-' and 1 to 16 lower-case hexadecimal digits, then a blank");
    assert_eq!(expected(b"2-1 r--p 0 0:0 0"), "an address not below begin_address");
    assert_eq!(expected(b"1-2 r--p 0 0:0 99999999999999999999"), "a number below 2**64");
    assert_eq!(
        expected(b"1-2 r--p 0 0:0 999999999999999999999"),
        "a blank and 1 to 20 decimal digits, then a blank or the end of the line"
    );
    assert_eq!(expected(b"1-2 r--p 0 0:0 0 \0"), "a name without NUL");
    assert_eq!(
        expected(b"1-2 r--p 0 0:0 0x"),
        "a blank and 1 to 20 decimal digits, then a blank or the end of the line"
    );
    assert_eq!(
        refused(b"1-2 rwx").to_string(),
        "line 1, column 8: perms: expected a blank and permissions such as 'r-xp'"
    );
}

#[test]
fn a_blank_line_is_refused_wherever_it_is() {
    for (text, lineno) in
        [(&b"\n"[..], 1), (b"1-2 r--p 0 0:0 0\n\n", 2), (b"1-2 r--p 0 0:0 0\n\n1-2 r--p 0 0:0 0\n", 2)]
    {
        assert_eq!(refused(text).lineno, lineno);
    }
}

#[test]
fn cygwin_has_permissions_of_its_own() {
    for (perms, by_linux, by_cygwin) in [
        ("===p", false, true),
        ("rw-g", false, true),
        ("r-xp", true, true),
        ("r-xS", true, false),
        ("==-p", false, false),
    ] {
        let text = format!("1000-2000 {perms} 0000 0000:0000 0                                 [peb]\n").into_bytes();
        for (dialect, taken) in [(Dialect::Linux, by_linux), (Dialect::Cygwin, by_cygwin)] {
            assert_eq!(maps::parse(&text, dialect).is_ok(), taken, "{perms} {dialect:?}");
            assert_eq!(reference::rows(&text, dialect).is_ok(), taken, "{perms} {dialect:?}");
        }
    }
}
