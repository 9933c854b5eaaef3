//! Reading of all processes of a directory that stands for a proc file system; what is asked for of them.
#![cfg(target_os = "linux")]

use _procmaps::glob::Glob;
use _procmaps::host::{self, Outcome};
use _procmaps::selection::Selection;
use _procmaps::table::Row;
use std::path::PathBuf;
use std::{env, fs, process};

const ROW: Row<'static> = Row {
    begin: 0x1000,
    end: 0x3000,
    perms: *b"r-xp",
    offset: 0,
    dev_major: 8,
    dev_minor: 1,
    inode: 42,
    name: Some(b"/lib/libx.so.1"),
};

/// A directory with processes, of which each has as many mappings as its number says.
fn tree(name: &str, pids: &[u32]) -> PathBuf {
    let root = env::temp_dir().join(format!("procmaps-host-{name}-{}", process::id()));
    for pid in pids {
        let directory = root.join(pid.to_string());
        fs::create_dir_all(&directory).unwrap();
        let line = |n: u32| format!("{n}000-{n}800 r--p 00000000 08:01 42 /lib/libx.so.1\n");
        fs::write(directory.join("maps"), (1..=*pid).map(line).collect::<String>()).unwrap();
        fs::write(directory.join("stat"), format!("{pid} (x) S 1 0 0 0 -1 0 0 0\n")).unwrap();
    }
    root
}

fn rows(outcome: &Outcome) -> Option<usize> {
    match outcome {
        Outcome::Read(table, _) => Some(table.len()),
        _ => None,
    }
}

#[test]
fn processes_are_in_the_order_of_their_numbers() {
    let root = tree("order", &[9, 1, 5]);
    fs::create_dir(root.join("7x")).unwrap();
    assert_eq!(host::processes(&root).unwrap(), [1, 5, 9]);
    fs::remove_dir_all(root).unwrap();
}

#[test]
fn outcomes_are_in_the_given_order() {
    let root = tree("given", &[1, 2, 3, 4, 5, 6, 7, 8, 9]);
    let pids = [9, 2, 7, 77, 1, 8, 3];
    for threads in [1, 4] {
        let outcomes = host::read(&root, &pids, &Selection::default(), 1, threads);
        let found: Vec<_> = outcomes.iter().map(rows).collect();
        assert_eq!(found, [Some(9), Some(2), Some(7), None, Some(1), Some(8), Some(3)]);
        assert!(matches!(outcomes[3], Outcome::Vanished));
    }
    fs::remove_dir_all(root).unwrap();
}

#[test]
fn a_selection_is_of_all_that_it_says() {
    let names = |pattern: &[u8]| Selection { names: Some(vec![Glob::new(pattern)]), ..Selection::default() };
    let perms = |at, letter| Selection { perms: Some(vec![vec![(at, letter)]]), ..Selection::default() };
    assert!(Selection::default().has(&ROW));
    assert!(names(b"*/libx*").has(&ROW) && !names(b"libx*").has(&ROW));
    assert!(perms(2, b'x').has(&ROW) && !perms(1, b'w').has(&ROW));
    assert!(!Selection { perms: Some(vec![]), ..Selection::default() }.has(&ROW));
    // A name or a file is enough, and the other conditions hold for both.
    let files = Some([(8, 1, 42)].into());
    let other = Selection { files, ..names(b"/other") };
    assert!(other.has(&ROW));
    assert!(!Selection { deleted: Some(true), ..other }.has(&ROW));
}

#[test]
fn patterns() {
    let matches = |pattern: &str, name: &[u8]| Glob::new(pattern.as_bytes()).matches(name);
    assert!(matches("*.so.?", b"/lib/x.so.1") && !matches("*.so.?", b"/lib/x.so.12"));
    assert!(matches("[!a-c]x", b"dx") && !matches("[!a-c]x", b"bx"));
    assert!(matches("?", "\u{e9}".as_bytes()) && matches("?", b"\xe9") && !matches("?", b""));
    assert!(matches("[", b"[") && matches("[[]heap]", b"[heap]"));
    // As much as the lengths multiplied, and not two to the power of one.
    assert!(!matches(&"*a".repeat(40), "a".repeat(39).as_bytes()));
}
