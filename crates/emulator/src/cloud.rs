//! The national clouds: which host names a tenant's services have.
//!
//! From "National cloud deployments" and "Microsoft identity platform and national clouds". Invariant: a
//! tenant lives in one cloud, and nothing of it answers under the names of another.

use crate::message::Service;

/// Where a tenant lives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Cloud {
    /// Worldwide, and GCC.
    #[default]
    Global,
    /// US Government, GCC High.
    UsGovernment,
    /// US Department of Defense.
    UsDefense,
    /// China, operated by 21Vianet.
    China,
}

/// What a host name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Host {
    /// A service of the cloud that was asked.
    Here(Service),
    /// A service of another cloud.
    InAnotherCloud(Service),
    /// None of Microsoft's that is known here.
    Unknown,
}

/// All of them.
pub const ALL: [Cloud; 4] = [Cloud::Global, Cloud::UsGovernment, Cloud::UsDefense, Cloud::China];

impl Cloud {
    /// By the name that a scenario uses.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "global" => Some(Self::Global),
            "us-government" => Some(Self::UsGovernment),
            "us-defense" => Some(Self::UsDefense),
            "china" => Some(Self::China),
            _ => None,
        }
    }

    /// The name that a scenario uses.
    pub fn name(self) -> &'static str {
        match self {
            Self::Global => "global",
            Self::UsGovernment => "us-government",
            Self::UsDefense => "us-defense",
            Self::China => "china",
        }
    }

    /// Host names of a service, the usual one first.
    pub fn hosts(self, service: Service) -> &'static [&'static str] {
        match (self, service) {
            (_, Service::Control) => &[],
            (Self::Global, Service::Login) => {
                &["login.microsoftonline.com", "login.microsoft.com", "login.windows.net", "sts.windows.net"]
            }
            (Self::Global, Service::Graph) => &["graph.microsoft.com"],
            (Self::Global, Service::Exchange) => &["outlook.office365.com", "outlook.office.com"],
            (Self::Global, Service::Purview) => &["ps.compliance.protection.outlook.com"],
            (Self::UsGovernment | Self::UsDefense, Service::Login) => &["login.microsoftonline.us"],
            (Self::UsGovernment, Service::Graph) => &["graph.microsoft.us"],
            (Self::UsGovernment, Service::Exchange) => &["outlook.office365.us"],
            (Self::UsGovernment, Service::Purview) => &["ps.compliance.protection.office365.us"],
            (Self::UsDefense, Service::Graph) => &["dod-graph.microsoft.us"],
            (Self::UsDefense, Service::Exchange) => &["outlook-dod.office365.us"],
            (Self::UsDefense, Service::Purview) => &["l5.ps.compliance.protection.office365.us"],
            (Self::China, Service::Login) => &["login.chinacloudapi.cn", "login.partner.microsoftonline.cn"],
            (Self::China, Service::Graph) => &["microsoftgraph.chinacloudapi.cn"],
            (Self::China, Service::Exchange) => &["outlook.office365.cn", "partner.outlook.cn"],
            (Self::China, Service::Purview) => &["ps.compliance.protection.partner.outlook.cn"],
        }
    }

    /// The usual address of a service.
    pub fn base(self, service: Service) -> String {
        format!("https://{}", self.hosts(service).first().copied().unwrap_or_default())
    }

    /// What stands in `aud` of a token for a service.
    pub fn audience(self, service: Service) -> String {
        match service {
            Service::Login | Service::Control => self.base(Service::Graph),
            service => self.base(service),
        }
    }

    /// The service that a host name stands for in this cloud.
    pub fn service_of(self, host: &str) -> Option<Service> {
        let services = [Service::Login, Service::Graph, Service::Exchange, Service::Purview];
        services.into_iter().find(|service| self.hosts(*service).iter().any(|known| known.eq_ignore_ascii_case(host)))
    }

    /// Whose name a client used, as it stands in `Host` or `:authority`.
    pub fn host(self, name: &str) -> Host {
        let name = name.rsplit_once(':').map_or(name, |(name, _)| name);
        let elsewhere = || ALL.iter().find_map(|cloud| cloud.service_of(name)).map_or(Host::Unknown, Host::InAnotherCloud);
        self.service_of(name).map_or_else(elsewhere, Host::Here)
    }

    /// What discovery says in `cloud_instance_name`.
    pub fn instance_name(self) -> &'static str {
        match self {
            Self::Global => "microsoftonline.com",
            Self::UsGovernment | Self::UsDefense => "microsoftonline.us",
            Self::China => "partner.microsoftonline.cn",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Cloud, Host};
    use crate::message::Service;

    #[test]
    fn a_name_belongs_to_one_cloud() {
        let cases = [
            (Cloud::Global, "graph.microsoft.com:443", Host::Here(Service::Graph)),
            (Cloud::Global, "LOGIN.microsoftonline.com", Host::Here(Service::Login)),
            (Cloud::Global, "graph.microsoft.us", Host::InAnotherCloud(Service::Graph)),
            (Cloud::UsDefense, "login.microsoftonline.us", Host::Here(Service::Login)),
            (Cloud::UsDefense, "graph.microsoft.us", Host::InAnotherCloud(Service::Graph)),
            (Cloud::China, "login.microsoftonline.com", Host::InAnotherCloud(Service::Login)),
            (Cloud::Global, "elsewhere.example", Host::Unknown),
        ];
        for (cloud, name, host) in cases {
            assert_eq!(cloud.host(name), host, "{cloud:?} {name}");
        }
    }
}
