//! Random numbers that are the same in every run.

/// Marsaglia's xorshift64.
pub struct Random(u64);

impl Random {
    /// A sequence of its own for each seed that is not 0.
    pub fn new(seed: u64) -> Random {
        Random(seed)
    }

    /// A number below another.
    pub fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % limit
    }

    /// One of several.
    pub fn one_of<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len() as u64) as usize]
    }
}
