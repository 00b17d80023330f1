//! Rules of the filter for devices: read, and answered for one device.
//!
//! A device that is not registered has no properties: comparisons that affirm something fail for it, those that deny
//! something hold. Whatever else is not certain is an error with its reason, never a match and never a miss.

use super::situation::{Device, Registered, Trust};
use super::truth::{Known, Open, Why};

/// Nobody writes rules nested deeper than this, and what is written may be hostile.
const DEPTH_MAX: usize = 32;

/// Whether `device` matches `rule`, or why that cannot be told.
pub fn matches(rule: &str, device: &Known<Device>) -> Result<bool, Why> {
    let unreadable = || Why::Rule(rule.to_owned());
    let tokens = tokens(rule).ok_or_else(unreadable)?;
    let mut reader = Reader { tokens: &tokens, at: 0 };
    let rule = reader.any(0).filter(|_| reader.at == tokens.len()).ok_or_else(unreadable)?;
    let Known::Known(device) = device else { return Err(Why::NotStated) };
    rule.holds(device)
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Open,
    Close,
    ListOpen,
    ListClose,
    Comma,
    /// Lower case, with its hyphen.
    Operator(String),
    /// Lower case.
    Word(String),
    Text(String),
}

/// The words of a rule; none if it has something that no rule has.
fn tokens(rule: &str) -> Option<Vec<Token>> {
    let mut found = Vec::new();
    let mut rest = rule.trim_start();
    while let Some(first) = rest.chars().next() {
        let (token, length) = match first {
            '(' => (Token::Open, 1),
            ')' => (Token::Close, 1),
            '[' => (Token::ListOpen, 1),
            ']' => (Token::ListClose, 1),
            ',' => (Token::Comma, 1),
            quote @ ('"' | '\'') => {
                let inside = rest.get(1..)?.split(quote).next()?;
                let length = inside.len() + 2;
                // The closing quotation mark has to be there; an escaped one is beyond this reader.
                rest.get(..length).filter(|_| !inside.contains(['`', '\\']))?;
                (Token::Text(inside.to_owned()), length)
            }
            _ => word(rest)?,
        };
        found.push(token);
        rest = rest.get(length..)?.trim_start();
    }
    Some(found)
}

fn word(rest: &str) -> Option<(Token, usize)> {
    let is_part = |one: char| one.is_ascii_alphanumeric() || matches!(one, '.' | '_' | '-');
    let length = rest.find(|one| !is_part(one)).unwrap_or(rest.len());
    let word = rest.get(..length).filter(|word| !word.is_empty())?.to_ascii_lowercase();
    Some((if word.starts_with('-') { Token::Operator(word) } else { Token::Word(word) }, length))
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Rule {
    Any(Vec<Self>),
    All(Vec<Self>),
    Not(Box<Self>),
    Compare(Comparison),
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Comparison {
    property: String,
    how: How,
    denies: bool,
    /// In lower case; comparisons know no case.
    values: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum How {
    Equals,
    StartsWith,
    EndsWith,
    Contains,
}

struct Reader<'a> {
    tokens: &'a [Token],
    at: usize,
}

impl Reader<'_> {
    fn next(&mut self) -> Option<Token> {
        let token = self.tokens.get(self.at).cloned()?;
        self.at += 1;
        Some(token)
    }

    fn takes(&mut self, wanted: &Token) -> bool {
        let is = self.tokens.get(self.at) == Some(wanted);
        self.at += usize::from(is);
        is
    }

    fn joined(&mut self, word: &str, depth: usize, part: fn(&mut Self, usize) -> Option<Rule>) -> Option<Vec<Rule>> {
        let word = Token::Operator(word.to_owned());
        let mut all = vec![part(self, depth)?];
        while self.takes(&word) {
            all.push(part(self, depth)?);
        }
        Some(all)
    }

    fn any(&mut self, depth: usize) -> Option<Rule> {
        self.joined("-or", depth, Self::all).map(Rule::Any)
    }

    fn all(&mut self, depth: usize) -> Option<Rule> {
        self.joined("-and", depth, Self::one).map(Rule::All)
    }

    fn one(&mut self, depth: usize) -> Option<Rule> {
        if depth > DEPTH_MAX {
            return None;
        }
        if self.takes(&Token::Operator("-not".to_owned())) {
            return Some(Rule::Not(Box::new(self.one(depth + 1)?)));
        }
        if self.takes(&Token::Open) {
            let inside = self.any(depth + 1)?;
            return self.takes(&Token::Close).then_some(inside);
        }
        self.comparison()
    }

    fn comparison(&mut self) -> Option<Rule> {
        let Token::Word(property) = self.next()? else { return None };
        let property = property.strip_prefix("device.").filter(|name| is_property(name))?.to_owned();
        let Token::Operator(operator) = self.next()? else { return None };
        let (how, denies, many) = operator_of(&operator)?;
        let values = if many { self.list()? } else { vec![self.value()?] };
        Some(Rule::Compare(Comparison { property, how, denies, values }))
    }

    fn list(&mut self) -> Option<Vec<String>> {
        self.takes(&Token::ListOpen).then_some(())?;
        let mut values = vec![self.value()?];
        while self.takes(&Token::Comma) {
            values.push(self.value()?);
        }
        self.takes(&Token::ListClose).then_some(values)
    }

    /// A text, or the bare words for truth. What a comparison with nothing (`null`) means here is not published.
    fn value(&mut self) -> Option<String> {
        match self.next()? {
            Token::Text(text) => Some(text.to_lowercase()),
            Token::Word(word) => (word == "true" || word == "false").then_some(word),
            _ => None,
        }
    }
}

/// Properties of one value. Those that are lists compare otherwise, and are not answered here.
fn is_property(name: &str) -> bool {
    const NAMES: &[&str] = &[
        "deviceid",
        "displayname",
        "deviceownership",
        "enrollmentprofilename",
        "iscompliant",
        "manufacturer",
        "mdmappid",
        "model",
        "operatingsystem",
        "operatingsystemversion",
        "profiletype",
        "trusttype",
    ];
    NAMES.contains(&name) || is_extension(name)
}

/// `extensionattribute1` to `extensionattribute15`.
fn is_extension(name: &str) -> bool {
    let number = name.strip_prefix("extensionattribute").and_then(|number| number.parse::<u8>().ok());
    number.is_some_and(|number| (1..=15).contains(&number))
}

/// How it compares, whether it denies, and whether it takes a list.
fn operator_of(word: &str) -> Option<(How, bool, bool)> {
    Some(match word {
        "-eq" => (How::Equals, false, false),
        "-ne" => (How::Equals, true, false),
        "-startswith" => (How::StartsWith, false, false),
        "-notstartswith" => (How::StartsWith, true, false),
        "-endswith" => (How::EndsWith, false, false),
        "-notendswith" => (How::EndsWith, true, false),
        "-contains" => (How::Contains, false, false),
        "-notcontains" => (How::Contains, true, false),
        "-in" => (How::Equals, false, true),
        "-notin" => (How::Equals, true, true),
        _ => return None,
    })
}

impl Rule {
    fn holds(&self, device: &Device) -> Result<bool, Why> {
        match self {
            Self::Any(all) => decided(all, device, true),
            Self::All(all) => decided(all, device, false),
            Self::Not(_) if *device == Device::Unregistered => Err(Why::Open(Open::NegatedRule)),
            Self::Not(one) => one.holds(device).map(|holds| !holds),
            Self::Compare(comparison) => comparison.holds(device),
        }
    }
}

/// One that is `deciding` decides, whatever is not certain about the others.
fn decided(all: &[Rule], device: &Device, deciding: bool) -> Result<bool, Why> {
    let mut doubt = None;
    for one in all {
        match one.holds(device) {
            Ok(holds) if holds == deciding => return Ok(deciding),
            Ok(_) => {}
            Err(why) => doubt = doubt.or(Some(why)),
        }
    }
    doubt.map_or(Ok(!deciding), Err)
}

impl Comparison {
    fn holds(&self, device: &Device) -> Result<bool, Why> {
        let value = match device {
            Device::Unregistered => None,
            Device::Registered(device) => self.value_of(device)?,
        };
        let is = value.is_some_and(|value| self.values.iter().any(|wanted| self.compares(&value, wanted)));
        Ok(is != self.denies)
    }

    fn compares(&self, value: &str, wanted: &str) -> bool {
        match self.how {
            How::Equals => value == wanted,
            How::StartsWith => value.starts_with(wanted),
            How::EndsWith => value.ends_with(wanted),
            How::Contains => value.contains(wanted),
        }
    }

    /// The property in lower case, or nothing where the device is known to have none.
    fn value_of(&self, device: &Registered) -> Result<Option<String>, Why> {
        let stated = match self.property.as_str() {
            "iscompliant" => device.compliant.get().map(|compliant| Some(compliant.to_string())),
            "trusttype" => device.trust.get().map(|trust| Some(trust_type(*trust).to_owned())),
            name if is_extension(name) && !shows_extensions(device) => {
                return Err(Why::Open(Open::ExtensionAttributes));
            }
            name => device.properties.get(name).map(|value| value.as_ref().map(|value| value.to_lowercase())),
        };
        stated.ok_or(Why::NotStated)
    }
}

/// Extension attributes are there for devices that are managed, compliant or hybrid joined.
fn shows_extensions(device: &Registered) -> bool {
    device.compliant == Known::Known(true)
        || device.managed == Known::Known(true)
        || device.trust == Known::Known(Trust::HybridJoined)
}

/// The word of rules, in lower case.
fn trust_type(trust: Trust) -> &'static str {
    match trust {
        Trust::Registered => "workplace",
        Trust::Joined => "azuread",
        Trust::HybridJoined => "serverad",
    }
}
