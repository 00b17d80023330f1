//! Network addresses in the seven spellings that exports use, and whose they are.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// An address as sixteen bytes: IPv4 mapped into IPv6. Zero is "none".
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Address(pub u128);

impl Address {
    /// No address.
    pub const NONE: Self = Self(0);

    /// The address, if there is one.
    pub fn ip(self) -> Option<IpAddr> {
        (self != Self::NONE).then(|| Ipv6Addr::from_bits(self.0).to_canonical())
    }

    /// Whether it is one of Microsoft's services, which act for users from their own addresses.
    pub fn is_microsoft(self) -> bool {
        MICROSOFT.iter().any(|(net, length)| self.0 >> (128 - length) == net >> (128 - length))
    }

    /// Whether it says where somebody was: there is one, it is not a service's, and it is on the
    /// public Internet.
    pub fn says_where(self) -> bool {
        self != Self::NONE && !self.is_microsoft() && !self.is_local()
    }

    /// Loopback, private or link-local.
    pub fn is_local(self) -> bool {
        match self.ip() {
            None => false,
            Some(IpAddr::V4(ip)) => ip.is_loopback() || ip.is_private() || ip.is_link_local() || ip.is_unspecified(),
            Some(IpAddr::V6(ip)) => {
                ip.is_loopback()
                    || ip.is_unspecified()
                    || ip.segments()[0] & 0xffc0 == 0xfe80
                    || ip.segments()[0] & 0xfe00 == 0xfc00
            }
        }
    }
}

impl From<IpAddr> for Address {
    fn from(ip: IpAddr) -> Self {
        match ip {
            IpAddr::V4(ip) => Self(ip.to_ipv6_mapped().to_bits()),
            IpAddr::V6(ip) => Self(ip.to_bits()),
        }
    }
}

/// Networks from which Exchange Online, SharePoint Online, Entra ID and their workers act
/// (Microsoft, "Office 365 URLs and IP address ranges", and the registries' records of AS8075).
const MICROSOFT: &[(u128, u32)] = &[
    v6([0x2603, 0x1000, 0, 0], 24),
    v6([0x2620, 0x1ec, 0, 0], 36),
    v6([0x2a01, 0x110, 0, 0], 31),
    v6([0x2801, 0x80, 0x1d0, 0], 48),
    v4([13, 64, 0, 0], 11),
    v4([13, 96, 0, 0], 13),
    v4([13, 104, 0, 0], 14),
    v4([20, 33, 0, 0], 16),
    v4([20, 34, 0, 0], 15),
    v4([20, 36, 0, 0], 14),
    v4([20, 40, 0, 0], 13),
    v4([20, 48, 0, 0], 12),
    v4([20, 64, 0, 0], 10),
    v4([20, 128, 0, 0], 16),
    v4([20, 135, 0, 0], 16),
    v4([20, 136, 0, 0], 16),
    v4([20, 140, 0, 0], 15),
    v4([20, 143, 0, 0], 16),
    v4([20, 144, 0, 0], 14),
    v4([20, 150, 0, 0], 15),
    v4([20, 152, 0, 0], 16),
    v4([20, 153, 0, 0], 16),
    v4([20, 157, 0, 0], 16),
    v4([20, 160, 0, 0], 12),
    v4([20, 176, 0, 0], 14),
    v4([20, 180, 0, 0], 14),
    v4([20, 184, 0, 0], 13),
    v4([20, 192, 0, 0], 10),
    v4([23, 103, 160, 0], 20),
    v4([40, 64, 0, 0], 10),
    v4([51, 10, 0, 0], 15),
    v4([51, 103, 0, 0], 16),
    v4([51, 104, 0, 0], 15),
    v4([51, 124, 0, 0], 16),
    v4([51, 136, 0, 0], 15),
    v4([51, 140, 0, 0], 14),
    v4([52, 96, 0, 0], 12),
    v4([52, 112, 0, 0], 14),
    v4([52, 120, 0, 0], 14),
    v4([52, 125, 0, 0], 16),
    v4([52, 126, 0, 0], 15),
    v4([52, 132, 0, 0], 14),
    v4([52, 136, 0, 0], 13),
    v4([52, 145, 0, 0], 16),
    v4([52, 146, 0, 0], 15),
    v4([52, 148, 0, 0], 14),
    v4([52, 152, 0, 0], 13),
    v4([52, 160, 0, 0], 11),
    v4([52, 224, 0, 0], 11),
    v4([104, 40, 0, 0], 13),
    v4([104, 146, 0, 0], 15),
    v4([104, 208, 0, 0], 13),
    v4([132, 245, 0, 0], 16),
    v4([150, 171, 32, 0], 19),
    v4([157, 54, 0, 0], 15),
    v4([157, 56, 0, 0], 14),
    v4([168, 61, 0, 0], 16),
    v4([168, 62, 0, 0], 15),
    v4([191, 232, 0, 0], 13),
];

const fn v4(parts: [u8; 4], length: u32) -> (u128, u32) {
    (Ipv4Addr::new(parts[0], parts[1], parts[2], parts[3]).to_ipv6_mapped().to_bits(), 96 + length)
}

const fn v6(parts: [u16; 4], length: u32) -> (u128, u32) {
    (Ipv6Addr::new(parts[0], parts[1], parts[2], parts[3], 0, 0, 0, 0).to_bits(), length)
}

/// The services' networks as text, for engines that compare by it.
pub fn microsoft_networks() -> impl Iterator<Item = String> {
    MICROSOFT.iter().map(|(net, length)| {
        let address = Address(*net);
        match address.ip() {
            Some(IpAddr::V4(ip)) => format!("{ip}/{}", length - 96),
            _ => format!("{}/{length}", Ipv6Addr::from_bits(*net)),
        }
    })
}

/// Reads an address: `1.2.3.4`, `1.2.3.4:port`, `[v6]:port`, `v6`, `::1`; none for an empty text, for
/// `<null>`, `0.0.0.0`, `255.255.255.255`, `::`, and for what is no address.
#[inline]
pub fn read(text: &[u8]) -> Address {
    let text = text.trim_ascii();
    if text.len() < 2 {
        return Address::NONE;
    }
    if let Some(ip) = ipv4(text) {
        let nobody = ip.is_unspecified() || ip.is_broadcast();
        return if nobody { Address::NONE } else { Address::from(IpAddr::V4(ip)) };
    }
    let inner = match text.strip_prefix(b"[") {
        Some(rest) => rest.split(|sign| *sign == b']').next().unwrap_or_default(),
        None => text,
    };
    let inner = inner.split(|sign| *sign == b'%').next().unwrap_or_default();
    let ip = std::str::from_utf8(inner).ok().and_then(|text| text.parse::<Ipv6Addr>().ok());
    ip.filter(|ip| !ip.is_unspecified()).map_or(Address::NONE, |ip| Address::from(IpAddr::V6(ip).to_canonical()))
}

/// Dotted, with or without a port.
#[inline]
fn ipv4(text: &[u8]) -> Option<Ipv4Addr> {
    let mut parts = [0_u8; 4];
    let (mut part, mut value, mut digits) = (0, 0_u32, 0);
    for (at, sign) in text.iter().enumerate() {
        match sign {
            b'0'..=b'9' => {
                value = value * 10 + u32::from(sign - b'0');
                digits += 1;
                if digits > 3 {
                    return None;
                }
            }
            b'.' if part < 3 && digits > 0 => {
                parts[part] = u8::try_from(value).ok()?;
                (part, value, digits) = (part + 1, 0, 0);
            }
            b':' if part == 3 && digits > 0 => {
                let port = &text[at + 1..];
                if port.len() > 5 || !port.iter().all(u8::is_ascii_digit) {
                    return None;
                }
                break;
            }
            _ => return None,
        }
    }
    if part != 3 || digits == 0 {
        return None;
    }
    parts[3] = u8::try_from(value).ok()?;
    Some(Ipv4Addr::from(parts))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, meant: Option<&str>) {
        let address = read(text.as_bytes());
        assert_eq!(address.ip().map(|ip| ip.to_string()).as_deref(), meant, "{text}");
    }

    #[test]
    fn seven_spellings_are_read() {
        check("178.85.138.132", Some("178.85.138.132"));
        check("62.149.20.10:62589", Some("62.149.20.10"));
        check("[2a01:111:f100:9001::1761:914f]:47114", Some("2a01:111:f100:9001::1761:914f"));
        check("[2a01:111:f100:9001::1761:914f]", Some("2a01:111:f100:9001::1761:914f"));
        check("2603:10a6:800:125::13", Some("2603:10a6:800:125::13"));
        check("::ffff:62.149.20.10", Some("62.149.20.10"));
        check("::1", Some("::1"));
        check("fe80::1%eth0", Some("fe80::1"));
        for none in [
            "",
            "<null>",
            "null",
            "0.0.0.0",
            "::",
            "255.255.255.255",
            "1.2.3",
            "1.2.3.4.5",
            "256.1.1.1",
            "1.2.3.4:x",
            "77777777-7777-7777-7777-777777777777",
        ] {
            check(none, None);
        }
    }

    #[test]
    fn services_and_places_are_told_apart() {
        for service in ["20.190.160.96", "2603:10a6:800:125::13", "2a01:111:f100:9001::1761:914f", "40.107.5.88"] {
            assert!(read(service.as_bytes()).is_microsoft(), "{service}");
            assert!(!read(service.as_bytes()).says_where());
        }
        for place in ["62.149.20.10", "178.85.138.132", "5.253.204.108", "2001:db8::1"] {
            assert!(read(place.as_bytes()).says_where(), "{place}");
        }
        assert!(!read(b"::1").says_where());
        assert!(!read(b"10.0.0.1").says_where());
    }

    proptest::proptest! {
        #[test]
        fn every_address_is_read_as_it_is_written(bits: u128, four: u32, port: u16) {
            let six = Ipv6Addr::from_bits(bits);
            proptest::prop_assert_eq!(read(six.to_string().as_bytes()), read(format!("[{six}]:{port}").as_bytes()));
            let four = Ipv4Addr::from_bits(four);
            proptest::prop_assert_eq!(read(four.to_string().as_bytes()), read(format!("{four}:{port}").as_bytes()));
        }
    }
}
