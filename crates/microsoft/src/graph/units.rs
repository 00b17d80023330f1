//! What a request costs of the directory's limit, in resource units, as published
//! (learn.microsoft.com/graph/throttling-limits, "identity and access"). A cost that is guessed too
//! high makes us slower, one that is guessed too low makes the service say no.

/// Parts of an address that are not the directory's: mailboxes have limits of their own.
const OUTLOOK: &[&str] = &["/mailboxSettings", "/mailFolders", "/messages"];

/// The cost of reading `below` (path and query, encoded or not). Never below one.
pub(crate) fn of_read(below: &str) -> u32 {
    let (path, query) = below.split_once('?').unwrap_or((below, ""));
    if OUTLOOK.iter().any(|part| path.contains(part)) {
        return 0;
    }
    let selects = query.contains("$select=") || query.contains("%24select=");
    let expands = query.contains("$expand=") || query.contains("%24expand=");
    let base: u32 = match path {
        path if path.contains("/transitiveMember") => 5,
        path if path.contains("/members") => 3,
        path if path.ends_with("/users") || path.contains("oauth2PermissionGrants") => 2,
        _ => 1,
    };
    (base + u32::from(expands)).saturating_sub(u32::from(selects)).max(1)
}

#[cfg(test)]
mod tests {
    use super::of_read;

    #[test]
    fn costs_are_those_that_are_published() {
        assert_eq!(of_read("/users/a?$select=id"), 1);
        assert_eq!(of_read("/users?$filter=x&$select=id"), 1);
        assert_eq!(of_read("/users?$filter=x"), 2);
        assert_eq!(of_read("/users/a/transitiveMemberOf?$select=id"), 4);
        assert_eq!(of_read("/roleManagement/directory/roleAssignments?$expand=principal"), 2);
        assert_eq!(of_read("/users/a/mailboxSettings"), 0);
    }
}
