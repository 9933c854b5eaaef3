//! Any bytes stand for a name of bounded length or are refused within themselves, verbose or not alike;
//! and of any text only mangled names are replaced.
#![no_main]

use _procmaps::demangle::{Demangler, text};
use libfuzzer_sys::fuzz_target;

const LONGEST: usize = 1 << 20;

fuzz_target!(|data: &[u8]| {
    for symbol in data.split(|&byte| matches!(byte, b'\n' | b'\t')) {
        decides(symbol);
        for prefix in [b"_Z", b"_R"] {
            decides(&[prefix, symbol].concat());
        }
    }
    replaces(data);
});

fn decides(symbol: &[u8]) {
    let [short, verbose] = [false, true].map(|is_verbose| {
        let mut name = b"before".to_vec();
        let result = Demangler::new(is_verbose).demangle(symbol, &mut name);
        assert!(name.starts_with(b"before"));
        match result {
            Ok(()) => assert!(name.len() <= LONGEST + symbol.len() + 64),
            Err(error) => assert!(name == b"before" && error.position <= symbol.len(), "{error}"),
        }
        result.is_ok()
    });
    // Only what is too long in full can be told apart.
    assert!(short || !verbose);
}

fn replaces(data: &[u8]) {
    let mut replaced = Vec::new();
    text::replace(&mut Demangler::default(), data, &mut replaced);
    let cut = data.len() - text::unfinished(data);
    let mut parts = Vec::new();
    for part in [&data[..cut], &data[cut..]] {
        text::replace(&mut Demangler::default(), part, &mut parts);
    }
    assert_eq!(parts, replaced);
    if !data.contains(&b'_') {
        assert_eq!(replaced, data);
    }
}
