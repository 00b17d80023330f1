//! `/security/secureScores` and `/security/secureScoreControlProfiles`.

use std::collections::BTreeMap;

use regain_incident::tenant::secure_score::{OpenControl, Score, SecureScore};
use regain_ports::{ProviderError, Seen};
use serde_json::Value;

use super::super::{text, time};
use super::{Graph, flag, needed, rows_of};
use crate::call::Doing;

const READ: Doing = Doing { what: "read the Secure Score", needs: "SecurityEvents.Read.All" };

impl Graph {
    pub(super) async fn secure_score(&self) -> Result<Seen<SecureScore>, ProviderError> {
        // The newest comes first, one a day; its list goes on for 90 days.
        let (body, raw) = self.object(READ, "security/secureScores?$top=1").await?;
        let scores = needed(READ, "value", body.get("value").and_then(Value::as_array))?;
        let profiles = self.rows(READ, "security/secureScoreControlProfiles").await?;
        let Some(newest) = scores.iter().max_by_key(|row| time(row, "createdDateTime")) else {
            return Ok(Seen::new(SecureScore::default(), [raw, profiles.raw].concat()));
        };
        let at = needed(READ, "createdDateTime", time(newest, "createdDateTime"))?;
        let reached = needed(READ, "currentScore", hundredths(newest, "currentScore"))?;
        let most = needed(READ, "maxScore", hundredths(newest, "maxScore"))?;
        let score = SecureScore { latest: Some(Score { at, reached, most }), open: open(newest, &profiles.rows) };
        Ok(Seen::new(score, [raw, profiles.raw].concat()))
    }
}

/// What would raise the score: counted controls with points left, that nobody has set aside.
fn open(score: &Value, profiles: &[Value]) -> Vec<OpenControl> {
    let reached: BTreeMap<&str, u64> = rows_of(score, "controlScores")
        .iter()
        .filter_map(|row| Some((text(row, "controlName")?, hundredths(row, "score")?)))
        .collect();
    let mut open: Vec<(u64, OpenControl)> = profiles
        .iter()
        .filter(|profile| flag(profile, "deprecated") != Some(true) && !is_set_aside(profile))
        .filter_map(|profile| {
            let id = text(profile, "id")?;
            let missing = hundredths(profile, "maxScore")?.saturating_sub(*reached.get(id)?);
            let title = text(profile, "title").unwrap_or(id).to_owned();
            let rank = profile.get("rank").and_then(Value::as_u64).unwrap_or(u64::MAX);
            (missing > 0).then(|| (rank, OpenControl { id: id.to_owned(), title, missing }))
        })
        .collect();
    open.sort_by(|(rank, one), (other_rank, other)| (other.missing, rank, &one.id).cmp(&(one.missing, other_rank, &other.id)));
    open.into_iter().map(|(_, control)| control).collect()
}

/// Somebody said that it does not count here. The last word is the last in the list.
fn is_set_aside(profile: &Value) -> bool {
    let last = rows_of(profile, "controlStateUpdates").last().and_then(|update| text(update, "state"));
    last.is_some_and(|state| ["ignored", "thirdParty", "reviewed"].iter().any(|word| state.eq_ignore_ascii_case(word)))
}

/// A number of points in hundredths; none if it is no number that points can be.
fn hundredths(row: &Value, member: &str) -> Option<u64> {
    let points = row.get(member)?.as_f64()? * 100.0;
    (0.0..1e12).contains(&points).then(|| {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range was just checked")]
        let whole = points.round() as u64;
        whole
    })
}
