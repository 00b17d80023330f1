//! After `tenant add`: a first look at the apps that were named.

use std::sync::Arc;
use std::time::Duration;

use regain_microsoft::Patience;

use crate::args::Global;
use crate::clock::SystemClock;
use crate::environment::Environment;
use crate::output::Output;
use crate::settings::{self, Target};
use crate::{commands, person, session};

/// Remembers what the tenant's apps can be signed in to with now, so that `doctor` knows what is new. A
/// tenant that cannot be signed in to yet is added all the same; `doctor` then remembers at its first look.
pub async fn remember_apps(name: &str, global: &Global, environment: &Environment, out: &Arc<Output>) {
    let told = match look(name, global, environment).await {
        Ok(count) => out.texts.with("tenant-remembered", &[("count", &count.to_string())]),
        Err(error) => out.texts.with("tenant-not-looked", &[("why", &format!("{error:#}"))]),
    };
    out.say(&told);
}

async fn look(name: &str, global: &Global, environment: &Environment) -> anyhow::Result<usize> {
    let flags = settings::GlobalFlags { tenant: Some(name.to_owned()), ..commands::settings_flags(global) };
    let settings = settings::load(&flags, environment)?;
    let target = settings.target()?;
    if let Target::Real(tenant) = target
        && tenant.identities.iter().any(|(_, identity)| identity.way.is_person())
    {
        anyhow::bail!("a person has to sign in for that");
    }
    let (id, access) = session::access(target, environment)?;
    let once = Patience { attempts: 1, total: Duration::from_secs(15), answer: Duration::from_secs(10) };
    let microsoft = session::connect(access, person::nobody(), Arc::new(SystemClock), once)?;
    commands::doctor::remember(&microsoft, &id, &settings.data_dir).await
}
