//! Licence expressions (SPDX), as far as crates write them: names, `AND`, `OR`, `WITH`, brackets,
//! and the old slash that means `OR`.

/// Whether a person who accepts exactly what `accepts` says may use something under `expression`.
pub fn allows(expression: &str, accepts: &dyn Fn(&str) -> bool) -> bool {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut at = 0;
    either(&words, &mut at, accepts).is_some_and(|allowed| allowed && at == words.len())
}

fn either(words: &[&str], at: &mut usize, accepts: &dyn Fn(&str) -> bool) -> Option<bool> {
    let mut allowed = both(words, at, accepts)?;
    while words.get(*at) == Some(&"OR") {
        *at += 1;
        allowed |= both(words, at, accepts)?;
    }
    Some(allowed)
}

fn both(words: &[&str], at: &mut usize, accepts: &dyn Fn(&str) -> bool) -> Option<bool> {
    let mut allowed = one(words, at, accepts)?;
    while words.get(*at) == Some(&"AND") {
        *at += 1;
        allowed &= one(words, at, accepts)?;
    }
    Some(allowed)
}

fn one(words: &[&str], at: &mut usize, accepts: &dyn Fn(&str) -> bool) -> Option<bool> {
    let word = *words.get(*at)?;
    *at += 1;
    if word == "(" {
        let allowed = either(words, at, accepts)?;
        *at += 1;
        return (words.get(*at - 1) == Some(&")")).then_some(allowed);
    }
    if matches!(word, ")" | "AND" | "OR" | "WITH") {
        return None;
    }
    if words.get(*at) != Some(&"WITH") {
        return Some(accepts(word));
    }
    let exception = words.get(*at + 1)?;
    *at += 2;
    Some(accepts(&format!("{word} WITH {exception}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(expression: &str, expected: bool) {
        let accepts = |name: &str| matches!(name, "MIT" | "Apache-2.0" | "Unicode-3.0" | "Apache-2.0 WITH LLVM-exception");
        assert_eq!(allows(expression, &accepts), expected, "{expression}");
    }

    #[test]
    fn one_acceptable_way_is_enough() {
        check("MIT", true);
        check("GPL-2.0-only", false);
        check("MIT OR GPL-2.0-only", true);
        check("Apache-2.0 / MIT", true);
        check("(MIT OR Apache-2.0) AND Unicode-3.0", true);
        check("(MIT OR Apache-2.0) AND GPL-2.0-only", false);
        check("Apache-2.0 WITH LLVM-exception OR Apache-2.0 OR MIT", true);
        check("GPL-2.0-only WITH Classpath-exception-2.0", false);
        check("MIT AND GPL-2.0-only OR Apache-2.0", true);
    }

    #[test]
    fn what_is_not_understood_is_not_allowed() {
        for broken in ["", "MIT OR", "(MIT", "MIT)", "AND MIT", "MIT Apache-2.0"] {
            check(broken, false);
        }
    }
}
