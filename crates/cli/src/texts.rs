//! Texts for people, in English and Swedish. Every text stands in both catalogues under one key;
//! tests find missing keys, and keys that nobody uses.

use std::borrow::Cow;

use anyhow::anyhow;
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use unic_langid::LanguageIdentifier;

/// A language that texts exist in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Language {
    /// English.
    En,
    /// Swedish.
    Sv,
}

const ENGLISH: &[&str] = &[
    include_str!("../texts/en/main.ftl"),
    include_str!("../texts/en/reasons.ftl"),
    include_str!("../texts/en/demo.ftl"),
    include_str!("../texts/en/report.ftl"),
    include_str!("../texts/en/log.ftl"),
    include_str!("../texts/en/bulk.ftl"),
    include_str!("../texts/en/posture.ftl"),
    include_str!("../texts/en/sweep.ftl"),
    include_str!("../texts/en/posture-directory.ftl"),
    include_str!("../texts/en/posture-mail.ftl"),
    include_str!("../texts/en/doctor.ftl"),
];
const SWEDISH: &[&str] = &[
    include_str!("../texts/sv/main.ftl"),
    include_str!("../texts/sv/reasons.ftl"),
    include_str!("../texts/sv/demo.ftl"),
    include_str!("../texts/sv/report.ftl"),
    include_str!("../texts/sv/log.ftl"),
    include_str!("../texts/sv/bulk.ftl"),
    include_str!("../texts/sv/posture.ftl"),
    include_str!("../texts/sv/sweep.ftl"),
    include_str!("../texts/sv/posture-directory.ftl"),
    include_str!("../texts/sv/posture-mail.ftl"),
    include_str!("../texts/sv/doctor.ftl"),
];

impl Language {
    /// The language that the environment asks for; English unless it is Swedish.
    pub fn of_locale(locale: &str) -> Self {
        if locale.starts_with("sv") { Self::Sv } else { Self::En }
    }

    fn sources(self) -> (&'static str, &'static [&'static str]) {
        match self {
            Self::En => ("en", ENGLISH),
            Self::Sv => ("sv", SWEDISH),
        }
    }
}

/// The texts of one language.
pub struct Texts {
    bundle: FluentBundle<FluentResource>,
    /// Which language it is.
    pub language: Language,
}

impl Texts {
    /// Loads the catalogue, which is part of the program.
    pub fn load(language: Language) -> anyhow::Result<Self> {
        let (code, sources) = language.sources();
        let id: LanguageIdentifier = code.parse().map_err(|_| anyhow!("{code} is no language"))?;
        let mut bundle = FluentBundle::new_concurrent(vec![id]);
        bundle.set_use_isolating(false); // terminals show the marks; names are made harmless before
        for source in sources {
            let resource =
                FluentResource::try_new((*source).to_owned()).map_err(|(_, errors)| anyhow!("catalogue {code}: {errors:?}"))?;
            bundle.add_resource(resource).map_err(|errors| anyhow!("catalogue {code}: {errors:?}"))?;
        }
        Ok(Self { bundle, language })
    }

    /// The text of `key`.
    pub fn get(&self, key: &str) -> String {
        self.with(key, &[])
    }

    /// The text of `key`, with `names` put in. A key without a text shows itself.
    pub fn with(&self, key: &str, names: &[(&str, &str)]) -> String {
        let Some(pattern) = self.bundle.get_message(key).and_then(|message| message.value()) else {
            return key.to_owned();
        };
        let mut args = FluentArgs::new();
        for (name, value) in names {
            let value = match value.parse::<u32>() {
                Ok(number) if number.to_string() == **value => FluentValue::from(number),
                _ => FluentValue::String(Cow::Borrowed(*value)),
            };
            args.set(*name, value);
        }
        let mut errors = Vec::new();
        self.bundle.format_pattern(pattern, Some(&args), &mut errors).into_owned()
    }

    /// Whether there is a text for `key`.
    #[cfg(test)]
    pub fn has(&self, key: &str) -> bool {
        self.bundle.has_message(key)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use regain_incident::facet::FacetName;
    use regain_incident::planner::{LEFT_OUT_CODES, MANUAL_CODES};
    use regain_incident::release::CRITERIA;
    use regain_incident::tenant::setting::SettingName;

    use super::*;

    fn keys(sources: &[&str]) -> BTreeSet<String> {
        let lines = sources.iter().flat_map(|source| source.lines());
        let starts = lines.filter(|line| line.starts_with(|c: char| c.is_ascii_lowercase()));
        starts.filter_map(|line| line.split_once('=')).map(|(key, _)| key.trim().to_owned()).collect()
    }

    #[test]
    fn both_catalogues_have_the_same_keys() {
        let (english, swedish) = (keys(ENGLISH), keys(SWEDISH));
        assert!(english.len() > 100, "the search for keys works: {}", english.len());
        assert_eq!(english.difference(&swedish).collect::<Vec<_>>(), Vec::<&String>::new(), "missing in Swedish");
        assert_eq!(swedish.difference(&english).collect::<Vec<_>>(), Vec::<&String>::new(), "missing in English");
    }

    #[test]
    fn every_code_of_the_core_has_a_text() {
        let codes = regain_incident::judge::REASON_CODES.iter().map(|code| format!("reason-{code}"));
        let codes = codes.chain(MANUAL_CODES.iter().map(|code| format!("manual-{code}")));
        let codes = codes.chain(LEFT_OUT_CODES.iter().map(|code| format!("left-out-{code}")));
        let codes = codes.chain(regain_auditlog::find::reason_codes().map(|code| format!("log-reason-{code}")));
        let codes = codes.chain(regain_auditlog::find::finding_codes().map(|code| format!("log-finding-{code}")));
        let codes = codes.chain(regain_auditlog::chunk::BadWhy::ALL.iter().map(|why| format!("log-bad-{}", why.as_str())));
        let codes = codes.chain(regain_auditlog::event::Kind::ALL.iter().map(|kind| format!("log-kind-{}", kind.as_str())));
        let codes = codes.chain(regain_incident::posture::measure::remark_codes().map(|code| format!("posture-{code}")));
        let codes = codes.chain(FacetName::ALL.iter().map(|facet| format!("facet-{facet}")));
        let codes = codes.chain(SettingName::ALL.iter().map(|name| format!("setting-{}", name.as_str())));
        let codes =
            codes.chain(regain_incident::posture::roadmap::Way::ALL.iter().map(|way| format!("posture-way-{}", way.as_str())));
        let codes = codes.chain(CRITERIA.iter().map(|code| format!("criterion-{code}")));
        let codes: Vec<String> = codes.collect();
        for language in [Language::En, Language::Sv] {
            let texts = Texts::load(language).unwrap();
            let missing: Vec<&String> = codes.iter().filter(|code| !texts.has(code)).collect();
            assert!(missing.is_empty(), "{language:?} lacks {missing:?}");
        }
    }

    #[test]
    fn every_key_that_the_program_names_has_a_text() {
        let texts = Texts::load(Language::En).unwrap();
        for source in crate::sources_for_tests() {
            for part in source.split(".get(\"").skip(1).chain(source.split(".with(\"").skip(1)) {
                let Some((key, _)) = part.split_once('"') else { continue };
                let is_key = key.contains('-')
                    && key.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-' || byte.is_ascii_digit());
                assert!(!is_key || texts.has(key), "no text for {key:?}");
            }
        }
    }
}
