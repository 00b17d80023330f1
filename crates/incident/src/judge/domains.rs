//! Addresses: inside or outside, and what an outside one pretends to be.
//!
//! Invariant: an address whose place is not known is never inside. A subdomain of ours counts only
//! if it is listed.

use std::collections::BTreeSet;

use super::words::{folded, is_invisible};
use crate::facet::{Facet, FacetName, Gap};
use crate::facets::forwarding::Recipient;
use crate::policy::Policy;
use crate::snapshot::Snapshot;

/// Where an address lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    /// In a domain of ours.
    Inside,
    /// Outside, and approved by policy.
    Approved,
    /// Outside.
    Outside(Disguise),
    /// Not known, for want of this input.
    Unknown(FacetName, Gap),
}

/// What an outside address is, and pretends to be.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Disguise {
    /// Anybody can have an address there, at once, without a name.
    pub(super) free_mail: bool,
    /// The domain of ours that its domain can be mistaken for.
    pub(super) looks_like: Option<String>,
    /// The domain of ours whose name it bears under another ending.
    pub(super) same_name_as: Option<String>,
    /// The domain of ours whose name stands before the at sign.
    pub(super) names_company: Option<String>,
    /// The owner's own name stands before the at sign.
    pub(super) names_owner: bool,
}

/// What "inside" means for one account.
pub(super) struct Home {
    /// Ours, in Unicode and lower case; accepted ones too if they were read.
    ours: Vec<String>,
    /// Why the accepted domains are not known.
    gap: Option<Gap>,
    approved: Policy,
    /// The words of the owner's name.
    owner: BTreeSet<String>,
}

impl Home {
    /// As the snapshot and the policy tell it.
    pub(super) fn of(snapshot: &Snapshot, policy: &Policy) -> Self {
        let domains = snapshot.domains();
        let gap = match &domains {
            Facet::Read { .. } => None,
            Facet::Unread { gap, .. } => Some(gap.clone()),
            Facet::NotApplicable { .. } => Some(Gap::Incomplete { detail: "the tenant's domains are not known".to_owned() }),
        };
        let accepted = domains.value().into_iter().flat_map(|list| list.iter());
        let ours: BTreeSet<String> =
            accepted.chain(&policy.own_domains).map(|domain| domain_of(domain)).filter(|d| !d.is_empty()).collect();
        let local = snapshot.account.upn.split('@').next().unwrap_or_default();
        let owner = name_words(local).chain(name_words(&snapshot.account.name)).collect();
        Self { ours: ours.into_iter().collect(), gap, approved: policy.clone(), owner }
    }

    /// Where a recipient's mail goes. A name proves nothing: only an address does.
    pub(super) fn place_of(&self, facet: FacetName, to: &Recipient) -> Place {
        match to.address.as_deref() {
            Some(address) => self.place(facet, address),
            None => match self.place(facet, &to.name) {
                outside @ Place::Outside(_) => outside,
                _ => Place::Unknown(facet, unresolved()),
            },
        }
    }

    /// Where `address` lies.
    pub(super) fn place(&self, facet: FacetName, address: &str) -> Place {
        let bare = bare(address);
        if self.approved.approves(bare) {
            return Place::Approved;
        }
        let Some((local, domain)) = split(bare) else { return Place::Unknown(facet, unresolved()) };
        let domain = domain_of(domain);
        let lower = local.to_lowercase();
        if let Some(guest) = lower.find("#ext#").and_then(|at| lower.get(..at)).and_then(|home| home.rsplit_once('_')) {
            return self.place(facet, &format!("{}@{}", guest.0, guest.1)); // a guest's mail goes home
        }
        if self.ours.contains(&domain) {
            // An encapsulated address stands inside and leads anywhere.
            return if lower.starts_with("imcea") { Place::Unknown(facet, unresolved()) } else { Place::Inside };
        }
        let disguise = self.disguise(local, &domain);
        match &self.gap {
            Some(gap) if !disguise.free_mail => Place::Unknown(FacetName::Domains, gap.clone()),
            _ => Place::Outside(disguise),
        }
    }

    fn disguise(&self, local: &str, domain: &str) -> Disguise {
        let free_mail = is_free_mail(domain);
        let mut disguise = Disguise { free_mail, ..Disguise::default() };
        let ours = || self.ours.iter().filter(|own| !is_free_mail(own));
        if !free_mail {
            disguise.looks_like = ours().find(|own| looks_like(domain, own)).cloned();
            disguise.same_name_as = ours().find(|own| disguise.looks_like.is_none() && has_same_name(domain, own)).cloned();
        }
        disguise.names_company = ours().find(|own| self.names_company(local, own)).cloned();
        disguise.names_owner = self.names_owner(local);
        disguise
    }

    /// Whether the company's name, as in `own`, stands in `local`: unless the owner bears it too.
    fn names_company(&self, local: &str, own: &str) -> bool {
        let company = plain(&skeleton(own_name(own)));
        if company.chars().count() < 4 || self.owner.iter().any(|word| skeleton(word).contains(&company)) {
            return false;
        }
        let local = skeleton(local);
        local.split(|c: char| !c.is_alphanumeric()).any(|word| word == company)
            || company.chars().count() >= 5 && plain(&local).contains(&company)
    }

    /// Whether a word of the owner's name stands in `local`.
    fn names_owner(&self, local: &str) -> bool {
        let words: BTreeSet<String> = name_words(local).collect();
        let all: String = folded(local).chars().filter(|c| c.is_alphabetic()).collect();
        self.owner
            .iter()
            .filter(|word| word.chars().count() >= 3)
            .any(|word| words.contains(word) || word.chars().count() >= 4 && all.contains(word.as_str()))
    }
}

fn unresolved() -> Gap {
    Gap::Incomplete { detail: "where a recipient's mail goes could not be resolved".to_owned() }
}

/// Letters of a name, in lower case, word by word.
fn name_words(text: &str) -> impl Iterator<Item = String> {
    let words: Vec<String> =
        folded(text).split(|c: char| !c.is_alphabetic()).filter(|w| w.chars().count() >= 2).map(str::to_owned).collect();
    words.into_iter()
}

/// An address without `smtp:` and brackets around it.
pub(super) fn bare(address: &str) -> &str {
    let address = address.trim().trim_start_matches('<').trim_end_matches('>').trim();
    match address.get(..5) {
        Some(start) if start.eq_ignore_ascii_case("smtp:") => address.get(5..).unwrap_or_default().trim(),
        _ => address,
    }
}

/// An address in its two parts.
fn split(address: &str) -> Option<(&str, &str)> {
    let (local, domain) = address.rsplit_once('@')?;
    let sound = !local.is_empty()
        && !domain.is_empty()
        && !address.contains(char::is_whitespace)
        && !address.contains(['[', ']', '<', '>']);
    sound.then_some((local, domain))
}

/// A domain as it is compared: lower case, Unicode, without the dot or sign around it.
fn domain_of(domain: &str) -> String {
    let domain = domain.trim().trim_start_matches(['@', '.']).trim_end_matches('.').to_lowercase();
    let labels: Vec<String> = domain
        .split('.')
        .map(|label| label.strip_prefix("xn--").and_then(from_punycode).unwrap_or_else(|| label.to_owned()))
        .collect();
    labels.join(".")
}

/// RFC 3492, decoding. `None` for what is not punycode, or too long to be a label.
fn from_punycode(label: &str) -> Option<String> {
    const BASE: u32 = 36;
    if label.len() > 59 || !label.is_ascii() {
        return None;
    }
    let (plain, coded) = label.rsplit_once('-').unwrap_or(("", label));
    let mut output: Vec<char> = plain.chars().collect();
    let (mut point, mut at, mut bias) = (128_u32, 0_u32, 72_u32);
    let mut digits = coded.chars().peekable();
    while digits.peek().is_some() {
        let before = at;
        let mut weight = 1_u32;
        for k in 1_u32.. {
            let digit = match digits.next()? {
                c @ 'a'..='z' => u32::from(c) - u32::from('a'),
                c @ '0'..='9' => u32::from(c) - u32::from('0') + 26,
                _ => return None,
            };
            at = at.checked_add(digit.checked_mul(weight)?)?;
            let threshold = (BASE * k).saturating_sub(bias).clamp(1, 26);
            if digit < threshold {
                break;
            }
            weight = weight.checked_mul(BASE - threshold)?;
        }
        let count = u32::try_from(output.len()).ok()? + 1;
        bias = adapted(at - before, count, before == 0);
        point = point.checked_add(at / count)?;
        at %= count;
        output.insert(usize::try_from(at).ok()?, char::from_u32(point)?);
        at += 1;
    }
    Some(output.into_iter().collect())
}

fn adapted(delta: u32, count: u32, first: bool) -> u32 {
    let mut delta = if first { delta / 700 } else { delta / 2 };
    delta += delta / count;
    let mut k = 0;
    while delta > 455 {
        delta /= 35;
        k += 36;
    }
    k + 36 * delta / (delta + 38)
}

/// The part of a domain that a company chooses: the label before the public ending.
fn own_name(domain: &str) -> &str {
    let tenant = domain.strip_suffix(".onmicrosoft.com").map(|rest| rest.strip_suffix(".mail").unwrap_or(rest));
    if let Some(tenant) = tenant {
        return tenant.rsplit('.').next().unwrap_or(tenant);
    }
    let mut labels = domain.rsplit('.');
    let (last, second, third) = (labels.next().unwrap_or_default(), labels.next(), labels.next());
    let shared = |label: &str| matches!(label, "co" | "com" | "org" | "net" | "ac" | "gov" | "edu" | "or" | "ne" | "gob" | "ltd");
    match (second, third) {
        (Some(second), Some(third)) if last.len() == 2 && shared(second) => third,
        (Some(second), _) => second,
        (None, _) => last,
    }
}

/// `text` as a hurried eye reads it: letters and digits that are taken for one another made equal.
fn skeleton(text: &str) -> String {
    let read: String = text
        .chars()
        .filter(|c| !is_invisible(*c))
        .flat_map(char::to_lowercase)
        .filter(|c| !matches!(c, '\u{300}'..='\u{36f}'))
        .map(as_read)
        .collect();
    read.replace("rn", "m").replace("vv", "w")
}

/// The Latin letter that `c` is taken for.
fn as_read(c: char) -> char {
    match c {
        '0' | 'о' | 'ο' | 'օ' | 'ö' | 'ó' | 'ò' | 'ô' | 'õ' | 'ø' | 'ō' | 'ő' => 'o',
        '1' | '|' | 'i' | 'і' | 'ι' | 'ı' | 'í' | 'ì' | 'î' | 'ï' | 'ł' | 'ӏ' | 'ĺ' | 'ľ' => 'l',
        'а' | 'α' | 'å' | 'ä' | 'á' | 'à' | 'â' | 'ã' | 'ā' | 'ą' | 'ɑ' => 'a',
        'е' | 'ε' | 'é' | 'è' | 'ê' | 'ë' | 'ē' | 'ę' | 'ě' | 'ё' => 'e',
        'с' | 'ϲ' | 'ç' | 'ć' | 'č' => 'c',
        'р' | 'ρ' => 'p',
        'х' | 'χ' => 'x',
        'у' | 'γ' | 'ý' | 'ÿ' => 'y',
        'ѕ' | 'ś' | 'š' | 'ş' | 'ș' | '5' => 's',
        'к' | 'κ' => 'k',
        'м' => 'm',
        'т' | 'τ' | 'ţ' | 'ť' | 'ț' => 't',
        'н' | 'һ' => 'h',
        'в' | 'β' => 'b',
        'ԁ' | 'ď' | 'đ' => 'd',
        'ԛ' => 'q',
        'ԝ' | 'ω' => 'w',
        'ј' => 'j',
        'ν' | 'ѵ' => 'v',
        'υ' | 'ü' | 'ú' | 'ù' | 'û' | 'ū' | 'ů' | 'ű' => 'u',
        'ñ' | 'ń' | 'ň' | 'η' | 'п' => 'n',
        'ɡ' | 'ğ' => 'g',
        'ź' | 'ż' | 'ž' => 'z',
        'ŕ' | 'ř' | 'г' => 'r',
        '‐' | '‑' | '–' | '_' => '-',
        '。' | '．' => '.',
        other => other,
    }
}

/// Without hyphens and dots.
fn plain(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}

/// Whether `domain`, which is not ours, can be mistaken for `own`.
fn looks_like(domain: &str, own: &str) -> bool {
    if domain.len() > 253 || domain.ends_with(&format!(".{own}")) {
        return false; // what lies below ours only we can make
    }
    let (read, read_own) = (skeleton(domain), skeleton(own));
    let (name, company) = (own_name(domain), own_name(own));
    let (read_name, read_company) = (skeleton(name), skeleton(company));
    let (close_name, close_company) = (plain(&read_name), plain(&read_company));
    if read == read_own || close_name == close_company && name != company {
        return true;
    }
    let joined = read_own.replace('.', "-");
    let leads =
        |label: &str, part: &str| label == part || label.starts_with(&format!("{part}-")) || label.ends_with(&format!("-{part}"));
    let embeds_all = read.starts_with(&format!("{read_own}."))
        || read.contains(&format!(".{read_own}."))
        || joined.contains('-') && read.split('.').any(|label| leads(label, &joined));
    if embeds_all {
        return true;
    }
    let length = close_company.chars().count();
    let embeds_name = length >= 5
        && read.split('.').any(|label| if label == read_company { name != company } else { leads(label, &read_company) });
    let typed_wrongly = match length {
        0..=4 => 0,
        5..=7 => 1,
        _ => 2,
    };
    embeds_name || name != company && (1..=typed_wrongly).contains(&distance(&close_name, &close_company))
}

/// Whether `domain` bears the name of `own` under another ending.
fn has_same_name(domain: &str, own: &str) -> bool {
    let (name, company) = (own_name(domain), own_name(own));
    name == company && company.chars().count() >= 3 && !domain.ends_with(&format!(".{own}"))
}

/// Damerau–Levenshtein: letters left out, added, changed, or two neighbours swapped.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=b.len()).collect();
    let mut last = None;
    for (row, from) in a.chars().enumerate() {
        let mut line = vec![row + 1];
        for (column, to) in b.iter().enumerate() {
            let cell = |cells: &[usize], at: usize| cells.get(at).copied().unwrap_or(usize::MAX / 2);
            let mut least = (cell(&above, column) + usize::from(from != *to)).min(cell(&above, column + 1) + 1);
            least = least.min(cell(&line, column) + 1);
            let swapped = column.checked_sub(1).filter(|left| last == Some(*to) && b.get(*left) == Some(&from));
            if let Some(left) = swapped {
                least = least.min(cell(&before, left) + 1);
            }
            line.push(least);
        }
        before = std::mem::replace(&mut above, line);
        last = Some(from);
    }
    above.last().copied().unwrap_or_default()
}

/// Providers where anybody gets an address at once, without a name; throw-away ones too.
const FREE_MAIL: &[&str] = &[
    "gmail.com",
    "googlemail.com",
    "ymail.com",
    "rocketmail.com",
    "myyahoo.com",
    "msn.com",
    "passport.com",
    "windowslive.com",
    "icloud.com",
    "me.com",
    "mac.com",
    "aol.com",
    "aim.com",
    "proton.me",
    "protonmail.com",
    "protonmail.ch",
    "pm.me",
    "tuta.com",
    "tuta.io",
    "tutanota.com",
    "tutanota.de",
    "tutamail.com",
    "keemail.me",
    "web.de",
    "t-online.de",
    "freenet.de",
    "posteo.de",
    "posteo.net",
    "mailbox.org",
    "mail.de",
    "mail.ru",
    "bk.ru",
    "inbox.ru",
    "list.ru",
    "internet.ru",
    "ya.ru",
    "rambler.ru",
    "ukr.net",
    "qq.com",
    "foxmail.com",
    "163.com",
    "126.com",
    "yeah.net",
    "sina.com",
    "sohu.com",
    "aliyun.com",
    "naver.com",
    "daum.net",
    "hanmail.net",
    "zoho.com",
    "zohomail.com",
    "zohomail.eu",
    "mail.com",
    "email.com",
    "usa.com",
    "consultant.com",
    "post.com",
    "europe.com",
    "engineer.com",
    "dr.com",
    "accountant.com",
    "workmail.com",
    "fastmail.com",
    "fastmail.fm",
    "hushmail.com",
    "mailfence.com",
    "disroot.org",
    "riseup.net",
    "cock.li",
    "airmail.cc",
    "onionmail.org",
    "onmail.com",
    "skiff.com",
    "hey.com",
    "inbox.com",
    "inbox.lv",
    "runbox.com",
    "startmail.com",
    "libero.it",
    "virgilio.it",
    "tiscali.it",
    "alice.it",
    "orange.fr",
    "free.fr",
    "laposte.net",
    "wanadoo.fr",
    "sfr.fr",
    "wp.pl",
    "o2.pl",
    "onet.pl",
    "interia.pl",
    "seznam.cz",
    "centrum.cz",
    "email.cz",
    "azet.sk",
    "abv.bg",
    "uol.com.br",
    "bol.com.br",
    "terra.com.br",
    "rediffmail.com",
    "spray.se",
    "telia.com",
    "comhem.se",
    "bredband.net",
    "swipnet.se",
    "online.no",
    "citromail.hu",
    "freemail.hu",
    "bluewin.ch",
    "btinternet.com",
    "sky.com",
    "comcast.net",
    "verizon.net",
    "att.net",
    "cox.net",
    "mailinator.com",
    "guerrillamail.com",
    "10minutemail.com",
    "yopmail.com",
    "temp-mail.org",
    "tempmail.com",
    "sharklasers.com",
    "maildrop.cc",
    "getnada.com",
    "dispostable.com",
    "trashmail.com",
    "duck.com",
    "simplelogin.com",
    "mozmail.com",
    "33mail.com",
];

/// Providers with an address in many countries.
const FREE_MAIL_ANYWHERE: &[&str] = &["yahoo", "hotmail", "outlook", "live", "gmx", "yandex"];

fn is_free_mail(domain: &str) -> bool {
    let anywhere = || {
        let (name, ending) = domain.split_once('.')?;
        let labels: Vec<&str> = ending.split('.').collect();
        let country = labels.len() <= 2 && labels.iter().all(|label| (2..=3).contains(&label.len()));
        Some(FREE_MAIL_ANYWHERE.contains(&name) && country)
    };
    FREE_MAIL.contains(&domain) || anywhere().unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn domains_that_can_be_mistaken_for_ours() {
        for (domain, own) in [
            ("c0ntoso.com", "contoso.com"),
            ("cont0so.se", "contoso.com"),
            ("contosso.com", "contoso.com"),
            ("cotnoso.com", "contoso.com"),
            ("contos.com", "contoso.com"),
            ("con-toso.com", "contoso.com"),
            ("northwind.com", "north-wind.com"),
            ("cоntoso.com", "contoso.com"),
            ("f\u{430}brikam.com", "fabrikam.com"),
            ("fabrikarn.com", "fabrikam.com"),
            ("vvingtip.com", "wingtip.com"),
            ("wlngtip.com", "wingtip.com"),
            ("contoso.com.evil.example", "contoso.com"),
            ("mail.contoso.com.evil.example", "contoso.com"),
            ("contoso-com.example", "contoso.com"),
            ("contoso-invoices.com", "contoso.com"),
            ("secure-contoso.net", "contoso.com"),
            ("contoso.evil.example", "contoso.com"),
            ("contoso-it.onmicrosoft.com", "contoso.onmicrosoft.com"),
            ("cöntoso.com", "contoso.com"),
            ("contoso\u{200b}.com", "contoso.com"),
        ] {
            assert!(looks_like(&domain_of(domain), own), "{domain}");
        }
        assert!(looks_like(&domain_of("xn--ontoso-hrf.com"), "contoso.com"), "{}", domain_of("xn--ontoso-hrf.com"));
    }

    #[test]
    fn domains_that_cannot() {
        for (domain, own) in [
            ("contoso.com", "contoso.net"), // the same name: another reason
            ("sales.contoso.com", "contoso.com"),
            ("fabrikam.com", "contoso.com"),
            ("partner.example", "contoso.com"),
            ("volvo.com", "lego.com"),
            ("seb.se", "sbb.se"),
            ("acme.com", "acne.com"),
            ("gmail.com", "gmail.com.evil"),
            ("", "contoso.com"),
        ] {
            assert!(!looks_like(&domain_of(domain), own), "{domain}");
        }
        assert!(has_same_name("contoso.net", "contoso.com") && has_same_name("contoso.co.uk", "contoso.com"));
        assert!(!has_same_name("sales.contoso.com", "contoso.com") && !has_same_name("fabrikam.com", "contoso.com"));
    }

    #[test]
    fn punycode_is_read() {
        assert_eq!(domain_of("XN--rksmrgs-5wao1o.se."), "räksmörgås.se");
        assert_eq!(domain_of("xn--e1afmkfd.example"), "пример.example");
        assert_eq!(domain_of("xn--99999999999.example"), "xn--99999999999.example", "what is none stays as it is");
    }

    #[test]
    fn distances() {
        for (a, b, expected) in
            [("", "", 0), ("abc", "", 3), ("contoso", "cotnoso", 1), ("contoso", "contosso", 1), ("kitten", "sitting", 3)]
        {
            assert_eq!(distance(a, b), expected, "{a} {b}");
        }
    }

    #[test]
    fn providers() {
        for domain in
            ["gmail.com", "outlook.com", "hotmail.se", "yahoo.co.uk", "live.com", "outlook.com.br", "gmx.net", "proton.me"]
        {
            assert!(is_free_mail(domain), "{domain}");
        }
        for domain in ["live.example", "outlook.contoso.com", "contoso.com", "gmail.com.evil.example", "yahoo"] {
            assert!(!is_free_mail(domain), "{domain}");
        }
    }
}
