"""schemathesis over Microsoft's published description: no crash, and no answer that the description forbids.

Only operations that the emulated tenant has, with ids that it has, and objects closed but for `@odata.*`:
otherwise a misspelt member would pass.
"""

import argparse
import base64
import json
import os
import re
import subprocess
import sys
import urllib.parse
import urllib.request
from datetime import datetime, timedelta, timezone
from pathlib import Path

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from run import certificate, scenario

METHODS = ("get", "post", "patch", "put", "delete")
CHECKS = "not_a_server_error,status_code_conformance,response_schema_conformance"
PERMISSIONS = [
    "User.ReadWrite.All", "User.EnableDisableAccount.All", "User-PasswordProfile.ReadWrite.All", "User.RevokeSessions.All",
    "Directory.ReadWrite.All", "RoleManagement.ReadWrite.Directory", "RoleAssignmentSchedule.ReadWrite.Directory",
    "RoleEligibilitySchedule.ReadWrite.Directory", "PrivilegedAssignmentSchedule.ReadWrite.AzureADGroup",
    "PrivilegedEligibilitySchedule.ReadWrite.AzureADGroup", "GroupMember.ReadWrite.All", "Group.ReadWrite.All",
    "MailboxSettings.ReadWrite", "Mail.Send", "Domain.Read.All", "Organization.Read.All", "Application.ReadWrite.All",
    "Policy.Read.All", "AuditLog.Read.All", "DelegatedPermissionGrant.ReadWrite.All", "AppRoleAssignment.ReadWrite.All",
    "Directory.Read.All", "User.Read.All", "Policy.Read.PermissionGrant", "Policy.ReadWrite.AuthenticationMethod",
    "Policy.ReadWrite.Authorization", "Policy.ReadWrite.ConditionalAccess", "Policy.ReadWrite.SecurityDefaults",
    "Domain-InternalFederation.Read.All", "SecurityEvents.Read.All", "DirectoryRecommendations.Read.All",
]
ADA, ADMIN = (f"a1000000-0000-4000-8000-00000000000{number}" for number in (1, 2))
# One to keep and one to lose of each: what is deleted must not be what the others ask for.
POWERS, ORDINARY = (f"9a000000-0000-4000-8000-00000000000{number}" for number in (1, 2))
UNIT = "9b000000-0000-4000-8000-000000000001"
APPS = [f"9c000000-0000-4000-8000-00000000000{number}" for number in (1, 2)]
APP_IDS = [f"9d000000-0000-4000-8000-00000000000{number}" for number in (1, 2)]
PRINCIPALS = [f"9e000000-0000-4000-8000-00000000000{number}" for number in (1, 2, 3)]
KEYS = [f"9f000000-0000-4000-8000-00000000000{number}" for number in (1, 2, 3, 4)]
CALLERS = [f"d4000000-0000-4000-8000-00000000000{number}" for number in (1, 2)]
CRYPTO = "00000002-0000-0000-c000-000000000000"
POLICY = "ca000000-0000-4000-8000-000000000001"
NO_ROLE = "00000000-0000-0000-0000-000000000000"
ROLES = {
    "user": "fe930be7-5e62-47db-91af-98c3a49a38b1", "groups": "fdd7a751-b60b-444a-984c-02652fe8fa1c",
    "security": "194ae4cb-b126-40b2-bd5b-6091b380977d", "helpdesk": "729827e3-9c14-49f7-bb1b-9608f156bbb8",
}


class Signer:
    """A certificate that both objects of an app hold, and proofs of it."""

    def __init__(self, folder):
        pem = certificate(folder)[0].read_bytes()
        self.key = serialization.load_pem_private_key(pem, None)
        der = x509.load_pem_x509_certificate(pem).public_bytes(serialization.Encoding.DER)
        self.der = base64.b64encode(der).decode()

    def listed(self, key_id):
        return {
            "keyId": key_id, "type": "AsymmetricX509Cert", "usage": "Verify", "displayName": "clients", "key": self.der,
            "startDateTime": "2026-01-01T00:00:00Z", "endDateTime": "2036-01-01T00:00:00Z",
        }

    def proof(self, object_id):
        now = datetime.now(timezone.utc)
        claims = {"aud": CRYPTO, "iss": object_id, "nbf": now - timedelta(minutes=1), "exp": now + timedelta(minutes=9)}
        return jwt.encode(claims, self.key, "RS256")


def furnish(value, signer):
    """Something of everything that the description has operations for."""
    graph = value["graph"]
    value["callers"][0]["permissions"] = PERMISSIONS
    # Conditional Access may be asked once in a second: this asks more often.
    value["tenant"]["behaviour"]["graphLimits"] = False
    graph["groups"] = [
        {"id": POWERS, "displayName": "Mail admins", "isAssignableToRole": True, "members": [ADA], "owners": [ADMIN]},
        {"id": ORDINARY, "displayName": "Buyers", "members": [ADA], "owners": [ADA, ADMIN]},
    ]
    graph["administrativeUnits"] = [{"id": UNIT, "displayName": "Stockholm", "members": [ADA]}]
    graph["roleAssignments"].append(
        {"principalId": ADMIN, "roleDefinitionId": "User Administrator", "directoryScopeId": f"/administrativeUnits/{UNIT}"}
    )
    graph["roleEligibilitySchedules"] = [
        {"principalId": ADA, "roleDefinitionId": "User Administrator"},
        {"principalId": ADA, "roleDefinitionId": "Security Administrator"},
    ]
    graph["roleAssignmentSchedules"] = [
        {"principalId": ADA, "roleDefinitionId": "Groups Administrator"},
        {"principalId": ADA, "roleDefinitionId": "Helpdesk Administrator"},
    ]
    for name in ("groupEligibilitySchedules", "groupAssignmentSchedules"):
        graph[name] = [{"principalId": ADMIN, "groupId": POWERS, "accessId": "member"}]
    secret = lambda key_id: {"keyId": key_id, "displayName": "old", "secretText": "nobody reads this"}
    graph["applications"] = [
        {
            "id": object_id, "appId": app_id, "displayName": f"Helper {object_id[-1]}", "owners": [ADA, ADMIN],
            "passwordCredentials": [secret(KEYS[0])], "keyCredentials": [signer.listed(KEYS[1])],
            "federatedIdentityCredentials": [
                {"name": name, "issuer": "https://issuer.example", "subject": name} for name in ("kept", "lost")
            ],
        }
        for object_id, app_id in zip(APPS, APP_IDS)
    ]
    graph["servicePrincipals"] = [
        {
            "id": object_id, "appId": app_id, "displayName": f"Helper {object_id[-1]}", "owners": [ADA, ADMIN],
            "passwordCredentials": [secret(KEYS[2])], "keyCredentials": [signer.listed(KEYS[3])],
        }
        for object_id, app_id in zip(PRINCIPALS, [*APP_IDS, KEYS[0]])
    ]
    graph["oauth2PermissionGrants"] = [
        {"clientId": client, "consentType": "Principal", "principalId": ADA, "resourceId": PRINCIPALS[0], "scope": "Mail.Read"}
        for client in (PRINCIPALS[0], CALLERS[0])
    ]
    # One for each list that one can be taken from.
    graph["appRoleAssignments"] = [
        {"principalId": principal, "resourceId": PRINCIPALS[0], "appRoleId": NO_ROLE} for principal in (ADA, ADMIN, *CALLERS)
    ]


    graph["policies"] = {
        "conditionalAccessPolicies": [a_policy() | {"id": POLICY}],
        "namedLocations": [{
            "@odata.type": "#microsoft.graph.countryNamedLocation", "id": "1c000000-0000-4000-8000-000000000001", "displayName": "Home",
            "countriesAndRegions": ["SE"], "countryLookupMethod": "clientIpAddress", "includeUnknownCountriesAndRegions": False,
        }],
    }


def a_policy():
    """A policy of Conditional Access that stops nobody."""
    return {
        "displayName": "a check", "state": "disabled", "grantControls": {"operator": "OR", "builtInControls": ["mfa"]},
        "conditions": {
            "clientAppTypes": ["all"], "applications": {"includeApplications": ["All"]}, "users": {"includeUsers": ["All"]},
        },
    }


def plain(path):
    return re.sub(r"\{[^}]*\}", "{}", path)


def operations(regain):
    """Method and path of everything that is implemented."""
    lines = subprocess.run([regain, "emulate", "--operations"], check=True, capture_output=True, text=True).stdout
    return {tuple(line.split(" ", 1)) for line in lines.splitlines() if line}


class Tenant:
    """The running tenant."""

    def __init__(self, regain, file):
        self.running = subprocess.Popen([regain, "emulate", str(file)], stdout=subprocess.PIPE, text=True)
        self.at = json.loads(self.running.stdout.readline())
        form = {
            "grant_type": "client_credentials", "client_id": self.at["client_id"],
            "client_secret": self.at["client_secret"], "scope": "https://graph.microsoft.com/.default",
        }
        url = f"{self.at['login']}/{self.at['tenant_id']}/oauth2/v2.0/token"
        with urllib.request.urlopen(url, urllib.parse.urlencode(form).encode()) as answer:
            self.token = json.load(answer)["access_token"]

    def get(self, path, body=None):
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(f"{self.at['graph']}/v1.0{path}", data)
        request.add_header("Authorization", f"Bearer {self.token}")
        request.add_header("Content-Type", "application/json")
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)

    def known(self):
        """Ids that exist, by the name of the parameter that wants them."""
        ids = lambda path: [one["id"] for one in self.get(path)["value"]][:5]
        ada = "ada@contoso.com"
        # A request of PIM is there when somebody has made it.
        pim = {f"{path.rpartition('/')[2]}": self.get(path, bodies[0])["id"] for path, bodies in requests_of_pim().items()}
        named = lambda path, member: {one[member]: one["id"] for one in self.get(path)["value"]}
        of_ada = urllib.parse.quote(f"principalId eq '{ADA}'")
        roles = named(f"/roleManagement/directory/roleAssignments?$filter={of_ada}", "roleDefinitionId")
        grants = named(f"/users/{ADA}/oauth2PermissionGrants", "clientId")
        return {
            "unifiedRoleAssignmentScheduleRequest-id": [pim["roleAssignmentScheduleRequests"]],
            "unifiedRoleEligibilityScheduleRequest-id": [pim["roleEligibilityScheduleRequests"]],
            "privilegedAccessGroupAssignmentScheduleRequest-id": [pim["assignmentScheduleRequests"]],
            "assignments": named(f"/servicePrincipals/{PRINCIPALS[0]}/appRoleAssignedTo", "principalId"),
            "exchange-role": named("/directoryRoles", "roleTemplateId")["29232cdf-9323-42fd-ade2-1d097af3e4de"],
            "lost-role": roles["4a5d8f65-41da-4de4-8968-e035b65339cf"],
            "user-id": [ada, *ids("/users")],
            "group-id": ids("/groups"),
            "directoryObject-id": ids("/users"),
            "servicePrincipal-id": PRINCIPALS,
            "application-id": APPS,
            "appId": APP_IDS,
            "administrativeUnit-id": [UNIT],
            "oAuth2PermissionGrant-id": list(grants.values()),
            "federatedIdentityCredential-id": ids(f"/applications/{APPS[0]}/federatedIdentityCredentials"),
            "appRoleAssignment-id": ids(f"/users/{ADA}/appRoleAssignments"),
            "domain-id": ids("/domains"),
            "organization-id": ids("/organization"),
            "mailFolder-id": ["inbox"],
            "messageRule-id": ids(f"/users/{ada}/mailFolders/inbox/messageRules"),
            "unifiedRoleAssignment-id": ids("/roleManagement/directory/roleAssignments"),
            "unifiedRoleDefinition-id": ids("/roleManagement/directory/roleDefinitions"),
            "directoryRole-id": ids("/directoryRoles"),
            "conditionalAccessPolicy-id": [POLICY],
            "secureScoreControlProfile-id": ids("/security/secureScoreControlProfiles"),
            "userRegistrationDetails-id": ids("/reports/authenticationMethods/userRegistrationDetails"),
        }


def close(schemas):
    """Each object with its inherited properties in one place, and nothing else allowed."""

    def flat(name, seen=()):
        schema = schemas[name]
        properties, is_open = {}, bool(schema.get("x-derived-types"))
        navigation = list(schema.get("x-navigation-properties", {}))
        for part in [schema, *schema.get("allOf", [])]:
            if "$ref" in part:
                parent = part["$ref"].rsplit("/", 1)[1]
                inherited, _, more = flat(parent, (*seen, name))
                properties.update(inherited)
                navigation += more
            properties.update(part.get("properties", {}))
            navigation += list(part.get("x-navigation-properties", {}))
        return properties, is_open, navigation

    closed = {}
    for name, schema in schemas.items():
        is_object = schema.get("type") == "object" or "allOf" in schema
        if not is_object or name.startswith("batch."):
            closed[name] = several(schema)
            continue
        properties, is_open, navigation = flat(name)
        for relation in navigation:
            properties.setdefault(relation, {})
        properties = {name: as_written(schema) for name, schema in properties.items()}
        closed[name] = {"type": "object", "properties": properties}
        if not is_open and properties:
            closed[name] |= {"additionalProperties": False, "patternProperties": {"@odata\\.": {}}}
    return closed


def several(schema):
    """An enumeration of flags is written as several of its words, with commas between them."""
    if not schema.get("x-flags"):
        return schema
    words = "|".join(schema["enum"])
    left = {name: value for name, value in schema.items() if name != "enum"}
    return left | {"pattern": f"^({words})(, ?({words}))*$"}


def as_written(schema):
    """What the description leaves open. A member that is an object may be null, and a time of day has no zone."""
    if schema.get("format") == "time":
        return {name: value for name, value in schema.items() if name != "format"}
    return schema | {"nullable": True} if "allOf" in schema else schema


# Members that a body may have, where most of what the description allows would only be refused: the rest is left out.
BODIES = {
    "microsoft.graph.user": ("accountEnabled", "jobTitle", "department", "city", "passwordProfile"),
    "microsoft.graph.messageRule": ("displayName", "isEnabled", "sequence"),
    "microsoft.graph.unifiedRoleAssignment": ("principalId", "roleDefinitionId", "directoryScopeId"),
    "microsoft.graph.mailboxSettings": ("automaticRepliesSetting",),
}
PIM = "/roleManagement/directory"
PIM_GROUPS = "/identityGovernance/privilegedAccess/group"
REFERENCE = "https://graph.microsoft.com/v1.0/directoryObjects/"


def requests_of_pim():
    """Requests that PIM takes, by the collection they are posted to."""
    ask = lambda role, action="adminRemove": {
        "action": action, "principalId": ADA, "roleDefinitionId": ROLES[role], "directoryScopeId": "/", "justification": "a check",
    }
    group = {"action": "adminRemove", "principalId": ADMIN, "groupId": POWERS, "accessId": "member", "justification": "a check"}
    return {
        f"{PIM}/roleAssignmentScheduleRequests": [ask("groups"), ask("helpdesk")],
        f"{PIM}/roleEligibilityScheduleRequests": [ask("user"), ask("security")],
        f"{PIM_GROUPS}/assignmentScheduleRequests": [group, group | {"action": "adminAssign", "accessId": "owner"}],
        f"{PIM_GROUPS}/eligibilityScheduleRequests": [group | {"action": "adminAssign", "accessId": "owner"}, group],
    }


def examples(known, signer):
    """What is done with success, where the first of the ids or any body would not do: keys of the path, and the body."""
    reference = lambda id: {"@odata.id": REFERENCE + id}
    rules, grants, federated = (known[f"{name}-id"] for name in ("messageRule", "oAuth2PermissionGrant", "federatedIdentityCredential"))
    assignments, users, grant_of = known["assignments"], known["user-id"], {"clientId": CALLERS[1], "consentType": "Principal"}
    role = {"principalId": users[-1], "roleDefinitionId": ROLES["helpdesk"], "directoryScopeId": "/"}
    found = {
        ("post", "/$batch"): ([], {"requests": [{"id": "1", "method": "GET", "url": "/organization"}]}),
        ("post", "/directoryObjects/getByIds"): ([], {"ids": [ADA], "types": ["user"]}),
        ("post", "/directoryRoles/{}/members/$ref"): (known["directoryRole-id"][-1:], reference(users[-2])),
        ("delete", "/directoryRoles/{}/members/{}/$ref"): ([known["exchange-role"], ADA], None),
        ("post", "/groups/{}/members/$ref"): ([ORDINARY], reference(users[-1])),
        ("delete", "/groups/{}/members/{}/$ref"): ([ORDINARY, ADA], None),
        ("post", "/groups/{}/owners/$ref"): ([ORDINARY], reference(users[-1])),
        ("delete", "/groups/{}/owners/{}/$ref"): ([ORDINARY, ADA], None),
        ("post", f"{PIM}/roleAssignments"): ([], role),
        ("delete", f"{PIM}/roleAssignments/{{}}"): ([known["lost-role"]], None),
        ("patch", "/users/{}"): ([ADA], {"jobTitle": "Buyer"}),
        ("patch", "/users/{}/mailboxSettings"): ([ADA], {"automaticRepliesSetting": {"status": "disabled"}}),
        ("get", "/users/{}/mailboxSettings"): ([ADA], None),
        ("post", "/users/{}/sendMail"): ([ADA], {"message": {
            "subject": "a check", "body": {"contentType": "text", "content": "a check"},
            "toRecipients": [{"emailAddress": {"address": "admin@contoso.com"}}],
        }}),
        ("get", "/users/{}/mailFolders/{}/messageRules"): ([ADA, "inbox"], None),
        ("post", "/users/{}/mailFolders/{}/messageRules"): ([ADA, "inbox"], {
            "displayName": "a check", "sequence": 9, "isEnabled": True, "conditions": {"subjectContains": ["check"]}, "actions": {"markAsRead": True},
        }),
        ("get", "/users/{}/mailFolders/{}/messageRules/{}"): ([ADA, "inbox", rules[0]], None),
        ("patch", "/users/{}/mailFolders/{}/messageRules/{}"): ([ADA, "inbox", rules[0]], {"isEnabled": False}),
        ("delete", "/users/{}/mailFolders/{}/messageRules/{}"): ([ADA, "inbox", rules[-1]], None),
        ("post", "/users/{}/appRoleAssignments"): ([users[-1]], {"principalId": users[-1], "resourceId": PRINCIPALS[0], "appRoleId": NO_ROLE}),
        ("get", "/users/{}/appRoleAssignments/{}"): ([ADA, assignments[ADA]], None),
        ("delete", "/users/{}/appRoleAssignments/{}"): ([ADMIN, assignments[ADMIN]], None),
        ("delete", "/servicePrincipals/{}/appRoleAssignments/{}"): ([CALLERS[0], assignments[CALLERS[0]]], None),
        ("delete", "/servicePrincipals/{}/appRoleAssignedTo/{}"): ([PRINCIPALS[0], assignments[CALLERS[1]]], None),
        ("post", "/oauth2PermissionGrants"): ([], grant_of | {"principalId": ADA, "resourceId": PRINCIPALS[0], "scope": "Mail.Read"}),
        ("patch", "/oauth2PermissionGrants/{}"): ([grants[0]], {"scope": "offline_access"}),
        ("delete", "/oauth2PermissionGrants/{}"): ([grants[1]], None),
        ("delete", "/applications/{}"): ([APPS[1]], None),
        ("delete", "/servicePrincipals/{}"): ([PRINCIPALS[2]], None),
        ("delete", "/applications/{}/federatedIdentityCredentials/{}"): ([APPS[0], federated[1]], None),
        ("post", "/identity/conditionalAccess/policies"): ([], a_policy()),
        ("patch", "/identity/conditionalAccess/policies/{}"): ([POLICY], {"displayName": "another check"}),
        ("patch", "/policies/authorizationPolicy"): ([], {"allowInvitesFrom": "adminsAndGuestInviters"}),
        ("patch", "/policies/authenticationMethodsPolicy"): ([], {"policyVersion": "1.5"}),
        ("patch", "/policies/identitySecurityDefaultsEnforcementPolicy"): ([], {"isEnabled": False}),
    }
    for collection, one, keys in (("applications", APPS[0], KEYS[:2]), ("servicePrincipals", PRINCIPALS[0], KEYS[2:])):
        found |= {
            ("patch", f"/{collection}/{{}}"): ([one], {"notes": "a check"}),
            ("post", f"/{collection}/{{}}/owners/$ref"): ([one], reference(users[-1])),
            ("delete", f"/{collection}/{{}}/owners/{{}}/$ref"): ([one, ADMIN], None),
            ("post", f"/{collection}/{{}}/removePassword"): ([one], {"keyId": keys[0]}),
            ("post", f"/{collection}/{{}}/removeKey"): ([one], {"keyId": keys[1], "proof": signer.proof(one)}),
        }
    return found | {("post", path): ([], bodies[1]) for path, bodies in requests_of_pim().items()}


# Where a whole object goes: only that which nothing else asks for, so that the others find theirs.
LOSING = {("delete", f"/{collection}/{{}}") for collection in ("applications", "servicePrincipals", "oauth2PermissionGrants")}


def exemplify(operation, method, path, known, made):
    """An example for each operation that is meant to succeed; the other phases ask what they like."""
    keys, body = made.get((method, plain(path)), ([], None))
    in_path = [one for one in operation["parameters"] if one.get("in") == "path"]
    for number, parameter in enumerate(in_path):
        values = keys[number:number + 1] or known.get(parameter["name"])
        if values:
            parameter["example"] = values[0]
            listed = parameter.get("schema", {}).get("enum")
            if (method, plain(path)) in LOSING:
                parameter["schema"] = {"type": "string", "enum": [values[0], "c0ffee00-0000-4000-8000-000000000000"]}
            elif listed is not None and values[0] not in listed:
                listed.append(values[0])
    for parameter in operation["parameters"]:
        name = parameter.get("name")
        if name == "$select":
            parameter["example"] = parameter["schema"]["items"]["enum"][:1]
        elif name in ("$top", "$count", "$filter"):
            by_whom = "/privilegedAccess/" in path or "Schedule" in path
            filter = f"principalId eq '{ADMIN}'" if by_whom else "id eq 'none'"
            parameter["example"] = {"$top": 5, "$count": True, "$filter": filter}[name]
            if name == "$filter":
                parameter["schema"] = {"type": "string", "enum": [*QUERIES["$filter"]["enum"], filter]}
    if any(parameter.get("name") == "$count" for parameter in operation["parameters"]):
        # What the directory asks for before it counts.
        eventual = {"name": "ConsistencyLevel", "in": "header", "schema": {"type": "string", "enum": ["eventual"]}, "example": "eventual"}
        operation["parameters"].append(eventual)
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if content is not None and body is not None:
        content["example"] = body
        members = content.get("schema", {}).get("properties")
        if members is not None and content["schema"].get("additionalProperties") is False:
            # An example that its schema does not allow would not be sent.
            members |= {name: {"enum": [value]} for name, value in body.items() if name not in members}


# How a list is asked for: what is answered, and what must be refused without a crash.
QUERIES = {
    "$top": {"type": "integer", "minimum": 1, "maximum": 60},
    "$filter": {"type": "string", "enum": ["id eq 'none'", "startswith(displayName,'A')", "a eq", "((", "x/any(y:y eq 'z')", "ä"]},
    "$count": {"type": "boolean"},
}


def ask_well(operation, schemas, known):
    """Makes requests that are mostly understood, so that there are answers to check."""
    answer = operation.get("responses", {}).get("200", {}).get("content", {}).get("application/json", {}).get("schema", {})
    name = json.dumps(answer).rpartition("schemas/")[2].partition('"')[0]
    shown = schemas.get(name, {}).get("properties", {})
    shown = (shown.get("value", {}).get("items", {}).get("$ref", "").rpartition("/")[2] and
             schemas.get(shown["value"]["items"]["$ref"].rpartition("/")[2], {}).get("properties", {})) or shown
    kept = []
    for parameter in operation.get("parameters", []):
        name = parameter.get("name", "")
        values = known.get(name) if parameter.get("in") == "path" else None
        if values:
            parameter["schema"] = {"type": "string", "enum": [*values, "c0ffee00-0000-4000-8000-000000000000"]}
        elif name == "$select":
            names = [one for one in shown if not one.startswith("@")]
            parameter["schema"] = {"type": "array", "items": {"type": "string", "enum": names or ["id"]}}
            parameter |= {"style": "form", "explode": False}
        elif name in QUERIES:
            parameter["schema"] = QUERIES[name]
        elif name.startswith("$"):
            continue
        kept.append(parameter)
    operation["parameters"] = kept
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    wanted = BODIES.get(body.get("schema", {}).get("$ref", "").rpartition("/")[2])
    if wanted:
        full = schemas[body["schema"]["$ref"].rpartition("/")[2]]["properties"]
        ids = {"principalId": known["user-id"][1:], "roleDefinitionId": known["unifiedRoleDefinition-id"], "directoryScopeId": ["/"]}
        members = {one: {"type": "string", "enum": ids[one]} if one in ids else full[one] for one in wanted}
        body["schema"] = {"type": "object", "properties": members, "additionalProperties": False, "minProperties": 1}
        if wanted[0] in ids:
            body["schema"]["required"] = list(wanted)


def answered(tenant, implemented):
    """Operations that were answered with success at least once."""
    templates = sorted(implemented, key=lambda one: one[1].count("{}"))
    with urllib.request.urlopen(f"{tenant.at['control']}/requests") as answer:
        record = json.load(answer)
    found = set()
    for one in record:
        if one["service"] == "graph" and 200 <= one["status"] < 300:
            parts = urllib.parse.unquote(one["path"]).strip("/").split("/")[1:]
            found |= {pair for pair in templates[::-1] if pair[0] == one["method"] and fits(pair[1], parts)}
    return found


def fits(template, parts):
    pattern = re.escape(template.strip("/")).replace(re.escape("{}"), "[^/]+")
    return re.fullmatch(pattern, "/".join(parts)) is not None


def only(description, implemented, known, made):
    """The description of what is implemented, its ids those that exist or none at all."""
    paths, count, schemas = {}, 0, close(description["components"]["schemas"])
    for path, item in description["paths"].items():
        kept = {
            method: operation
            for method, operation in item.items()
            if method in METHODS and (method.upper(), plain(path)) in implemented
        }
        for method, operation in kept.items():
            count += 1
            ask_well(operation, schemas, known)
            exemplify(operation, method, path, known, made)
        if kept:
            paths[path] = kept | ({"parameters": item["parameters"]} if "parameters" in item else {})
    components = description["components"] | {"schemas": schemas}
    return description | {"paths": paths, "components": components}, count


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--regain", required=True)
    parser.add_argument("--work", required=True, type=Path)
    parser.add_argument("--wire", required=True, type=Path, help="the folder of the description")
    parser.add_argument("--seconds", type=int, default=90)
    arguments = parser.parse_args()
    arguments.work.mkdir(parents=True, exist_ok=True)
    arguments.work = arguments.work.resolve()
    file, value = scenario(arguments.work, None, None)
    signer = Signer(arguments.work)
    furnish(value, signer)
    file.write_text(json.dumps(value))
    tenant = Tenant(arguments.regain, file)
    try:
        description = json.loads((arguments.wire / "graph-v1.0.openapi.json").read_text())
        implemented = operations(arguments.regain)
        known = tenant.known()
        subset, count = only(description, implemented, known, examples(known, signer))
        subset_file = arguments.work / "described.json"
        subset_file.write_text(json.dumps(subset))
        report = arguments.work / "described-report.json"
        tool = Path(sys.executable).with_name("schemathesis")
        command = [
            tool, "run", subset_file, "--url", f"{tenant.at['graph']}/v1.0", "-H", f"Authorization:Bearer {tenant.token}",
            "--checks", CHECKS, "--phases", "examples,coverage,fuzzing", "--max-time", str(arguments.seconds), "--seed", "1",
            "--no-shrink", "--continue-on-failure", "--warnings", "off", "--suppress-health-check", "all",
            "--report", "json", "--report-json-path", report,
        ]
        ran = subprocess.run(command, cwd=arguments.work, env=dict(os.environ, NO_COLOR="1"), capture_output=True, text=True)
        (arguments.work / "described.log").write_text(ran.stdout + ran.stderr)
        if ran.returncode != 0:
            print(ran.stdout[-6000:], ran.stderr[-2000:])
            print(f"\nFAILED the description: see {arguments.work / 'described.log'}")
        else:
            good = answered(tenant, implemented)
            never = sorted({(method.upper(), plain(path)) for path, item in subset["paths"].items() for method in item if method in METHODS} - good)
            print(f"the description: {count} operations, {count - len(never)} of them with success: no crash, no answer that it forbids")
            for method, path in never:
                print(f"  never with success: {method} {path}")
    finally:
        tenant.running.terminate()
        tenant.running.wait()
    sys.exit(ran.returncode != 0)


if __name__ == "__main__":
    main()
