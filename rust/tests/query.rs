//! Questions to this process and to children, against its listing.
#![cfg(target_os = "linux")]

use _procmaps::maps;
use _procmaps::process::{self, Failure};
use _procmaps::query::{Backend, GATE, Handle, NAME_SIZE, OR_NEXT, as_printed, query_once};
use _procmaps::table::{Row, Table};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::{env, fs, thread, time::Duration};

const PROC: &str = "/proc";

/// A child that sleeps, until it is dropped.
struct Sleeping(Child);

impl Sleeping {
    fn new() -> Sleeping {
        let child = Command::new("sleep").arg("60").stdin(Stdio::null()).spawn().expect("there is sleep(1)");
        let sleeping = Sleeping(child);
        // Until it is loaded.
        while fs::read_to_string(format!("/proc/{}/stat", sleeping.pid())).is_ok_and(|stat| !stat.contains(" S ")) {
            thread::sleep(Duration::from_millis(1));
        }
        sleeping
    }

    fn pid(&self) -> u32 {
        self.0.id()
    }
}

impl Drop for Sleeping {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn handle(pid: u32) -> Handle {
    Handle::open(Path::new(PROC), Some(pid)).unwrap_or_else(|failure| panic!("{failure:?}"))
}

fn listing(pid: u32) -> Table {
    process::read(Path::new(PROC), Some(pid), 20, false).unwrap_or_else(|failure| panic!("{failure:?}")).table
}

fn rows(table: &Table) -> Vec<Row<'_>> {
    (0..table.len()).filter_map(|index| table.row(index)).collect()
}

fn text(rows: &[Row<'_>]) -> String {
    let mut text = Vec::new();
    for row in rows {
        maps::print(row, 64, &mut text);
        text.push(b'\n');
    }
    String::from_utf8_lossy(&text).into_owned()
}

/// The rows but for the page of the kernel's.
fn own(table: &Table) -> Vec<Row<'_>> {
    rows(table).into_iter().filter(|row| row.begin < GATE.0 || row.begin >= GATE.1).collect()
}

#[test]
fn every_row_is_that_of_the_listing() {
    let child = Sleeping::new();
    let (handle, listed) = (handle(child.pid()), listing(child.pid()));
    if handle.backend == Backend::Text {
        return;
    }
    let mut name = [0; NAME_SIZE];
    for row in own(&listed) {
        for address in [row.begin, row.end - 1] {
            assert_eq!(handle.query(address, 0, &mut name).expect("it lives"), Some(row));
        }
        let once = query_once(&format!("/proc/{}/maps", child.pid()), row.begin, &mut name);
        assert_eq!(once.expect("it lives"), Some(row));
    }
    assert_eq!(handle.query(0, 0, &mut name).expect("it lives"), None);
    assert_eq!(handle.query(0, OR_NEXT, &mut name).expect("it lives"), listed.row(0));
    assert_eq!(handle.query(u64::MAX, OR_NEXT, &mut name).expect("it lives"), None);
}

#[test]
fn a_walk_is_the_listing() {
    let child = Sleeping::new();
    let (handle, listed) = (handle(child.pid()), listing(child.pid()));
    if handle.backend == Backend::Text {
        return;
    }
    let walk = handle.walk(0, 1).expect("it lives");
    assert_eq!(text(&rows(&walk.table)), text(&own(&listed)));
    assert!(walk.is_consistent && walk.attempts == 1);
    let executable: Vec<_> = own(&listed).into_iter().filter(|row| row.perms[2] == b'x').collect();
    assert_eq!(text(&rows(&handle.walk(4, 1).expect("it lives").table)), text(&executable));
}

#[test]
fn the_listing_can_be_read_again_and_again() {
    let child = Sleeping::new();
    let (handle, listed) = (handle(child.pid()), listing(child.pid()));
    for _ in 0..3 {
        assert_eq!(text(&rows(&handle.read(20).expect("it lives").table)), text(&rows(&listed)));
    }
}

#[test]
fn it_speaks_of_no_other_program() {
    let child = Sleeping::new();
    let handle = handle(child.pid());
    drop(child);
    let mut name = [0; NAME_SIZE];
    assert!(handle.backend == Backend::Text || matches!(handle.query(0, OR_NEXT, &mut name), Err(Failure::Ended(_))));
    assert!(handle.backend == Backend::Text || matches!(handle.walk(0, 5), Err(Failure::Ended(_))));
    assert!(handle.backend == Backend::Text || matches!(handle.build_id(0), Err(Failure::Ended(_))));
    assert!(matches!(handle.read(5), Err(Failure::Ended(_))));
}

fn printed(name: Option<&[u8]>) -> Option<Vec<u8>> {
    let row = Row { begin: 1, end: 2, perms: *b"r--p", offset: 0, dev_major: 0, dev_minor: 0, inode: 0, name };
    as_printed(row, &mut Vec::new()).name.map(<[u8]>::to_vec)
}

#[test]
fn a_newline_is_printed_as_four_letters() {
    assert_eq!(printed(None), None);
    assert_eq!(printed(Some(b"/a b")), Some(b"/a b".to_vec()));
    assert_eq!(printed(Some(b"/\na\n\n")), Some(br"/\012a\012\012".to_vec()));
}

/// A directory that stands for a proc file system with process 7.
fn fake(maps: &str) -> PathBuf {
    let root = env::temp_dir().join(format!("query-{}-{:?}", std::process::id(), thread::current().id()));
    fs::create_dir_all(root.join("7")).expect("a directory can be made");
    fs::write(root.join("7/maps"), maps).expect("a file can be made");
    fs::write(root.join("7/stat"), "7 (x) S 1 7 7 0 -1 0 0\n").expect("a file can be made");
    root
}

#[test]
fn without_the_ioctl_there_is_the_text() {
    let torn = "1000-3000 r-xp 00000000 08:01 42 /bin/cat\n2000-6000 rw-p 00000000 00:00 0 \n";
    let root = fake(torn);
    let handle = Handle::open(&root, Some(7)).unwrap_or_else(|failure| panic!("{failure:?}"));
    let read = handle.read(3).expect("it is there");
    fs::remove_dir_all(&root).expect("it is there");
    assert_eq!(handle.backend, Backend::Text);
    assert_eq!((read.table.len(), read.attempts, read.is_consistent), (2, 3, false));
    let mut name = [0; NAME_SIZE];
    assert!(matches!(handle.query(0, 0, &mut name), Err(Failure::Io(..))));
}
