//! Bytes of debug information, of which no more is read in all than there is reason to.
//!
//! The parts of DWARF refer to each other: a thousand units can have the same table of abbreviations, the
//! same ranges, the same lines, and each makes its own of them. So a small file can ask for more time and
//! memory than there is. What is read is counted, whoever asks for it, and past a limit there is an error.

use gimli::{EndianArcSlice, Reader, ReaderOffsetId, Result, RunTimeEndian};
use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Bytes that are shared by all readers of them.
type Bytes = EndianArcSlice<RunTimeEndian>;

/// How much may still be read. One thread at a time reads, so nothing is lost between load and store.
#[derive(Clone, Debug, Default)]
pub struct Allowance(Arc<AtomicUsize>);

impl Allowance {
    /// Allows so many readings more.
    pub fn add(&self, readings: usize) {
        self.0.store(self.0.load(Ordering::Relaxed).saturating_add(readings), Ordering::Relaxed);
    }

    /// Whether a reading was refused.
    pub fn is_spent(&self) -> bool {
        self.0.load(Ordering::Relaxed) == 0
    }

    #[inline]
    fn spend(&self, readings: usize) -> bool {
        let left = self.0.load(Ordering::Relaxed).checked_sub(readings);
        self.0.store(left.unwrap_or(0), Ordering::Relaxed);
        left.is_some()
    }
}

/// A reader that counts.
#[derive(Clone, Debug)]
pub struct Metered {
    bytes: Bytes,
    allowance: Allowance,
}

impl Metered {
    /// Reads these bytes, as far as it is allowed.
    pub fn new(bytes: Vec<u8>, order: RunTimeEndian, allowance: &Allowance) -> Metered {
        Metered { bytes: Bytes::new(Arc::from(bytes), order), allowance: allowance.clone() }
    }

    #[inline]
    fn spend(&self, readings: usize) -> Result<()> {
        if self.allowance.spend(readings) { Ok(()) } else { Err(gimli::Error::UnexpectedEof(self.offset_id())) }
    }
}

impl Reader for Metered {
    type Endian = RunTimeEndian;
    type Offset = usize;

    #[inline]
    fn endian(&self) -> RunTimeEndian {
        self.bytes.endian()
    }

    #[inline]
    fn len(&self) -> usize {
        Reader::len(&self.bytes)
    }

    #[inline]
    fn empty(&mut self) {
        self.bytes.empty();
    }

    #[inline]
    fn truncate(&mut self, len: usize) -> Result<()> {
        self.bytes.truncate(len)
    }

    #[inline]
    fn offset_from(&self, base: &Metered) -> usize {
        Reader::offset_from(&self.bytes, &base.bytes)
    }

    fn offset_id(&self) -> ReaderOffsetId {
        self.bytes.offset_id()
    }

    fn lookup_offset_id(&self, id: ReaderOffsetId) -> Option<usize> {
        self.bytes.lookup_offset_id(id)
    }

    fn find(&self, byte: u8) -> Result<usize> {
        let found = memchr::memchr(byte, self.bytes.bytes());
        // Many at once are looked through in the time of one that is read.
        self.spend(1 + found.unwrap_or(self.len()) / 16)?;
        found.ok_or_else(|| gimli::Error::UnexpectedEof(self.offset_id()))
    }

    #[inline]
    fn skip(&mut self, len: usize) -> Result<()> {
        self.spend(1)?;
        self.bytes.skip(len)
    }

    #[inline]
    fn split(&mut self, len: usize) -> Result<Metered> {
        self.spend(1)?;
        Ok(Metered { bytes: self.bytes.split(len)?, allowance: self.allowance.clone() })
    }

    fn to_slice(&self) -> Result<Cow<'_, [u8]>> {
        self.spend(1 + self.len())?;
        self.bytes.to_slice()
    }

    fn to_string(&self) -> Result<Cow<'_, str>> {
        self.spend(1 + self.len())?;
        self.bytes.to_string()
    }

    fn to_string_lossy(&self) -> Result<Cow<'_, str>> {
        self.spend(1 + self.len())?;
        self.bytes.to_string_lossy()
    }

    #[inline]
    fn read_slice(&mut self, buffer: &mut [u8]) -> Result<()> {
        self.spend(1)?;
        self.bytes.read_slice(buffer)
    }
}
