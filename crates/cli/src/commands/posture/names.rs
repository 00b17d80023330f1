//! Who is asked about the tenant's domains.

use std::sync::Arc;

use async_trait::async_trait;
use regain_dns::Resolver;
use regain_engine::step::chain_of;
use regain_ports::{Names, Provider, ProviderError, ProviderErrorKind};

use crate::args::PostureArgs;
use crate::settings::{Settings, Target};

/// The resolver of this machine, or the server that was named; none where nobody is to be asked. The domains of an emulated
/// tenant are made up, and in the world they may be somebody's: only its own name server is asked about them, unless another was named.
pub fn names(args: &PostureArgs, settings: &Settings) -> anyhow::Result<Option<Arc<dyn Names>>> {
    if args.no_dns {
        return Ok(None);
    }
    let server = match (args.dns, settings.target()?) {
        (Some(server), _) => Some(server),
        (None, Target::Emulated(line)) => match line.dns {
            Some(server) => Some(server),
            None => return Ok(None),
        },
        (None, Target::Real(_)) => None,
    };
    let resolver = match server {
        Some(server) => Resolver::at(server),
        None => Resolver::of_the_system(),
    };
    Ok(Some(match resolver {
        Ok(resolver) => Arc::new(resolver),
        // Everything else about the tenant can be measured all the same.
        Err(error) => Arc::new(Nobody(chain_of(&error))),
    }))
}

/// Nobody to ask, and why.
struct Nobody(String);

#[async_trait]
impl Names for Nobody {
    async fn text_records(&self, _: &str) -> Result<Vec<String>, ProviderError> {
        let kind = ProviderErrorKind::Unreachable(self.0.clone().into());
        Err(ProviderError { provider: Provider::Names, doing: "find a name server", attempts: 1, kind })
    }
}
