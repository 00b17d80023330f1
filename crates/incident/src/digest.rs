//! SHA-256, printed as lower-case hexadecimal.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The SHA-256 of something; what approvals, evidence and the journal's chain are bound with.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Digest(String);

impl Digest {
    /// The digest of `bytes`.
    pub fn of(bytes: &[u8]) -> Self {
        Self(hex::encode(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, bytes)))
    }

    /// The digest of what is read piece by piece, for what is too long to be held.
    pub fn of_pieces<E>(mut next: impl FnMut(&mut dyn FnMut(&[u8])) -> Result<bool, E>) -> Result<Self, E> {
        let mut context = aws_lc_rs::digest::Context::new(&aws_lc_rs::digest::SHA256);
        while next(&mut |piece| context.update(piece))? {}
        Ok(Self(hex::encode(context.finish())))
    }

    /// A digest that somebody typed: at least eight hexadecimal digits of it, in any case.
    pub fn matches(&self, typed: &str) -> bool {
        typed.len() >= 8 && self.0.starts_with(&typed.to_ascii_lowercase())
    }

    /// All 64 digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The first twelve digits: enough to read out, not to forge.
    pub fn short(&self) -> &str {
        self.0.get(..12).unwrap_or(&self.0)
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_sha_256() {
        // The first test vector of FIPS 180-4's examples.
        let digest = Digest::of(b"abc");
        assert_eq!(digest.as_str(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        let mut pieces = [b"a".as_slice(), b"bc"].into_iter();
        let by_pieces = Digest::of_pieces(|take| {
            let piece = pieces.next();
            piece.into_iter().for_each(&mut *take);
            Ok::<bool, ()>(piece.is_some())
        });
        assert_eq!(by_pieces.as_ref(), Ok(&digest));
        assert!(digest.matches("BA7816BF"));
        assert!(!digest.matches("ba78"), "too short to bind an approval");
    }
}
