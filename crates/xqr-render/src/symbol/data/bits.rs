//! Data codewords, bit by bit: ISO/IEC 18004 clause 7.4.

/// Appends bits, most significant first.
pub(super) struct BitWriter {
    bytes: Vec<u8>,
    /// Bits that do not fill a byte yet: the low `pending` bits.
    buffer: u32,
    pending: u32,
}

impl BitWriter {
    /// Returns a writer with capacity for `bytes`.
    pub(super) fn with_capacity(bytes: usize) -> Self {
        Self { bytes: Vec::with_capacity(bytes), buffer: 0, pending: 0 }
    }

    /// Appends the low `count` bits of `value`, 16 at most. The bits above are zeros.
    pub(super) fn push(&mut self, value: u32, count: u32) {
        self.buffer = self.buffer << count | value;
        self.pending += count;
        while self.pending >= 8 {
            self.pending -= 8;
            self.bytes.push((self.buffer >> self.pending) as u8);
        }
    }

    /// Appends a terminator as far as it fits, zeros up to a codeword, and pad codewords up to
    /// `capacity`: clause 7.4.10.
    pub(super) fn finish(mut self, capacity: usize) -> Vec<u8> {
        self.push(0, 4);
        self.push(0, self.pending.wrapping_neg() % 8);
        self.bytes.truncate(capacity);
        let pads = capacity - self.bytes.len();
        self.bytes.extend([0xec, 0x11].into_iter().cycle().take(pads));
        self.bytes
    }
}
