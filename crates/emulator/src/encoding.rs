//! Percent encoding and form parsing, as the services read them.
//!
//! Invariant: decoding never fails. What is not a valid escape stays as it came, as the front ends do it.

/// Encodes everything but unreserved characters.
pub fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push('%');
            out.push_str(&hex::encode_upper([byte]));
        }
    }
    out
}

/// Decodes `%xx`; a plus stays a plus.
pub fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        if let Some(byte) = escape(&bytes[at..]) {
            out.push(byte);
            at += 3;
        } else {
            out.push(bytes[at]);
            at += 1;
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

fn escape(rest: &[u8]) -> Option<u8> {
    let [b'%', high, low, ..] = rest else { return None };
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|value| u8::try_from(value).ok());
    Some(digit(*high)? * 16 + digit(*low)?)
}

/// Decodes a query or form: pairs in order, plus means space.
pub fn pairs(text: &str) -> Vec<(String, String)> {
    text.split('&')
        .filter(|part| !part.is_empty())
        .map(|part| {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            (decode(&name.replace('+', " ")), decode(&value.replace('+', " ")))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{decode, encode, pairs};

    #[test]
    fn what_is_encoded_comes_back() {
        let text = "ada+x@contoso.example 'ü'%";
        assert_eq!(decode(&encode(text)), text);
    }

    #[test]
    fn a_broken_escape_stays() {
        assert_eq!(decode("100%zz%4"), "100%zz%4");
    }

    #[test]
    fn names_are_decoded_too() {
        assert_eq!(pairs("%24top=2&x=a+b"), [("$top".to_owned(), "2".to_owned()), ("x".to_owned(), "a b".to_owned())]);
    }
}
