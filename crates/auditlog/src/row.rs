//! A row: what is kept of every record, in a hundred bytes, so that millions can be gone through
//! again and again. Names are numbers ([`crate::names`]); where the record stands is kept, so that
//! everything else can be read once more.

use std::net::IpAddr;

use crate::address::Address;
use crate::event::{Kind, Outcome};
use crate::names::Sym;
use crate::time::Micros;

/// A record's id: a GUID as it is, any other text as 128 bits of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct RecordId(pub u128);

/// The value of each hexadecimal digit; 255 for what is none.
const DIGITS: [u8; 256] = {
    let mut all = [255; 256];
    let mut value = 0;
    while value < 16 {
        all[b"0123456789abcdef"[value as usize] as usize] = value;
        all[b"0123456789ABCDEF"[value as usize] as usize] = value;
        value += 1;
    }
    all
};

impl RecordId {
    /// The GUID that `text` is.
    pub fn guid(text: &[u8]) -> Option<u128> {
        if text.len() != 36 && text.len() != 32 {
            return None;
        }
        let (mut halves, mut digits) = ([0_u64; 2], 0_usize);
        for (at, sign) in text.iter().enumerate() {
            let digit = DIGITS[usize::from(*sign)];
            if digit > 15 {
                if *sign == b'-' && text.len() == 36 && matches!(at, 8 | 13 | 18 | 23) {
                    continue;
                }
                return None;
            }
            let half = &mut halves[(digits >> 4) & 1];
            *half = *half << 4 | u64::from(digit);
            digits += 1;
        }
        (digits == 32).then_some(u128::from(halves[0]) << 64 | u128::from(halves[1]))
    }

    /// A GUID without dashes, as the message trace writes it, with them; any other text as it is.
    pub fn dashed(text: &str) -> String {
        match Self::guid(text.as_bytes()) {
            Some(bits) if text.len() == 32 => Self(bits).shown(),
            _ => text.to_owned(),
        }
    }

    /// As a GUID is written.
    pub fn shown(self) -> String {
        let hex = format!("{:032x}", self.0);
        format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
    }
}

/// Where a record stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Place {
    /// Number of the file.
    pub file: u16,
    /// Offset of its first byte, in the unpacked text.
    pub offset: u64,
}

/// Facts that are either so or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Flags(pub u16);

impl Flags {
    /// The id is no GUID: [`RecordId`] holds bits of it.
    pub const ID_IS_HASHED: u16 = 1;
    /// The mailbox service read for its own features.
    pub const SERVICE_NOISE: u16 = 1 << 1;
    /// The date may also be read the other way round.
    pub const EITHER_DATE: u16 = 1 << 2;
    /// The event with its parameters is at hand without reading the files again.
    pub const NOTABLE: u16 = 1 << 3;
    /// A whole folder was taken (`MailAccessType` is `Sync`).
    pub const SYNC: u16 = 1 << 4;
    /// The service stopped recording each access.
    pub const THROTTLED: u16 = 1 << 5;
    /// An interactive sign-in.
    pub const INTERACTIVE: u16 = 1 << 6;
    /// A sign-in without the person.
    pub const NOT_INTERACTIVE: u16 = 1 << 7;

    /// Whether it is so.
    pub fn has(self, flag: u16) -> bool {
        self.0 & flag != 0
    }

    /// Says that it is so.
    pub fn set(&mut self, flag: u16, is: bool) {
        if is {
            self.0 |= flag;
        }
    }
}

/// A record, as it is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// Its number in the order of reading. Not dense: repeats have numbers too.
    pub number: u64,
    /// When, if the record says it.
    pub at: Option<Micros>,
    /// Its id.
    pub id: RecordId,
    /// From where.
    pub address: Address,
    /// In which session: 64 bits of it, zero for none. Equal sessions have equal bits.
    pub session: u64,
    /// Who.
    pub account: Sym,
    /// Whose mailbox, where the record names its owner; of a message trace, to whom it went.
    pub mailbox: Sym,
    /// With which program.
    pub agent: Sym,
    /// Through which application.
    pub app: Sym,
    /// What.
    pub operation: Sym,
    /// Error code, zero for none.
    pub error: i32,
    /// Operations that it stands for.
    pub count: u32,
    /// The country that the service places it in, as two letters; zero for none.
    pub country: u16,
    /// Where it stands.
    pub place: Place,
    /// The kind of record.
    pub kind: Kind,
    /// How it ended.
    pub outcome: Outcome,
    /// The rest.
    pub flags: Flags,
}

/// Bytes of a row on the shelf.
pub const ROW_BYTES: usize = 8 + 16 + 16 + 8 + 5 * 4 + 4 + 4 + 2 + 2 + 8 + 1 + 1 + 2;

impl Row {
    /// The address, where there is one.
    pub fn ip(&self) -> Option<IpAddr> {
        self.address.ip()
    }

    /// As bytes, without its number.
    pub fn encode(&self) -> [u8; ROW_BYTES] {
        let mut bytes = [0; ROW_BYTES];
        let mut rest = bytes.as_mut_slice();
        let mut put = |part: &[u8]| {
            let (here, after) = std::mem::take(&mut rest).split_at_mut(part.len());
            here.copy_from_slice(part);
            rest = after;
        };
        put(&self.at.unwrap_or(i64::MIN).to_le_bytes());
        put(&self.id.0.to_le_bytes());
        put(&self.address.0.to_le_bytes());
        put(&self.session.to_le_bytes());
        for sym in [self.account, self.mailbox, self.agent, self.app, self.operation] {
            put(&sym.0.to_le_bytes());
        }
        put(&self.error.to_le_bytes());
        put(&self.count.to_le_bytes());
        put(&self.country.to_le_bytes());
        put(&self.place.file.to_le_bytes());
        put(&self.place.offset.to_le_bytes());
        put(&[self.kind as u8, self.outcome as u8]);
        put(&self.flags.0.to_le_bytes());
        bytes
    }

    /// From bytes.
    pub fn decode(number: u64, bytes: &[u8; ROW_BYTES]) -> Self {
        let mut rest = bytes.as_slice();
        let at = i64::from_le_bytes(take(&mut rest));
        Self {
            number,
            at: (at != i64::MIN).then_some(at),
            id: RecordId(u128::from_le_bytes(take(&mut rest))),
            address: Address(u128::from_le_bytes(take(&mut rest))),
            session: u64::from_le_bytes(take(&mut rest)),
            account: Sym(u32::from_le_bytes(take(&mut rest))),
            mailbox: Sym(u32::from_le_bytes(take(&mut rest))),
            agent: Sym(u32::from_le_bytes(take(&mut rest))),
            app: Sym(u32::from_le_bytes(take(&mut rest))),
            operation: Sym(u32::from_le_bytes(take(&mut rest))),
            error: i32::from_le_bytes(take(&mut rest)),
            count: u32::from_le_bytes(take(&mut rest)),
            country: u16::from_le_bytes(take(&mut rest)),
            place: Place { file: u16::from_le_bytes(take(&mut rest)), offset: u64::from_le_bytes(take(&mut rest)) },
            kind: Kind::from_index(take::<1>(&mut rest)[0]),
            outcome: outcome(take::<1>(&mut rest)[0]),
            flags: Flags(u16::from_le_bytes(take(&mut rest))),
        }
    }
}

fn outcome(index: u8) -> Outcome {
    [Outcome::Unknown, Outcome::Succeeded, Outcome::Failed, Outcome::Interrupted]
        .get(usize::from(index))
        .copied()
        .unwrap_or_default()
}

fn take<const N: usize>(rest: &mut &[u8]) -> [u8; N] {
    let Some((here, after)) = rest.split_first_chunk::<N>() else { return [0; N] };
    *rest = after;
    *here
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_comes_back_as_it_was() {
        let row = Row {
            number: 7,
            at: Some(-5),
            id: RecordId(RecordId::guid(b"f12c6c27-8688-4074-edbf-08d91a41cb3b").unwrap()),
            address: crate::address::read(b"62.149.20.10"),
            session: 9,
            account: Sym(2),
            mailbox: Sym(3),
            agent: Sym(4),
            app: Sym(5),
            operation: Sym(6),
            error: 50126,
            count: 77,
            country: 0x5345,
            place: Place { file: 3, offset: 1 << 40 },
            kind: Kind::Trace,
            outcome: Outcome::Interrupted,
            flags: Flags(Flags::SYNC),
        };
        assert_eq!(Row::decode(7, &row.encode()), row);
        assert_eq!(row.id.shown(), "f12c6c27-8688-4074-edbf-08d91a41cb3b");
        let none = Row { at: None, ..row };
        assert_eq!(Row::decode(7, &none.encode()), none);
    }
}
