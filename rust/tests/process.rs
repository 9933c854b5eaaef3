//! Reading of live processes, and of directories that stand for a proc file system.
#![cfg(target_os = "linux")]

use _procmaps::process::{self, Failure, Snapshot};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::Duration;
use std::{env, fs};

const LINES: &str = "1000-3000 r-xp 00000000 08:01 42 /bin/cat\n5000-6000 rw-p 00000000 00:00 0 \n";
const TORN: &str = "1000-3000 r-xp 00000000 08:01 42 /bin/cat\n2000-6000 rw-p 00000000 00:00 0 \n";

/// The first fields of a stat file; the name of the command is made to confuse.
fn stat(state: char, flags: u32) -> String {
    format!("7 (a) Z 1 2 3 4 5 2097152 b) {state} 1 7 7 0 -1 {flags} 100 0 0\n")
}

const RUNNING: u32 = 0x40_0000;
const EXITING: u32 = RUNNING | 0x4;
const KERNEL_THREAD: u32 = 0x20_0000;

/// Enough to last until another thread has put a new listing there.
const MANY: u32 = 1_000_000;

/// A directory in the place of /proc, with one process, 7.
struct Proc(PathBuf);

impl Proc {
    fn new(test: &str) -> Proc {
        let root = env::temp_dir().join(format!("procmaps-{}-{test}", std::process::id()));
        fs::create_dir_all(root.join("7")).expect("the directory for temporary files can be written");
        Proc(root)
    }

    fn with(self, file: &str, text: &str) -> Proc {
        self.put(file, text);
        self
    }

    /// At once: a reader sees the old text or the new one.
    fn put(&self, file: &str, text: &str) {
        let new = self.0.join("new");
        fs::write(&new, text).expect("it can be written");
        fs::rename(new, self.0.join("7").join(file)).expect("it can be renamed");
    }

    fn read(&self, attempts: u32, settled: bool) -> Result<Snapshot, Failure> {
        process::read(&self.0, Some(7), attempts, settled)
    }
}

impl Drop for Proc {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn live(pid: Option<u32>) -> Result<Snapshot, Failure> {
    process::read(Path::new("/proc"), pid, 20, false)
}

fn io_failure(result: Result<Snapshot, Failure>) -> (PathBuf, std::io::ErrorKind) {
    match result {
        Err(Failure::Io(path, error)) => (path, error.kind()),
        Err(other) => panic!("another failure: {other:?}"),
        Ok(_) => panic!("no failure"),
    }
}

#[test]
fn this_process_holds_its_own_code_and_stack() {
    for pid in [None, Some(std::process::id())] {
        let snapshot = live(pid).expect("a process may read itself");
        assert!(snapshot.is_consistent && snapshot.table.is_ordered());
        assert_eq!(snapshot.without_memory, None);
        let perms_at = |address: usize| {
            let index = snapshot.table.find(address as u64).expect("it is mapped");
            snapshot.table.row(index).expect("find gives what is there").perms
        };
        assert_eq!(&perms_at(live as *const () as usize), b"r-xp");
        assert_eq!(&perms_at(&raw const snapshot as usize)[..2], b"rw");
    }
}

#[test]
fn a_number_of_no_process_is_not_found() {
    let (path, kind) = io_failure(live(Some(u32::MAX)));
    assert_eq!((path, kind), (PathBuf::from("/proc/4294967295"), std::io::ErrorKind::NotFound));
}

#[test]
fn a_zombie_has_no_memory_and_then_no_number() {
    let mut child = Command::new("true").spawn().expect("there is a program `true`");
    let without_memory = |_| {
        thread::sleep(Duration::from_millis(1));
        match live(Some(child.id())) {
            Ok(snapshot) => snapshot.without_memory.map(|why| (why, snapshot.table.len())),
            Err(Failure::Ended(_)) => None,
            Err(other) => panic!("{other:?}"),
        }
    };
    assert_eq!((0..10_000).find_map(without_memory), Some(("zombie", 0)));
    child.wait().expect("it is a child");
    assert_eq!(io_failure(live(Some(child.id()))).1, std::io::ErrorKind::NotFound);
}

#[test]
fn one_reading_is_enough_where_nothing_changes() {
    let snapshot = Proc::new("still").with("maps", LINES).read(20, false).expect("it is a listing");
    assert_eq!((snapshot.attempts, snapshot.is_consistent, snapshot.table.len()), (1, true, 2));
}

#[test]
fn two_equal_readings_settle_it() {
    let proc = Proc::new("settled").with("maps", LINES);
    let snapshot = proc.read(20, true).expect("it is a listing");
    assert_eq!((snapshot.attempts, snapshot.is_consistent, snapshot.table.len()), (2, true, 2));
    let snapshot = proc.read(1, true).expect("it is a listing");
    assert_eq!((snapshot.attempts, snapshot.is_consistent, snapshot.table.len()), (1, false, 2));
}

#[test]
fn a_listing_that_stays_torn_is_given_as_inconsistent() {
    for settled in [false, true] {
        let snapshot = Proc::new("torn").with("maps", TORN).read(5, settled).expect("it is a listing");
        assert_eq!((snapshot.attempts, snapshot.is_consistent, snapshot.table.len()), (5, false, 2));
        assert!(!snapshot.table.is_ordered());
    }
}

#[test]
fn a_torn_listing_is_read_again_until_it_is_whole() {
    let proc = Proc::new("mended").with("maps", TORN);
    let snapshot = thread::scope(|scope| {
        scope.spawn(|| {
            thread::sleep(Duration::from_millis(50));
            proc.put("maps", LINES);
        });
        proc.read(MANY, false).expect("both are listings")
    });
    assert!(snapshot.is_consistent && snapshot.table.is_ordered() && snapshot.attempts > 1);
    assert_eq!(snapshot.table.row(1).expect("there are two").begin, 0x5000);
}

#[test]
fn a_process_between_two_programs_is_read_again() {
    let proc = Proc::new("exec").with("maps", "").with("stat", &stat('R', RUNNING));
    let snapshot = proc.read(3, false).expect("nothing fails");
    assert_eq!((snapshot.attempts, snapshot.is_consistent, snapshot.table.len()), (3, false, 0));
    let snapshot = thread::scope(|scope| {
        scope.spawn(|| {
            thread::sleep(Duration::from_millis(50));
            proc.put("maps", LINES);
        });
        proc.read(MANY, false).expect("the new program is read")
    });
    assert_eq!((snapshot.is_consistent, snapshot.table.len()), (true, 2));
}

#[test]
fn without_memory_are_kernel_threads_and_what_has_exited() {
    for (state, flags, why) in [
        ('S', KERNEL_THREAD, "kernel thread"),
        ('I', KERNEL_THREAD | RUNNING, "kernel thread"),
        ('Z', RUNNING, "zombie"),
        ('X', RUNNING, "zombie"),
        ('R', EXITING, "zombie"),
    ] {
        let proc = Proc::new("empty").with("maps", "").with("stat", &stat(state, flags));
        let snapshot = proc.read(20, false).expect("it is no failure");
        assert_eq!(snapshot.without_memory, Some(why), "{state} {flags:#x}");
        assert_eq!((snapshot.attempts, snapshot.is_consistent, snapshot.table.len()), (1, true, 0));
    }
}

#[test]
fn a_process_whose_first_thread_has_ended_is_read_through_another() {
    let proc = Proc::new("thread").with("maps", "").with("stat", &stat('Z', EXITING));
    for (thread, maps) in [("7", ""), ("8", ""), ("9", LINES)] {
        fs::create_dir_all(proc.0.join("7/task").join(thread)).expect("it can be made");
        proc.put(&format!("task/{thread}/maps"), maps);
    }
    let snapshot = proc.read(20, false).expect("a thread goes on");
    assert_eq!((snapshot.without_memory, snapshot.is_consistent, snapshot.table.len()), (None, true, 2));
}

#[test]
fn what_is_missing_is_named() {
    let proc = Proc::new("missing");
    assert_eq!(io_failure(proc.read(20, false)), (proc.0.join("7/maps"), std::io::ErrorKind::NotFound));
    let proc = proc.with("maps", "");
    assert_eq!(io_failure(proc.read(20, false)), (proc.0.join("7/stat"), std::io::ErrorKind::NotFound));
}

#[test]
fn a_file_is_no_process() {
    let proc = Proc::new("file").with("maps", LINES);
    let result = process::read(&proc.0.join("7"), Some(7), 20, false);
    assert_eq!(io_failure(result).1, std::io::ErrorKind::NotFound);
    fs::write(proc.0.join("8"), LINES).expect("it can be written");
    let result = process::read(&proc.0, Some(8), 20, false);
    assert_eq!(io_failure(result).1, std::io::ErrorKind::NotADirectory);
}

#[test]
fn a_text_that_is_no_listing_is_refused_with_its_line() {
    let proc = Proc::new("garbage").with("maps", &format!("{LINES}Size: 4 kB\n"));
    match proc.read(20, false) {
        Err(Failure::Parse(error)) => assert_eq!((error.lineno, &error.line[..]), (3, &b"Size: 4 kB"[..])),
        other => panic!("not refused: {:?}", other.err()),
    }
}
