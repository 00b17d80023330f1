//! Words: the names that rules bear and the words that they look for. Everything here is hostile
//! text of any length, in any script.

/// `text` as it is compared: without what cannot be seen, trimmed, in lower case, blanks made one.
pub(super) fn folded(text: &str) -> String {
    // Turkish has an I with and one without a dot: all are one here, so that case never matters.
    let lower = text.chars().filter(|c| !is_invisible(*c)).flat_map(char::to_lowercase);
    let seen: String = lower.filter(|c| *c != '\u{307}').map(|c| if c == 'ı' { 'i' } else { c }).collect();
    seen.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Characters that take no room, or no room that the eye notices: controls, bidirectional marks,
/// joiners, variation selectors, fillers, tags.
pub(super) fn is_invisible(c: char) -> bool {
    (c.is_control() && !c.is_whitespace())
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffc}' | '\u{e0000}'..='\u{e0fff}')
}

/// A sign that joins the letter before it and means nothing alone.
fn is_combining(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{483}'..='\u{489}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}'
        | '\u{20d0}'..='\u{20ff}' | '\u{fe20}'..='\u{fe2f}')
}

/// Letters of scripts in which one character is a word or a syllable.
fn is_a_word_alone(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}'
        | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

/// What counts as written: letters and digits, and pictures (a rule may well be called "🎄").
fn is_written(c: char) -> bool {
    !is_invisible(c) && !is_combining(c) && (c.is_alphanumeric() || matches!(c, '\u{1f300}'..='\u{1faff}'))
}

/// Whether `text` says nothing: empty, or only blanks, punctuation, marks and what cannot be seen.
pub(super) fn is_blank(text: &str) -> bool {
    !text.chars().any(is_written)
}

/// How a rule is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Naming {
    /// Nothing at all, or nothing that can be seen.
    Empty,
    /// Only signs.
    Signs,
    /// One or two letters or digits.
    Short,
    /// A name.
    Plain,
}

/// How `name` is formed.
pub(super) fn naming(name: &str) -> Naming {
    if is_blank(name) {
        let seen = name.chars().any(|c| !c.is_whitespace() && !is_invisible(c) && !is_combining(c));
        return if seen { Naming::Signs } else { Naming::Empty };
    }
    let length = |c: char| if is_a_word_alone(c) { 2 } else { 1 };
    let written: usize = name.chars().filter(|c| is_written(*c)).take(4).map(length).sum();
    if written <= 2 { Naming::Short } else { Naming::Plain }
}

/// Whether looking for `word` finds every message: nothing, a blank, a single letter, or a sign that
/// stands in every address.
pub(super) fn matches_everything(word: &str) -> bool {
    let mut written = word.chars().filter(|c| is_written(*c));
    match (written.next(), written.next()) {
        (None, _) => true,
        (Some(only), None) => !is_a_word_alone(only) && only.is_alphabetic(),
        _ => false,
    }
}

/// Beginnings of words that rules of intruders look for: a word counts if it begins so.
/// The same in other languages: money, warnings, secrets.
const BEGINNINGS: &[&str] = &[
    // English
    "phish",
    "malware",
    "security",
    "invoice",
    "payment",
    "transfer",
    "fraud",
    "unusual",
    "suspicious",
    "helpdesk",
    "hijack",
    "password",
    "hacked",
    "hacker",
    "hacking",
    "alert",
    "remittance",
    "payroll",
    "banking",
    "scam",
    "compromis",
    "unauthori",
    "purchase order",
    "direct deposit",
    "do not open",
    "don't open",
    "help desk",
    "log in",
    "sign-in",
    "not from me",
    "wire transfer",
    "two-factor",
    "verification",
    "docusign",
    "mailer-daemon",
    "undeliver",
    // Swedish
    "faktur",
    "betalning",
    "utbetalning",
    "inbetalning",
    "lösenord",
    "säkerhet",
    "bluff",
    "bedräger",
    "överföring",
    "misstänk",
    "hackad",
    "hackat",
    "hackning",
    "kapad",
    "kapat",
    "inloggning",
    "nätfiske",
    "kontonummer",
    "bankgiro",
    "varning",
    "öppna inte",
    "öppna ej",
    "skadlig",
    "löneutbetal",
    "ovanlig",
    "återställ",
    // German
    "rechnung",
    "zahlung",
    "überweisung",
    "passwort",
    "kennwort",
    "sicherheit",
    "betrug",
    "verdächtig",
    "gehackt",
    "anmeldung",
    "warnung",
    "kontoverbindung",
    "bankverbindung",
    "nicht öffnen",
    "ungewöhnlich",
    "gehalt",
    // French
    "facture",
    "facturation",
    "paiement",
    "virement",
    "mot de passe",
    "sécurité",
    "fraude",
    "frauduleu",
    "suspect",
    "pirat",
    "hameçonnage",
    "arnaque",
    "connexion",
    "ne pas ouvrir",
    "salaire",
    "inhabituel",
    // Spanish, Portuguese, Italian
    "factura",
    "transferencia",
    "contraseña",
    "seguridad",
    "sospechos",
    "hacke",
    "estafa",
    "nómina",
    "no abrir",
    "fatura",
    "pagament",
    "transferência",
    "segurança",
    "suspeit",
    "golpe",
    "não abr",
    "fattur",
    "bonific",
    "sicurezza",
    "sospett",
    "truffa",
    "frode",
    "non aprire",
    "stipendi",
    // Dutch
    "factuur",
    "facturen",
    "betaling",
    "overschrijving",
    "wachtwoord",
    "beveiliging",
    "verdacht",
    "gehackt",
    "niet openen",
    // Danish, Norwegian
    "adgangskode",
    "passord",
    "sikkerhed",
    "sikkerhet",
    "svindel",
    "mistænk",
    "mistenk",
    "hacket",
    "overførsel",
    "overføring",
    "pålogging",
    "advarsel",
    // Finnish
    "lasku",
    "maksu",
    "salasana",
    "tietoturva",
    "huijaus",
    "petos",
    "epäilyttäv",
    "tilisiirto",
    "kalastelu",
    "hakkeroi",
    // Polish, Czech, Hungarian
    "płatnoś",
    "przelew",
    "hasło",
    "bezpieczeń",
    "oszust",
    "podejrzan",
    "platba",
    "platby",
    "převod",
    "heslo",
    "bezpečnos",
    "podvod",
    "számla",
    "fizetés",
    "utalás",
    "jelszó",
    "biztonság",
    "csalás",
    "gyanús",
    // Turkish, Russian
    "ödeme",
    "havale",
    "şifre",
    "parola",
    "güvenlik",
    "dolandir",
    "şüpheli",
    "счет",
    "счёт",
    "оплат",
    "платеж",
    "платёж",
    "перевод",
    "парол",
    "безопасност",
    "мошенн",
    "подозрит",
    "взлом",
    "фишинг",
];

/// Words that count only whole.
const WHOLE: &[&str] = &[
    "hack", "hacks", "wire", "wired", "reset", "login", "logon", "logga in", "spam", "virus", "bank", "ach", "swift", "iban",
    "mfa", "wages", "lön", "löner", "bankid", "pago", "pagos", "rib", "lohn", "konto", "salaris", "zaplatit", "fakturę", "otp",
    "2fa",
];

/// Words of scripts without blanks: they count wherever they stand.
const ANYWHERE: &[&str] = &[
    "請求書",
    "支払",
    "振込",
    "パスワード",
    "セキュリティ",
    "詐欺",
    "不正",
    "フィッシング",
    "ログイン",
    "发票",
    "付款",
    "汇款",
    "转账",
    "密码",
    "安全",
    "诈骗",
    "登录",
    "可疑",
    "發票",
    "匯款",
    "密碼",
    "詐騙",
    "송금",
    "결제",
    "비밀번호",
    "보안",
    "사기",
    "피싱",
    "청구서",
];

/// Whether intruders look for `word`: a word or a phrase of a rule.
pub(super) fn is_telling(word: &str) -> bool {
    let seen: String = word.chars().filter(|c| !is_invisible(*c)).collect();
    // "it" stands in every text; "IT" is a department that warns people.
    if seen.split(|c: char| !c.is_alphanumeric()).any(|part| part == "IT") {
        return true;
    }
    let text = folded(word);
    BEGINNINGS.iter().any(|start| begins_a_word(&text, start, false))
        || WHOLE.iter().any(|whole| begins_a_word(&text, whole, true))
        || ANYWHERE.iter().any(|part| text.contains(part))
}

/// Whether `part` stands in `text` at the beginning of a word, and ends with one if it must.
fn begins_a_word(text: &str, part: &str, whole: bool) -> bool {
    text.match_indices(part).any(|(at, _)| {
        let before = text.get(..at).and_then(|before| before.chars().next_back());
        let after = text.get(at + part.len()..).and_then(|after| after.chars().next());
        !(before.is_some_and(char::is_alphanumeric) || whole && after.is_some_and(char::is_alphanumeric))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_say_nothing() {
        let table = [
            ("", Naming::Empty),
            (" ", Naming::Empty),
            ("\u{a0}", Naming::Empty),
            ("\u{200b}\u{202e}", Naming::Empty),
            ("\u{301}", Naming::Empty),
            ("\u{3164}", Naming::Empty),
            (".", Naming::Signs),
            ("..", Naming::Signs),
            ("...", Naming::Signs),
            (";", Naming::Signs),
            (",,", Naming::Signs),
            ("。", Naming::Signs),
            ("….\u{202e}", Naming::Signs),
            ("x", Naming::Short),
            ("1.", Naming::Short),
            ("HR", Naming::Short),
            ("a\u{301}b", Naming::Short),
            ("税", Naming::Short),
            ("税務", Naming::Plain),
            ("IT1", Naming::Plain),
            ("Kunder", Naming::Plain),
        ];
        for (name, expected) in table {
            assert_eq!(naming(name), expected, "{name:?}");
        }
    }

    #[test]
    fn words_that_intruders_look_for() {
        for word in [
            "invoice",
            "INVOICES",
            "Invoice #",
            "do not open",
            "IT",
            "IT-avdelningen",
            "hacked",
            "lösenord",
            "Betalningar",
            "faktura",
            "Rechnungen",
            "factura",
            "pago",
            "wire",
            "wire transfer",
            "reset your password",
            "請求書の件",
            "пароль",
            "pass\u{ad}word",
            "Fakturan",
            "säkerhetsvarning",
            "bank",
        ] {
            assert!(is_telling(word), "{word}");
        }
    }

    #[test]
    fn words_that_everybody_uses() {
        for word in [
            "it",
            "It",
            "with",
            "LIMIT",
            "wireless",
            "newsletter",
            "Projekt X",
            "veckobrev",
            "bankett",
            "preset",
            "kvitto",
            "order",
            "lunch",
            "",
        ] {
            assert!(!is_telling(word), "{word}");
        }
    }

    #[test]
    fn words_that_find_everything() {
        for word in ["", " ", "\0", "@", ".", "a", "e", "\u{200b}", " \u{a0}", "E."] {
            assert!(matches_everything(word), "{word:?}");
        }
        for word in ["ab", "税", "7", "@contoso.com", ".se"] {
            assert!(!matches_everything(word), "{word:?}");
        }
    }
}
