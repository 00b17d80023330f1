//! What a client asks before it signs in: where things are, and which keys sign.

use serde_json::{Value, json};

use super::failure::Failure;
use super::keys;
use crate::encoding;
use crate::message::{Answer, Request, Service};
use crate::world::World;

/// `/{tenant}/v2.0/.well-known/openid-configuration`.
pub fn configuration(world: &mut World, tenant: &str) -> Answer {
    let shared = ["common", "organizations", "consumers"].contains(&tenant);
    if !shared && !world.tenant.is_named(tenant) {
        return Failure::no_tenant(tenant).answer(world);
    }
    let (base, cloud) = (&world.tenant.bases.login, world.tenant.cloud);
    // The shared endpoints stay what they are: the tenant is known only when somebody has signed in.
    let id = if shared { tenant } else { world.tenant.id.as_str() };
    let issuer = if shared { "{tenantid}" } else { id };
    let graph = cloud.hosts(Service::Graph).first().copied().unwrap_or_default();
    let body = json!({
        "token_endpoint": format!("{base}/{id}/oauth2/v2.0/token"),
        "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
        "jwks_uri": format!("{base}/{id}/discovery/v2.0/keys"),
        "response_modes_supported": ["query", "fragment", "form_post"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "response_types_supported": ["code", "id_token", "code id_token", "id_token token"],
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
        "issuer": format!("{base}/{issuer}/v2.0"),
        "request_uri_parameter_supported": false,
        "userinfo_endpoint": format!("{}/oidc/userinfo", world.tenant.bases.graph),
        "authorization_endpoint": format!("{base}/{id}/oauth2/v2.0/authorize"),
        "device_authorization_endpoint": format!("{base}/{id}/oauth2/v2.0/devicecode"),
        "http_logout_supported": true,
        "frontchannel_logout_supported": true,
        "end_session_endpoint": format!("{base}/{id}/oauth2/v2.0/logout"),
        "claims_supported": ["sub", "iss", "aud", "exp", "iat", "nonce", "preferred_username", "name", "tid", "ver", "oid"],
        "tenant_region_scope": "EU",
        "cloud_instance_name": cloud.instance_name(),
        "cloud_graph_host_name": "graph.windows.net",
        "msgraph_host": graph,
    });
    Answer::json(200, &body)
}

/// `/common/discovery/instance`: which host names mean the same authority.
pub fn instance(world: &World, request: &Request) -> Answer {
    let asked = encoding::pairs(&request.query).into_iter().find(|(name, _)| name == "authorization_endpoint");
    let asked = asked.map(|(_, address)| address).unwrap_or_default();
    let tenant = asked.split('/').nth(3).filter(|tenant| !tenant.is_empty()).unwrap_or(&world.tenant.id);
    let base = &world.tenant.bases.login;
    let own = base.split_once("://").map_or(base.as_str(), |(_, host)| host);
    let hosts = world.tenant.cloud.hosts(Service::Login);
    let aliases: Vec<&str> = if hosts.contains(&own) { hosts.to_vec() } else { vec![own] };
    let metadata = json!([{"preferred_network": own, "preferred_cache": own, "aliases": aliases}]);
    let body = json!({
        "tenant_discovery_endpoint": format!("{base}/{tenant}/v2.0/.well-known/openid-configuration"),
        "api-version": "1.1",
        "metadata": metadata,
    });
    Answer::json(200, &body)
}

/// `/common/userrealm/{name}`: nobody here is federated.
pub fn user_realm(world: &World, name: &str) -> Answer {
    let domain = name.rsplit_once('@').map_or(name, |(_, domain)| domain);
    let kind = if world.tenant.is_named(domain) { "Managed" } else { "Unknown" };
    let body: Value = json!({
        "ver": "1.0", "account_type": kind, "domain_name": domain,
        "cloud_instance_name": world.tenant.cloud.instance_name(), "cloud_audience_urn": "urn:federation:MicrosoftOnline",
    });
    Answer::json(200, &body)
}

/// `/{tenant}/discovery/v2.0/keys`.
pub fn keys(world: &mut World, tenant: &str) -> Answer {
    let known = tenant == "common" || tenant == "organizations" || world.tenant.is_named(tenant);
    if known {
        Answer::json(200, &keys::published(&world.tenant.bases.login, &world.tenant.id))
    } else {
        Failure::no_tenant(tenant).answer(world)
    }
}
