//! The text of a listing of a process, checked as one that is parsed.

use crate::maps::ParseError;
use crate::process::Listing;

/// A text that is such a listing, to keep as it was printed.
#[derive(Default)]
pub struct Text<L> {
    /// What the kernel printed.
    pub bytes: Vec<u8>,
    listing: L,
}

impl<L: Listing> Listing for Text<L> {
    const FILE: &'static str = L::FILE;

    fn parse(text: &[u8]) -> Result<Text<L>, ParseError> {
        Ok(Text { bytes: text.to_vec(), listing: L::parse(text)? })
    }

    fn is_ordered(&self) -> bool {
        self.listing.is_ordered()
    }
}
