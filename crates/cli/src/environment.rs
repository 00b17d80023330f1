//! The process environment, read once. Everything that depends on it takes an [`Environment`].
//!
//! Invariant: values are kept as secrets, for any of them may be one; only a name that is asked for
//! is ever looked at. [`Environment::empty`] knows nothing, which is what keeps the demonstration
//! away from real credentials, paths and endpoints.

use std::collections::BTreeMap;
use std::path::PathBuf;

use regain_incident::secret::Secret;

/// What the process was started with, and who started it.
#[derive(Clone, Default)]
pub struct Environment {
    variables: BTreeMap<String, Secret>,
    user: Option<String>,
    host: Option<String>,
}

impl std::fmt::Debug for Environment {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        to.debug_set().entries(self.variables.keys()).finish()
    }
}

impl Environment {
    /// The environment of this process. Variables that are not text are left out.
    pub fn of_process() -> Self {
        let text =
            |(name, value): (std::ffi::OsString, std::ffi::OsString)| Some((name.into_string().ok()?, value.into_string().ok()?));
        let variables = std::env::vars_os().filter_map(text).collect::<Vec<_>>();
        Self { user: machine::user(), host: machine::host(), ..Self::of(variables) }
    }

    /// One without any variable, of nobody in particular.
    pub fn empty() -> Self {
        Self::default()
    }

    /// One with these variables.
    pub fn of(variables: impl IntoIterator<Item = (String, String)>) -> Self {
        let variables = variables.into_iter().map(|(name, value)| (name, Secret::new(value))).collect();
        Self { variables, user: None, host: None }
    }

    /// A variable that is set and not empty.
    fn get(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(Secret::expose).filter(|value| !value.trim().is_empty())
    }

    fn text(&self, name: &str) -> Option<String> {
        self.get(name).map(|value| value.trim().to_owned())
    }

    fn path(&self, name: &str) -> Option<PathBuf> {
        self.get(name).map(PathBuf::from)
    }

    /// A variable whose value is not to be shown.
    pub fn secret(&self, name: &str) -> Option<Secret> {
        self.text(name).map(Secret::new)
    }

    /// `AZURE_TENANT_ID`.
    pub fn azure_tenant(&self) -> Option<String> {
        self.text("AZURE_TENANT_ID")
    }

    /// `AZURE_CLIENT_ID`.
    pub fn azure_client(&self) -> Option<String> {
        self.text("AZURE_CLIENT_ID")
    }

    /// `AZURE_CLIENT_SECRET`.
    pub fn azure_secret(&self) -> Option<Secret> {
        self.secret("AZURE_CLIENT_SECRET")
    }

    /// `AZURE_AUTHORITY_HOST`: the sign-in address of a national cloud.
    pub fn azure_authority(&self) -> Option<String> {
        self.text("AZURE_AUTHORITY_HOST")
    }

    /// `AZURE_CLIENT_CERTIFICATE_PATH`: a PEM or PFX file with the private key in it.
    pub fn azure_certificate(&self) -> Option<PathBuf> {
        self.path("AZURE_CLIENT_CERTIFICATE_PATH")
    }

    /// Whether `AZURE_CLIENT_SEND_CERTIFICATE_CHAIN` says so.
    pub fn azure_sends_chain(&self) -> bool {
        self.text("AZURE_CLIENT_SEND_CERTIFICATE_CHAIN").is_some_and(|value| value == "1" || value.eq_ignore_ascii_case("true"))
    }

    /// `AZURE_FEDERATED_TOKEN_FILE`: a file with another issuer's token.
    pub fn azure_federated(&self) -> Option<PathBuf> {
        self.path("AZURE_FEDERATED_TOKEN_FILE")
    }

    /// `REGAIN_ENDPOINTS`: the file with the line that `regain emulate` prints.
    pub fn endpoints(&self) -> Option<PathBuf> {
        self.path("REGAIN_ENDPOINTS")
    }

    /// `REGAIN_DATA_DIR`.
    pub fn data_dir(&self) -> Option<PathBuf> {
        self.path("REGAIN_DATA_DIR")
    }

    /// `REGAIN_CLOCK_SCALE`: emulated seconds in a real one.
    pub fn clock_scale(&self) -> Option<String> {
        self.text("REGAIN_CLOCK_SCALE")
    }

    /// Where programs keep their settings.
    pub fn config_home(&self) -> Option<PathBuf> {
        self.base("XDG_CONFIG_HOME", ".config", "APPDATA")
    }

    /// Where programs keep their data.
    pub fn data_home(&self) -> Option<PathBuf> {
        self.base("XDG_DATA_HOME", ".local/share", "LOCALAPPDATA")
    }

    /// The XDG rule: an absolute path in the variable, or the usual place below the home folder.
    fn base(&self, variable: &str, below_home: &str, windows: &str) -> Option<PathBuf> {
        let named = self.path(variable).filter(|path| path.is_absolute());
        let usual = || if cfg!(windows) { self.path(windows) } else { self.home().map(|home| home.join(below_home)) };
        named.or_else(usual)
    }

    /// The home folder.
    pub fn home(&self) -> Option<PathBuf> {
        self.path(if cfg!(windows) { "USERPROFILE" } else { "HOME" }).filter(|path| path.is_absolute())
    }

    /// Whether colour was refused (`NO_COLOR` with any value).
    pub fn no_colour(&self) -> bool {
        self.get("NO_COLOR").is_some() || self.get("TERM") == Some("dumb")
    }

    /// The locale of messages, as POSIX looks for it (`sv_SE.UTF-8`).
    pub fn locale(&self) -> Option<String> {
        ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().find_map(|name| self.text(name))
    }

    /// Who is at the keyboard: the owner of the process, and who became him, if the system says so.
    pub fn user(&self) -> String {
        let named = || ["LOGNAME", "USER", "USERNAME"].into_iter().find_map(|name| self.text(name));
        let user = self.user.clone().or_else(named).unwrap_or_else(|| "somebody".to_owned());
        match self.text("SUDO_USER").filter(|before| *before != user) {
            Some(before) => format!("{user} (sudo by {before})"),
            None => user,
        }
    }

    /// The name of this machine.
    pub fn host(&self) -> String {
        self.host.clone().or_else(|| self.text("COMPUTERNAME")).unwrap_or_else(|| "localhost".to_owned())
    }
}

#[cfg(unix)]
mod machine {
    /// The name of the process's owner, where the local list of users has it.
    pub(super) fn user() -> Option<String> {
        let wanted = rustix::process::getuid().as_raw().to_string();
        let users = std::fs::read_to_string("/etc/passwd").ok()?;
        users.lines().find_map(|line| {
            let mut fields = line.split(':');
            let (name, _, id) = (fields.next()?, fields.next()?, fields.next()?);
            (id == wanted).then(|| name.to_owned())
        })
    }

    pub(super) fn host() -> Option<String> {
        let system = rustix::system::uname();
        system.nodename().to_str().ok().filter(|name| !name.is_empty()).map(str::to_owned)
    }
}

#[cfg(not(unix))]
mod machine {
    // Elsewhere the environment says it.

    pub(super) fn user() -> Option<String> {
        None
    }

    pub(super) fn host() -> Option<String> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(variables: &[(&str, &str)]) -> Environment {
        Environment::of(variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())))
    }

    #[test]
    fn paths_follow_the_xdg_rule() {
        let plain = with(&[("HOME", "/home/anna")]);
        assert_eq!(plain.config_home(), Some(PathBuf::from("/home/anna/.config")));
        assert_eq!(plain.data_home(), Some(PathBuf::from("/home/anna/.local/share")));
        let named = with(&[("HOME", "/home/anna"), ("XDG_CONFIG_HOME", "/etc/anna"), ("XDG_DATA_HOME", "not/absolute")]);
        assert_eq!(named.config_home(), Some(PathBuf::from("/etc/anna")));
        assert_eq!(named.data_home(), Some(PathBuf::from("/home/anna/.local/share")));
        assert_eq!(Environment::empty().config_home(), None);
    }

    #[test]
    fn empty_is_not_set_and_nothing_is_shown() {
        let environment = with(&[("AZURE_CLIENT_SECRET", " hunter2\n"), ("AZURE_TENANT_ID", "")]);
        assert_eq!(environment.azure_tenant(), None);
        assert_eq!(environment.azure_secret().unwrap().expose(), "hunter2");
        assert!(!format!("{environment:?}").contains("hunter2"));
    }

    #[test]
    fn whoever_became_another_is_named_too() {
        assert_eq!(with(&[("USER", "root"), ("SUDO_USER", "anna")]).user(), "root (sudo by anna)");
        assert_eq!(with(&[("LOGNAME", "anna"), ("SUDO_USER", "anna")]).user(), "anna");
        assert_eq!(Environment::empty().user(), "somebody");
    }
}
