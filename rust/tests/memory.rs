//! Reading of smaps and its roll-up: of live processes, and of directories that stand for a proc file system.
#![cfg(target_os = "linux")]

use _procmaps::fields::FIELDS;
use _procmaps::memory;
use _procmaps::process::{Failure, Snapshot};
use _procmaps::smaps::Listing;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs, thread, time::Duration};

const BLOCKS: &str =
    "1000-3000 r-xp 00000000 08:01 42 /bin/cat\nRss: 8 kB\n5000-6000 rw-p 00000000 00:00 0 \nRss: 4 kB\n";
const TORN: &str =
    "1000-3000 r-xp 00000000 08:01 42 /bin/cat\nRss: 8 kB\n2000-6000 rw-p 00000000 00:00 0 \nRss: 4 kB\n";
const ROLLUP: &str = "1000-6000 ---p 00000000 00:00 0                          [rollup]\nRss: 12 kB\n";
const RUNNING: &str = "7 (x) R 1 7 7 0 -1 4194304 100 0 0\n";
const KERNEL_THREAD: &str = "7 (x) S 1 7 7 0 -1 2097152 100 0 0\n";
const ZOMBIE: &str = "7 (x) Z 1 7 7 0 -1 4194308 100 0 0\n";

/// A directory in the place of /proc, with one process, 7.
struct Proc(PathBuf);

impl Proc {
    fn new(test: &str) -> Proc {
        let root = env::temp_dir().join(format!("procmaps-memory-{}-{test}", std::process::id()));
        fs::create_dir_all(root.join("7")).expect("the directory for temporary files can be written");
        Proc(root)
    }

    fn with(self, file: &str, text: &str) -> Proc {
        let path = self.0.join("7").join(file);
        fs::create_dir_all(path.parent().expect("it is in a directory")).expect("it can be made");
        fs::write(path, text).expect("it can be written");
        self
    }

    fn read(&self) -> Result<Snapshot<Listing>, Failure> {
        memory::read(&self.0, Some(7), 3)
    }

    fn read_rollup(&self) -> Result<Snapshot<Listing>, Failure> {
        memory::read_rollup(&self.0, Some(7))
    }
}

impl Drop for Proc {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn rss(snapshot: &Snapshot<Listing>) -> Option<u128> {
    let rss = FIELDS.iter().position(|field| field.name == "rss").expect("it is a field");
    snapshot.table.usages.totals(0..snapshot.table.usages.len())[rss]
}

fn errno(result: Result<Snapshot<Listing>, Failure>) -> (PathBuf, ErrorKind) {
    match result {
        Err(Failure::Io(path, error)) => (path, error.kind()),
        Err(other) => panic!("another failure: {other:?}"),
        Ok(_) => panic!("no failure"),
    }
}

#[test]
fn this_process_uses_its_stack() {
    let here = 0u8;
    let snapshot = memory::read::<Listing>(Path::new("/proc"), None, 20).expect("a process may read itself");
    assert!(snapshot.is_consistent && snapshot.table.maps.is_ordered());
    let index = snapshot.table.maps.find(&raw const here as u64).expect("it is mapped");
    let usage = snapshot.table.usages.row(index).expect("there are as many rows");
    let value = |name| usage.value(FIELDS.iter().position(|field| field.name == name).expect("it is a field"));
    assert!(value("private_dirty") > Some(0));
    let rollup = memory::read_rollup(Path::new("/proc"), Some(std::process::id())).expect("so may it be");
    assert_eq!((rollup.table.maps.len(), rollup.attempts), (1, 1));
    assert_eq!(rollup.table.maps.row(0).and_then(|row| row.name), Some(&b"[rollup]"[..]));
    assert!(rss(&rollup) > Some(0));
}

#[test]
fn a_zombie_uses_nothing_and_then_is_no_process() {
    let mut child = Command::new("true").spawn().expect("there is a program `true`");
    let both = || {
        [
            memory::read(Path::new("/proc"), Some(child.id()), 20),
            memory::read_rollup(Path::new("/proc"), Some(child.id())),
        ]
    };
    loop {
        let snapshots = both().map(|snapshot| snapshot.map_or(None, |snapshot| snapshot.without_memory));
        if snapshots == [Some("zombie"); 2] {
            break;
        }
        thread::sleep(Duration::from_millis(1));
    }
    let id = child.id();
    child.wait().expect("it is a child");
    assert_eq!(errno(memory::read(Path::new("/proc"), Some(id), 20)).1, ErrorKind::NotFound);
    assert_eq!(errno(memory::read_rollup(Path::new("/proc"), Some(id))).1, ErrorKind::NotFound);
}

#[test]
fn both_files_are_read() {
    let proc = Proc::new("both").with("smaps", BLOCKS).with("smaps_rollup", ROLLUP);
    for snapshot in [proc.read(), proc.read_rollup()] {
        let snapshot = snapshot.expect("it is a listing");
        assert_eq!((snapshot.attempts, snapshot.is_consistent, snapshot.without_memory), (1, true, None));
        assert_eq!(rss(&snapshot), Some(12 << 10));
    }
}

#[test]
fn what_stays_torn_is_inconsistent() {
    let snapshot = Proc::new("torn").with("smaps", TORN).read().expect("it is a listing");
    assert_eq!((snapshot.attempts, snapshot.is_consistent, snapshot.table.usages.len()), (3, false, 2));
}

#[test]
fn kernel_threads_and_zombies_use_nothing() {
    for (stat, why) in [(KERNEL_THREAD, "kernel thread"), (ZOMBIE, "zombie")] {
        let proc = Proc::new("empty").with("smaps", "").with("smaps_rollup", "").with("stat", stat);
        for snapshot in [proc.read(), proc.read_rollup()] {
            let snapshot = snapshot.expect("it is no failure");
            assert_eq!((snapshot.without_memory, snapshot.table.usages.len()), (Some(why), 0));
        }
    }
}

#[test]
fn a_process_whose_first_thread_has_ended_is_read_through_another() {
    let proc = Proc::new("thread").with("smaps", "").with("smaps_rollup", "").with("stat", ZOMBIE);
    let proc = proc.with("task/7/smaps", "").with("task/7/smaps_rollup", "");
    let proc = proc.with("task/8/smaps", BLOCKS).with("task/8/smaps_rollup", ROLLUP);
    for snapshot in [proc.read(), proc.read_rollup()] {
        let snapshot = snapshot.expect("a thread goes on");
        assert_eq!((rss(&snapshot), snapshot.without_memory), (Some(12 << 10), None));
    }
}

#[test]
fn a_process_that_always_execs_counts_as_ended() {
    let proc = Proc::new("exec").with("smaps_rollup", "").with("stat", RUNNING);
    assert!(matches!(proc.read_rollup(), Err(Failure::Ended(path)) if path == proc.0.join("7")));
}

#[test]
fn a_kernel_without_the_file_is_told_from_a_process_that_is_gone() {
    let proc = Proc::new("absent");
    assert_eq!(errno(proc.read()), (proc.0.join("7/smaps"), ErrorKind::NotFound));
    assert_eq!(errno(proc.read_rollup()), (proc.0.join("7/smaps_rollup"), ErrorKind::NotFound));
    let proc = proc.with("stat", RUNNING);
    let (path, kind) = errno(proc.read());
    assert_eq!((path, kind), (proc.0.join("7/smaps"), ErrorKind::Unsupported));
    assert_eq!(errno(proc.read_rollup()), (proc.0.join("7/smaps_rollup"), ErrorKind::Unsupported));
    assert_eq!(errno(memory::read(&proc.0, Some(8), 3)), (proc.0.join("8"), ErrorKind::NotFound));
}

#[test]
fn a_text_that_is_none_is_refused_with_its_line() {
    let proc = Proc::new("garbage").with("smaps", &format!("{BLOCKS}Rss: 4 kB\n")).with("smaps_rollup", "Rss: 4 kB\n");
    for (result, line) in [(proc.read(), 5), (proc.read_rollup(), 1)] {
        match result {
            Err(Failure::Parse(error)) => assert_eq!(error.lineno, line),
            other => panic!("not refused: {:?}", other.err()),
        }
    }
}
