//! Does a name match a pattern? As `fnmatch.fnmatchcase` of Python, on the kernel's bytes.
//!
//! `*` is any text, slashes included; `?` one character; `[abc]`, `[a-z]`, `[!a]` one of a set. A
//! character is what UTF-8 says, and a byte that is not UTF-8 is one by itself.
//!
//! Guarantee: no pattern takes more than the product of its length and that of the name.
//!
//! Authority: `fnmatch.translate`. A test holds the two together.

/// A pattern for names.
pub struct Glob {
    literal: Vec<u8>,
    tokens: Vec<Token>,
}

enum Token {
    Text,
    Any,
    One(u32),
    Set { is_negated: bool, ranges: Vec<(u32, u32)> },
}

impl Glob {
    /// Reads a pattern; there is none that cannot be one.
    pub fn new(pattern: &[u8]) -> Glob {
        let characters: Vec<u32> = characters(pattern).collect();
        let mut tokens = Vec::new();
        let mut rest = characters.as_slice();
        while let Some((&first, after)) = rest.split_first() {
            rest = after;
            tokens.push(match char::from_u32(first) {
                Some('*') => Token::Text,
                Some('?') => Token::Any,
                Some('[') => set(&mut rest).unwrap_or(Token::One(first)),
                _ => Token::One(first),
            });
        }
        Glob { literal: pattern.to_vec(), tokens }
    }

    /// Whether a name is the pattern, letter by letter, or matches it.
    pub fn matches(&self, name: &[u8]) -> bool {
        name == self.literal || self.matches_tokens(name)
    }

    fn matches_tokens(&self, name: &[u8]) -> bool {
        let (mut token, mut at) = (0, 0);
        // Where to go on if a match fails: the last `*` takes one character more.
        let mut again = None;
        loop {
            match self.tokens.get(token) {
                Some(Token::Text) => {
                    again = Some((token, at));
                    token += 1;
                    continue;
                }
                None if at == name.len() => return true,
                Some(one) if at < name.len() => {
                    let (character, len) = first(&name[at..]);
                    if one.takes(character) {
                        token += 1;
                        at += len;
                        continue;
                    }
                }
                _ => {}
            }
            let Some((star, from)) = again.filter(|&(_, from)| from < name.len()) else { return false };
            at = from + first(&name[from..]).1;
            again = Some((star, at));
            token = star + 1;
        }
    }
}

impl Token {
    fn takes(&self, character: u32) -> bool {
        match self {
            Token::Text | Token::Any => true,
            Token::One(one) => *one == character,
            Token::Set { is_negated, ranges } => {
                ranges.iter().any(|&(low, high)| (low..=high).contains(&character)) != *is_negated
            }
        }
    }
}

/// Reads a set up to its `]`, which as the first of it is one of the set; `None` if it has no end.
fn set(rest: &mut &[u32]) -> Option<Token> {
    let is_negated = rest.first() == Some(&u32::from(b'!'));
    let members = &rest[usize::from(is_negated)..];
    let end = 1 + members.iter().skip(1).position(|&one| one == u32::from(b']'))?;
    *rest = &members[end + 1..];
    Some(Token::Set { is_negated, ranges: ranges(&members[..end]) })
}

fn ranges(mut members: &[u32]) -> Vec<(u32, u32)> {
    let mut ranges = Vec::new();
    while let Some((&low, after)) = members.split_first() {
        let (high, after) = match after {
            [dash, high, after @ ..] if *dash == u32::from(b'-') => (*high, after),
            _ => (low, after),
        };
        ranges.push((low, high));
        members = after;
    }
    ranges
}

fn characters(mut text: &[u8]) -> impl Iterator<Item = u32> + '_ {
    std::iter::from_fn(move || {
        (!text.is_empty()).then(|| {
            let (character, len) = first(text);
            text = &text[len..];
            character
        })
    })
}

/// The first character of a text that is not empty, and how many bytes it has.
fn first(text: &[u8]) -> (u32, usize) {
    if text[0].is_ascii() {
        return (text[0].into(), 1);
    }
    for len in 2..=text.len().min(4) {
        if let Ok(character) = std::str::from_utf8(&text[..len]) {
            return (character.chars().next().map_or(0, u32::from), len);
        }
    }
    // As os.fsdecode() has it: no character, so no other can be equal to it.
    (0xdc00 + u32::from(text[0]), 1)
}
