//! The names of properties in query options.

/// Words of a filter that name nothing.
const WORDS: [&str; 14] = ["and", "or", "not", "eq", "ne", "gt", "ge", "lt", "le", "in", "has", "null", "true", "false"];

/// The names in a list such as `a,b($select=c,d),e/f,g desc`, without what stands behind them.
pub fn listed(value: &str) -> Vec<String> {
    let mut depth = 0_u32;
    let mut names = vec![String::new()];
    for sign in value.chars() {
        match sign {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => names.push(String::new()),
            _ if depth == 0 => names.iter_mut().last().into_iter().for_each(|name| name.push(sign)),
            _ => {}
        }
    }
    names.iter().map(|name| first(name.split_whitespace().next().unwrap_or_default())).collect()
}

/// The names in a filter such as `a eq 'x' and b/any(c:c/d eq 1)`: `a` and `b`. What a lambda names is not looked at.
pub fn filtered(value: &str) -> Vec<String> {
    let (mut names, mut variables) = (Vec::new(), Vec::new());
    // Between quotes stands a value; a doubled quote opens the next at once.
    for outside in value.split('\'').step_by(2) {
        let mut rest = outside;
        while let Some(begin) = rest.find(|sign: char| sign.is_ascii_alphanumeric() || sign == '_') {
            let word = &rest[begin..];
            let end = word.find(|sign: char| !(sign.is_ascii_alphanumeric() || "_-./".contains(sign))).unwrap_or(word.len());
            let (word, after) = word.split_at(end);
            rest = after;
            match (after.chars().next(), word.contains('/')) {
                (Some(':'), _) => variables.push(word),
                (Some('('), false) => {}
                _ if word.contains('-') || word.starts_with(|sign: char| sign.is_ascii_digit()) || WORDS.contains(&word) => {}
                _ => names.push(first(word)),
            }
        }
    }
    names.retain(|name| !variables.contains(&name.as_str()));
    names
}

fn first(path: &str) -> String {
    path.split('/').next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::{filtered, listed};

    #[test]
    fn names_of_a_list_are_found() {
        assert_eq!(listed("id,a($select=x,y),b/c,d desc"), ["id", "a", "b", "d"]);
    }

    #[test]
    fn names_of_a_filter_are_found_and_its_values_are_not() {
        assert_eq!(filtered("principalId eq 'a b c' and scope ne '/'"), ["principalId", "scope"]);
        assert_eq!(filtered("startswith(mail,'o''neil') or not(kind in ('x','y'))"), ["mail", "kind"]);
        assert_eq!(filtered("identities/any(c:c/issuer eq 'x') and n eq 5 and on eq true"), ["identities", "n", "on"]);
        assert_eq!(filtered("at ge 2026-11-02T09:00:00Z and id eq a1000000-0000-4000-8000-000000000001"), ["at", "id"]);
    }
}
