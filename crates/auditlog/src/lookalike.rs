//! Domains that look like another one: what intruders register so that a message seems to come from
//! the tenant, or from somebody it does business with.
//!
//! Names are compared by the part that somebody registers. Pure: no log is read here.

use std::collections::{BTreeMap, BTreeSet};

/// How a domain resembles another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum How {
    /// Other signs that look the same: `rn` for `m`, `1` for `l`, a hyphen more or less.
    SameLook,
    /// One sign is missing, added, changed, or two are turned round.
    OneSign,
    /// The same name with another ending.
    OtherEnding,
    /// The name with a word beside it, divided by a hyphen.
    WordBeside,
}

impl How {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::SameLook, Self::OneSign, Self::OtherEnding, Self::WordBeside];

    /// The name in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SameLook => "same-look",
            Self::OneSign => "one-sign",
            Self::OtherEnding => "other-ending",
            Self::WordBeside => "word-beside",
        }
    }
}

/// Shorter names resemble one another by chance.
const NAME_SIGNS_MIN: usize = 5;

/// Free mailers resemble one another and are nobody's (`gmail.com`, `ymail.com`).
const FREE_MAILERS: &[&str] = &[
    "gmail",
    "googlemail",
    "outlook",
    "hotmail",
    "live",
    "msn",
    "yahoo",
    "ymail",
    "rocketmail",
    "icloud",
    "mail",
    "gmx",
    "aol",
    "proton",
    "protonmail",
    "telia",
    "yandex",
    "zoho",
];

/// The registered part of a domain: its name and its ending, without hosts below it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Registered {
    name: String,
    ending: String,
}

fn registered(domain: &str) -> Option<Registered> {
    const SECOND: &[&str] = &["co", "com", "org", "net", "ac", "gov", "edu", "or", "ne"];
    let domain = domain.trim().trim_end_matches('.').to_lowercase();
    if let Some(name) = domain.strip_suffix(".onmicrosoft.com") {
        // `contoso` and `contoso.mail` are one tenant.
        let name = name.strip_suffix(".mail").unwrap_or(name);
        return Some(Registered { name: name.to_owned(), ending: "onmicrosoft.com".to_owned() });
    }
    let parts: Vec<&str> = domain.split('.').collect();
    let (last, before) = parts.split_last()?;
    let is_second = before.len() >= 2 && last.len() == 2 && before.last().is_some_and(|part| SECOND.contains(part));
    let of_ending = if is_second { 2 } else { 1 };
    let at = parts.len().checked_sub(of_ending + 1)?;
    let name = parts.get(at).filter(|name| !name.is_empty())?;
    Some(Registered { name: (*name).to_owned(), ending: parts.get(at + 1..)?.join(".") })
}

/// How `domain` resembles `genuine`, if it does. The same registered domain does not.
pub fn resembles(domain: &str, genuine: &str) -> Option<How> {
    let (seen, meant) = (registered(domain)?, registered(genuine)?);
    compare(&seen, &meant)
}

fn compare(seen: &Registered, meant: &Registered) -> Option<How> {
    let is_short = meant.name.chars().count() < NAME_SIGNS_MIN;
    if seen == meant || is_short || FREE_MAILERS.contains(&seen.name.as_str()) || FREE_MAILERS.contains(&meant.name.as_str()) {
        return None;
    }
    if seen.name == meant.name {
        // The tenant's first name and its own domain.
        let is_tenants = seen.ending == "onmicrosoft.com" || meant.ending == "onmicrosoft.com";
        return (!is_tenants).then_some(How::OtherEnding);
    }
    if look(&seen.name) == look(&meant.name) {
        return Some(How::SameLook);
    }
    if is_one_sign_away(&seen.name, &meant.name) {
        return Some(How::OneSign);
    }
    let beside = |text: &str| text.starts_with('-') || text.ends_with('-');
    let rest = seen.name.strip_prefix(&meant.name).or_else(|| seen.name.strip_suffix(&meant.name));
    rest.filter(|rest| beside(rest)).map(|_| How::WordBeside)
}

/// A name as the eye reads it (Unicode's "confusables" for the signs that domains are written with).
fn look(name: &str) -> String {
    let unpacked = name.strip_prefix("xn--").and_then(punycode).unwrap_or_else(|| name.to_owned());
    let mut text = String::new();
    for c in unpacked.chars() {
        match c {
            '-' => {}
            '0' | 'о' | 'ο' | 'ö' | 'ó' | 'ò' | 'ô' | 'õ' | 'ø' => text.push('o'),
            '1' | 'i' | 'í' | 'ì' | 'ï' | 'î' | 'ı' | 'і' | '|' => text.push('l'),
            '3' | 'е' | 'é' | 'è' | 'ë' | 'ê' => text.push('e'),
            '5' | 'ѕ' => text.push('s'),
            'а' | 'ä' | 'á' | 'à' | 'â' | 'å' | 'ã' | '4' => text.push('a'),
            'с' | 'ç' => text.push('c'),
            'р' => text.push('p'),
            'х' => text.push('x'),
            'у' | 'ý' | 'ÿ' => text.push('y'),
            'ü' | 'ú' | 'ù' | 'û' => text.push('u'),
            'ñ' => text.push('n'),
            'q' => text.push('g'),
            c => text.push(c),
        }
    }
    text.replace("rn", "m").replace("vv", "w").replace("cl", "d").replace("nn", "m")
}

/// The signs that a label in Punycode stands for (RFC 3492, section 6.2); none if it is none.
fn punycode(text: &str) -> Option<String> {
    const BASE: u32 = 36;
    let (plain, packed) = text.rsplit_once('-').unwrap_or(("", text));
    let mut signs: Vec<char> = plain.chars().collect();
    let (mut code, mut at, mut bias) = (128_u32, 0_u32, 72_u32);
    let mut digits = packed.chars();
    while let Some(mut digit) = digits.next() {
        let (before, mut weight, mut step) = (at, 1_u32, BASE);
        loop {
            let value = digit.to_digit(36)?;
            // Letters come before digits here.
            let value = if digit.is_ascii_digit() { value + 26 } else { value - 10 };
            at = at.checked_add(value.checked_mul(weight)?)?;
            let least = step.saturating_sub(bias).clamp(1, 26);
            if value < least {
                break;
            }
            weight = weight.checked_mul(BASE - least)?;
            step += BASE;
            digit = digits.next()?;
        }
        let count = u32::try_from(signs.len()).ok()? + 1;
        bias = adapted(at - before, count, before == 0);
        code = code.checked_add(at / count)?;
        at %= count;
        signs.insert(usize::try_from(at).ok()?, char::from_u32(code)?);
        at += 1;
    }
    Some(signs.into_iter().collect())
}

fn adapted(delta: u32, count: u32, is_first: bool) -> u32 {
    let mut delta = if is_first { delta / 700 } else { delta / 2 };
    delta += delta / count;
    let mut step = 0;
    while delta > 35 * 26 / 2 {
        delta /= 35;
        step += 36;
    }
    step + 36 * delta / (delta + 38)
}

/// Whether one sign is missing, added, changed, or two neighbours are turned round.
fn is_one_sign_away(a: &str, b: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let (short, long) = if a.len() <= b.len() { (&a, &b) } else { (&b, &a) };
    let same = short.iter().zip(long).take_while(|(a, b)| a == b).count();
    let ends = |from: &[char], other: &[char]| from == other;
    let tail = |list: &[char], from: usize| list.get(from..).unwrap_or_default().to_vec();
    match long.len() - short.len() {
        0 => {
            let is_changed = ends(&tail(short, same + 1), &tail(long, same + 1));
            let is_turned = short.get(same) == long.get(same + 1)
                && short.get(same + 1) == long.get(same)
                && ends(&tail(short, same + 2), &tail(long, same + 2));
            is_changed || is_turned
        }
        1 => ends(&tail(short, same), &tail(long, same + 1)),
        _ => false,
    }
}

/// Genuine domains, to look many others up in.
#[derive(Debug, Default)]
pub struct Genuine {
    all: Vec<(Registered, String)>,
    /// By the name as it looks, and by the name with any one sign taken out.
    by_look: BTreeMap<String, Vec<usize>>,
    by_less: BTreeMap<String, Vec<usize>>,
    registered: BTreeSet<Registered>,
}

impl Genuine {
    /// Of these.
    pub fn of<'a>(domains: impl IntoIterator<Item = &'a str>) -> Self {
        let mut genuine = Self::default();
        for domain in domains {
            let Some(one) = registered(domain) else { continue };
            if !genuine.registered.insert(one.clone()) {
                continue;
            }
            let at = genuine.all.len();
            genuine.by_look.entry(look(&one.name)).or_default().push(at);
            for less in less(&one.name) {
                genuine.by_less.entry(less).or_default().push(at);
            }
            genuine.all.push((one, domain.to_owned()));
        }
        genuine
    }

    /// Whether the domain, or the one that it is registered under, is one of them.
    pub fn holds(&self, domain: &str) -> bool {
        registered(domain).is_some_and(|one| self.registered.contains(&one))
    }

    /// Every genuine domain, in the order given.
    pub fn all(&self) -> impl Iterator<Item = &str> {
        self.all.iter().map(|(_, domain)| domain.as_str())
    }

    /// Those that `domain` differs from by its look or by one sign, each with how.
    pub fn near(&self, domain: &str) -> Vec<(&str, How)> {
        let Some(seen) = registered(domain) else { return Vec::new() };
        let mut places: BTreeSet<usize> = self.by_look.get(&look(&seen.name)).into_iter().flatten().copied().collect();
        for less in less(&seen.name) {
            places.extend(self.by_less.get(&less).into_iter().flatten());
        }
        let compared = |at: usize| {
            let (meant, domain) = self.all.get(at)?;
            let how = compare(&seen, meant)?;
            matches!(how, How::SameLook | How::OneSign).then_some((domain.as_str(), how))
        };
        places.into_iter().filter_map(compared).collect()
    }
}

/// The name, and the name with each of its signs taken out: two names one sign apart share one of these.
fn less(name: &str) -> BTreeSet<String> {
    let signs: Vec<char> = name.chars().take(64).collect();
    let without = |gone: usize| signs.iter().enumerate().filter(|(at, _)| *at != gone).map(|(_, c)| *c).collect();
    (0..=signs.len()).map(without).collect()
}

#[cfg(test)]
mod tests {
    use super::How::{OneSign, OtherEnding, SameLook, WordBeside};
    use super::*;

    #[test]
    fn what_resembles_and_what_does_not() {
        let table = [
            ("c0ntoso.com", "contoso.com", Some(SameLook)),
            ("farnily-law.com", "family-law.com", Some(SameLook)),
            ("con-toso.com", "contoso.com", Some(SameLook)),
            ("xn--cntoso-wxa.com", "contoso.com", Some(SameLook)),
            ("contosso.com", "contoso.com", Some(OneSign)),
            ("contsoo.com", "contoso.com", Some(OneSign)),
            ("contaso.net", "contoso.com", Some(OneSign)),
            ("contos.com", "contoso.com", Some(OneSign)),
            ("contoso.co", "contoso.com", Some(OtherEnding)),
            ("contoso-billing.com", "contoso.com", Some(WordBeside)),
            ("my-contoso.com", "contoso.com", Some(WordBeside)),
            ("mail.contoso.com", "contoso.com", None),
            ("contoso.com", "contoso.com", None),
            ("contoso.onmicrosoft.com", "contoso.com", None),
            ("contoso.mail.onmicrosoft.com", "contoso.onmicrosoft.com", None),
            ("contosa.onmicrosoft.com", "contoso.com", Some(OneSign)),
            ("contosoholding.com", "contoso.com", None),
            ("fabrikam.com", "contoso.com", None),
            ("abd.com", "abc.com", None),
            ("ymail.com", "gmail.com", None),
            ("shop.contosso.co.uk", "www.contoso.co.uk", Some(OneSign)),
            ("", "contoso.com", None),
            ("localhost", "contoso.com", None),
        ];
        for (seen, meant, how) in table {
            assert_eq!(resembles(seen, meant), how, "{seen} {meant}");
        }
    }

    #[test]
    fn looking_many_up_finds_what_comparing_each_finds() {
        let genuine = ["contoso.com", "fabrikam.se", "northwind.co.uk", "mail.contoso.com"];
        let index = Genuine::of(genuine);
        for seen in ["c0ntoso.com", "contsoo.com", "fabrikan.se", "nortwhind.co.uk", "woodgrove.com", "contoso.co"] {
            let by_hand: Vec<(&str, How)> = index
                .all()
                .filter_map(|meant| resembles(seen, meant).map(|how| (meant, how)))
                .filter(|(_, how)| matches!(how, SameLook | OneSign))
                .collect();
            assert_eq!(index.near(seen), by_hand, "{seen}");
        }
        assert!(index.holds("x.contoso.com") && !index.holds("contoso.net"));
    }

    #[test]
    fn punycode_is_read() {
        assert_eq!(punycode("cntoso-wxa").as_deref(), Some("cöntoso"));
        assert_eq!(punycode("bcher-kva").as_deref(), Some("bücher"));
        assert_eq!(punycode("!"), None);
    }
}
