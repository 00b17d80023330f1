//! What the service itself counts, sells and trusts: its score, licences, and places where people sign in.

use super::Measure;
use crate::posture::answer::{Answer, Remark};
use crate::posture::estate::Estate;
use crate::tenant::federation::{SecondFactorTrust, SignInAt, SignInDomain};
use crate::tenant::licences::Plan;

/// The measures of this room.
pub(super) const MEASURES: &[Measure] = &[
    Measure { name: "score-noted", remarks: &["score", "no-score"], take: score_noted },
    Measure { name: "score-recommendations", remarks: &["score-to-be-had"], take: score_recommendations },
    Measure { name: "records-for-a-year", remarks: &["records-for-a-year", "records-for-half-a-year"], take: records_for_a_year },
    Measure { name: "cloud-apps-watched", remarks: &["no-cloud-apps-licence"], take: cloud_apps_watched },
    Measure {
        name: "federation-guarded",
        remarks: &["no-federation", "second-factor-elsewhere", "sign-in-unknown"],
        take: federation_guarded,
    },
];

/// So many recommendations are told: the next ones come up when these are done.
const TOLD_MOST: usize = 10;

fn points(hundredths: u64) -> String {
    format!("{}.{:02}", hundredths / 100, hundredths % 100).trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn score_noted(estate: &Estate<'_>) -> Result<Answer, Answer> {
    let Some(score) = &estate.secure_score()?.latest else { return Ok(Answer::not_met([Remark::new("no-score")])) };
    let remark = Remark::new("score")
        .with("per-cent", score.per_cent().to_string())
        .with("reached", points(score.reached))
        .with("most", points(score.most))
        .with("date", score.at.strftime("%F").to_string());
    Ok(Answer::met([remark]))
}

fn score_recommendations(estate: &Estate<'_>) -> Result<Answer, Answer> {
    let score = estate.secure_score()?;
    let latest = Estate::said(crate::facet::FacetName::SecureScore, "a score", score.latest.as_ref())?;
    let told = score.open.iter().take(TOLD_MOST);
    let remarks = told.map(|open| Remark::new("score-to-be-had").with("title", &open.title).with("points", points(open.missing)));
    Ok(Answer::lacking(remarks.collect(), latest.reached > 0))
}

fn records_for_a_year(estate: &Estate<'_>) -> Result<Answer, Answer> {
    Ok(if estate.licences()?.has(Plan::AuditPremium) {
        Answer::met([Remark::new("records-for-a-year")])
    } else {
        Answer::not_met([Remark::new("records-for-half-a-year")])
    })
}

/// Without a licence it is not so; with one, nobody but a person knows whether it is connected and looked at.
fn cloud_apps_watched(estate: &Estate<'_>) -> Result<Answer, Answer> {
    let licences = estate.licences()?;
    let has = licences.has(Plan::CloudApps) || licences.has(Plan::CloudAppsOffice);
    Ok(if has { Answer::Open } else { Answer::not_met([Remark::new("no-cloud-apps-licence")]) })
}

/// Where no domain signs in elsewhere there is nothing to guard. Where one does, the second factor is to be asked for
/// here, and a person has to say how the place itself is kept.
fn federation_guarded(estate: &Estate<'_>) -> Result<Answer, Answer> {
    let domains = &estate.federation()?.domains;
    let elsewhere = || domains.iter().filter(|domain| matches!(domain.sign_in, SignInAt::Elsewhere(_)));
    let unknown = domains.iter().filter(|domain| matches!(domain.sign_in, SignInAt::Other(_)));
    let mut lacking: Vec<Remark> = unknown.map(|domain| Remark::new("sign-in-unknown").with("domain", &domain.name)).collect();
    if lacking.is_empty() && elsewhere().next().is_none() {
        return Ok(Answer::NotApplicable { seen: vec![Remark::new("no-federation")] });
    }
    lacking.extend(
        elsewhere()
            .filter(|domain| !refuses(domain))
            .map(|domain| Remark::new("second-factor-elsewhere").with("domain", &domain.name)),
    );
    Ok(if lacking.is_empty() { Answer::Open } else { Answer::Partly { lacking } })
}

fn refuses(domain: &SignInDomain) -> bool {
    match &domain.sign_in {
        SignInAt::Elsewhere(trusts) => {
            !trusts.is_empty() && trusts.iter().all(|trust| trust.second_factor == Some(SecondFactorTrust::Refused))
        }
        _ => false,
    }
}
