//! Reed–Solomon error correction codewords over GF(2⁸) modulo x⁸ + x⁴ + x³ + x² + 1, ISO/IEC 18004
//! clause 7.5.2 and Annex A.

use std::array;
use std::sync::OnceLock;

/// The most error correction codewords of a block.
const MAX_DEGREE: usize = 30;

/// Up to 32 coefficients, the highest power in the most significant byte of the first word.
type Polynomial = [u128; 2];

/// A generator polynomial, multiplied beforehand with every element of the field.
pub(super) struct Divisor(Box<[Polynomial; 256]>);

impl Divisor {
    /// Returns the generator polynomial of `degree`, 1 to 30: the product of all x − 2ⁱ for i below
    /// it.
    pub(super) fn of_degree(degree: usize) -> &'static Self {
        static DIVISORS: [OnceLock<Divisor>; MAX_DEGREE + 1] =
            [const { OnceLock::new() }; MAX_DEGREE + 1];
        DIVISORS[degree].get_or_init(|| Self::new(degree))
    }

    fn new(degree: usize) -> Self {
        let mut generator = [0; 32];
        generator[degree - 1] = 1;
        let mut root = 1;
        for _ in 0..degree {
            for i in 0..degree {
                generator[i] = multiply(generator[i], root)
                    ^ if i + 1 < degree { generator[i + 1] } else { 0 };
            }
            root = multiply(root, 2);
        }
        Self(Box::new(array::from_fn(|factor| {
            let product = generator.map(|coefficient| multiply(coefficient, factor as u8));
            let (high, low) = product.split_at(16);
            [high, low].map(|half| half.iter().fold(0, |word, byte| word << 8 | u128::from(*byte)))
        })))
    }

    /// Returns the error correction codewords of `data`: as many as the degree, then zeros.
    pub(super) fn remainder(&self, data: &[u8]) -> [u8; 32] {
        let mut rest: Polynomial = [0; 2];
        for byte in data {
            let product = &self.0[usize::from(byte ^ (rest[0] >> 120) as u8)];
            rest = [(rest[0] << 8 | rest[1] >> 120) ^ product[0], (rest[1] << 8) ^ product[1]];
        }
        array::from_fn(|i| rest[i / 16].to_be_bytes()[i % 16])
    }
}

fn multiply(x: u8, y: u8) -> u8 {
    let mut product = 0;
    for i in (0..8).rev() {
        product = (product << 1) ^ ((product >> 7) * 0x1d) ^ ((y >> i & 1) * x);
    }
    product
}
