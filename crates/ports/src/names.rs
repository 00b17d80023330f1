//! The domain name system: what is published about a tenant's domains.

use std::collections::BTreeMap;

use async_trait::async_trait;

use crate::{Provider, ProviderError, ProviderErrorKind};

/// Names and what stands at them.
#[async_trait]
pub trait Names: Send + Sync {
    /// The texts at `name`, or at the end of the aliases that begin there, each in one piece: none where a server said that there
    /// are none, an error where that is not known. [`ProviderErrorKind::Unreachable`] says that nobody answered at all.
    async fn text_records(&self, name: &str) -> Result<Vec<String>, ProviderError>;
}

/// Records that somebody gave, in the lines that `dig` and zone files have: `NAME [TTL] [IN] TXT "…" "…"`. A line that
/// ends after `TXT` says that there is none; a name that stands nowhere is not known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GivenNames(BTreeMap<String, Vec<String>>);

/// A line that says something about a text and was not understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: a TXT record whose text is not in quotation marks")]
pub struct NotARecord {
    /// Which, counted from one.
    pub line: usize,
}

impl GivenNames {
    /// Reads the lines; other records than texts are passed over.
    pub fn parse(text: &str) -> Result<Self, NotARecord> {
        let mut given = BTreeMap::<String, Vec<String>>::new();
        for (line, text) in (1..).zip(text.lines()) {
            let text = text.trim();
            if text.is_empty() || text.starts_with([';', '#']) {
                continue;
            }
            let Some((name, rest)) = head(text) else { continue };
            let texts = given.entry(plain(name)).or_default();
            if !rest.is_empty() {
                texts.push(joined(rest).ok_or(NotARecord { line })?);
            }
        }
        Ok(Self(given))
    }
}

/// A name without its final dot, in lower case.
fn plain(name: &str) -> String {
    name.trim_end_matches('.').to_ascii_lowercase()
}

/// The name of a TXT record, and what follows the type.
fn head(line: &str) -> Option<(&str, &str)> {
    let (name, mut rest) = line.split_once(char::is_whitespace)?;
    loop {
        rest = rest.trim_start();
        let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
        let (word, after) = rest.split_at_checked(end)?;
        if word.eq_ignore_ascii_case("TXT") {
            return Some((name, after.trim()));
        }
        if word.is_empty() || !(word.eq_ignore_ascii_case("IN") || word.bytes().all(|byte| byte.is_ascii_digit())) {
            return None;
        }
        rest = after;
    }
}

/// The parts in quotation marks as one text: a record is at most 255 characters a part.
fn joined(mut rest: &str) -> Option<String> {
    let mut whole = String::new();
    while !rest.is_empty() {
        let mut escaped = false;
        let inside = rest.strip_prefix('"')?;
        let end = inside.char_indices().find(|(_, letter)| {
            let ends = *letter == '"' && !escaped;
            escaped = *letter == '\\' && !escaped;
            ends
        });
        let (part, after) = inside.split_at_checked(end?.0)?;
        whole.push_str(&part.replace("\\\"", "\"").replace("\\;", ";"));
        rest = after.strip_prefix('"')?.trim_start();
    }
    Some(whole)
}

#[async_trait]
impl Names for GivenNames {
    async fn text_records(&self, name: &str) -> Result<Vec<String>, ProviderError> {
        let unknown = || ProviderError {
            provider: Provider::Names,
            doing: "find the records of a domain",
            attempts: 1,
            kind: ProviderErrorKind::Incomplete { detail: format!("{name} is not among the records that were given") },
        };
        self.0.get(&plain(name)).cloned().ok_or_else(unknown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_dig_and_of_zone_files() {
        let given = GivenNames::parse(
            "; <<>> DiG\n\
             contoso.com.\t3600\tIN\tTXT\t\"v=spf1 include:spf.protection.outlook.com \" \"-all\"\n\
             Contoso.COM TXT \"MS=ms1\\\"2\"\n\
             contoso.com. 3600 IN MX 0 contoso-com.mail.protection.outlook.com.\n\
             _dmarc.contoso.com. IN TXT\n",
        )
        .expect("understood");
        let texts = |name: &str| given.0.get(name).cloned();
        let spf = "v=spf1 include:spf.protection.outlook.com -all".to_owned();
        assert_eq!(texts("contoso.com"), Some(vec![spf, "MS=ms1\"2".to_owned()]));
        assert_eq!(texts("_dmarc.contoso.com"), Some(Vec::new()), "it is said that there is none");
        assert_eq!(texts("contoso.se"), None);
        assert_eq!(GivenNames::parse("\na TXT \"open\nb TXT \"x\""), Err(NotARecord { line: 2 }));
        assert_eq!(GivenNames::parse("a TXT bare"), Err(NotARecord { line: 1 }));
    }
}
