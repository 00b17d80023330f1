//! Layers, references, and what is told of wrong ones.

use super::*;

const TENANT: &str = "0f1e2d3c-4b5a-4678-9a0b-c0de00000001";
const CLIENT: &str = "c3000000-0000-4000-8000-000000000001";

struct Home {
    folder: tempfile::TempDir,
    variables: Vec<(String, String)>,
}

impl Home {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let variables = vec![("HOME".to_owned(), folder.path().display().to_string())];
        Self { folder, variables }
    }

    fn set(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    fn file(self, name: &str, text: &str) -> Self {
        let path = self.folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
        self
    }

    fn config(self, text: &str) -> Self {
        self.file(".config/regain/config.toml", text)
    }

    fn environment(&self) -> Environment {
        Environment::of(self.variables.clone())
    }

    fn load(&self) -> Result<Settings, SettingsError> {
        load(&GlobalFlags::default(), &self.environment())
    }

    fn load_named(&self, tenant: &str) -> Result<Settings, SettingsError> {
        load(&GlobalFlags { tenant: Some(tenant.to_owned()), data_dir: None }, &self.environment())
    }
}

fn entry(name: &str, secret: &str) -> String {
    format!("[tenants.{name}]\ntenant-id = \"{TENANT}\"\nclient-id = \"{CLIENT}\"\nsecret = \"{secret}\"\n")
}

fn azure(home: Home) -> Home {
    home.set("AZURE_TENANT_ID", TENANT).set("AZURE_CLIENT_ID", CLIENT).set("AZURE_CLIENT_SECRET", "hunter2")
}

fn real(settings: &Settings) -> &RealTenant {
    match settings.target().unwrap() {
        Target::Real(tenant) => tenant,
        Target::Emulated(_) => panic!("a real tenant is expected"),
    }
}

/// Each identity, as it is configured.
fn ways(settings: &Settings) -> Vec<String> {
    real(settings).identities.iter().map(|(duty, one)| format!("{} {}", duty.name(), one.way)).collect()
}

/// An error says what and why, and what to do next, and repeats no secret.
fn told(error: &SettingsError, what: &str) {
    let text = error.to_string();
    assert!(text.contains(what), "{text:?} should name {what:?}");
    assert!(!error.hint().is_empty() && !text.contains("hunter2") && !error.hint().contains("hunter2"), "{text}");
}

#[test]
fn with_nothing_there_is_no_tenant_and_a_place_for_cases() {
    let home = Home::new();
    let settings = home.load().unwrap();
    assert_eq!(settings.data_dir, home.folder.path().join(".local/share/regain"));
    assert_eq!(settings.policy, Policy::default());
    told(&settings.target().unwrap_err(), "no tenant");
    told(&load(&GlobalFlags::default(), &Environment::empty()).unwrap_err(), "home folder");
}

#[test]
fn a_later_layer_wins() {
    let home = Home::new().config("data-dir = \"/from/file\"\n");
    assert_eq!(home.load().unwrap().data_dir, Path::new("/from/file"));
    let home = home.set("REGAIN_DATA_DIR", "/from/environment");
    assert_eq!(home.load().unwrap().data_dir, Path::new("/from/environment"));
    let flags = GlobalFlags { data_dir: Some("/from/flag".into()), tenant: None };
    assert_eq!(load(&flags, &home.environment()).unwrap().data_dir, Path::new("/from/flag"));
}

#[test]
fn the_tenant_is_the_one_named_else_the_environment_s_else_the_only_or_default_one() {
    let home = Home::new().config(&entry("contoso", "env:CONTOSO"));
    assert_eq!(real(&home.load().unwrap()).name.as_deref(), Some("contoso"));
    let home = azure(home);
    assert_eq!(real(&home.load().unwrap()).name, None);
    assert_eq!(ways(&home.load_named("contoso").unwrap()), ["clean env:CONTOSO"]);
    told(&home.load_named("fabrikam").unwrap_err(), "contoso");

    let two = entry("contoso", "env:A") + &entry("fabrikam", "env:B");
    let home = Home::new().config(&two);
    told(&home.load().unwrap().target().unwrap_err(), "contoso, fabrikam");
    let home = home.config(&format!("default-tenant = \"fabrikam\"\n{two}"));
    assert_eq!(real(&home.load().unwrap()).name.as_deref(), Some("fabrikam"));
}

#[test]
fn half_an_environment_is_never_mixed_with_the_file() {
    let home = Home::new().config(&entry("contoso", "env:A")).set("AZURE_TENANT_ID", TENANT);
    told(&home.load().unwrap_err(), "AZURE_CLIENT_ID");
    assert!(home.load_named("contoso").is_ok());
    let home = home.set("AZURE_CLIENT_ID", CLIENT);
    told(&home.load().unwrap_err(), "AZURE_CLIENT_SECRET");
    assert_eq!(ways(&home.set("AZURE_FEDERATED_TOKEN_FILE", "/token").load().unwrap()), ["clean federated file:/token"]);
}

#[test]
fn a_national_cloud_is_known_by_its_sign_in_address() {
    let home = azure(Home::new()).set("AZURE_AUTHORITY_HOST", "https://login.microsoftonline.us/");
    assert_eq!(real(&home.load().unwrap()).cloud, CloudName::UsGov);
    told(&azure(Home::new()).set("AZURE_AUTHORITY_HOST", "https://evil.example").load().unwrap_err(), "AZURE_AUTHORITY_HOST");
}

#[test]
fn ids_are_ids() {
    let home = Home::new().set("AZURE_TENANT_ID", "contoso.com").set("AZURE_CLIENT_ID", CLIENT).set("AZURE_CLIENT_SECRET", "x");
    told(&home.load().unwrap_err(), "contoso.com");
    let home = Home::new().set("AZURE_TENANT_ID", TENANT).set("AZURE_CLIENT_ID", "hunter2").set("AZURE_CLIENT_SECRET", "x");
    told(&home.load().unwrap_err(), "client id");
}

#[test]
fn a_wrong_line_is_named_and_a_secret_in_it_is_not() {
    told(&Home::new().config("\n[tenants.contoso]\nsecret = hunter2\n").load().unwrap_err(), "line 3");
    told(&Home::new().config(&entry("contoso", "hunter2")).load().unwrap_err(), "not a reference");
    told(&Home::new().config(&entry("contoso", "keyring:x")).load().unwrap_err(), "not SERVICE/NAME");
    told(&Home::new().config("tennants = 1\n").load().unwrap_err(), "tennants");
}

#[test]
fn a_policy_s_typing_error_is_seen() {
    let home = Home::new().file(".config/regain/policy.toml", "remove-rules = true\nbreakglass = []\n");
    told(&home.load().unwrap_err(), "line 2: unknown field `breakglass`");
    let home = Home::new().file(".config/regain/policy.toml", "break-glass = [\"bg@contoso.com\"]\n");
    assert_eq!(home.load().unwrap().policy.break_glass, ["bg@contoso.com"]);
}

#[test]
fn a_secret_in_a_file_is_for_its_owner_alone() {
    let home = Home::new().file("secret", "hunter2\n");
    let path = home.folder.path().join("secret");
    let reference = SecretReference::File(path.clone());
    set_mode(&path, 0o644);
    told(&reference.read(&home.environment()).unwrap_err(), "mode 0644");
    set_mode(&path, 0o600);
    assert_eq!(reference.read(&home.environment()).unwrap().expose(), "hunter2");
    std::fs::write(&path, "two\nlines\n").unwrap();
    told(&reference.read(&home.environment()).unwrap_err(), "one line");
    told(&SecretReference::File("/nowhere/at/all".into()).read(&home.environment()).unwrap_err(), "not there");
    told(&SecretReference::Variable("UNSET".to_owned()).read(&home.environment()).unwrap_err(), "env:UNSET");
}

fn set_mode(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

fn line(control: &str) -> String {
    let here = "http://127.0.0.1:9";
    serde_json::json!({
        "login": here, "graph": here, "exchange": here, "purview": here, "control": control,
        "tenant_id": TENANT, "client_id": CLIENT, "client_secret": "hunter2", "ca_file": null,
    })
    .to_string()
}

#[test]
fn an_emulated_tenant_excludes_every_other() {
    let home = azure(Home::new()).config(&entry("contoso", "env:A")).file("line", &(line("http://127.0.0.1:9") + "\nGET /x\n"));
    let path = home.folder.path().join("line").display().to_string();
    let home = home.set("REGAIN_ENDPOINTS", &path).set("REGAIN_CLOCK_SCALE", "60");
    let settings = home.load().unwrap();
    assert!(matches!(settings.target(), Ok(Target::Emulated(_))));
    assert_eq!(settings.waits, Waits::Scaled(60.0));
    assert!(!format!("{settings:?}").contains("hunter2"));
    told(&home.load_named("contoso").unwrap_err(), "--tenant contoso");
}

#[test]
fn a_scale_is_for_emulated_tenants_only() {
    assert_eq!(azure(Home::new()).set("REGAIN_CLOCK_SCALE", "60").load().unwrap().waits, Waits::AsTheTenant);
}

#[test]
fn a_line_that_leads_elsewhere_is_refused() {
    let settings = |line: &str| Settings::emulated(line, "/tmp".into(), Policy::default(), Waits::Jumping);
    assert!(settings(&line("")).is_ok());
    told(&settings(&line("http://control.example")).unwrap_err(), "loopback");
    told(&settings("not json").unwrap_err(), "not the line");
}

#[test]
fn the_environment_is_read_as_every_azure_tool_reads_it() {
    let app = || Home::new().set("AZURE_TENANT_ID", TENANT).set("AZURE_CLIENT_ID", CLIENT);
    let federated = app().set("AZURE_FEDERATED_TOKEN_FILE", "/token");
    assert_eq!(ways(&federated.load().unwrap()), ["clean federated file:/token"]);
    let certificate =
        federated.set("AZURE_CLIENT_CERTIFICATE_PATH", "/app.pfx").set("AZURE_CLIENT_CERTIFICATE_PASSWORD", "hunter2");
    let settings = certificate.load().unwrap();
    let [(_, identity)] = real(&settings).identities.as_slice() else { panic!() };
    let password = Some(SecretReference::Variable("AZURE_CLIENT_CERTIFICATE_PASSWORD".to_owned()));
    let expected = Way::Certificate { file: SecretReference::File("/app.pfx".into()), password, send_chain: false };
    assert_eq!(identity.way, expected);
    assert!(!format!("{settings:?}").contains("hunter2"));
    let chain = certificate.set("AZURE_CLIENT_SEND_CERTIFICATE_CHAIN", "true");
    let settings = chain.load().unwrap();
    assert!(matches!(real(&settings).identities[0].1.way, Way::Certificate { send_chain: true, .. }));
    assert_eq!(ways(&chain.set("AZURE_CLIENT_SECRET", "hunter2").load().unwrap()), ["clean env:AZURE_CLIENT_SECRET"]);
    let half = Home::new().set("AZURE_FEDERATED_TOKEN_FILE", "/token");
    told(&half.load().unwrap_err(), "AZURE_FEDERATED_TOKEN_FILE is set");
}

#[test]
fn a_tenant_may_have_a_section_for_each_duty() {
    let see = "[tenants.contoso.see]\nperson = true\n";
    let clean = "[tenants.contoso.clean]\ncertificate = \"file:app.pem\"\n";
    let all = entry("contoso", "env:A");
    assert_eq!(ways(&Home::new().config(&(all.clone() + see)).load().unwrap()), ["clean env:A", "see person"]);
    let home = Home::new().config(&(all.clone() + see + clean));
    let folder = home.folder.path().join(".config/regain/app.pem");
    let expected = ["lock env:A".to_owned(), "see person".to_owned(), format!("clean certificate file:{}", folder.display())];
    assert_eq!(ways(&home.load().unwrap()), expected, "the tenant's own falls to the strongest duty that is free");
    told(&Home::new().config(&(all.clone() + "person = true\n")).load().unwrap_err(), "several ways");
    told(&Home::new().config(&(all.clone() + "[tenants.contoso.see]\n")).load().unwrap_err(), "no way to sign in");
    told(&Home::new().config(&(all + "[tenants.contoso.sea]\nperson = true\n")).load().unwrap_err(), "unknown field");
}

#[test]
fn every_cloud_has_a_name_and_the_old_ones_are_understood() {
    for (written, cloud) in [
        ("global", CloudName::Global),
        ("usgov", CloudName::UsGov),
        ("us-gov", CloudName::UsGov),
        ("usgov-dod", CloudName::Dod),
        ("dod", CloudName::Dod),
        ("china", CloudName::China),
    ] {
        let home = Home::new().config(&(entry("contoso", "env:A") + &format!("cloud = \"{written}\"\n")));
        assert_eq!(real(&home.load().unwrap()).cloud, cloud, "{written}");
    }
    told(&Home::new().config(&(entry("contoso", "env:A") + "cloud = \"mars\"\n")).load().unwrap_err(), "mars");
}

#[test]
fn a_certificate_that_others_can_read_is_refused() {
    let home = Home::new().file("app.pem", "hunter2");
    let path = home.folder.path().join("app.pem");
    set_mode(&path, 0o640);
    let identity = IdentitySettings {
        client_id: CLIENT.to_owned(),
        way: Way::Certificate { file: SecretReference::File(path.clone()), password: None, send_chain: false },
    };
    told(&identity.identity(&home.environment()).unwrap_err(), "mode 0640");
    set_mode(&path, 0o600);
    told(&identity.identity(&home.environment()).unwrap_err(), "cannot be used");
}

#[test]
fn a_line_s_purview_is_on_loopback_too() {
    let elsewhere =
        line("").replace("\"purview\":\"http://127.0.0.1:9\"", "\"purview\":\"https://ps.compliance.protection.outlook.com\"");
    let line = Settings::emulated(&elsewhere, "/tmp".into(), Policy::default(), Waits::Jumping).unwrap_err();
    told(&line, "Purview");
}
