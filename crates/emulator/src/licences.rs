//! Products that a tenant can own, and the service plans in them that decide what it can do.
//!
//! Facts from Microsoft's public table of product names and service plan identifiers. A table.

use serde_json::{Value, json};

/// `(service plan name, service plan id)`.
const PLANS: &[(&str, &str)] = &[
    ("EXCHANGE_S_FOUNDATION", "113feb6c-3fe4-4440-bddc-54d774bf0318"),
    ("EXCHANGE_S_STANDARD", "9aaf7827-d63c-4b61-89c3-182f06f82e5c"),
    ("INTUNE_A", "c1ec4a95-1f05-45b3-a911-aa3fa01094f5"),
    ("MFA_PREMIUM", "8a256a2b-b617-496d-b51b-e76466e88db0"),
    ("AAD_PREMIUM", "41781fb2-bc02-4b7c-bd55-b576c07bb09d"),
    ("ATA", "14ab5db5-e6c4-4b20-b4bc-13e36fd2227f"),
    ("AAD_PREMIUM_P2", "eec0eb4f-6444-4f95-aba0-50c24d67f998"),
    ("ADALLOM_S_STANDALONE", "2e2ddb96-6af9-4b1d-a3f0-d6ecfd22edb2"),
    ("EXCHANGE_S_ENTERPRISE", "efb87545-963c-4e0d-99df-69c6916d9eb0"),
    ("EXCHANGE_S_DESKLESS", "4a82b400-a79f-41a4-b4e2-e94f5787b113"),
    ("ADALLOM_S_O365", "8c098270-9dd4-4350-9b30-ba4703f3b36b"),
    ("EQUIVIO_ANALYTICS", "4de31727-a228-4ec3-a5bf-8e45b5ca48cc"),
    ("WINDEFATP", "871d91ec-ec1a-452b-a83f-bd76c7d770ef"),
    ("M365_ADVANCED_AUDITING", "2f442157-a11c-46b9-ae5b-6e39ff4e5849"),
    ("LOCKBOX_ENTERPRISE", "9f431833-0334-42de-a7dc-70aa40db46db"),
    ("MTP", "bf28f719-7844-4079-9c78-c1307898e192"),
    ("THREAT_INTELLIGENCE", "8e0c0a52-6a6c-4d40-8370-dd62790dcd70"),
    ("ATP_ENTERPRISE", "f20fedf3-f3c3-43c3-8267-2bfdd51c0939"),
    ("Entra_Identity_Governance", "e866a266-3cff-43a3-acca-0c90a7e00c8b"),
];

/// `(SKU part number, SKU id, service plans)`.
const PRODUCTS: &[(&str, &str, &[&str])] = &[
    (
        "SPE_E5",
        "06ebc4ee-1bb5-47dd-8120-11324bc54e06",
        &[
            "AAD_PREMIUM",
            "AAD_PREMIUM_P2",
            "ADALLOM_S_O365",
            "ADALLOM_S_STANDALONE",
            "ATA",
            "ATP_ENTERPRISE",
            "EQUIVIO_ANALYTICS",
            "EXCHANGE_S_ENTERPRISE",
            "INTUNE_A",
            "LOCKBOX_ENTERPRISE",
            "M365_ADVANCED_AUDITING",
            "MFA_PREMIUM",
            "MTP",
            "THREAT_INTELLIGENCE",
            "WINDEFATP",
        ],
    ),
    (
        "SPE_E3",
        "05e9a617-0261-4cee-bb44-138d3ef5d965",
        &["AAD_PREMIUM", "ATP_ENTERPRISE", "EXCHANGE_S_ENTERPRISE", "INTUNE_A", "MFA_PREMIUM"],
    ),
    ("ENTERPRISEPACK", "6fd2c87f-b296-42f0-b197-1e91e994b900", &["ATP_ENTERPRISE", "EXCHANGE_S_ENTERPRISE"]),
    (
        "ENTERPRISEPREMIUM",
        "c7df2760-2c81-4ef7-b578-5b5392b571df",
        &[
            "ADALLOM_S_O365",
            "ATP_ENTERPRISE",
            "EQUIVIO_ANALYTICS",
            "EXCHANGE_S_ENTERPRISE",
            "LOCKBOX_ENTERPRISE",
            "M365_ADVANCED_AUDITING",
            "MTP",
            "THREAT_INTELLIGENCE",
        ],
    ),
    ("STANDARDPACK", "18181a46-0d4e-45cd-891e-60aabd171b4e", &["EXCHANGE_S_STANDARD"]),
    (
        "SPB",
        "cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46",
        &["AAD_PREMIUM", "ATP_ENTERPRISE", "EXCHANGE_S_FOUNDATION", "EXCHANGE_S_STANDARD", "INTUNE_A", "MFA_PREMIUM"],
    ),
    ("O365_BUSINESS_PREMIUM", "f245ecc8-75af-4f8e-b61f-27d8114de5f3", &["EXCHANGE_S_STANDARD"]),
    ("O365_BUSINESS_ESSENTIALS", "3b555118-da6a-4418-894f-7df1e2096870", &["EXCHANGE_S_STANDARD"]),
    ("EXCHANGESTANDARD", "4b9405b0-7788-4568-add1-99614e613b69", &["EXCHANGE_S_STANDARD"]),
    ("EXCHANGEENTERPRISE", "19ec0d23-8335-4cbd-94ac-6050e30712fa", &["EXCHANGE_S_ENTERPRISE"]),
    ("EXCHANGEDESKLESS", "80b2d799-d2ba-4d2a-8842-fb0d0f3a4b82", &["EXCHANGE_S_DESKLESS"]),
    ("AAD_PREMIUM", "078d2b04-f1bd-4111-bbd4-b4b1b354cef4", &["AAD_PREMIUM", "EXCHANGE_S_FOUNDATION", "MFA_PREMIUM"]),
    (
        "AAD_PREMIUM_P2",
        "84a661c4-e949-4bd2-a560-ed7766fcaf2b",
        &["AAD_PREMIUM", "AAD_PREMIUM_P2", "EXCHANGE_S_FOUNDATION", "MFA_PREMIUM"],
    ),
    ("SPE_F1", "66b55226-6b4f-492c-910c-a3b7a3c9d993", &["AAD_PREMIUM", "EXCHANGE_S_DESKLESS", "INTUNE_A", "MFA_PREMIUM"]),
    (
        "DEVELOPERPACK_E5",
        "c42b9cae-ea4f-4ab7-9717-81576235ccac",
        &[
            "AAD_PREMIUM",
            "AAD_PREMIUM_P2",
            "ADALLOM_S_O365",
            "ADALLOM_S_STANDALONE",
            "ATA",
            "ATP_ENTERPRISE",
            "EQUIVIO_ANALYTICS",
            "EXCHANGE_S_ENTERPRISE",
            "INTUNE_A",
            "LOCKBOX_ENTERPRISE",
            "M365_ADVANCED_AUDITING",
            "MFA_PREMIUM",
            "MTP",
            "THREAT_INTELLIGENCE",
        ],
    ),
    ("EMS", "efccb6f7-5641-4e0e-bd10-b4976e1bf68e", &["AAD_PREMIUM", "EXCHANGE_S_FOUNDATION", "INTUNE_A", "MFA_PREMIUM"]),
    (
        "EMSPREMIUM",
        "b05e124f-c7cc-45a0-a6aa-8cf78c946968",
        &["AAD_PREMIUM", "AAD_PREMIUM_P2", "ADALLOM_S_STANDALONE", "ATA", "EXCHANGE_S_FOUNDATION", "INTUNE_A", "MFA_PREMIUM"],
    ),
    (
        "IDENTITY_THREAT_PROTECTION",
        "26124093-3d78-432b-b5dc-48bf992543d5",
        &["AAD_PREMIUM_P2", "ADALLOM_S_STANDALONE", "ATA", "ATP_ENTERPRISE", "MTP", "THREAT_INTELLIGENCE", "WINDEFATP"],
    ),
    ("ATP_ENTERPRISE", "4ef96642-f096-40de-a3e9-d83fb2f90211", &["ATP_ENTERPRISE"]),
    ("THREAT_INTELLIGENCE", "3dd6cf57-d688-4eed-ba52-9e40b5468c3e", &["ATP_ENTERPRISE", "MTP", "THREAT_INTELLIGENCE"]),
    ("FLOW_FREE", "f30db892-07e9-47e9-837c-80727f46fd3d", &["EXCHANGE_S_FOUNDATION"]),
];

/// Whether a SKU part number is known here.
pub fn is_known(sku: &str) -> bool {
    PRODUCTS.iter().any(|(name, ..)| *name == sku)
}

/// The service plans of a SKU.
pub fn plans(sku: &str) -> &'static [&'static str] {
    PRODUCTS.iter().find(|(name, ..)| *name == sku).map_or(&[], |(_, _, plans)| plans)
}

/// A SKU as `subscribedSkus` shows it.
pub fn subscribed_sku(tenant_id: &str, tenant_name: &str, sku: &str) -> Option<Value> {
    let (name, sku_id, plans) = PRODUCTS.iter().find(|(name, ..)| *name == sku)?;
    Some(json!({
        "id": format!("{tenant_id}_{sku_id}"),
        "accountId": tenant_id,
        "accountName": tenant_name,
        "appliesTo": "User",
        "capabilityStatus": "Enabled",
        "consumedUnits": 12,
        "skuId": sku_id,
        "skuPartNumber": name,
        "subscriptionIds": [crate::seed::named_uuid(&format!("subscription/{name}"))],
        "prepaidUnits": {"enabled": 25, "suspended": 0, "warning": 0, "lockedOut": 0},
        "servicePlans": plans.iter().filter_map(|plan| service_plan(plan)).collect::<Vec<_>>(),
    }))
}

fn service_plan(plan: &str) -> Option<Value> {
    let (name, id) = PLANS.iter().find(|(name, _)| *name == plan)?;
    Some(json!({"servicePlanId": id, "servicePlanName": name, "provisioningStatus": "Success", "appliesTo": "User"}))
}
