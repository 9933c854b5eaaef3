//! Compiles the patterns of format.rs into DFAs, which the library carries as data: nothing is
//! compiled at import, and the regex compiler stays out of the extension's hot path.

use regex_automata::{
    dfa::{StartKind, dense},
    util::syntax,
};
use std::{env, fs, path::Path};

include!("format.rs");

fn main() {
    println!("cargo:rerun-if-changed=rust/build.rs");
    println!("cargo:rerun-if-changed=rust/format.rs");
    compile("linux", &LINUX);
    compile("cygwin", &CYGWIN);
}

fn compile(name: &str, fields: &[Field]) {
    let pattern: String = fields.iter().map(|field| field.pattern).collect();
    let dfa = dense::Builder::new()
        .configure(dense::Config::new().start_kind(StartKind::Anchored).minimize(true).accelerate(false))
        .syntax(syntax::Config::new().unicode(false).utf8(false))
        .build(&pattern)
        .expect("format.rs is a regular expression");
    // The table is read as u32 in the target's byte order, whatever this machine's is.
    let (bytes, padding) = match env::var("CARGO_CFG_TARGET_ENDIAN").as_deref() {
        Ok("big") => dfa.to_bytes_big_endian(),
        _ => dfa.to_bytes_little_endian(),
    };
    let out = env::var_os("OUT_DIR").expect("cargo sets OUT_DIR");
    fs::write(Path::new(&out).join(format!("{name}.dfa")), &bytes[padding..]).expect("OUT_DIR can be written");
}
