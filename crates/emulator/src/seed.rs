//! Random-looking text from a seed.
//!
//! Invariant: the same seed and the same order of calls give the same text, so a run can be repeated.

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// A source of ids and opaque texts.
#[derive(Clone, Debug)]
pub struct Mint {
    seed: u64,
    count: u64,
}

impl Mint {
    /// A source that starts at the seed.
    pub fn new(seed: u64) -> Self {
        Self { seed, count: 0 }
    }

    /// The seed.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// The key that signs this run's tokens.
    pub fn signing_key(&self) -> hmac::Key {
        hmac::Key::new(hmac::HMAC_SHA256, &derive(self.seed, "signing key", 0))
    }

    /// A well-formed version 4 UUID.
    pub fn uuid(&mut self) -> String {
        let bytes = self.next("uuid");
        uuid_of(&bytes)
    }

    /// An opaque text, safe in a URL.
    pub fn opaque(&mut self) -> String {
        let bytes = self.next("opaque");
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// A number below the limit.
    pub fn below(&mut self, limit: usize) -> usize {
        let bytes = self.next("number");
        let number = bytes.iter().take(7).fold(0_usize, |sum, byte| (sum << 8) | usize::from(*byte));
        number.checked_rem(limit).unwrap_or(0)
    }

    fn next(&mut self, purpose: &str) -> Vec<u8> {
        self.count += 1;
        derive(self.seed, purpose, self.count)
    }
}

/// A UUID that is always the same for the same name, for ids that nobody chose.
pub fn named_uuid(name: &str) -> String {
    uuid_of(&derive(0, name, 0))
}

fn derive(seed: u64, purpose: &str, count: u64) -> Vec<u8> {
    let key = hmac::Key::new(hmac::HMAC_SHA256, &seed.to_be_bytes());
    hmac::sign(&key, format!("{purpose}/{count}").as_bytes()).as_ref().to_vec()
}

fn uuid_of(bytes: &[u8]) -> String {
    let mut sixteen = [0_u8; 16];
    for (slot, byte) in sixteen.iter_mut().zip(bytes) {
        *slot = *byte;
    }
    uuid::Builder::from_random_bytes(sixteen).into_uuid().to_string()
}
