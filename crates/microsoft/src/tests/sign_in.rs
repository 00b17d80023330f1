//! Every way to sign in, against a sign-in service that answers as the contract says.

use std::sync::Mutex;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use regain_incident::secret::Secret;
use regain_ports::{Directory as _, Mail as _};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use wiremock::matchers::{body_string_contains, path};

use super::*;
use crate::{Certificate, CertificateError, Prompt, TokenCache};

const TENANT: &str = "0f1e2d3c-4b5a-4678-9a0b-c0de00000001";
const CLIENT: &str = "c3000000-0000-4000-8000-000000000001";

/// A line whose identity is another than the secret.
fn line_with(login: &MockServer, graph: &MockServer, more: Value) -> String {
    let mut all: Value = serde_json::from_str(&line(&login.uri(), &graph.uri(), &graph.uri())).unwrap();
    all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    all.to_string()
}

/// What discovery says of a sign-in service, with its token endpoint elsewhere than usual.
async fn discovery(login: &MockServer, at: &str) {
    let document = json!({
        "issuer": format!("{at}/{TENANT}/v2.0"), "token_endpoint": format!("{at}/{TENANT}/discovered/token"),
        "authorization_endpoint": format!("{at}/{TENANT}/oauth2/v2.0/authorize"),
        "device_authorization_endpoint": format!("{at}/{TENANT}/oauth2/v2.0/devicecode"),
    });
    let asked = Mock::given(method("GET")).and(path(format!("/{TENANT}/v2.0/.well-known/openid-configuration")));
    asked.respond_with(ResponseTemplate::new(200).set_body_json(document)).expect(0..=1).mount(login).await;
}

fn access() -> Value {
    json!({"token_type": "Bearer", "expires_in": 3599, "access_token": "a-token"})
}

async fn domains(graph: &MockServer) {
    answers(graph, "GET", "^/v1.0/domains$", vec![ResponseTemplate::new(200).set_body_json(list(json!([])))]).await;
}

async fn forms(login: &MockServer) -> Vec<std::collections::BTreeMap<String, String>> {
    let posts = sent(login).await.into_iter().filter(|request| request.method == "POST");
    posts
        .map(|request| reqwest::Url::parse(&format!("http://x/?{}", String::from_utf8_lossy(&request.body))).unwrap())
        .map(|url| url.query_pairs().into_owned().collect())
        .collect()
}

struct Files {
    folder: tempfile::TempDir,
    key: rcgen::KeyPair,
    certificate: rcgen::Certificate,
}

impl Files {
    fn new() -> Self {
        let key = rcgen::KeyPair::generate_rsa_for(&rcgen::PKCS_RSA_SHA256, rcgen::RsaKeySize::_2048).unwrap();
        let certificate = rcgen::CertificateParams::new(vec!["regain.example".to_owned()]).unwrap().self_signed(&key).unwrap();
        Self { folder: tempfile::tempdir().unwrap(), key, certificate }
    }

    fn pem(&self) -> String {
        format!("{}{}", self.key.serialize_pem(), self.certificate.pem())
    }

    fn pfx(&self, password: &str) -> Vec<u8> {
        let key = p12_keystore::PrivateKey::from_der(self.key.serialized_der()).unwrap();
        let certificate = p12_keystore::Certificate::from_der(self.certificate.der()).unwrap();
        let chain = p12_keystore::PrivateKeyChain::new("1", key, [certificate]);
        let mut store = p12_keystore::KeyStore::new();
        store.add_entry("regain", p12_keystore::KeyStoreEntry::PrivateKeyChain(chain));
        store.writer(password).write().unwrap()
    }

    fn write(&self, name: &str, bytes: &[u8]) -> String {
        let path = self.folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path.display().to_string()
    }

    fn thumbprint(&self) -> String {
        URL_SAFE_NO_PAD.encode(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, self.certificate.der()))
    }

    /// Verified by the public key; gives header and claims.
    fn verified(&self, assertion: &str, audience: &str) -> (Value, Value) {
        let mut how = Validation::new(Algorithm::PS256);
        how.set_audience(&[audience]);
        how.validate_exp = false;
        let pair = aws_lc_rs::rsa::KeyPair::from_pkcs8(self.key.serialized_der()).unwrap();
        let public = aws_lc_rs::signature::KeyPair::public_key(&pair).as_ref().to_vec();
        let told = jsonwebtoken::decode::<Value>(assertion, &DecodingKey::from_rsa_der(&public), &how).unwrap();
        (serde_json::to_value(told.header).unwrap(), told.claims)
    }
}

#[tokio::test]
async fn a_certificate_signs_an_assertion_for_the_discovered_endpoint() {
    let (login, graph, files) = (MockServer::start().await, MockServer::start().await, Files::new());
    discovery(&login, &login.uri()).await;
    answers(&login, "POST", "/discovered/token$", vec![ResponseTemplate::new(200).set_body_json(access())]).await;
    domains(&graph).await;
    let ways = [
        json!({"certificate_file": files.write("pem", files.pem().as_bytes())}),
        json!({"certificate_file": files.write("pfx", &files.pfx("hunter2")), "certificate_password": "hunter2"}),
    ];
    for way in ways {
        let ours = handle(&line_with(&login, &graph, way), FakeClock::new());
        ours.domains().await.unwrap();
        ours.domains().await.unwrap();
        let form = forms(&login).await.pop().unwrap();
        assert_eq!(form["client_assertion_type"], "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
        assert!(!form.contains_key("client_secret") && form["grant_type"] == "client_credentials");
        let (header, claims) = files.verified(&form["client_assertion"], &format!("{}/{TENANT}/discovered/token", login.uri()));
        assert_eq!((&header["alg"], &header["typ"]), (&json!("PS256"), &json!("JWT")));
        assert_eq!(header["x5t#S256"], json!(files.thumbprint()));
        assert!(header.get("x5c").is_none() && header.get("x5t").is_none());
        assert_eq!((&claims["iss"], &claims["sub"]), (&json!(CLIENT), &json!(CLIENT)));
        let life = claims["exp"].as_i64().unwrap() - claims["nbf"].as_i64().unwrap();
        assert!((1..=600).contains(&life) && claims["jti"].as_str().unwrap().len() == 36, "{claims}");
        assert_eq!(claims["iat"], json!("2026-11-02T02:00:00Z".parse::<jiff::Timestamp>().unwrap().as_second()));
        assert!(!format!("{form:?}").contains("hunter2"));
        login.reset().await;
        discovery(&login, &login.uri()).await;
        answers(&login, "POST", "/discovered/token$", vec![ResponseTemplate::new(200).set_body_json(access())]).await;
    }
}

#[test]
fn a_certificate_that_cannot_be_used_says_why() {
    let (files, other) = (Files::new(), Files::new());
    let read = |bytes: &[u8], password: Option<&str>| {
        Certificate::read(bytes, password.map(|text| Secret::new(text.to_owned())).as_ref())
    };
    let whole = read(files.pem().as_bytes(), None).unwrap();
    assert_eq!(format!("{whole:?}"), format!("Certificate({})", files.thumbprint()), "the key is not shown");
    // The chain may stand in any order, and only the one with the key is the app's.
    let chain = format!("{}{}", other.certificate.pem(), files.pem());
    assert!(format!("{:?}", read(chain.as_bytes(), None).unwrap()).contains(&files.thumbprint()));
    let ec = rcgen::KeyPair::generate().unwrap();
    let cases = [
        (read(files.certificate.pem().as_bytes(), None), "no private key"),
        (read(files.key.serialize_pem().as_bytes(), None), "no certificate"),
        (read(format!("{}{}", files.key.serialize_pem(), other.certificate.pem()).as_bytes(), None), "belongs to none"),
        (read(format!("{}{}", ec.serialize_pem(), files.certificate.pem()).as_bytes(), None), "not an RSA key"),
        (read(b"-----BEGIN ENCRYPTED PRIVATE KEY-----\n", None), "encrypted"),
        (read(&files.pfx("right"), Some("wrong")), "wrong password"),
        (read(b"nonsense", None), "does not open"),
    ];
    for (result, why) in cases {
        let error: CertificateError = result.unwrap_err();
        assert!(error.to_string().contains(why), "{error} should name {why:?}");
    }
}

#[tokio::test]
async fn a_discovery_document_that_leads_elsewhere_is_not_followed() {
    let (login, graph, foreign, files) =
        (MockServer::start().await, MockServer::start().await, MockServer::start().await, Files::new());
    discovery(&login, &foreign.uri()).await;
    let way = json!({"certificate_file": files.write("pem", files.pem().as_bytes())});
    let error = handle(&line_with(&login, &graph, way), FakeClock::new()).domains().await.unwrap_err();
    assert!(matches!(error.kind, ProviderErrorKind::Surprise(_)), "{error:?}");
    assert!(sent(&foreign).await.is_empty());
}

#[tokio::test]
async fn a_federated_token_is_read_anew_each_time() {
    let (login, graph, files) = (MockServer::start().await, MockServer::start().await, Files::new());
    let short = json!({"token_type": "Bearer", "expires_in": 1, "access_token": "a-token"});
    answers(&login, "POST", "/oauth2/v2.0/token$", vec![ResponseTemplate::new(200).set_body_json(short)]).await;
    domains(&graph).await;
    let clock = FakeClock::new();
    let ours =
        handle(&line_with(&login, &graph, json!({"federated_token_file": files.write("token", b"first\n")})), clock.clone());
    ours.domains().await.unwrap();
    files.write("token", b"second\n");
    clock.sleep_until("2026-11-02T02:10:00Z".parse().unwrap()).await;
    ours.domains().await.unwrap();
    let told: Vec<String> = forms(&login).await.iter().map(|form| form["client_assertion"].clone()).collect();
    assert_eq!(told, ["first", "second"]);
    files.write("token", b" \n");
    clock.sleep_until("2026-11-02T02:20:00Z".parse().unwrap()).await;
    let error = ours.domains().await.unwrap_err();
    assert!(matches!(&error.kind, ProviderErrorKind::Credential { detail, .. } if detail.contains("is empty")), "{error:?}");
}

/// What a browser does with an address.
type Browse = Box<dyn Fn(&str) + Send + Sync>;

/// A person with a browser, and a cache that tests can look into.
#[derive(Default)]
struct Someone {
    browse: Option<Browse>,
    told: Mutex<Vec<String>>,
    kept: Mutex<Option<String>>,
}

impl Prompt for Someone {
    fn visit(&self, address: &str) {
        self.told.lock().unwrap().push(address.to_owned());
        if let Some(browse) = &self.browse {
            browse(address);
        }
    }
    fn enter(&self, code: &str, address: &str) {
        self.told.lock().unwrap().push(format!("{code} at {address}"));
    }
    fn page(&self, well: bool) -> String {
        format!("<p>{}</p>", if well { "all is well" } else { "not signed in" })
    }
}

impl TokenCache for Someone {
    fn load(&self, _: &str) -> Option<Secret> {
        self.kept.lock().unwrap().clone().map(Secret::new)
    }
    fn keep(&self, name: &str, token: &Secret) {
        assert_eq!(name, format!("127.0.0.1 {TENANT} {CLIENT}"));
        *self.kept.lock().unwrap() = Some(token.expose().to_owned());
    }
    fn forget(&self, _: &str) {
        *self.kept.lock().unwrap() = None;
    }
}

fn human(someone: &Arc<Someone>, device_code: bool) -> Human {
    Human { prompt: someone.clone(), device_code, cache: Some(someone.clone()) }
}

fn parameters(address: &str) -> std::collections::BTreeMap<String, String> {
    reqwest::Url::parse(address).unwrap().query_pairs().into_owned().collect()
}

/// Comes back to the application as a browser does; gives the page.
async fn comes_back(redirect: &str, query: &str) -> String {
    let port = redirect.rsplit(':').next().unwrap();
    let mut stream = tokio::net::TcpStream::connect(format!("127.0.0.1:{port}")).await.unwrap();
    let request = format!("GET /?{query} HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut page = String::new();
    stream.read_to_string(&mut page).await.unwrap();
    page
}

fn id_token(claims: &Value) -> String {
    format!("x.{}.y", URL_SAFE_NO_PAD.encode(claims.to_string()))
}

/// A sign-in service that redeems codes: `change` may spoil the id token. The nonce is told to it by
/// the browser, as the real one knows it from the address.
async fn redeems(login: &MockServer, nonce: Arc<Mutex<String>>, change: impl Fn(&mut Value) + Send + Sync + 'static) {
    discovery(login, &login.uri()).await;
    let issuer = format!("{}/{TENANT}/v2.0", login.uri());
    let answer = move |_: &Request| {
        let mut claims = json!({"aud": CLIENT, "iss": issuer, "tid": TENANT, "nonce": *nonce.lock().unwrap()});
        change(&mut claims);
        let mut body = access();
        body["refresh_token"] = "refresh-1".into();
        body["id_token"] = id_token(&claims).into();
        ResponseTemplate::new(200).set_body_json(body)
    };
    let code = Mock::given(method("POST")).and(path(format!("/{TENANT}/discovered/token")));
    code.and(body_string_contains("authorization_code")).respond_with(answer).mount(login).await;
}

/// Somebody who signs in, once something else came to the port.
fn browser(nonce: Arc<Mutex<String>>, pages: Arc<Mutex<Vec<String>>>) -> Someone {
    let browse = move |address: &str| {
        let asked = parameters(address);
        *nonce.lock().unwrap() = asked["nonce"].clone();
        let pages = pages.clone();
        tokio::spawn(async move {
            let stray = comes_back(&asked["redirect_uri"], "code=stolen&state=guessed").await;
            let page = comes_back(&asked["redirect_uri"], &format!("code=c0de&state={}", asked["state"])).await;
            pages.lock().unwrap().extend([stray, page]);
        });
    };
    Someone { browse: Some(Box::new(browse)), ..Someone::default() }
}

#[tokio::test]
async fn a_person_signs_in_with_a_browser_once_for_both_services() {
    let (login, graph) = (MockServer::start().await, MockServer::start().await);
    let (nonce, pages) = (Arc::new(Mutex::default()), Arc::new(Mutex::default()));
    redeems(&login, Arc::clone(&nonce), |_| {}).await;
    let mut refreshed = access();
    refreshed["refresh_token"] = "refresh-2".into();
    answers(&login, "POST", "/oauth2/v2.0/token$", vec![ResponseTemplate::new(200).set_body_json(refreshed)]).await;
    domains(&graph).await;
    answers(&graph, "POST", "InvokeCommand$", vec![ResponseTemplate::new(200).set_body_json(list(json!([])))]).await;
    let someone = Arc::new(browser(nonce, Arc::clone(&pages)));
    let ours = handle_with(&line_with(&login, &graph, json!({"person": true})), FakeClock::new(), human(&someone, false));
    ours.domains().await.unwrap();
    ours.accepted_domains().await.unwrap();

    let told = someone.told.lock().unwrap().clone();
    assert_eq!(told.len(), 1, "asked once: {told:?}");
    let asked = parameters(&told[0]);
    assert_eq!((asked["response_type"].as_str(), asked["code_challenge_method"].as_str()), ("code", "S256"));
    assert_eq!(asked["scope"], "openid profile offline_access https://graph.microsoft.com/.default");
    assert!(asked["claims"].contains("cp1") && asked["redirect_uri"].starts_with("http://localhost:"));
    let forms = forms(&login).await;
    assert_eq!(forms[0]["code"], "c0de", "the guess was worth nothing");
    assert_eq!(forms[0]["redirect_uri"], asked["redirect_uri"]);
    let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, forms[0]["code_verifier"].as_bytes());
    assert_eq!(URL_SAFE_NO_PAD.encode(hash), asked["code_challenge"]);
    assert_eq!((forms[1]["grant_type"].as_str(), forms[1]["refresh_token"].as_str()), ("refresh_token", "refresh-1"));
    assert_eq!(forms[1]["scope"], "https://outlook.office365.com/.default");
    assert_eq!(someone.kept.lock().unwrap().as_deref(), Some("refresh-2"), "the newest is kept");
    let pages = pages.lock().unwrap().clone();
    assert!(pages[0].starts_with("HTTP/1.1 404") && !pages[0].contains("well"), "{pages:?}");
    assert!(pages[1].contains("<p>all is well</p>") && pages[1].contains("default-src 'none'"), "{pages:?}");
}

#[tokio::test]
async fn an_id_token_that_does_not_fit_is_refused_and_nothing_is_kept() {
    type Spoil = fn(&mut Value);
    let spoils: [(Spoil, &str); 4] = [
        (|claims| claims["nonce"] = "another".into(), "not the answer"),
        (|claims| claims["aud"] = "another".into(), "not the answer"),
        (|claims| claims["iss"] = "https://evil.example".into(), "not the answer"),
        (|claims| claims["tid"] = "0f1e2d3c-4b5a-4678-9a0b-c0de00000009".into(), "is of tenant"),
    ];
    for (spoil, why) in spoils {
        let (login, graph) = (MockServer::start().await, MockServer::start().await);
        let nonce = Arc::new(Mutex::default());
        redeems(&login, Arc::clone(&nonce), spoil).await;
        let someone = Arc::new(browser(nonce, Arc::default()));
        let ours = handle_with(&line_with(&login, &graph, json!({"person": true})), FakeClock::new(), human(&someone, false));
        let error = ours.domains().await.unwrap_err();
        let text = format!("{:?}", error.kind);
        assert!(text.contains(why), "{text} should name {why:?}");
        assert_eq!(*someone.kept.lock().unwrap(), None);
        assert!(sent(&graph).await.is_empty());
    }
}

#[tokio::test]
async fn a_person_who_declines_is_told_so() {
    let (login, graph) = (MockServer::start().await, MockServer::start().await);
    discovery(&login, &login.uri()).await;
    let pages: Arc<Mutex<Vec<String>>> = Arc::default();
    let seen = Arc::clone(&pages);
    let browse = move |address: &str| {
        let (asked, pages) = (parameters(address), Arc::clone(&pages));
        tokio::spawn(async move {
            let query = format!("error=access_denied&error_description=x&state={}", asked["state"]);
            let page = comes_back(&asked["redirect_uri"], &query).await;
            pages.lock().unwrap().push(page);
        });
    };
    let someone = Arc::new(Someone { browse: Some(Box::new(browse)), ..Someone::default() });
    let ours = handle_with(&line_with(&login, &graph, json!({"person": true})), FakeClock::new(), human(&someone, false));
    let error = ours.domains().await.unwrap_err();
    assert!(matches!(&error.kind, ProviderErrorKind::Credential { detail, .. } if detail.contains("access_denied")), "{error:?}");
    assert!(forms(&login).await.is_empty());
    drop(ours);
    assert!(seen.lock().unwrap().iter().all(|page| page.contains("not signed in")));
}

#[tokio::test]
async fn a_kept_refresh_token_asks_nobody_and_a_dead_one_is_forgotten() {
    let (login, graph) = (MockServer::start().await, MockServer::start().await);
    let nonce = Arc::new(Mutex::default());
    redeems(&login, Arc::clone(&nonce), |_| {}).await;
    let dead = json!({"error": "invalid_grant", "error_codes": [50_173]});
    let told = vec![ResponseTemplate::new(200).set_body_json(access()), ResponseTemplate::new(400).set_body_json(dead)];
    answers(&login, "POST", "/oauth2/v2.0/token$", told).await;
    domains(&graph).await;
    let someone = Arc::new(Someone { kept: Mutex::new(Some("kept".to_owned())), ..browser(nonce, Arc::default()) });
    let with = || handle_with(&line_with(&login, &graph, json!({"person": true})), FakeClock::new(), human(&someone, false));
    with().domains().await.unwrap();
    assert!(someone.told.lock().unwrap().is_empty());
    with().domains().await.unwrap();
    assert_eq!(someone.told.lock().unwrap().len(), 1);
    assert_eq!(forms(&login).await.iter().filter(|form| form.get("refresh_token").is_some_and(|it| it == "kept")).count(), 2);
    assert_eq!(someone.kept.lock().unwrap().as_deref(), Some("refresh-1"));
}

#[tokio::test]
async fn a_device_code_is_polled_for_at_the_pace_that_is_asked() {
    let (login, graph) = (MockServer::start().await, MockServer::start().await);
    discovery(&login, &login.uri()).await;
    let begun = json!({
        "device_code": "d3vice", "user_code": "ABCD-EFGH", "verification_uri": "https://login.example/device",
        "expires_in": 900, "interval": 5,
    });
    answers(&login, "POST", "/devicecode$", vec![ResponseTemplate::new(200).set_body_json(begun)]).await;
    let refused = |error: &str| ResponseTemplate::new(400).set_body_json(json!({"error": error, "error_codes": [70_016]}));
    let mut body = access();
    body["id_token"] = id_token(&json!({"aud": CLIENT, "iss": format!("{}/{TENANT}/v2.0", login.uri()), "tid": TENANT})).into();
    let told = vec![refused("authorization_pending"), refused("slow_down"), ResponseTemplate::new(200).set_body_json(body)];
    answers(&login, "POST", "/discovered/token$", told).await;
    domains(&graph).await;
    let (someone, clock) = (Arc::new(Someone::default()), FakeClock::new());
    let ours = handle_with(&line_with(&login, &graph, json!({"person": true})), clock.clone(), human(&someone, true));
    ours.domains().await.unwrap();
    assert_eq!(*someone.told.lock().unwrap(), ["ABCD-EFGH at https://login.example/device"]);
    let waited = clock.now().duration_since("2026-11-02T02:00:00Z".parse().unwrap()).as_secs();
    assert_eq!(waited, 5 + 5 + 10, "slower after it was asked");
    let forms = forms(&login).await;
    assert_eq!(forms[1]["grant_type"], "urn:ietf:params:oauth:grant-type:device_code");
    assert_eq!(forms[1]["device_code"], "d3vice");
}

#[tokio::test]
async fn a_blocked_device_code_says_why_many_tenants_block_it() {
    for (error, code) in
        [("authorization_declined", 0), ("access_denied", 53_003), ("invalid_grant", 53_003), ("expired_token", 70_020)]
    {
        let (login, graph) = (MockServer::start().await, MockServer::start().await);
        discovery(&login, &login.uri()).await;
        let begun = json!({"device_code": "d", "user_code": "u", "verification_uri": "https://x", "expires_in": 60});
        answers(&login, "POST", "/devicecode$", vec![ResponseTemplate::new(200).set_body_json(begun)]).await;
        let refusal = ResponseTemplate::new(400).set_body_json(json!({"error": error, "error_codes": [code]}));
        answers(&login, "POST", "/discovered/token$", vec![refusal]).await;
        let someone = Arc::new(Someone::default());
        let ours = handle_with(&line_with(&login, &graph, json!({"person": true})), FakeClock::new(), human(&someone, true));
        let kind = ours.domains().await.unwrap_err().kind;
        let ProviderErrorKind::Credential { hint, .. } = &kind else { panic!("{kind:?}") };
        assert!(hint.contains("many tenants block this way") && hint.contains("--device-code"), "{hint}");
    }
}
