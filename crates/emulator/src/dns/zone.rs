//! What stands at which name.
//!
//! Invariant: names are in lower case and without a final dot.

use std::collections::BTreeMap;

/// Aliases that are followed within one answer.
const ALIASES_MOST: usize = 16;

/// Names with their records, and those that give trouble.
#[derive(Clone, Debug, Default)]
pub struct Zone {
    names: BTreeMap<String, Vec<Data>>,
    troubles: BTreeMap<String, Trouble>,
}

/// A record, without its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Data {
    /// A text in parts of at most 255 bytes.
    Text(Vec<Vec<u8>>),
    /// Another name for the same.
    Alias(String),
}

/// What goes wrong with the answers about a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The server has failed.
    Servfail,
    /// The server will not tell.
    Refused,
    /// Nobody answers.
    Silent,
    /// First comes somebody else's answer, with another id; then the right one.
    WrongId,
    /// First comes an answer about another name; then the right one.
    WrongName,
    /// The answer is cut, and to be asked for again by TCP.
    Truncated,
    /// There is nothing, but a text stands where it has no business: among the additional records.
    Additional,
    /// There is nothing, but a text of another name stands in the answer.
    OtherName,
    /// Bytes that are no message.
    Garbage,
    /// A server that knows others who would know: no answer, and no word that there is none.
    Referral,
}

impl Trouble {
    /// The trouble of that name in a scenario.
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "servfail" => Self::Servfail,
            "refused" => Self::Refused,
            "silent" => Self::Silent,
            "wrong-id" => Self::WrongId,
            "wrong-name" => Self::WrongName,
            "truncated" => Self::Truncated,
            "additional" => Self::Additional,
            "other-name" => Self::OtherName,
            "garbage" => Self::Garbage,
            "referral" => Self::Referral,
            _ => return None,
        })
    }
}

/// What is known about a name.
#[derive(Debug, PartialEq, Eq)]
pub enum Found<'a> {
    /// Records with the names that they stand at: aliases, then what they lead to.
    Records(Vec<(&'a str, &'a Data)>),
    /// The name is there, and has no such record; aliases that led to it.
    Nothing(Vec<(&'a str, &'a Data)>),
    /// There is no such name; aliases that led to it.
    NoName(Vec<(&'a str, &'a Data)>),
}

impl Zone {
    /// Puts a record at a name.
    pub fn add(&mut self, name: &str, data: Data) {
        self.names.entry(plain(name)).or_default().push(data);
    }

    /// Lets a name be there without a record.
    pub fn touch(&mut self, name: &str) {
        self.names.entry(plain(name)).or_default();
    }

    /// Lets the answers about a name go wrong.
    pub fn trouble(&mut self, name: &str, trouble: Trouble) {
        self.troubles.insert(plain(name), trouble);
    }

    /// What goes wrong with the answers about a name.
    pub fn trouble_of(&self, name: &str) -> Option<Trouble> {
        self.troubles.get(&plain(name)).copied()
    }

    /// The texts at a name.
    pub fn texts(&self, name: &str) -> Found<'_> {
        self.find(name, |data| matches!(data, Data::Text(_)))
    }

    /// The alias at a name.
    pub fn alias(&self, name: &str) -> Found<'_> {
        let Some((name, all)) = self.names.get_key_value(&plain(name)) else { return self.absent(&plain(name), Vec::new()) };
        let found: Vec<_> = all.iter().filter(|data| matches!(data, Data::Alias(_))).map(|data| (name.as_str(), data)).collect();
        if found.is_empty() { Found::Nothing(found) } else { Found::Records(found) }
    }

    fn find(&self, name: &str, wanted: fn(&Data) -> bool) -> Found<'_> {
        let mut at = plain(name);
        let mut answer = Vec::new();
        while answer.len() <= ALIASES_MOST {
            let Some((known, all)) = self.names.get_key_value(&at) else { return self.absent(&at, answer) };
            let records = all.iter().filter(|data| wanted(data)).map(|data| (known.as_str(), data));
            let before = answer.len();
            answer.extend(records);
            if answer.len() > before {
                return Found::Records(answer);
            }
            let alias = all.iter().find_map(|data| match data {
                Data::Alias(to) => Some((data, to)),
                Data::Text(_) => None,
            });
            let Some((data, to)) = alias else { return Found::Nothing(answer) };
            answer.push((known.as_str(), data));
            at = plain(to);
        }
        Found::Nothing(answer)
    }

    /// A name with names below it is there (RFC 8020).
    fn absent<'a>(&self, name: &str, so_far: Vec<(&'a str, &'a Data)>) -> Found<'a> {
        let end = format!(".{name}");
        let has_names_below = self.names.keys().any(|known| known.ends_with(&end));
        if has_names_below { Found::Nothing(so_far) } else { Found::NoName(so_far) }
    }
}

/// A name without its final dot, in lower case.
pub fn plain(name: &str) -> String {
    name.trim_end_matches('.').to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(words: &str) -> Data {
        Data::Text(vec![words.as_bytes().to_vec()])
    }

    #[test]
    fn names_aliases_and_what_is_not_there() {
        let mut zone = Zone::default();
        zone.add("Contoso.com.", text("v=spf1 -all"));
        zone.add("a.contoso.com", Data::Alias("b.example".to_owned()));
        zone.add("b.example", text("there"));
        zone.add("c.contoso.com", Data::Alias("gone.test".to_owned()));
        zone.add("_dmarc.d.example", text("below"));
        assert_eq!(zone.texts("contoso.com"), Found::Records(vec![("contoso.com", &text("v=spf1 -all"))]));
        let (alias, there) = (Data::Alias("b.example".to_owned()), text("there"));
        assert_eq!(zone.texts("A.CONTOSO.COM"), Found::Records(vec![("a.contoso.com", &alias), ("b.example", &there)]));
        assert!(matches!(zone.texts("c.contoso.com"), Found::NoName(so_far) if so_far.len() == 1));
        assert_eq!(zone.texts("d.example"), Found::Nothing(Vec::new()), "a name with names below it is there");
        assert_eq!(zone.texts("e.example"), Found::NoName(Vec::new()));
        zone.add("round.example", Data::Alias("round.example".to_owned()));
        assert!(matches!(zone.texts("round.example"), Found::Nothing(_)), "it ends");
    }
}
