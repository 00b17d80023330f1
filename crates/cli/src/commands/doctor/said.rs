//! Texts that are chosen where something is found out, and said later: in the reader's language, or in
//! English in a document for scripts.

use regain_incident::text::on_a_line;
use regain_ports::ProviderErrorKind;

use crate::texts::Texts;

/// A text by its key, with what is put into it; or words that are alike in every language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// Of the catalogue.
    Key(&'static str, Vec<(&'static str, String)>),
    /// A name, such as that of a permission.
    Plain(String),
}

impl Said {
    pub(super) fn key(key: &'static str) -> Self {
        Self::Key(key, Vec::new())
    }

    /// Why a read was refused.
    pub(super) fn of(kind: &ProviderErrorKind) -> Self {
        let detail = || vec![("detail", on_a_line(&kind.to_string()))];
        match kind {
            ProviderErrorKind::Denied { missing } => Self::Key("gap-denied", vec![("missing", missing.clone())]),
            ProviderErrorKind::Unlicensed { .. } => Self::key("gap-unlicensed"),
            ProviderErrorKind::Throttled { .. } => Self::key("gap-throttled"),
            ProviderErrorKind::Unreachable(_) | ProviderErrorKind::Unanswered(_) => Self::key("gap-unreachable"),
            ProviderErrorKind::NotFound => Self::key("doctor-why-not-found"),
            _ => Self::Key("gap-not-understood", detail()),
        }
    }

    /// In the language of these texts.
    pub(super) fn say(&self, texts: &Texts) -> String {
        match self {
            Self::Plain(words) => words.clone(),
            Self::Key(key, names) => {
                let names: Vec<(&str, &str)> = names.iter().map(|(name, value)| (*name, value.as_str())).collect();
                texts.with(key, &names)
            }
        }
    }
}

/// `see`, `see and lock`: the names of duties are those of the command line.
pub(super) fn together(texts: &Texts, names: &[&str]) -> String {
    let join = |one: String, other: &&str| texts.with("doctor-and", &[("one", &one), ("other", other)]);
    names.split_first().map_or_else(String::new, |(first, rest)| rest.iter().fold((*first).to_owned(), join))
}
