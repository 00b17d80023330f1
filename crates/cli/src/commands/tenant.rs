//! `regain tenant`: the tenants that this machine knows. Only references to secrets are kept.
//!
//! Invariant: everything else in `config.toml` stays as it is, comments too; the file is replaced
//! whole or not at all, and is its owner's alone.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;
use toml_edit::{DocumentMut, Item, Table, value};

use crate::environment::Environment;
use crate::settings::{self, CloudName, SecretReference, SettingsError};

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
pub struct AddArgs {
    /// A name for it, to be used with --tenant.
    pub name: String,
    /// The tenant's id.
    #[arg(long, value_name = "ID")]
    pub tenant_id: String,
    /// The application (client) id of the app to sign in as.
    #[arg(long, value_name = "ID")]
    pub client_id: String,
    /// Its cloud.
    #[arg(long, value_enum, default_value = "global")]
    pub cloud: CloudName,
    /// Where the client secret is: env:VARIABLE, or file:PATH of a file with mode 0600.
    #[arg(long, value_name = "REFERENCE")]
    pub secret: String,
    /// Use it where no tenant is named.
    #[arg(long)]
    pub default: bool,
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
    /// The app to sign in as.
    pub client_id: String,
    /// Its cloud.
    pub cloud: CloudName,
    /// Where the secret is: a reference, or `invalid` where it is none.
    pub secret: String,
    /// Whether it is used where none is named.
    pub default: bool,
}

/// Runs the command; returns the exit code.
pub fn run(command: TenantCommand, environment: &Environment, out: &mut dyn Write, json: bool) -> anyhow::Result<u8> {
    let path = settings::config_path(environment)?;
    match command {
        TenantCommand::Add(add) => {
            let row = self::add(&path, &add)?;
            say(out, json, &row, || format!("{} is known as {}; try it: regain doctor --tenant {0}", row.name, row.tenant_id))?;
        }
        TenantCommand::List => {
            let list = self::list(&path)?;
            say(out, json, &list, || table(&list))?;
        }
        TenantCommand::Remove { name } => {
            let left = self::remove(&path, &name)?;
            say(out, json, &left, || format!("{name} is forgotten; its cases are kept"))?;
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
    let tenant = settings::tenant_id(&add.tenant_id, "--tenant-id")?;
    let client = settings::client_id(&add.client_id, "--client-id")?;
    let secret = absolute(settings::reference(&add.secret, "--secret", None)?)?;
    let mut document = read(path)?;
    let tenants = tenants(&mut document, path)?;
    if tenants.contains_key(name) {
        return Err(SettingsError::KnownTenant { name: name.clone() });
    }
    let mut entry = Table::new();
    entry.insert("tenant-id", value(tenant.as_str()));
    entry.insert("client-id", value(&client));
    if add.cloud != CloudName::Global {
        entry.insert("cloud", value(cloud(add.cloud)));
    }
    entry.insert("secret", value(secret.to_string()));
    tenants.insert(name, Item::Table(entry));
    if add.default {
        document.insert("default-tenant", value(name));
    }
    replace(path, &document)?;
    let tenant_id = tenant.to_string();
    Ok(TenantRow {
        name: name.clone(),
        tenant_id,
        client_id: client,
        cloud: add.cloud,
        secret: secret.to_string(),
        default: add.default,
    })
}

/// A path as it is meant here and now stays meant when another folder is the current one.
fn absolute(reference: SecretReference) -> Result<SecretReference, SettingsError> {
    match reference {
        SecretReference::File(path) => match std::path::absolute(&path) {
            Ok(path) => Ok(SecretReference::File(path)),
            Err(source) => Err(SettingsError::Unreadable { path, source }),
        },
        variable @ SecretReference::Variable(_) => Ok(variable),
    }
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
    let config = settings::read_config(path)?;
    let only = config.tenants.len() == 1;
    let tenants = config.tenants.into_iter().map(|(name, entry)| {
        let default = config.default_tenant.as_ref().map_or(only, |default| *default == name);
        // What is no reference may be a secret that somebody wrote there: it is not repeated.
        let secret =
            settings::reference(&entry.secret, &name, path.parent()).map_or_else(|_| "invalid".to_owned(), |it| it.to_string());
        TenantRow { name, tenant_id: entry.tenant_id, client_id: entry.client_id, cloud: entry.cloud, secret, default }
    });
    Ok(TenantList { tenants: tenants.collect() })
}

fn cloud(cloud: CloudName) -> &'static str {
    match cloud {
        CloudName::Global => "global",
        CloudName::UsGov => "us-gov",
        CloudName::Dod => "dod",
        CloudName::China => "china",
    }
}

fn table(list: &TenantList) -> String {
    if list.tenants.is_empty() {
        return "no tenant is known; regain tenant add NAME --tenant-id ID --client-id ID --secret env:VARIABLE".to_owned();
    }
    let width = list.tenants.iter().map(|row| row.name.len()).max().unwrap_or_default();
    let line = |row: &TenantRow| {
        let mark = if row.default { "*" } else { " " };
        format!("{mark} {:<width$}  {}  app {}  {:<6}  {}", row.name, row.tenant_id, row.client_id, cloud(row.cloud), row.secret)
    };
    list.tenants.iter().map(line).collect::<Vec<_>>().join("\n")
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

/// Beside the file first, then in its place. A file that is a link is replaced where it leads.
fn replace(path: &Path, document: &DocumentMut) -> Result<(), SettingsError> {
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let failed = |source| SettingsError::Unwritable { path: path.clone(), source };
    let folder = path.parent().unwrap_or(Path::new("."));
    private_folder(folder).map_err(failed)?;
    let beside = folder.join(format!(".config.toml.{:08x}", rand::random::<u32>()));
    let written = write(&beside, document.to_string().as_bytes()).and_then(|()| fs::rename(&beside, &path));
    if written.is_err() {
        // It may not even be there; the error that is told is the one before.
        let _ = fs::remove_file(&beside);
    }
    written.and_then(|()| sync_folder(folder)).map_err(failed)
}

fn write(path: &PathBuf, bytes: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

fn private_folder(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

#[cfg(unix)]
fn sync_folder(path: &Path) -> io::Result<()> {
    fs::File::open(path)?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

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
            assert_eq!(run(command, &self.environment(), &mut out, json)?, 0);
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
            tenant_id: TENANT.to_owned(),
            client_id: CLIENT.to_owned(),
            cloud: CloudName::UsGov,
            secret,
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
        assert_eq!(list["tenants"][0]["cloud"], "us-gov");
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
            (home.add("other", "keyring:x"), "not in this version"),
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
    fn a_path_is_kept_whole() {
        let home = Home::new();
        home.add("contoso", "file:secret.txt").unwrap();
        let here = std::env::current_dir().unwrap();
        assert!(fs::read_to_string(home.path()).unwrap().contains(&format!("file:{}/secret.txt", here.display())));
    }
}
