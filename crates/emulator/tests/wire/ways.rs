//! The ways to sign in: what each takes, and what each refuses.

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair as RsaKeyPair;
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256, RSA_PSS_SHA256, RsaEncoding};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE, URL_SAFE_NO_PAD};
use regain_emulator::message::{Answer, Request, Service};
use serde_json::{Value, json};

use crate::common::{ADA, ADMIN, APP, AZURE_CLI, PASSWORD, Run, TENANT, number};

const BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const GRAPH: &str = "https://graph.microsoft.com/.default";
const LOOPBACK: &str = "http://localhost:8400";

/// A key with its certificate.
struct Signer {
    pem: String,
    der: Vec<u8>,
    key: RsaKeyPair,
}

impl Signer {
    fn new(from: i32, to: i32) -> Self {
        let pair = rcgen::KeyPair::generate_for(&rcgen::PKCS_RSA_SHA256).unwrap();
        let mut parameters = rcgen::CertificateParams::new(vec!["app.example".to_owned()]).unwrap();
        parameters.not_before = rcgen::date_time_ymd(from, 1, 1);
        parameters.not_after = rcgen::date_time_ymd(to, 1, 1);
        let certificate = parameters.self_signed(&pair).unwrap();
        let key = RsaKeyPair::from_pkcs8(&pair.serialize_der()).unwrap();
        Self { pem: certificate.pem(), der: certificate.der().to_vec(), key }
    }

    fn sign(&self, padding: &'static dyn RsaEncoding, header: &Value, claims: &Value) -> String {
        let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(header.to_string()), URL_SAFE_NO_PAD.encode(claims.to_string()));
        let mut signature = vec![0; self.key.public_modulus_len()];
        self.key.sign(padding, &SystemRandom::new(), signed.as_bytes(), &mut signature).unwrap();
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    fn sha1(&self) -> String {
        URL_SAFE_NO_PAD.encode(digest(&SHA1_FOR_LEGACY_USE_ONLY, &self.der))
    }

    fn sha256(&self) -> String {
        URL_SAFE_NO_PAD.encode(digest(&SHA256, &self.der))
    }
}

fn registered(signer: &Signer) -> Run {
    Run::with(|scenario| scenario["callers"][0]["certificates"] = json!([signer.pem]))
}

/// The endpoint as discovery names it.
fn endpoint(run: &mut Run) -> String {
    let found = run.send(&Request::new(Service::Login, "GET", &format!("/{TENANT}/v2.0/.well-known/openid-configuration")));
    found.value()["token_endpoint"].as_str().unwrap().to_owned()
}

fn claims(run: &mut Run) -> Value {
    let (aud, now) = (endpoint(run), run.world.now.as_second());
    json!({"aud": aud, "iss": APP, "sub": APP, "jti": "one", "nbf": now, "iat": now, "exp": now + 300})
}

fn present(run: &mut Run, assertion: &str) -> Answer {
    run.app_token(&[("client_assertion_type", BEARER), ("client_assertion", assertion), ("scope", GRAPH)])
}

#[test]
fn an_assertion_is_taken_in_every_form_that_clients_send() {
    let signer = Signer::new(2026, 2028);
    let mut run = registered(&signer);
    let claims = claims(&mut run);
    let padded = URL_SAFE.encode(digest(&SHA1_FOR_LEGACY_USE_ONLY, &signer.der));
    let mut fraction = claims.clone();
    fraction["exp"] = json!(1_793_610_300.5);
    let bare = STANDARD.encode(&signer.der);
    let wrapped: Vec<String> = bare.as_bytes().chunks(64).map(|line| String::from_utf8_lossy(line).into_owned()).collect();
    let forms: [(&'static dyn RsaEncoding, Value, &Value); 7] = [
        (&RSA_PKCS1_SHA256, json!({"alg": "RS256", "typ": "JWT", "x5t": signer.sha1()}), &claims),
        (&RSA_PKCS1_SHA256, json!({"alg": "RS256", "typ": "JWT", "x5t": padded}), &claims),
        (&RSA_PSS_SHA256, json!({"alg": "PS256", "typ": "JWT", "x5t#S256": signer.sha256()}), &claims),
        (&RSA_PKCS1_SHA256, json!({"alg": "RS256", "x5t": signer.sha1(), "x5c": [bare]}), &claims),
        (&RSA_PKCS1_SHA256, json!({"alg": "RS256", "x5t": signer.sha1(), "x5c": signer.pem}), &claims),
        (&RSA_PSS_SHA256, json!({"alg": "PS256", "x5c": [wrapped.join("\n")]}), &claims),
        (&RSA_PSS_SHA256, json!({"alg": "PS256", "x5t#S256": signer.sha256()}), &fraction),
    ];
    for (padding, header, claims) in forms {
        let answer = present(&mut run, &signer.sign(padding, &header, claims));
        assert_eq!(answer.status, 200, "{header} {claims}: {}", answer.value());
    }
}

#[test]
fn an_assertion_is_refused_for_what_is_wrong_with_it() {
    let (signer, stranger) = (Signer::new(2026, 2028), Signer::new(2026, 2028));
    let mut run = registered(&signer);
    let good = claims(&mut run);
    let with = |name: &str, value: Value| {
        let mut claims = good.clone();
        claims[name] = value;
        claims
    };
    let header = json!({"alg": "PS256", "typ": "JWT", "x5t#S256": signer.sha256()});
    let unsigned = signer.sign(&RSA_PSS_SHA256, &json!({"alg": "none", "x5t#S256": signer.sha256()}), &good);
    let wrong = [
        (700_027, stranger.sign(&RSA_PSS_SHA256, &json!({"alg": "PS256", "x5t#S256": stranger.sha256()}), &good)),
        (700_027, stranger.sign(&RSA_PSS_SHA256, &header, &good)),
        (700_027, signer.sign(&RSA_PKCS1_SHA256, &header, &good)),
        (700_027, signer.sign(&RSA_PSS_SHA256, &json!({"alg": "PS256"}), &good)),
        (700_027, unsigned),
        (700_023, signer.sign(&RSA_PSS_SHA256, &header, &with("aud", json!("https://login.microsoftonline.com/")))),
        (700_024, signer.sign(&RSA_PSS_SHA256, &header, &with("exp", json!(1_600_000_000)))),
        (700_021, signer.sign(&RSA_PSS_SHA256, &header, &with("sub", json!(AZURE_CLI)))),
        (50_027, "no.token".to_owned()),
    ];
    for (code, assertion) in wrong {
        let answer = present(&mut run, &assertion);
        assert_eq!((answer.status, number(&answer)), (401, code), "{}", answer.value());
        assert_eq!(answer.value()["error"], "invalid_client");
    }
}

#[test]
fn a_certificate_that_has_ended_signs_nothing() {
    let signer = Signer::new(2020, 2021);
    let mut run = registered(&signer);
    let claims = claims(&mut run);
    let assertion = signer.sign(&RSA_PSS_SHA256, &json!({"alg": "PS256", "x5t#S256": signer.sha256()}), &claims);
    assert_eq!(number(&present(&mut run, &assertion)), 700_027);
}

#[test]
fn a_federated_token_is_taken_from_the_trusted_issuer_alone() {
    let (issuer, stranger) = (Signer::new(2026, 2028), Signer::new(2026, 2028));
    let trusted = json!({"issuer": "https://token.actions.example", "subject": "repo:contoso/ops:ref:refs/heads/main", "keys": key_set(&issuer)});
    let mut run = Run::with(|scenario| scenario["callers"][0]["federated"] = json!([trusted]));
    let now = run.world.now.as_second();
    let good = json!({
        "iss": "https://token.actions.example", "sub": "repo:contoso/ops:ref:refs/heads/main", "aud": "api://AzureADTokenExchange",
        "nbf": now, "exp": now + 300
    });
    let header = json!({"alg": "RS256", "typ": "JWT", "kid": "1"});
    let answer = present(&mut run, &issuer.sign(&RSA_PKCS1_SHA256, &header, &good));
    assert_eq!(answer.status, 200, "{}", answer.value());
    let wrong = [
        ("iss", "https://elsewhere.example", 700_211),
        ("sub", "repo:contoso/ops:ref:refs/heads/x", 700_213),
        ("aud", "api://x", 700_212),
    ];
    for (claim, value, code) in wrong {
        let mut claims = good.clone();
        claims[claim] = json!(value);
        assert_eq!(number(&present(&mut run, &issuer.sign(&RSA_PKCS1_SHA256, &header, &claims))), code, "{claim}");
    }
    assert_eq!(number(&present(&mut run, &stranger.sign(&RSA_PKCS1_SHA256, &header, &good))), 50_027);
}

/// The public key as an issuer publishes it.
fn key_set(signer: &Signer) -> Value {
    // RFC 8017, A.1.1: a sequence of two numbers; a 2,048-bit key has lengths of two bytes, 65537 one of three.
    let key = signer.key.public_key().as_ref();
    let (modulus, exponent) = (&key[9..9 + 256], &key[key.len() - 3..]);
    json!({"keys": [{"kty": "RSA", "kid": "1", "n": URL_SAFE_NO_PAD.encode(modulus), "e": URL_SAFE_NO_PAD.encode(exponent)}]})
}

/// The responder's app as one that persons sign in through.
fn public() -> Run {
    Run::with(|scenario| {
        let app = &mut scenario["callers"][0];
        app["public"] = json!(true);
        app["redirect_uris"] = json!(["http://localhost"]);
        app["delegated"] = json!(["User.Read.All", "User.ReadWrite.All", "Exchange.Manage"]);
    })
}

fn authorize(more: &str) -> String {
    let verifier_hash = URL_SAFE_NO_PAD.encode(digest(&SHA256, b"a verifier of the tests"));
    format!(
        "client_id={APP}&response_type=code&redirect_uri={}&scope=openid%20offline_access%20https%3A%2F%2Fgraph.microsoft.com%2F.default&state=s1&nonce=n1&code_challenge={verifier_hash}&code_challenge_method=S256{more}",
        regain_emulator::encoding::encode(LOOPBACK)
    )
}

/// Follows the page as a person would, and returns where the browser is sent.
fn follow(run: &mut Run, query: &str, login: &str, password: &str) -> Answer {
    let page = run.send(&Request::new(Service::Login, "GET", &format!("/{TENANT}/oauth2/v2.0/authorize?{query}")));
    assert_eq!(page.status, 200, "{}", String::from_utf8_lossy(&page.body));
    assert!(String::from_utf8_lossy(&page.body).contains(&format!("action=\"/{TENANT}/login\"")));
    let form = [("ctx", query), ("login", login), ("passwd", password)];
    run.send(&Request::new(Service::Login, "POST", &format!("/{TENANT}/login")).with_form(&form))
}

fn location(answer: &Answer, name: &str) -> Option<String> {
    let (_, query) = answer.header("location")?.split_once('?')?;
    regain_emulator::encoding::pairs(query).into_iter().find(|(found, _)| found == name).map(|(_, value)| value)
}

fn redeem(run: &mut Run, code: &str, verifier: &str) -> Answer {
    run.grant(&[
        ("grant_type", "authorization_code"),
        ("client_id", APP),
        ("code", code),
        ("redirect_uri", LOOPBACK),
        ("code_verifier", verifier),
        ("scope", "openid offline_access https://graph.microsoft.com/.default"),
        ("client_info", "1"),
    ])
}

#[test]
fn a_person_signs_in_with_a_code_and_its_verifier() {
    let mut run = public();
    let sent = follow(&mut run, &authorize(""), "ada@contoso.com", PASSWORD);
    assert_eq!((sent.status, location(&sent, "state")), (302, Some("s1".to_owned())));
    assert!(sent.header("location").unwrap().starts_with(LOOPBACK));
    let code = location(&sent, "code").unwrap();
    assert_eq!(number(&redeem(&mut run, &code, "another verifier")), 501_481);
    let tokens = redeem(&mut run, &code, "a verifier of the tests");
    assert_eq!(tokens.status, 200, "{}", tokens.value());
    assert_eq!(number(&redeem(&mut run, &code, "a verifier of the tests")), 54_005);
    let tokens = tokens.value();
    let identity = part(tokens["id_token"].as_str().unwrap());
    assert_eq!(
        (identity["aud"].as_str(), identity["nonce"].as_str(), identity["oid"].as_str()),
        (Some(APP), Some("n1"), Some(ADA))
    );
    assert_eq!(decoded(tokens["client_info"].as_str().unwrap()), json!({"uid": ADA, "utid": TENANT}));
    let again = run.grant(&[
        ("grant_type", "refresh_token"),
        ("client_id", APP),
        ("refresh_token", tokens["refresh_token"].as_str().unwrap()),
        ("scope", "https://outlook.office365.com/.default"),
    ]);
    assert_eq!(part(again.value()["access_token"].as_str().unwrap())["scp"], "Exchange.Manage");
}

#[test]
fn the_identity_token_is_signed_with_a_published_key() {
    let mut run = public();
    let sent = follow(&mut run, &authorize(""), "ada@contoso.com", PASSWORD);
    let tokens = redeem(&mut run, &location(&sent, "code").unwrap(), "a verifier of the tests").value();
    let keys = run.send(&Request::new(Service::Login, "GET", &format!("/{TENANT}/discovery/v2.0/keys"))).value();
    let number = |name: &str| URL_SAFE_NO_PAD.decode(keys["keys"][0][name].as_str().unwrap()).unwrap();
    let (signed, signature) = tokens["id_token"].as_str().unwrap().rsplit_once('.').unwrap();
    let key = aws_lc_rs::signature::RsaPublicKeyComponents { n: number("n"), e: number("e") };
    let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
    key.verify(&aws_lc_rs::signature::RSA_PKCS1_2048_8192_SHA256, signed.as_bytes(), &signature).unwrap();
}

#[test]
fn a_code_goes_only_where_the_app_registered() {
    let mut run = public();
    let elsewhere = authorize("").replace("localhost", "attacker.example");
    let page = run.send(&Request::new(Service::Login, "GET", &format!("/{TENANT}/oauth2/v2.0/authorize?{elsewhere}")));
    assert_eq!((page.status, page.header("location")), (400, None));
    assert!(String::from_utf8_lossy(&page.body).contains("AADSTS50011"));
    let wrong = follow(&mut run, &authorize(""), "ada@contoso.com", "guess");
    assert!(wrong.status == 200 && String::from_utf8_lossy(&wrong.body).contains("AADSTS50126"));
    let silent =
        run.send(&Request::new(Service::Login, "GET", &format!("/{TENANT}/oauth2/v2.0/authorize?{}", authorize("&prompt=none"))));
    assert_eq!(location(&silent, "error").as_deref(), Some("login_required"));
    let greedy = authorize("").replace("graph.microsoft.com%2F.default", "graph.microsoft.com%2FMail.Send");
    assert_eq!(location(&follow(&mut run, &greedy, "ada@contoso.com", PASSWORD), "error").as_deref(), Some("invalid_grant"));
    let posted = follow(&mut run, &authorize("&response_mode=form_post"), "ada@contoso.com", PASSWORD);
    assert!(posted.status == 200 && String::from_utf8_lossy(&posted.body).contains("name=\"code\""));
}

fn device(run: &mut Run) -> Value {
    let request = Request::new(Service::Login, "POST", &format!("/{TENANT}/oauth2/v2.0/devicecode"))
        .with_form(&[("client_id", APP), ("scope", GRAPH)]);
    run.send(&request).value()
}

fn poll(run: &mut Run, kind: &str, device: &Value) -> Answer {
    let code = device["device_code"].as_str().unwrap();
    run.grant(&[("grant_type", kind), ("client_id", APP), ("code", code), ("device_code", code)])
}

#[test]
fn a_device_waits_until_somebody_signs_in() {
    let mut run = public();
    let device = device(&mut run);
    for kind in ["urn:ietf:params:oauth:grant-type:device_code", "device_code"] {
        let pending = poll(&mut run, kind, &device);
        assert_eq!((pending.status, pending.value()["error"].as_str()), (400, Some("authorization_pending")));
        assert_eq!(number(&pending), 70_016);
    }
    let user_code = device["user_code"].as_str().unwrap();
    let typed = [("otc", user_code), ("login", "ada@contoso.com"), ("passwd", PASSWORD)];
    let page = run.send(&Request::new(Service::Login, "POST", "/device").with_form(&typed));
    assert!(String::from_utf8_lossy(&page.body).contains("You have signed in"));
    let tokens = poll(&mut run, "device_code", &device);
    assert_eq!(part(tokens.value()["access_token"].as_str().unwrap())["oid"], ADA);
    assert_eq!(number(&poll(&mut run, "device_code", &device)), 54_005);
}

#[test]
fn a_device_code_ends_by_refusal_by_time_and_by_the_wrong_client() {
    let mut run = public();
    let (declined, late) = (device(&mut run), device(&mut run));
    let answer = |body: Value| Request::new(Service::Control, "POST", "/device").with_json(&body);
    assert_eq!(run.send(&answer(json!({"user_code": declined["user_code"]}))).status, 204);
    assert_eq!(poll(&mut run, "device_code", &declined).value()["error"], "authorization_declined");
    run.pass(901);
    assert_eq!(poll(&mut run, "device_code", &late).value()["error"], "expired_token");
    assert_eq!(run.send(&answer(json!({"user_code": late["user_code"], "user": "ada@contoso.com"}))).status, 400);
    assert_eq!(poll(&mut run, "device_code", &json!({"device_code": "other"})).value()["error"], "bad_verification_code");
    let mut confidential = Run::with(|scenario| scenario["callers"][0]["delegated"] = json!(["User.Read.All"]));
    let device = device(&mut confidential);
    assert_eq!(number(&poll(&mut confidential, "device_code", &device)), 7_000_218);
}

/// The access token of a person, by device code.
fn signed_in(run: &mut Run, user: &str, claims: &[(&str, &str)]) -> Value {
    let device = device(run);
    let confirmed = json!({"user_code": device["user_code"], "user": user});
    assert_eq!(run.send(&Request::new(Service::Control, "POST", "/device").with_json(&confirmed)).status, 204);
    let code = device["device_code"].as_str().unwrap();
    let mut form = vec![("grant_type", "device_code"), ("client_id", APP), ("device_code", code)];
    form.extend(claims);
    run.grant(&form).value()
}

#[test]
fn a_person_may_do_what_both_the_app_and_the_roles_allow() {
    let mut run = public();
    let block = |run: &mut Run| run.call("PATCH", &format!("/v1.0/users/{ADA}"), &json!({"accountEnabled": false})).status;
    run.token = signed_in(&mut run, "sync@contoso.com", &[])["access_token"].as_str().unwrap().to_owned();
    assert_eq!(block(&mut run), 403, "the scope without a role");
    run.token = signed_in(&mut run, ADMIN, &[])["access_token"].as_str().unwrap().to_owned();
    let removal = run.delete("/v1.0/roleManagement/directory/roleAssignments/none");
    assert_eq!(removal.status, 403, "the role without the scope");
    assert_eq!(block(&mut run), 204, "both");
}

#[test]
fn a_watched_token_is_challenged_after_a_revocation_and_the_others_live_on() {
    let mut run = public();
    let capable = [("claims", "{\"access_token\":{\"xms_cc\":{\"values\":[\"cp1\"]}}}")];
    let (plain, watched) = (signed_in(&mut run, ADA, &[]), signed_in(&mut run, ADA, &capable));
    assert_eq!(run.call("POST", &format!("/v1.0/users/{ADA}/revokeSignInSessions"), &json!({})).status, 200);
    for (tokens, status) in [(&plain, 200), (&watched, 401)] {
        tokens["access_token"].as_str().unwrap().clone_into(&mut run.token);
        assert_eq!(run.get("/v1.0/me").status, status);
    }
    let challenge = run.get("/v1.0/me").header("www-authenticate").unwrap().to_owned();
    assert!(challenge.contains("error=\"insufficient_claims\""), "{challenge}");
    let claims = challenge.split("claims=\"").nth(1).unwrap().trim_end_matches('"');
    let claims: Value = serde_json::from_slice(&STANDARD.decode(claims).unwrap()).unwrap();
    assert_eq!(claims["access_token"]["nbf"]["value"], run.world.now.as_second().to_string());
}

fn part(token: &str) -> Value {
    decoded(token.split('.').nth(1).unwrap())
}

fn decoded(text: &str) -> Value {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).unwrap()).unwrap()
}
