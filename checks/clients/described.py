"""schemathesis over Microsoft's published description: no crash, and no answer that the description forbids.

Only operations that the emulated tenant has, with ids that it has, and objects closed but for `@odata.*`:
otherwise a misspelt member would pass.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import urllib.parse
import urllib.request
from pathlib import Path

from run import scenario

METHODS = ("get", "post", "patch", "put", "delete")
CHECKS = "not_a_server_error,status_code_conformance,response_schema_conformance"
PERMISSIONS = [
    "User.ReadWrite.All", "User.EnableDisableAccount.All", "User-PasswordProfile.ReadWrite.All", "User.RevokeSessions.All",
    "Directory.ReadWrite.All", "RoleManagement.ReadWrite.Directory", "RoleAssignmentSchedule.ReadWrite.Directory",
    "RoleEligibilitySchedule.ReadWrite.Directory", "PrivilegedAssignmentSchedule.ReadWrite.AzureADGroup",
    "PrivilegedEligibilitySchedule.ReadWrite.AzureADGroup", "GroupMember.ReadWrite.All", "Group.ReadWrite.All",
    "MailboxSettings.ReadWrite", "Mail.Send", "Domain.Read.All", "Organization.Read.All", "Application.ReadWrite.All",
    "Policy.Read.All", "AuditLog.Read.All",
]


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

    def get(self, path):
        request = urllib.request.Request(f"{self.at['graph']}/v1.0{path}")
        request.add_header("Authorization", f"Bearer {self.token}")
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)

    def known(self):
        """Ids that exist, by the name of the parameter that wants them."""
        ids = lambda path: [one["id"] for one in self.get(path)["value"]][:5]
        ada = "ada@contoso.com"
        return {
            "user-id": [ada, *ids("/users")],
            "group-id": ids("/groups"),
            "directoryObject-id": ids("/users"),
            "servicePrincipal-id": ids("/servicePrincipals"),
            "domain-id": ids("/domains"),
            "organization-id": ids("/organization"),
            "mailFolder-id": ["inbox"],
            "messageRule-id": ids(f"/users/{ada}/mailFolders/inbox/messageRules"),
            "unifiedRoleAssignment-id": ids("/roleManagement/directory/roleAssignments"),
            "unifiedRoleDefinition-id": ids("/roleManagement/directory/roleDefinitions"),
            "directoryRole-id": ids("/directoryRoles"),
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
            closed[name] = schema
            continue
        properties, is_open, navigation = flat(name)
        for relation in navigation:
            properties.setdefault(relation, {})
        properties = {name: as_written(schema) for name, schema in properties.items()}
        closed[name] = {"type": "object", "properties": properties}
        if not is_open and properties:
            closed[name] |= {"additionalProperties": False, "patternProperties": {"@odata\\.": {}}}
    return closed


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
    wanted = template.strip("/").split("/")
    return len(wanted) == len(parts) and all(want in ("{}", part) for want, part in zip(wanted, parts))


def only(description, implemented, known):
    """The description of what is implemented, its ids those that exist or none at all."""
    paths, count, schemas = {}, 0, close(description["components"]["schemas"])
    for path, item in description["paths"].items():
        kept = {
            method: operation
            for method, operation in item.items()
            if method in METHODS and (method.upper(), plain(path)) in implemented
        }
        for operation in kept.values():
            count += 1
            ask_well(operation, schemas, known)
        if kept:
            paths[path] = kept | ({"parameters": item["parameters"]} if "parameters" in item else {})
    components = description["components"] | {"schemas": schemas}
    return description | {"paths": paths, "components": components}, count


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--regain", required=True)
    parser.add_argument("--work", required=True, type=Path)
    parser.add_argument("--wire", required=True, type=Path, help="the folder of the description")
    parser.add_argument("--seconds", type=int, default=60)
    arguments = parser.parse_args()
    arguments.work.mkdir(parents=True, exist_ok=True)
    arguments.work = arguments.work.resolve()
    file, value = scenario(arguments.work, None, None)
    value["callers"][0]["permissions"] = PERMISSIONS
    value["graph"]["groups"] = [
        {
            "id": "9a000000-0000-4000-8000-000000000001", "displayName": "Mail admins", "isAssignableToRole": True,
            "members": ["a1000000-0000-4000-8000-000000000001"], "owners": ["a1000000-0000-4000-8000-000000000002"],
        }
    ]
    file.write_text(json.dumps(value))
    tenant = Tenant(arguments.regain, file)
    try:
        description = json.loads((arguments.wire / "graph-v1.0.openapi.json").read_text())
        implemented = operations(arguments.regain)
        subset, count = only(description, implemented, tenant.known())
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
            print(f"the description: {count} operations, {len(good)} of them with success: no crash, no answer that it forbids")
    finally:
        tenant.running.terminate()
        tenant.running.wait()
    sys.exit(ran.returncode != 0)


if __name__ == "__main__":
    main()
