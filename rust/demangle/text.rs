//! Mangled names within a text: replaced in place.

use super::Demangler;

/// What symbols are made of, beside letters and digits.
fn is_of_symbol(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$' | b'.')
}

/// How much at the end of a text may be the begin of a symbol that goes on in the next text.
pub fn unfinished(text: &[u8]) -> usize {
    text.iter().rev().take_while(|byte| is_of_symbol(**byte)).count()
}

/// Append a text in which each mangled name is replaced by what it stands for.
pub fn replace(demangler: &mut Demangler, text: &[u8], out: &mut Vec<u8>) {
    let mut done = 0;
    while let Some(underscore) = memchr::memchr(b'_', &text[done..]) {
        let underscore = done + underscore;
        let before = text[done..underscore].iter().rev().take_while(|byte| is_of_symbol(**byte)).count();
        let begin = underscore - before;
        let end = underscore + text[underscore..].iter().take_while(|byte| is_of_symbol(**byte)).count();
        out.extend_from_slice(&text[done..begin]);
        replace_word(demangler, &text[begin..end], out);
        done = end;
    }
    out.extend_from_slice(&text[done..]);
}

/// A symbol may have dots before it, as functions of some platforms have, and a sentence ends with one.
fn replace_word(demangler: &mut Demangler, word: &[u8], out: &mut Vec<u8>) {
    let dots = word.iter().take_while(|byte| matches!(byte, b'.' | b'$')).count();
    let stops = word[dots..].iter().rev().take_while(|byte| **byte == b'.').count();
    let (before, rest) = word.split_at(dots);
    let (symbol, after) = rest.split_at(rest.len() - stops);
    out.extend_from_slice(before);
    if demangler.demangle(symbol, out).is_err() {
        out.extend_from_slice(symbol);
    }
    out.extend_from_slice(after);
}
