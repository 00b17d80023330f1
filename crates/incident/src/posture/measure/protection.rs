//! What is looked for in mail that comes in.

use super::Measure;
use crate::facet::FacetName;
use crate::posture::answer::{Answer, Remark};
use crate::posture::estate::Estate;
use crate::tenant::mail_protection::{AntiPhishing, Preset};

/// The measures of this room.
pub(super) const MEASURES: &[Measure] = &[
    Measure {
        name: "preset-policies-on",
        remarks: &["preset-covers", "preset-none", "preset-not-for-all", "preset-without-links"],
        take: preset_policies_on,
    },
    Measure {
        name: "anti-phishing-on",
        remarks: &[
            "phishing-policy-none",
            "phishing-spoof-off",
            "phishing-dmarc-ignored",
            "phishing-users-off",
            "phishing-domains-off",
            "phishing-mailboxes-off",
        ],
        take: anti_phishing_on,
    },
    Measure {
        name: "safe-links-on",
        remarks: &["links-no-policy", "links-not-checked", "links-not-looked-at", "links-click-through", "links-reach-unknown"],
        take: safe_links_on,
    },
    Measure {
        name: "safe-attachments-on",
        remarks: &[
            "attachments-no-policy",
            "attachments-off",
            "attachments-let-through",
            "attachments-reach-unknown",
            "files-elsewhere-off",
        ],
        take: safe_attachments_on,
    },
    Measure {
        name: "malware-filter-on",
        remarks: &["malware-policy-none", "malware-files-taken", "malware-not-taken-back", "phishing-not-taken-back"],
        take: malware_filter_on,
    },
    Measure {
        name: "no-senders-waved-through",
        remarks: &["allowed-senders", "allowed-addresses", "safe-list-on"],
        take: no_senders_waved_through,
    },
    Measure { name: "external-tag-on", remarks: &["external-tag-off", "external-tag-spares"], take: external_tag_on },
];

/// The preset that is on for everybody. Where one names domains, those that mail is accepted for tell.
fn covering<'a>(estate: &Estate<'_>, presets: &'a [Preset]) -> Result<Option<&'a Preset>, Answer> {
    let found = presets.iter().find(|preset| preset.covers_all(&[]));
    if found.is_some() || !presets.iter().any(Preset::is_for_domains) {
        return Ok(found);
    }
    let accepted = &estate.dkim()?.domains;
    Ok(presets.iter().find(|preset| preset.covers_all(accepted)))
}

/// What keeps the presets from being for everybody.
fn uncovered(estate: &Estate<'_>, presets: &[Preset], none: &str) -> Result<Vec<Remark>, Answer> {
    if covering(estate, presets)?.is_some() {
        return Ok(Vec::new());
    }
    let on = presets.iter().filter(|preset| preset.on == Some(true));
    let partly: Vec<Remark> = on.map(|preset| Remark::new("preset-not-for-all").with("policy", &preset.name)).collect();
    Ok(if partly.is_empty() { vec![Remark::new(none)] } else { partly })
}

/// One of Microsoft's presets is on for everybody, for mail and, where the tenant has the licence, for links and
/// attachments.
fn preset_policies_on(estate: &Estate<'_>) -> Result<Answer, Answer> {
    let mail = &estate.mail_protection()?.presets;
    let mut lacking = uncovered(estate, mail, "preset-none")?;
    let links = estate.advanced_protection();
    let mut some = mail.iter().any(|preset| preset.on == Some(true));
    let unlicensed = Estate::is_unlicensed(&links);
    match links {
        Ok(links) => {
            some |= links.presets.iter().any(|preset| preset.on == Some(true));
            lacking.extend(uncovered(estate, &links.presets, "preset-without-links")?);
        }
        Err(unread) if lacking.is_empty() && !unlicensed => return Err(unread),
        Err(_) => {}
    }
    lacking.sort();
    lacking.dedup();
    if lacking.is_empty() {
        return Ok(Answer::met(covering(estate, mail)?.map(|preset| Remark::new("preset-covers").with("policy", &preset.name))));
    }
    Ok(Answer::lacking(lacking, some))
}

/// Forged and impersonated senders are recognised, in every policy that is on. Under a preset for everybody the other
/// policies are for nobody.
fn anti_phishing_on(estate: &Estate<'_>) -> Result<Answer, Answer> {
    let read = estate.mail_protection()?;
    let advanced = estate.advanced_protection();
    if let Ok(advanced) = &advanced
        && covering(estate, &read.presets)?.is_some()
        && covering(estate, &advanced.presets)?.is_some()
    {
        return Ok(Answer::met([]));
    }
    let on: Vec<&AntiPhishing> = read.anti_phishing.iter().filter(|policy| policy.on != Some(false)).collect();
    if on.is_empty() {
        return Ok(Answer::not_met([Remark::new("phishing-policy-none")]));
    }
    let said = |member, value| Estate::said(FacetName::MailProtection, member, value);
    let (mut lacking, mut some) = (Vec::new(), false);
    for policy in &on {
        let basic = [
            ("phishing-spoof-off", said("EnableSpoofIntelligence", policy.spoof)?),
            ("phishing-dmarc-ignored", said("HonorDmarcPolicy", policy.honours_dmarc)?),
        ];
        take(policy, &basic, &mut lacking, &mut some);
    }
    // Without the licence there is nothing to switch on: what is lacking then is the licence.
    if Estate::is_unlicensed(&advanced) {
        return if lacking.is_empty() { advanced.map(|_| Answer::met([])) } else { Ok(Answer::lacking(lacking, some)) };
    }
    for policy in &on {
        let more = [
            ("phishing-users-off", said("EnableTargetedUserProtection", policy.users)?),
            ("phishing-domains-off", said("EnableOrganizationDomainsProtection", policy.own_domains)?),
            ("phishing-mailboxes-off", said("EnableMailboxIntelligenceProtection", policy.mailbox_intelligence)?),
        ];
        take(policy, &more, &mut lacking, &mut some);
    }
    Ok(Answer::lacking(lacking, some))
}

fn take(policy: &AntiPhishing, switches: &[(&str, bool)], lacking: &mut Vec<Remark>, some: &mut bool) {
    for (code, on) in switches {
        *some |= on;
        if !on {
            lacking.push(Remark::new(code).with("policy", &policy.name));
        }
    }
}

/// A preset for everybody, or the built-in policy with everything on, and no other that asks for less. To whom another
/// applies cannot be read, so it alone is not enough.
fn safe_links_on(estate: &Estate<'_>) -> Result<Answer, Answer> {
    let read = estate.advanced_protection()?;
    if covering(estate, &read.presets)?.is_some() {
        return Ok(Answer::met([]));
    }
    let said = |member, value| Estate::said(FacetName::AdvancedProtection, member, value);
    let (mut lacking, mut good, mut for_all) = (Vec::new(), Vec::new(), false);
    for policy in &read.links {
        let remark = |code| Remark::new(code).with("policy", &policy.name);
        let wrong = [
            ("links-not-checked", !said("EnableSafeLinksForEmail", policy.in_mail)?),
            ("links-not-looked-at", !said("ScanUrls", policy.looks)?),
            ("links-click-through", said("AllowClickThrough", policy.click_through)?),
        ];
        let wrong: Vec<Remark> = wrong.into_iter().filter(|(_, is_so)| *is_so).map(|(code, _)| remark(code)).collect();
        if wrong.is_empty() {
            for_all |= policy.built_in == Some(true);
            good.push(remark("links-reach-unknown"));
        }
        lacking.extend(wrong);
    }
    if read.links.is_empty() {
        lacking.push(Remark::new("links-no-policy"));
    }
    Ok(by_reach(lacking, good, for_all))
}

/// The same for attachments; and files that never were in a mail.
fn safe_attachments_on(estate: &Estate<'_>) -> Result<Answer, Answer> {
    let read = estate.advanced_protection()?;
    let said = |member, value| Estate::said(FacetName::AdvancedProtection, member, value);
    let elsewhere = said("EnableATPForSPOTeamsODB", read.files_elsewhere)?;
    let mut missing: Vec<Remark> = (!elsewhere).then(|| Remark::new("files-elsewhere-off")).into_iter().collect();
    if covering(estate, &read.presets)?.is_some() {
        return Ok(Answer::lacking(missing, true));
    }
    let (mut good, mut for_all) = (Vec::new(), false);
    for policy in &read.attachments {
        let remark = |code| Remark::new(code).with("policy", &policy.name);
        if !said("Enable", policy.on)? {
            missing.push(remark("attachments-off"));
        } else if !said("Action", policy.keeps_back)? {
            missing.push(remark("attachments-let-through"));
        } else {
            for_all |= policy.built_in == Some(true);
            good.push(remark("attachments-reach-unknown"));
        }
    }
    if read.attachments.is_empty() {
        missing.push(Remark::new("attachments-no-policy"));
    }
    Ok(by_reach(missing, good, for_all))
}

/// Policies that are as they should be count only where one of them is for everybody.
fn by_reach(mut lacking: Vec<Remark>, good: Vec<Remark>, for_all: bool) -> Answer {
    let some = !good.is_empty();
    if !for_all {
        lacking.extend(good);
    }
    Answer::lacking(lacking, some)
}

/// Programs are refused, and what turns out to be bad is taken back, in every policy.
fn malware_filter_on(estate: &Estate<'_>) -> Result<Answer, Answer> {
    let read = estate.mail_protection()?;
    if covering(estate, &read.presets)?.is_some() {
        return Ok(Answer::met([]));
    }
    if read.malware.is_empty() {
        return Ok(Answer::not_met([Remark::new("malware-policy-none")]));
    }
    let said = |member, value| Estate::said(FacetName::MailProtection, member, value);
    let mut all = Vec::new();
    for policy in &read.malware {
        all.push(("malware-files-taken", &policy.name, said("EnableFileFilter", policy.refuses_files)?));
        all.push(("malware-not-taken-back", &policy.name, said("ZapEnabled", policy.takes_back)?));
    }
    for policy in &read.content {
        all.push(("phishing-not-taken-back", &policy.name, said("PhishZapEnabled", policy.takes_back_phishing)?));
    }
    let some = all.iter().any(|(.., on)| *on);
    let off = all.into_iter().filter(|(.., on)| !on);
    Ok(Answer::lacking(off.map(|(code, policy, _)| Remark::new(code).with("policy", policy)).collect(), some))
}

/// Nobody outside is let through unseen.
fn no_senders_waved_through(estate: &Estate<'_>) -> Result<Answer, Answer> {
    let read = estate.mail_protection()?;
    let mut lacking = Vec::new();
    let counted = |code, policy: &str, allowed: &[String]| {
        (!allowed.is_empty()).then(|| Remark::new(code).with("policy", policy).with("number", allowed.len().to_string()))
    };
    lacking.extend(read.content.iter().filter_map(|policy| counted("allowed-senders", &policy.name, &policy.allowed)));
    lacking.extend(read.connection.iter().filter_map(|policy| counted("allowed-addresses", &policy.name, &policy.allowed)));
    for policy in &read.connection {
        if Estate::said(FacetName::MailProtection, "EnableSafeList", policy.safe_list)? {
            lacking.push(Remark::new("safe-list-on").with("policy", &policy.name));
        }
    }
    Ok(Answer::lacking(lacking, false))
}

fn external_tag_on(estate: &Estate<'_>) -> Result<Answer, Answer> {
    let settings = estate.mail_settings()?;
    if !Estate::said(FacetName::MailSettings, "Enabled", settings.external_tag)? {
        return Ok(Answer::not_met([Remark::new("external-tag-off")]));
    }
    let spared = settings.external_tag_spares.iter().map(|who| Remark::new("external-tag-spares").with("who", who));
    Ok(Answer::lacking(spared.collect(), true))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{Land, check};
    use super::*;
    use crate::facet::Gap;
    use crate::tenant::advanced_protection::{AdvancedProtection, SafeAttachments, SafeLinks};
    use crate::tenant::dkim::{AcceptedDomain, Dkim};
    use crate::tenant::mail_protection::{ConnectionFilter, ContentFilter, Level, MailProtection, MalwareFilter};
    use crate::tenant::mail_settings::MailSettings;

    fn preset(on: bool, for_everybody: bool) -> Preset {
        let name = "Standard Preset Security Policy".to_owned();
        Preset { name, level: Level::Standard, on: Some(on), for_everybody, domains: Vec::new(), spares: Vec::new() }
    }

    fn mail(presets: Vec<Preset>) -> MailProtection {
        MailProtection { presets, ..MailProtection::default() }
    }

    fn links(presets: Vec<Preset>) -> AdvancedProtection {
        AdvancedProtection { presets, files_elsewhere: Some(true), ..AdvancedProtection::default() }
    }

    fn unlicensed(land: Land) -> Land {
        land.gap(FacetName::AdvancedProtection, Gap::Unlicensed { detail: "Defender for Office 365".to_owned() })
    }

    #[test]
    fn presets() {
        let land = |mail_on, links_on| {
            let all = |on: bool| if on { vec![preset(true, true)] } else { Vec::new() };
            Land::new().with(mail(all(mail_on))).with(links(all(links_on)))
        };
        check(preset_policies_on, land(true, true), "met", &["preset-covers"]);
        check(preset_policies_on, land(true, false), "partly", &["preset-without-links"]);
        check(preset_policies_on, land(false, false), "not-met", &["preset-none", "preset-without-links"]);
        check(preset_policies_on, unlicensed(Land::new().with(mail(vec![preset(true, true)]))), "met", &["preset-covers"]);
        check(
            preset_policies_on,
            unlicensed(Land::new().with(mail(vec![preset(true, false)]))),
            "partly",
            &["preset-not-for-all"],
        );
        check(preset_policies_on, unlicensed(Land::new().with(mail(vec![preset(false, true)]))), "not-met", &["preset-none"]);
        let blind = Land::new().with(mail(vec![preset(true, true)])).blind(FacetName::AdvancedProtection);
        check(preset_policies_on, blind, "not-measurable", &[]);
        check(preset_policies_on, Land::new().blind(FacetName::MailProtection), "not-measurable", &[]);
    }

    #[test]
    fn a_preset_for_every_accepted_domain_is_for_everybody() {
        let domain = |name: &str| AcceptedDomain { name: name.to_owned(), initial: None };
        let accepted = |names: &[&str]| Dkim { domains: names.iter().copied().map(domain).collect(), signing: Vec::new() };
        let named = |spares: &[&str]| Preset {
            domains: vec!["Contoso.com".to_owned(), "contoso.onmicrosoft.com".to_owned()],
            spares: spares.iter().map(|who| (*who).to_owned()).collect(),
            ..preset(true, false)
        };
        let land = |spares| Land::new().with(mail(vec![named(spares)])).with(links(vec![named(spares)]));
        let both = || accepted(&["contoso.com", "contoso.onmicrosoft.com"]);
        check(preset_policies_on, land(&[]).with(both()), "met", &["preset-covers"]);
        check(preset_policies_on, land(&["chief@contoso.com"]).with(both()), "partly", &["preset-not-for-all"]);
        let more = accepted(&["contoso.com", "contoso.onmicrosoft.com", "fabrikam.com"]);
        check(preset_policies_on, land(&[]).with(more), "partly", &["preset-not-for-all"]);
        check(preset_policies_on, land(&[]).with(accepted(&[])), "partly", &["preset-not-for-all"]);
        check(preset_policies_on, land(&[]).blind(FacetName::Dkim), "not-measurable", &[]);
    }

    fn policy(spoof: bool, users: Option<bool>) -> AntiPhishing {
        AntiPhishing {
            name: "Default".to_owned(),
            is_default: Some(true),
            on: Some(true),
            spoof: Some(spoof),
            users,
            own_domains: users,
            mailbox_intelligence: users,
            honours_dmarc: Some(true),
        }
    }

    #[test]
    fn phishing() {
        let land = |policies| Land::new().with(MailProtection { anti_phishing: policies, ..MailProtection::default() });
        let licensed = |policy| land(vec![policy]).with(links(Vec::new()));
        let impersonation = ["phishing-users-off", "phishing-domains-off", "phishing-mailboxes-off"];
        check(anti_phishing_on, licensed(policy(true, Some(true))), "met", &[]);
        check(anti_phishing_on, licensed(policy(true, Some(false))), "partly", &impersonation);
        check(anti_phishing_on, licensed(policy(true, None)), "not-measurable", &[]);
        check(anti_phishing_on, land(Vec::new()).with(links(Vec::new())), "not-met", &["phishing-policy-none"]);
        check(anti_phishing_on, unlicensed(land(vec![policy(true, Some(false))])), "not-measurable", &[]);
        check(anti_phishing_on, unlicensed(land(vec![policy(false, None)])), "partly", &["phishing-spoof-off"]);
        let covered = Land::new().with(mail(vec![preset(true, true)])).with(links(vec![preset(true, true)]));
        check(anti_phishing_on, covered, "met", &[]);
    }

    #[test]
    fn links_in_mail() {
        let policy = |name: &str, built_in, click| SafeLinks {
            name: name.to_owned(),
            built_in: Some(built_in),
            in_mail: Some(true),
            looks: Some(true),
            click_through: Some(click),
        };
        let land = |policies| Land::new().with(AdvancedProtection { links: policies, ..AdvancedProtection::default() });
        check(safe_links_on, land(vec![policy("built in", true, false)]), "met", &[]);
        check(safe_links_on, land(vec![policy("built in", true, true)]), "not-met", &["links-click-through"]);
        let both = vec![policy("built in", true, true), policy("own", false, false)];
        check(safe_links_on, land(both), "partly", &["links-click-through", "links-reach-unknown"]);
        check(safe_links_on, land(Vec::new()), "not-met", &["links-no-policy"]);
        check(safe_links_on, Land::new().with(links(vec![preset(true, true)])), "met", &[]);
        check(safe_links_on, unlicensed(Land::new()), "not-measurable", &[]);
        let unsaid = SafeLinks { looks: None, ..policy("built in", true, false) };
        check(safe_links_on, land(vec![unsaid]), "not-measurable", &[]);
    }

    #[test]
    fn attachments() {
        let policy = |on, keeps| SafeAttachments {
            name: "built in".to_owned(),
            built_in: Some(true),
            on: Some(on),
            keeps_back: Some(keeps),
        };
        let land = |policies, elsewhere| {
            Land::new().with(AdvancedProtection {
                attachments: policies,
                files_elsewhere: elsewhere,
                ..AdvancedProtection::default()
            })
        };
        check(safe_attachments_on, land(vec![policy(true, true)], Some(true)), "met", &[]);
        check(safe_attachments_on, land(vec![policy(true, true)], Some(false)), "partly", &["files-elsewhere-off"]);
        check(safe_attachments_on, land(vec![policy(false, true)], Some(true)), "not-met", &["attachments-off"]);
        check(safe_attachments_on, land(vec![policy(true, false)], Some(true)), "not-met", &["attachments-let-through"]);
        check(safe_attachments_on, land(Vec::new(), Some(true)), "not-met", &["attachments-no-policy"]);
        check(safe_attachments_on, land(Vec::new(), Some(false)), "not-met", &["files-elsewhere-off", "attachments-no-policy"]);
        check(safe_attachments_on, land(vec![policy(true, true)], None), "not-measurable", &[]);
    }

    #[test]
    fn filters() {
        let land = |files, zap, allowed: &[&str], list| {
            Land::new().with(MailProtection {
                malware: vec![MalwareFilter { name: "Default".to_owned(), refuses_files: files, takes_back: zap }],
                content: vec![ContentFilter {
                    name: "Default".to_owned(),
                    allowed: allowed.iter().map(|who| (*who).to_owned()).collect(),
                    takes_back_phishing: zap,
                }],
                connection: vec![ConnectionFilter { name: "Default".to_owned(), allowed: Vec::new(), safe_list: list }],
                ..MailProtection::default()
            })
        };
        let good = || land(Some(true), Some(true), &[], Some(false));
        check(malware_filter_on, good(), "met", &[]);
        check(malware_filter_on, land(Some(false), Some(true), &[], None), "partly", &["malware-files-taken"]);
        let none = ["malware-files-taken", "malware-not-taken-back", "phishing-not-taken-back"];
        check(malware_filter_on, land(Some(false), Some(false), &[], None), "not-met", &none);
        check(malware_filter_on, land(None, Some(true), &[], None), "not-measurable", &[]);
        check(malware_filter_on, Land::new().with(mail(Vec::new())), "not-met", &["malware-policy-none"]);
        check(no_senders_waved_through, good(), "met", &[]);
        check(no_senders_waved_through, land(None, None, &["example.net"], Some(false)), "not-met", &["allowed-senders"]);
        check(no_senders_waved_through, land(None, None, &[], Some(true)), "not-met", &["safe-list-on"]);
        check(no_senders_waved_through, land(None, None, &[], None), "not-measurable", &[]);
    }

    #[test]
    fn the_mark_for_mail_from_outside() {
        let land = |on, spares: &[&str]| {
            let external_tag_spares = spares.iter().map(|who| (*who).to_owned()).collect();
            Land::new().with(MailSettings { external_tag: on, external_tag_spares, ..MailSettings::default() })
        };
        check(external_tag_on, land(Some(true), &[]), "met", &[]);
        check(external_tag_on, land(Some(true), &["example.net"]), "partly", &["external-tag-spares"]);
        check(external_tag_on, land(Some(false), &[]), "not-met", &["external-tag-off"]);
        check(external_tag_on, land(None, &[]), "not-measurable", &[]);
    }
}
