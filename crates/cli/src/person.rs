//! How a person is spoken to while signing in.

use std::sync::Arc;

use regain_incident::text::on_a_line;
use regain_microsoft::{Human, Prompt, TokenCache};

use crate::keyring;
use crate::output::Output;
use crate::sealed_tokens::SealedTokens;
use crate::settings::{Settings, Target};
use crate::texts::Texts;

/// The person at this terminal. Nothing of an emulated tenant is kept.
pub fn at_the_terminal(out: &Arc<Output>, settings: &Settings, device_code: bool) -> Human {
    let real = matches!(settings.target(), Ok(Target::Real(_)));
    let keyring = if real { keyring::system().ok() } else { None };
    let keep = |keyring| Arc::new(SealedTokens::new(settings.data_dir.join("sign-in"), keyring)) as Arc<dyn TokenCache>;
    Human { prompt: Arc::new(Terminal(out.clone())), device_code, cache: keyring.map(keep) }
}

/// Where no identity is a person.
pub fn nobody() -> Human {
    Human { prompt: Arc::new(Nobody), device_code: false, cache: None }
}

struct Nobody;

impl Prompt for Nobody {
    fn visit(&self, _: &str) {}

    fn enter(&self, _: &str, _: &str) {}

    fn page(&self, _: bool) -> String {
        String::new()
    }
}

struct Terminal(Arc<Output>);

impl Prompt for Terminal {
    fn visit(&self, address: &str) {
        self.0.say(&self.0.texts.with("sign-in-visit", &[("address", address)]));
    }

    fn enter(&self, code: &str, address: &str) {
        self.0.say(&self.0.texts.with("sign-in-enter", &[("code", &on_a_line(code)), ("address", &on_a_line(address))]));
    }

    fn page(&self, well: bool) -> String {
        page(&self.0.texts, well)
    }
}

/// A page without script and without anything from elsewhere.
fn page(texts: &Texts, well: bool) -> String {
    let (heading, text) = if well { ("sign-in-done", "sign-in-done-text") } else { ("sign-in-failed", "sign-in-failed-text") };
    format!(
        "<!doctype html><html lang=\"{}\"><meta charset=\"utf-8\"><title>regain</title>\
         <style>body{{font-family:sans-serif;max-width:32em;margin:4em auto;padding:0 1em}}</style>\
         <h1>{}</h1><p>{}</p></html>",
        texts.get("sign-in-language"),
        texts.get(heading),
        texts.get(text),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::texts::Language;

    #[test]
    fn the_page_says_what_happened_in_both_languages() {
        for (language, well, ill) in [(Language::En, "signed in", "not signed in"), (Language::Sv, "inloggad", "inte inloggad")] {
            let texts = Texts::load(language).unwrap();
            assert!(page(&texts, true).to_lowercase().contains(well));
            assert!(page(&texts, false).to_lowercase().contains(ill));
            assert!(!page(&texts, true).contains("<script"));
        }
    }
}
