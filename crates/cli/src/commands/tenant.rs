//! `regain tenant`: the tenants that this machine knows. Only references to secrets are kept.
//!
//! Invariant: everything else in `config.toml` stays as it is, comments too; the file is replaced
//! whole or not at all, and is its owner's alone.

mod look;

use std::io::Write;
use std::path::{Path, PathBuf};

use regain_microsoft::Duty;
use serde::Serialize;
use toml_edit::{DocumentMut, Item, Table, value};

use crate::environment::Environment;
use crate::private;
use crate::settings::{self, CloudName, Config, IdentitySettings, SettingsError, TenantEntry};
use crate::texts::Texts;

pub use look::remember_apps;

/// `regain tenant`.
#[derive(Debug, Clone, clap::Subcommand)]
pub enum TenantCommand {
    /// Make a tenant known.
    Add(AddArgs),
    /// Every tenant that is known.
    List,
    /// Forget a tenant; its cases are kept.
    Remove {
        /// Its name.
        name: String,
    },
}

/// `regain tenant add`.
#[derive(Debug, Clone, clap::Args)]
#[command(group = clap::ArgGroup::new("way").required(true))]
pub struct AddArgs {
    /// A name for it, to be used with --tenant.
    pub name: String,
    /// The tenant's id; not needed with --for where the tenant is known.
    #[arg(long, value_name = "ID")]
    pub tenant_id: Option<String>,
    /// The application (client) id of the app to sign in as.
    #[arg(long, value_name = "ID")]
    pub client_id: String,
    /// Its cloud.
    #[arg(long, value_enum, default_value = "global")]
    pub cloud: CloudName,
    /// Where the client secret is: env:VARIABLE, file:PATH of a file with mode 0600, or keyring:SERVICE/NAME.
    #[arg(long, value_name = "REFERENCE", group = "way")]
    pub secret: Option<String>,
    /// Where certificate and private key are (one file, PEM or PFX): a reference as for --secret.
    #[arg(long, value_name = "REFERENCE", group = "way")]
    pub certificate: Option<String>,
    /// Where the password of the PFX is.
    #[arg(long, value_name = "REFERENCE", requires = "certificate")]
    pub certificate_password: Option<String>,
    /// A file with another issuer's token (workload identity federation), read anew each time.
    #[arg(long, value_name = "PATH", group = "way")]
    pub federated_token_file: Option<PathBuf>,
    /// A person signs in, in a browser.
    #[arg(long, group = "way")]
    pub person: bool,
    /// Use this identity for one duty only; the tenant may have up to three (default: for everything
    /// that no other is for).
    #[arg(long, value_enum, value_name = "DUTY")]
    pub r#for: Option<DutyName>,
    /// Use it where no tenant is named.
    #[arg(long)]
    pub default: bool,
}

/// What an identity may be for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum DutyName {
    /// Read.
    See,
    /// Block sign-in, revoke sessions, replace passwords, withdraw roles of the directory.
    Lock,
    /// Change everything else.
    Clean,
}

impl DutyName {
    fn key(self) -> &'static str {
        match self {
            Self::See => Duty::See.name(),
            Self::Lock => Duty::Lock.name(),
            Self::Clean => Duty::Clean.name(),
        }
    }
}

/// What `list` prints.
#[derive(Debug, Serialize)]
pub struct TenantList {
    /// The tenants, by name.
    pub tenants: Vec<TenantRow>,
}

/// A tenant in the list.
#[derive(Debug, Serialize)]
pub struct TenantRow {
    /// Its name.
    pub name: String,
    /// Its id.
    pub tenant_id: String,
    /// The app of the strongest identity.
    pub client_id: String,
    /// Its cloud.
    pub cloud: CloudName,
    /// How that one signs in: a reference, or `invalid` where the tenant is not described rightly.
    pub secret: String,
    /// Every identity, the strongest last.
    pub identities: Vec<IdentityRow>,
    /// Whether it is used where none is named.
    pub default: bool,
}

/// An identity in the list.
#[derive(Debug, Serialize)]
pub struct IdentityRow {
    /// What it was given for; what is not listed falls back upwards (see, lock, clean).
    pub duty: &'static str,
    /// Its app.
    pub client_id: String,
    /// How it signs in: where its secret is, never the secret.
    pub signs_in: String,
}

/// Runs the command; returns the exit code.
pub fn run(
    command: TenantCommand,
    environment: &Environment,
    texts: &Texts,
    out: &mut dyn Write,
    json: bool,
) -> anyhow::Result<u8> {
    let path = settings::config_path(environment)?;
    match command {
        TenantCommand::Add(add) => {
            let row = self::add(&path, &add)?;
            say(out, json, &row, || texts.with("tenant-added", &[("name", &row.name), ("id", &row.tenant_id)]))?;
        }
        TenantCommand::List => {
            let list = self::list(&path)?;
            say(out, json, &list, || table(&list, texts))?;
        }
        TenantCommand::Remove { name } => {
            let left = self::remove(&path, &name)?;
            say(out, json, &left, || texts.with("tenant-forgotten", &[("name", &name)]))?;
        }
    }
    Ok(0)
}

fn say(out: &mut dyn Write, json: bool, document: &impl Serialize, text: impl FnOnce() -> String) -> anyhow::Result<()> {
    let text = if json { serde_json::to_string_pretty(document)? } else { text() };
    Ok(writeln!(out, "{text}")?)
}

/// A name that stands in a command line and in a key without quotes.
fn is_name(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with('-')
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
}

fn add(path: &Path, add: &AddArgs) -> Result<TenantRow, SettingsError> {
    let name = &add.name;
    if !is_name(name) {
        return Err(SettingsError::NotAName { name: name.clone() });
    }
    let identity = identity(add)?;
    let mut document = read(path)?;
    let tenants = tenants(&mut document, path)?;
    match (tenants.get_mut(name), add.r#for) {
        (Some(_), None) => return Err(SettingsError::KnownTenant { name: name.clone() }),
        (Some(known), Some(duty)) => {
            let table = known.as_table_like_mut().filter(|table| !table.contains_key(duty.key()));
            let table = table.ok_or_else(|| SettingsError::KnownTenant { name: format!("{name} with {}", duty.key()) })?;
            table.insert(duty.key(), Item::Table(identity));
        }
        (None, duty) => drop(tenants.insert(name, Item::Table(new_tenant(add, duty, identity)?))),
    }
    if add.default {
        document.insert("default-tenant", value(name));
    }
    // What would not be understood is not written.
    let list = listed(settings::parse(path, &document.to_string())?, path);
    let row = list.tenants.into_iter().find(|row| row.name == *name);
    let row = row.ok_or_else(|| SettingsError::UnknownTenant { name: name.clone(), known: Vec::new() })?;
    replace(path, &document)?;
    Ok(row)
}

fn new_tenant(add: &AddArgs, duty: Option<DutyName>, identity: Table) -> Result<Table, SettingsError> {
    let given = add.tenant_id.as_deref().unwrap_or_default();
    let tenant = settings::tenant_id(given, "--tenant-id")?;
    let mut table = Table::new();
    table.insert("tenant-id", value(tenant.as_str()));
    if add.cloud != CloudName::Global {
        table.insert("cloud", value(add.cloud.name()));
    }
    match duty {
        Some(duty) => drop(table.insert(duty.key(), Item::Table(identity))),
        None => table.extend(identity),
    }
    Ok(table)
}

/// The identity as it is written: references only, checked to be some.
fn identity(add: &AddArgs) -> Result<Table, SettingsError> {
    let mut table = Table::new();
    table.insert("client-id", value(settings::client_id(&add.client_id, "--client-id")?));
    let references = [
        ("secret", "--secret", &add.secret),
        ("certificate", "--certificate", &add.certificate),
        ("certificate-password", "--certificate-password", &add.certificate_password),
    ];
    for (key, of, given) in references {
        if let Some(given) = given {
            table.insert(key, value(settings::reference(given, of, None)?.absolute()?.to_string()));
        }
    }
    if let Some(path) = &add.federated_token_file {
        let whole = std::path::absolute(path).map_err(|source| SettingsError::Unreadable { path: path.clone(), source })?;
        table.insert("federated-token-file", value(whole.display().to_string()));
    }
    if add.person {
        table.insert("person", value(true));
    }
    Ok(table)
}

fn remove(path: &Path, name: &str) -> Result<TenantList, SettingsError> {
    let mut document = read(path)?;
    let tenants = tenants(&mut document, path)?;
    if tenants.remove(name).is_none() {
        let known = tenants.iter().map(|(name, _)| name.to_owned()).collect();
        return Err(SettingsError::UnknownTenant { name: name.to_owned(), known });
    }
    if document.get("default-tenant").and_then(Item::as_str) == Some(name) {
        document.remove("default-tenant");
    }
    replace(path, &document)?;
    list(path)
}

fn list(path: &Path) -> Result<TenantList, SettingsError> {
    Ok(listed(settings::read_config(path)?, path))
}

fn listed(config: Config, path: &Path) -> TenantList {
    let only = config.tenants.len() == 1;
    let default = config.default_tenant;
    let is_default = |name: &String| default.as_ref().map_or(only, |default| default == name);
    let rows = config.tenants.into_iter().map(|(name, entry)| row(is_default(&name), name, &entry, path));
    TenantList { tenants: rows.collect() }
}

/// What is no reference may be a secret that somebody wrote there: it is not repeated.
fn row(default: bool, name: String, entry: &TenantEntry, path: &Path) -> TenantRow {
    let told = |(duty, identity): (Duty, IdentitySettings)| IdentityRow {
        duty: duty.name(),
        client_id: identity.client_id,
        signs_in: identity.way.to_string(),
    };
    let mut identities = settings::identities(entry, &name, path.parent()).unwrap_or_default();
    identities.sort_by_key(|(duty, _)| *duty);
    let identities: Vec<IdentityRow> = identities.into_iter().map(told).collect();
    let strongest = identities.last();
    TenantRow {
        tenant_id: entry.tenant_id.clone(),
        client_id: strongest.map(|one| one.client_id.clone()).or(entry.client_id.clone()).unwrap_or_default(),
        cloud: entry.cloud,
        secret: strongest.map_or_else(|| "invalid".to_owned(), |one| one.signs_in.clone()),
        identities,
        default,
        name,
    }
}

fn table(list: &TenantList, texts: &Texts) -> String {
    if list.tenants.is_empty() {
        return texts.get("tenant-none");
    }
    let width = list.tenants.iter().map(|row| row.name.len()).max().unwrap_or_default();
    let app = |one: &IdentityRow| texts.with("tenant-app", &[("app", &one.client_id)]);
    let mut lines = Vec::new();
    for row in &list.tenants {
        let mark = if row.default { "*" } else { " " };
        let head = format!("{mark} {:<width$}  {}  {:<9}", row.name, row.tenant_id, row.cloud.name());
        match row.identities.as_slice() {
            [] => lines.push(format!("{head}  {}", texts.get("tenant-invalid"))),
            [one] => lines.push(format!("{head}  {}  {}", app(one), one.signs_in)),
            several => {
                lines.push(head.trim_end().to_owned());
                let each = |one: &IdentityRow| format!("    {:<5}  {}  {}", one.duty, app(one), one.signs_in);
                lines.extend(several.iter().map(each));
            }
        }
    }
    lines.join("\n")
}

fn read(path: &Path) -> Result<DocumentMut, SettingsError> {
    let text = settings::read_text(path)?.unwrap_or_default();
    // What is wrong in it is told as everywhere, before anything is added.
    settings::parse::<settings::Config>(path, &text)?;
    text.parse().map_err(|error: toml_edit::TomlError| SettingsError::Syntax {
        path: path.to_owned(),
        line: settings::line_of(&text, error.span()),
        why: error.message().to_owned(),
    })
}

fn tenants<'a>(document: &'a mut DocumentMut, path: &Path) -> Result<&'a mut dyn toml_edit::TableLike, SettingsError> {
    let mut none = Table::new();
    none.set_implicit(true);
    let tenants = document.entry("tenants").or_insert(Item::Table(none)).as_table_like_mut();
    tenants.ok_or_else(|| SettingsError::Syntax { path: path.to_owned(), line: 1, why: "`tenants` is not a table".to_owned() })
}

fn replace(path: &Path, document: &DocumentMut) -> Result<(), SettingsError> {
    let failed = |source| SettingsError::Unwritable { path: path.to_owned(), source };
    private::replace(path, document.to_string().as_bytes()).map_err(failed)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::texts::Language;

    const TENANT: &str = "0f1e2d3c-4b5a-4678-9a0b-c0de00000001";
    const CLIENT: &str = "c3000000-0000-4000-8000-000000000001";

    struct Home(tempfile::TempDir);

    impl Home {
        fn new() -> Self {
            Self(tempfile::tempdir().unwrap())
        }

        fn path(&self) -> PathBuf {
            self.0.path().join("regain/config.toml")
        }

        fn environment(&self) -> Environment {
            Environment::of([("XDG_CONFIG_HOME".to_owned(), self.0.path().display().to_string())])
        }

        fn run(&self, command: TenantCommand, json: bool) -> anyhow::Result<String> {
            let mut out = Vec::new();
            assert_eq!(run(command, &self.environment(), &Texts::load(Language::En).unwrap(), &mut out, json)?, 0);
            Ok(String::from_utf8(out)?)
        }

        fn add(&self, name: &str, secret: &str) -> anyhow::Result<String> {
            self.run(TenantCommand::Add(args(name, secret)), false)
        }
    }

    fn args(name: &str, secret: &str) -> AddArgs {
        let (name, secret) = (name.to_owned(), secret.to_owned());
        AddArgs {
            name,
            tenant_id: Some(TENANT.to_owned()),
            client_id: CLIENT.to_owned(),
            cloud: CloudName::UsGov,
            secret: Some(secret),
            certificate: None,
            certificate_password: None,
            federated_token_file: None,
            person: false,
            r#for: None,
            default: false,
        }
    }

    fn chain(error: &anyhow::Error) -> String {
        format!("{error:#}")
    }

    #[test]
    fn what_is_added_is_listed_and_can_be_removed() {
        let home = Home::new();
        home.add("contoso", "env:CONTOSO_SECRET").unwrap();
        home.add("fabrikam.se", "env:FABRIKAM_SECRET").unwrap();
        let list: serde_json::Value = serde_json::from_str(&home.run(TenantCommand::List, true).unwrap()).unwrap();
        assert_eq!(list["tenants"][0]["secret"], "env:CONTOSO_SECRET");
        assert_eq!(list["tenants"][0]["cloud"], "usgov");
        assert_eq!(list["tenants"][1]["name"], "fabrikam.se");
        assert_eq!(fs::metadata(home.path()).unwrap().permissions().mode() & 0o777, 0o600);
        home.run(TenantCommand::Remove { name: "contoso".to_owned() }, false).unwrap();
        let text = home.run(TenantCommand::List, false).unwrap();
        assert!(text.contains("* fabrikam.se") && !text.contains("contoso"), "{text}");
        assert_eq!(fs::read_dir(home.path().parent().unwrap()).unwrap().count(), 1, "nothing is left beside it");
    }

    #[test]
    fn the_rest_of_the_file_stays() {
        let home = Home::new();
        fs::create_dir_all(home.path().parent().unwrap()).unwrap();
        let before = "# ours\ndata-dir = \"/var/cases\" # a disk of its own\n\n[tenants.old] # keep\ntenant-id = \"x\"\nclient-id = \"y\"\nsecret = \"env:OLD\"\n";
        fs::write(home.path(), before).unwrap();
        home.add("contoso", "env:CONTOSO_SECRET").unwrap();
        let after = fs::read_to_string(home.path()).unwrap();
        assert!(after.starts_with(before), "{after}");
        home.run(TenantCommand::Remove { name: "contoso".to_owned() }, false).unwrap();
        assert_eq!(fs::read_to_string(home.path()).unwrap(), before);
    }

    #[test]
    fn a_default_is_forgotten_with_its_tenant() {
        let home = Home::new();
        home.add("contoso", "env:A").unwrap();
        home.run(TenantCommand::Add(AddArgs { default: true, ..args("fabrikam", "env:B") }), false).unwrap();
        assert!(home.run(TenantCommand::List, false).unwrap().contains("* fabrikam"));
        home.run(TenantCommand::Remove { name: "fabrikam".to_owned() }, false).unwrap();
        assert!(!fs::read_to_string(home.path()).unwrap().contains("default-tenant"));
    }

    #[test]
    fn what_is_wrong_is_told_and_changes_nothing() {
        let home = Home::new();
        home.add("contoso", "env:A").unwrap();
        let before = fs::read_to_string(home.path()).unwrap();
        let wrong = [
            (home.add("contoso", "env:A"), "already"),
            (home.add("-x", "env:A"), "cannot be a tenant's name"),
            (home.add("other", "hunter2"), "not a reference"),
            (home.add("other", "keyring:x"), "not SERVICE/NAME"),
            (home.run(TenantCommand::Remove { name: "fabrikam".to_owned() }, false), "configured: contoso"),
        ];
        for (result, why) in wrong {
            let error = chain(&result.unwrap_err());
            assert!(error.contains(why) && !error.contains("hunter2"), "{error}");
        }
        assert_eq!(fs::read_to_string(home.path()).unwrap(), before);
    }

    #[test]
    fn a_secret_written_into_the_file_is_not_listed() {
        let home = Home::new();
        fs::create_dir_all(home.path().parent().unwrap()).unwrap();
        fs::write(
            home.path(),
            format!("[tenants.a]\ntenant-id = \"{TENANT}\"\nclient-id = \"{CLIENT}\"\nsecret = \"hunter2\"\n"),
        )
        .unwrap();
        let text = home.run(TenantCommand::List, true).unwrap();
        assert!(text.contains("invalid") && !text.contains("hunter2"), "{text}");
    }

    #[test]
    fn a_tenant_may_have_three_identities_and_every_way_to_sign_in() {
        let home = Home::new();
        let add = |args: AddArgs| home.run(TenantCommand::Add(args), false);
        let by = |duty| AddArgs { secret: None, r#for: Some(duty), ..args("contoso", "") };
        add(AddArgs {
            certificate: Some("file:/app.pfx".to_owned()),
            certificate_password: Some("env:P".to_owned()),
            ..by(DutyName::See)
        })
        .unwrap();
        add(AddArgs { federated_token_file: Some("/token".into()), tenant_id: None, ..by(DutyName::Lock) }).unwrap();
        add(AddArgs { person: true, tenant_id: None, ..by(DutyName::Clean) }).unwrap();
        let again = add(AddArgs { person: true, ..by(DutyName::Clean) }).unwrap_err();
        assert!(chain(&again).contains("already"), "{again:#}");
        let list: serde_json::Value = serde_json::from_str(&home.run(TenantCommand::List, true).unwrap()).unwrap();
        let told: Vec<_> =
            list["tenants"][0]["identities"].as_array().unwrap().iter().map(|one| (&one["duty"], &one["signs_in"])).collect();
        let expected =
            serde_json::json!([["see", "certificate file:/app.pfx"], ["lock", "federated file:/token"], ["clean", "person"]]);
        assert_eq!(serde_json::json!(told), expected);
        let text = home.run(TenantCommand::List, false).unwrap();
        assert!(text.contains("    lock   app") && text.contains("person"), "{text}");
    }

    #[test]
    fn a_path_is_kept_whole() {
        let home = Home::new();
        home.add("contoso", "file:secret.txt").unwrap();
        let here = std::env::current_dir().unwrap();
        assert!(fs::read_to_string(home.path()).unwrap().contains(&format!("file:{}/secret.txt", here.display())));
    }
}
