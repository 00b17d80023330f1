//! What the scenario says of the domain name system: names with texts or an alias, and names that give trouble.

use super::{Place, ScenarioError};
use crate::dns::zone::{Data, Trouble, Zone};

/// Reads the names; none where the scenario says nothing, and then there is no name server.
pub fn read(place: Option<Place>) -> Result<Option<Zone>, ScenarioError> {
    let Some(place) = place else { return Ok(None) };
    let mut zone = Zone::default();
    for row in place.items()? {
        row.only(&["name", "texts", "alias", "trouble"])?;
        let name = row.get("name")?.text()?;
        zone.touch(&name);
        for text in row.list("texts")? {
            zone.add(&name, Data::Text(parts(&text)?));
        }
        if let Some(alias) = row.optional("alias") {
            zone.add(&name, Data::Alias(alias.text()?));
        }
        if let Some(trouble) = row.optional("trouble") {
            let known = Trouble::named(&trouble.text()?).ok_or_else(|| trouble.wrong("no trouble of this name is known"))?;
            zone.trouble(&name, known);
        }
    }
    Ok(Some(zone))
}

/// A text, or the parts that it is published in.
fn parts(text: &Place) -> Result<Vec<Vec<u8>>, ScenarioError> {
    if text.value.is_array() {
        return Ok(text.texts()?.into_iter().map(String::into_bytes).collect());
    }
    Ok(vec![text.text()?.into_bytes()])
}
