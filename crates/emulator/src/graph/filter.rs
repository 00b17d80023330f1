//! The part of OData's `$filter` that the directory understands.
//!
//! Invariant: what is parsed is evaluated as written; what cannot be parsed is refused, never guessed.

use serde_json::Value;

/// A parsed filter.
#[derive(Clone, Debug, PartialEq)]
pub enum Expression {
    /// Both.
    And(Box<Expression>, Box<Expression>),
    /// Either.
    Or(Box<Expression>, Box<Expression>),
    /// Not.
    Not(Box<Expression>),
    /// A property against a literal.
    Compare(Vec<String>, Operator, Value),
    /// A property among literals.
    In(Vec<String>, Vec<Value>),
    /// A text function on a property.
    Function(Function, Vec<String>, String),
    /// Some item of a collection.
    Any(Vec<String>, String, Box<Expression>),
}

/// Comparison operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// Equal.
    Eq,
    /// Not equal.
    Ne,
    /// Greater.
    Gt,
    /// Greater or equal.
    Ge,
    /// Less.
    Lt,
    /// Less or equal.
    Le,
}

/// Text functions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Function {
    /// `startsWith`.
    StartsWith,
    /// `endsWith`.
    EndsWith,
    /// `contains`.
    Contains,
}

impl Expression {
    /// Whether the directory asks for `ConsistencyLevel: eventual` and `$count=true`.
    pub fn is_advanced(&self) -> bool {
        match self {
            Self::And(left, right) | Self::Or(left, right) => left.is_advanced() || right.is_advanced(),
            Self::Not(_) | Self::Compare(_, Operator::Ne, _) | Self::Function(Function::EndsWith | Function::Contains, ..) => {
                true
            }
            Self::Any(_, _, inner) => inner.is_advanced(),
            Self::Compare(..) | Self::In(..) | Self::Function(Function::StartsWith, ..) => false,
        }
    }

    /// The first property that the filter names.
    pub fn properties(&self) -> Vec<&str> {
        match self {
            Self::And(left, right) | Self::Or(left, right) => left.properties().into_iter().chain(right.properties()).collect(),
            Self::Not(inner) => inner.properties(),
            Self::Compare(path, ..) | Self::In(path, _) | Self::Function(_, path, _) | Self::Any(path, ..) => {
                path.first().map(String::as_str).into_iter().collect()
            }
        }
    }

    /// Whether an object passes.
    pub fn matches(&self, object: &Value) -> bool {
        self.holds(object, None)
    }

    fn holds(&self, object: &Value, item: Option<(&str, &Value)>) -> bool {
        match self {
            Self::And(left, right) => left.holds(object, item) && right.holds(object, item),
            Self::Or(left, right) => left.holds(object, item) || right.holds(object, item),
            Self::Not(inner) => !inner.holds(object, item),
            Self::Compare(path, operator, literal) => compare(lookup(object, item, path), *operator, literal),
            Self::In(path, literals) => literals.iter().any(|literal| compare(lookup(object, item, path), Operator::Eq, literal)),
            Self::Function(function, path, text) => {
                lookup(object, item, path).as_str().is_some_and(|value| function.holds(value, text))
            }
            Self::Any(path, name, inner) => {
                let items = lookup(object, item, path).as_array();
                items.is_some_and(|items| items.iter().any(|value| inner.holds(object, Some((name, value)))))
            }
        }
    }
}

impl Function {
    fn holds(self, value: &str, text: &str) -> bool {
        let (value, text) = (value.to_ascii_lowercase(), text.to_ascii_lowercase());
        match self {
            Self::StartsWith => value.starts_with(&text),
            Self::EndsWith => value.ends_with(&text),
            Self::Contains => value.contains(&text),
        }
    }
}

fn lookup<'a>(object: &'a Value, item: Option<(&str, &'a Value)>, path: &[String]) -> &'a Value {
    let (mut value, rest) = match (item, path.split_first()) {
        (Some((name, value)), Some((first, rest))) if first == name => (value, rest),
        _ => (object, path),
    };
    for name in rest {
        value = value
            .as_object()
            .and_then(|members| members.iter().find(|(member, _)| member.eq_ignore_ascii_case(name)))
            .map_or(&Value::Null, |(_, value)| value);
    }
    value
}

fn compare(value: &Value, operator: Operator, literal: &Value) -> bool {
    match operator {
        Operator::Eq => equal(value, literal),
        Operator::Ne => !equal(value, literal),
        Operator::Gt => order(value, literal).is_some_and(std::cmp::Ordering::is_gt),
        Operator::Ge => order(value, literal).is_some_and(std::cmp::Ordering::is_ge),
        Operator::Lt => order(value, literal).is_some_and(std::cmp::Ordering::is_lt),
        Operator::Le => order(value, literal).is_some_and(std::cmp::Ordering::is_le),
    }
}

fn equal(value: &Value, literal: &Value) -> bool {
    match (value, literal) {
        (Value::String(left), Value::String(right)) => left.eq_ignore_ascii_case(right),
        _ => value == literal,
    }
}

fn order(value: &Value, literal: &Value) -> Option<std::cmp::Ordering> {
    match (value, literal) {
        (Value::String(left), Value::String(right)) => {
            match (left.parse::<jiff::Timestamp>(), right.parse::<jiff::Timestamp>()) {
                (Ok(left), Ok(right)) => Some(left.cmp(&right)),
                _ => Some(left.cmp(right)),
            }
        }
        _ => value.as_f64()?.partial_cmp(&literal.as_f64()?),
    }
}

/// Parses a filter.
pub fn parse(text: &str) -> Result<Expression, String> {
    let mut parser = Parser { tokens: tokens(text)?, at: 0 };
    let expression = parser.either()?;
    if parser.at < parser.tokens.len() {
        return Err("text after the end".to_owned());
    }
    Ok(expression)
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Word(String),
    Text(String),
    Open,
    Close,
    Comma,
    Colon,
}

fn tokens(text: &str) -> Result<Vec<Token>, String> {
    let mut found = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let simple = match first {
            '(' => Some(Token::Open),
            ')' => Some(Token::Close),
            ',' => Some(Token::Comma),
            _ => None,
        };
        let (token, length) = match simple {
            Some(token) => (token, 1),
            None if first == '\'' => quoted(rest)?,
            None if first == ':' => (Token::Colon, 1),
            None => word(rest),
        };
        found.push(token);
        rest = rest[length..].trim_start();
    }
    Ok(found)
}

/// A text in quotes; a doubled quote is one.
fn quoted(rest: &str) -> Result<(Token, usize), String> {
    let mut value = String::new();
    let mut characters = rest.char_indices().skip(1).peekable();
    while let Some((at, character)) = characters.next() {
        if character != '\'' {
            value.push(character);
        } else if characters.peek().is_some_and(|(_, next)| *next == '\'') {
            value.push('\'');
            characters.next();
        } else {
            return Ok((Token::Text(value), at + 1));
        }
    }
    Err("a text without an end".to_owned())
}

/// A name, keyword, number or time. A colon belongs to it only inside a time.
fn word(rest: &str) -> (Token, usize) {
    let is_time = rest.chars().next().is_some_and(|first| first.is_ascii_digit());
    let end = rest
        .find(|character: char| character.is_whitespace() || "(),'".contains(character) || character == ':' && !is_time)
        .unwrap_or(rest.len());
    (Token::Word(rest[..end].to_owned()), end)
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
}

impl Parser {
    fn peek_word(&self) -> Option<&str> {
        match self.tokens.get(self.at) {
            Some(Token::Word(word)) => Some(word),
            _ => None,
        }
    }

    fn take_keyword(&mut self, keyword: &str) -> bool {
        let found = self.peek_word().is_some_and(|word| word.eq_ignore_ascii_case(keyword));
        self.at += usize::from(found);
        found
    }

    fn take(&mut self, token: &Token) -> Result<(), String> {
        if self.tokens.get(self.at) == Some(token) {
            self.at += 1;
            return Ok(());
        }
        Err(format!("{token:?} is wanted at position {}", self.at))
    }

    fn word(&mut self) -> Result<String, String> {
        let word = self.peek_word().ok_or("a name is wanted")?.to_owned();
        self.at += 1;
        Ok(word)
    }

    fn either(&mut self) -> Result<Expression, String> {
        let mut left = self.both()?;
        while self.take_keyword("or") {
            left = Expression::Or(Box::new(left), Box::new(self.both()?));
        }
        Ok(left)
    }

    fn both(&mut self) -> Result<Expression, String> {
        let mut left = self.single()?;
        while self.take_keyword("and") {
            left = Expression::And(Box::new(left), Box::new(self.single()?));
        }
        Ok(left)
    }

    fn single(&mut self) -> Result<Expression, String> {
        if self.take_keyword("not") {
            return Ok(Expression::Not(Box::new(self.single()?)));
        }
        if self.tokens.get(self.at) == Some(&Token::Open) {
            self.at += 1;
            let inner = self.either()?;
            self.take(&Token::Close)?;
            return Ok(inner);
        }
        let name = self.word()?;
        if self.tokens.get(self.at) == Some(&Token::Open) {
            return self.call(&name);
        }
        self.comparison(path(&name))
    }

    fn call(&mut self, name: &str) -> Result<Expression, String> {
        self.take(&Token::Open)?;
        if let Some(collection) = strip_any(name) {
            let variable = self.word()?;
            self.take(&Token::Colon)?;
            let inner = self.either()?;
            self.take(&Token::Close)?;
            return Ok(Expression::Any(path(collection), variable, Box::new(inner)));
        }
        let function = match name.to_ascii_lowercase().as_str() {
            "startswith" => Function::StartsWith,
            "endswith" => Function::EndsWith,
            "contains" => Function::Contains,
            _ => return Err(format!("unknown function '{name}'")),
        };
        let property = path(&self.word()?);
        self.take(&Token::Comma)?;
        let Value::String(text) = self.literal()? else { return Err("a text is wanted".to_owned()) };
        self.take(&Token::Close)?;
        Ok(Expression::Function(function, property, text))
    }

    fn comparison(&mut self, property: Vec<String>) -> Result<Expression, String> {
        let operator = match self.word()?.to_ascii_lowercase().as_str() {
            "eq" => Operator::Eq,
            "ne" => Operator::Ne,
            "gt" => Operator::Gt,
            "ge" => Operator::Ge,
            "lt" => Operator::Lt,
            "le" => Operator::Le,
            "in" => return self.list(property),
            other => return Err(format!("unknown operator '{other}'")),
        };
        Ok(Expression::Compare(property, operator, self.literal()?))
    }

    fn list(&mut self, property: Vec<String>) -> Result<Expression, String> {
        self.take(&Token::Open)?;
        let mut literals = vec![self.literal()?];
        while self.tokens.get(self.at) == Some(&Token::Comma) {
            self.at += 1;
            literals.push(self.literal()?);
        }
        self.take(&Token::Close)?;
        Ok(Expression::In(property, literals))
    }

    fn literal(&mut self) -> Result<Value, String> {
        let value = match self.tokens.get(self.at) {
            Some(Token::Text(text)) => Value::from(text.clone()),
            Some(Token::Word(word)) => bare(word)?,
            _ => return Err("a value is wanted".to_owned()),
        };
        self.at += 1;
        Ok(value)
    }
}

fn strip_any(name: &str) -> Option<&str> {
    let (collection, function) = name.rsplit_once('/')?;
    function.eq_ignore_ascii_case("any").then_some(collection)
}

fn path(name: &str) -> Vec<String> {
    name.split('/').map(str::to_owned).collect()
}

/// A literal without quotes: true, false, null, a number, a time or an id.
fn bare(word: &str) -> Result<Value, String> {
    match word.to_ascii_lowercase().as_str() {
        "true" => return Ok(Value::Bool(true)),
        "false" => return Ok(Value::Bool(false)),
        "null" => return Ok(Value::Null),
        _ => {}
    }
    if let Ok(number) = word.parse::<i64>() {
        return Ok(Value::from(number));
    }
    if word.parse::<jiff::Timestamp>().is_ok() || uuid::Uuid::parse_str(word).is_ok() {
        return Ok(Value::from(word));
    }
    Err(format!("unknown value '{word}'"))
}

#[cfg(test)]
mod tests {
    use super::parse;
    use serde_json::json;

    fn passes(filter: &str) -> bool {
        let user = json!({
            "id": "a", "mail": "ada@contoso.example", "displayName": "Ada O'Neil", "accountEnabled": true, "onPremisesSyncEnabled": null,
            "createdDateTime": "2026-01-01T00:00:00Z", "proxyAddresses": ["SMTP:ada@contoso.example"],
        });
        parse(filter).unwrap().matches(&user)
    }

    #[test]
    fn filters_mean_what_they_say() {
        for (filter, expected) in [
            ("mail eq 'ADA@contoso.example'", true),
            ("displayName eq 'Ada O''Neil'", true),
            ("accountEnabled eq false or startsWith(displayName,'ada')", true),
            ("mail eq 'x' and accountEnabled eq true or id eq 'a'", true),
            ("not (id eq 'a')", false),
            ("id in ('b','a')", true),
            ("proxyAddresses/any(p:p eq 'smtp:ada@contoso.example')", true),
            ("proxyAddresses/any(p: p eq 'smtp:x')", false),
            ("createdDateTime ge 2025-12-31T23:00:00Z and createdDateTime lt 2026-02-01T00:00:00Z", true),
            ("onPremisesSyncEnabled eq null", true),
        ] {
            assert_eq!(passes(filter), expected, "{filter}");
        }
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        for filter in ["mail", "mail like 'x'", "mail eq x", "mail eq 'x", "mail eq 'x' extra", "length(mail) eq 3"] {
            assert!(parse(filter).is_err(), "{filter}");
        }
    }

    #[test]
    fn negation_is_advanced() {
        assert!(parse("id ne 'a'").unwrap().is_advanced());
        assert!(parse("not (id eq 'a')").unwrap().is_advanced());
        assert!(!parse("id eq 'a' or startswith(mail,'a')").unwrap().is_advanced());
    }
}
