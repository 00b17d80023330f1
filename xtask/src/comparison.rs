//! `docs/comparison.toml`: what others' published checks look at beside the items of the roadmap. It is documentation, and so no
//! program embeds it.
//!
//! Invariant: an id that an item names is one that was published, and each published one is named by an item or has a reason why not.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use toml::Value;

const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/comparison.toml");

/// The comparison.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Comparison {
    source: Vec<Source>,
    catalogue: Catalogue,
    item: Vec<Compared>,
    uncovered: Vec<Uncovered>,
}

/// Where it was read, and of what date.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Source {
    name: String,
    read: String,
}

/// Ids that were published.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Catalogue {
    scuba: BTreeSet<String>,
    maester: BTreeSet<String>,
}

/// An item beside others' checks.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Compared {
    id: String,
    theirs: String,
    ours: String,
}

/// Checks that no item covers.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Uncovered {
    checks: Vec<String>,
    what: String,
    verdict: String,
    because: String,
}

/// Reads it, and holds it against the items.
pub fn read(items: &[Value]) -> Result<Comparison> {
    let text = fs::read_to_string(PATH).with_context(|| format!("{PATH} could not be read"))?;
    let read: Comparison = toml::from_str(&text).with_context(|| format!("{PATH} was not understood"))?;
    let wrong = read.wrong(&named(items));
    if !wrong.is_empty() {
        bail!("docs/comparison.toml does not fit the roadmap:\n{}", wrong.join("\n"));
    }
    Ok(read)
}

/// The ids of checks that each item names.
fn named(items: &[Value]) -> BTreeMap<String, Vec<String>> {
    let ids = |item: &Value, of: &str| -> Vec<String> {
        let list = item.get("references").and_then(|all| all.get(of)).and_then(Value::as_array);
        list.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
    };
    let id = |item: &Value| item.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
    items.iter().map(|item| (id(item), [ids(item, "scuba"), ids(item, "maester")].concat())).collect()
}

impl Comparison {
    /// Everything that does not fit.
    fn wrong(&self, named: &BTreeMap<String, Vec<String>>) -> Vec<String> {
        let published: BTreeSet<&String> = self.catalogue.scuba.union(&self.catalogue.maester).collect();
        let uncovered: BTreeSet<&String> = self.uncovered.iter().flat_map(|row| &row.checks).collect();
        let compared: BTreeSet<&String> = self.item.iter().map(|item| &item.id).collect();
        let by_items: BTreeSet<&String> = named.values().flatten().collect();
        let mut wrong = Vec::new();
        for (item, checks) in named {
            let unknown = checks.iter().filter(|check| !published.contains(check));
            wrong.extend(unknown.map(|check| format!("{item} names {check}, which is in no list")));
            if !checks.is_empty() && !compared.contains(item) {
                wrong.push(format!("{item} names others' checks and is not compared"));
            }
        }
        wrong.extend(compared.iter().filter(|id| !named.contains_key(**id)).map(|id| format!("there is no item {id}")));
        let neither = published.iter().filter(|check| !by_items.contains(**check) && !uncovered.contains(**check));
        wrong.extend(neither.map(|check| format!("{check} is named by no item, and there is no reason why not")));
        wrong.extend(
            by_items.intersection(&uncovered).map(|check| format!("{check} is named by an item and said to be uncovered")),
        );
        wrong
    }

    /// The sections of the page.
    pub fn sections(&self) -> String {
        let mut page = String::from(
            "\n## Beside SCuBA and Maester\n\nWhat each looks at that the other does not, for the items that have a published check. Theirs look at one \
             setting and say pass or fail; the general differences stand at the top and are not repeated.\n\n\
             | item | theirs, and not ours | ours, and not theirs |\n|---|---|---|\n",
        );
        for Compared { id, theirs, ours } in &self.item {
            let _ = writeln!(page, "| `{id}` | {theirs} | {ours} |");
        }
        page.push_str("\n## Published checks that no item covers\n\n| checks | what | | because |\n|---|---|---|---|\n");
        for Uncovered { checks, what, verdict, because } in &self.uncovered {
            let _ = writeln!(page, "| {} | {what} | {verdict} | {because} |", checks.join(", "));
        }
        page.push_str("\n## What was read\n\n");
        for Source { name, read } in &self.source {
            let _ = writeln!(page, "- **{name}**: {read}");
        }
        page
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn small() -> Comparison {
        let set = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect();
        Comparison {
            source: Vec::new(),
            catalogue: Catalogue { scuba: set(&["S.1", "S.2"]), maester: set(&["M.1"]) },
            item: vec![Compared { id: "one".to_owned(), theirs: "a".to_owned(), ours: "b".to_owned() }],
            uncovered: vec![Uncovered {
                checks: vec!["S.2".to_owned()],
                what: "c".to_owned(),
                verdict: "later".to_owned(),
                because: "d".to_owned(),
            }],
        }
    }

    fn items(of: &[(&str, &[&str])]) -> BTreeMap<String, Vec<String>> {
        let owned = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect();
        of.iter().map(|(id, checks)| ((*id).to_owned(), owned(checks))).collect()
    }

    #[test]
    fn each_published_check_has_an_item_or_a_reason() {
        assert_eq!(small().wrong(&items(&[("one", &["S.1", "M.1"]), ("two", &[])])), Vec::<String>::new());
        let wrong = |of: &[(&str, &[&str])]| small().wrong(&items(of)).len();
        assert_eq!(wrong(&[("one", &["S.1"])]), 1, "M.1 has neither");
        assert_eq!(wrong(&[("one", &["S.1", "M.1", "M.9"])]), 1, "M.9 was never published");
        assert_eq!(wrong(&[("one", &["S.1", "M.1", "S.2"])]), 1, "S.2 has both");
        assert_eq!(wrong(&[("one", &["S.1"]), ("two", &["M.1"])]), 1, "two is not compared");
        assert_eq!(wrong(&[("other", &["S.1", "M.1"])]), 2, "other is not compared, and there is no one");
    }

    #[test]
    fn the_comparison_fits_the_roadmap() {
        let items = crate::roadmap_page::items().expect("the roadmap");
        assert!(read(&items).expect("whole").sections().contains("`audit-log-on`"));
    }
}
