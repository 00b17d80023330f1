//! SPF: which servers may send for a domain, and how mail from all others is to be taken. The text of a domain may refer to
//! others', which are followed as receivers follow them (RFC 7208).
//!
//! Invariant: an ending is told only where every text on the way was read; a name that depends on the message counts as one
//! that was asked for and says nothing.

use std::collections::BTreeSet;

use super::dns_records::DomainRecords;

/// Terms that make a receiver ask the domain name system, at most: with one more the whole record is ignored (RFC 7208, 4.6.4).
pub const LOOKUPS_MOST: usize = 10;

/// How mail from servers that are not named is to be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rest {
    /// Refused (`-all`).
    Fail,
    /// Marked (`~all`).
    SoftFail,
    /// Taken, or nothing is said.
    Taken,
}

/// Where the text of a domain leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// To this.
    Known(Rest),
    /// Nowhere: receivers ignore the record.
    Broken(Broken),
    /// Texts of these names are to be read first.
    Wants(BTreeSet<String>),
    /// It cannot be told: this name could not be asked, or depends on the message.
    Open(String),
}

/// Why receivers ignore a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Broken {
    /// It takes too many look-ups.
    TooMany,
    /// It refers to a name that has no record, or several.
    NoRecord(String),
}

/// Whether a text is one of SPF.
pub fn is_spf(text: &str) -> bool {
    text.split_ascii_whitespace().next().is_some_and(|word| word.eq_ignore_ascii_case("v=spf1"))
}

/// Where `text`, the one of the domain, leads.
pub fn ending(domain: &DomainRecords, text: &str) -> Ending {
    let mut walk = Walk { domain, path: vec![domain.name.clone()], lookups: 0, broken: None, wants: BTreeSet::new(), open: None };
    let rest = walk.text(text);
    match (walk.broken, walk.wants.is_empty(), walk.open, rest) {
        (Some(broken), ..) => Ending::Broken(broken),
        (None, false, ..) => Ending::Wants(walk.wants),
        (None, true, Some(name), _) => Ending::Open(name),
        (None, true, None, Some(rest)) => Ending::Known(rest),
        (None, true, None, None) => Ending::Open(domain.name.clone()),
    }
}

/// A word of the text, as far as it matters here.
enum Term {
    All(Rest),
    Include(String),
    Redirect(String),
    Lookup,
    Other,
}

impl Term {
    fn of(word: &str) -> Self {
        let word = word.to_ascii_lowercase();
        if let Some(name) = word.strip_prefix("redirect=") {
            return Self::Redirect(plain(name));
        }
        let bare = word.trim_start_matches(['+', '-', '~', '?']);
        let mechanism = bare.split([':', '/']).next().unwrap_or_default();
        match mechanism {
            "all" if bare == "all" => Self::All(match word.as_bytes().first() {
                Some(b'-') => Rest::Fail,
                Some(b'~') => Rest::SoftFail,
                _ => Rest::Taken,
            }),
            "include" => Self::Include(plain(bare.strip_prefix("include:").unwrap_or_default())),
            "a" | "mx" | "ptr" | "exists" => Self::Lookup,
            _ => Self::Other,
        }
    }
}

fn plain(name: &str) -> String {
    name.trim_end_matches('.').to_owned()
}

struct Walk<'a> {
    domain: &'a DomainRecords,
    /// Names from the domain down to the text that is read now.
    path: Vec<String>,
    lookups: usize,
    broken: Option<Broken>,
    wants: BTreeSet<String>,
    open: Option<String>,
}

impl Walk<'_> {
    /// How a text ends; none where that is not known. What stands behind `all` is ignored, a redirect too.
    fn text(&mut self, text: &str) -> Option<Rest> {
        let mut redirect = None;
        for word in text.split_ascii_whitespace().skip(1) {
            match Term::of(word) {
                Term::All(rest) => return Some(rest),
                // Which name it is depends on the message: makers of such records keep them short. It is one look-up.
                Term::Include(name) if name.contains('%') => self.count(),
                Term::Include(name) => {
                    self.refer(&name);
                }
                Term::Redirect(name) => redirect = redirect.or(Some(name)),
                Term::Lookup => self.count(),
                Term::Other => {}
            }
            if self.broken.is_some() {
                return None;
            }
        }
        match redirect {
            Some(name) => self.refer(&name),
            None => Some(Rest::Taken),
        }
    }

    fn count(&mut self) {
        self.lookups += 1;
        if self.lookups > LOOKUPS_MOST {
            self.broken.get_or_insert(Broken::TooMany);
        }
    }

    /// Follows a name. One that leads back to itself never ends, which is too many.
    fn refer(&mut self, name: &str) -> Option<Rest> {
        self.count();
        if name.is_empty() {
            self.broken.get_or_insert_with(|| Broken::NoRecord("\"\"".to_owned()));
        }
        if self.path.iter().any(|above| above == name) {
            self.broken.get_or_insert(Broken::TooMany);
        }
        if self.broken.is_some() {
            return None;
        }
        if name.contains('%') {
            self.open.get_or_insert_with(|| name.to_owned());
            return None;
        }
        let Some(found) = self.domain.referred.iter().find(|one| one.name == name) else {
            if self.domain.is_unread(name) {
                self.open.get_or_insert_with(|| name.to_owned());
            } else {
                self.wants.insert(name.to_owned());
            }
            return None;
        };
        let [one] = found.spf.as_slice() else {
            self.broken.get_or_insert_with(|| Broken::NoRecord(name.to_owned()));
            return None;
        };
        self.path.push(name.to_owned());
        let rest = self.text(one);
        self.path.pop();
        rest
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tenant::dns_records::{Referred, UnreadName};

    fn led(text: &str, referred: &[(&str, &[&str])]) -> Ending {
        let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        let referred = referred.iter().map(|(name, spf)| Referred { name: (*name).to_owned(), spf: owned(spf) }).collect();
        let unread = vec![UnreadName { name: "dead.example".to_owned(), why: "SERVFAIL".to_owned() }];
        let domain = DomainRecords { name: "contoso.com".to_owned(), referred, unread, ..DomainRecords::default() };
        ending(&domain, text)
    }

    #[test]
    fn the_end_of_a_text() {
        for (text, rest) in [
            ("v=spf1 ip4:203.0.113.9 -all", Rest::Fail),
            ("v=spf1 ip4:203.0.113.9 ~ALL", Rest::SoftFail),
            ("v=spf1 mx ?all", Rest::Taken),
            ("v=spf1 +all", Rest::Taken),
            ("v=spf1 all", Rest::Taken),
            ("v=spf1 exists:small-all.example", Rest::Taken),
            ("v=spf1", Rest::Taken),
            ("v=spf1 redirect=elsewhere.example -all", Rest::Fail),
            ("v=spf1 -all redirect=elsewhere.example include:elsewhere.example", Rest::Fail),
        ] {
            assert_eq!(led(text, &[]), Ending::Known(rest), "{text}");
        }
    }

    #[test]
    fn a_redirect_is_followed_and_an_include_does_not_end_the_text() {
        let wants = |name: &str| Ending::Wants([name.to_owned()].into());
        let redirect = "v=spf1 redirect=_spf.example.net";
        assert_eq!(led(redirect, &[]), wants("_spf.example.net"));
        let chain: &[(&str, &[&str])] =
            &[("_spf.example.net", &["v=spf1 redirect=b.example.net."]), ("b.example.net", &["v=spf1 ~all"])];
        assert_eq!(led(redirect, &chain[..1]), wants("b.example.net"));
        assert_eq!(led(redirect, chain), Ending::Known(Rest::SoftFail));
        let include = "v=spf1 include:_spf.example.net -all";
        assert_eq!(led(include, &[("_spf.example.net", &["v=spf1 ip4:192.0.2.1 ~all"])]), Ending::Known(Rest::Fail));
    }

    #[test]
    fn a_name_without_a_record_breaks_the_whole_text() {
        let none: &[&str] = &[];
        for texts in [none, &["v=spf1 -all", "v=spf1 ~all"]] {
            let broken = led("v=spf1 include:gone.example -all", &[("gone.example", texts)]);
            assert_eq!(broken, Ending::Broken(Broken::NoRecord("gone.example".to_owned())));
        }
        assert_eq!(led("v=spf1 include: -all", &[]), Ending::Broken(Broken::NoRecord("\"\"".to_owned())), "it names nobody");
    }

    #[test]
    fn the_eleventh_look_up_breaks_the_whole_text() {
        let mechanisms = |number: usize| format!("v=spf1 {} -all", "a:x.example ".repeat(number));
        assert_eq!(led(&mechanisms(10), &[]), Ending::Known(Rest::Fail));
        assert_eq!(led(&mechanisms(11), &[]), Ending::Broken(Broken::TooMany));
        let inner: &[(&str, &[&str])] = &[("x.example", &["v=spf1 a mx ptr exists:y a:b mx:c ptr:d a mx -all"])];
        assert_eq!(led("v=spf1 include:x.example -all", inner), Ending::Known(Rest::Fail), "one and nine");
        assert_eq!(led("v=spf1 a include:x.example -all", inner), Ending::Broken(Broken::TooMany));
        let circle: &[(&str, &[&str])] = &[("x.example", &["v=spf1 include:contoso.com -all"])];
        assert_eq!(led("v=spf1 include:x.example -all", circle), Ending::Broken(Broken::TooMany));
    }

    #[test]
    fn what_was_not_read_is_open() {
        assert_eq!(led("v=spf1 include:dead.example -all", &[]), Ending::Open("dead.example".to_owned()));
        assert_eq!(led("v=spf1 redirect=%{d}.x.example", &[]), Ending::Open("%{d}.x.example".to_owned()));
        assert_eq!(led("v=spf1 include:%{i}.x.example -all", &[]), Ending::Known(Rest::Fail));
        assert_eq!(led("v=spf1 redirect=dead.example", &[]), Ending::Open("dead.example".to_owned()));
    }
}
