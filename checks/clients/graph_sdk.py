"""Microsoft Graph SDK for Python with azure-identity."""

import base64
import json
from datetime import datetime, timezone

from azure.identity import CertificateCredential, ClientSecretCredential
from kiota_abstractions.base_request_configuration import RequestConfiguration
from msgraph import GraphServiceClient
from msgraph.generated.models.password_profile import PasswordProfile
from msgraph.generated.models.user import User
from msgraph.generated.role_management.directory.role_assignments.role_assignments_request_builder import (
    RoleAssignmentsRequestBuilder,
)
from msgraph.generated.users.item.user_item_request_builder import UserItemRequestBuilder
from msgraph.generated.users.users_request_builder import UsersRequestBuilder
from msgraph_core.requests.batch_request_builder import BatchRequestBuilder
from msgraph_core.requests.batch_request_content import BatchRequestContent
from msgraph_core.requests.batch_request_item import BatchRequestItem
from msgraph_core.tasks.page_iterator import PageIterator

SCOPE = "https://graph.microsoft.com/.default"
ADA = "ada@contoso.com"
ADA_ID = "a1000000-0000-4000-8000-000000000001"
READ = "GET /users/{}"


def steps(way):
    """The steps, signed in by one way."""

    def credential(tenant):
        if way == "secret":
            return ClientSecretCredential(tenant.id, tenant.client_id, tenant.secret)
        return CertificateCredential(
            tenant.id, tenant.client_id, tenant.certificate, send_certificate_chain=way == "certificate with its chain"
        )

    kept = {}

    def client(tenant):
        if "client" not in kept:
            kept["client"] = GraphServiceClient(credential(tenant), [SCOPE])
        return kept["client"]

    async def read(tenant, *names):
        parameters = UserItemRequestBuilder.UserItemRequestBuilderGetQueryParameters(select=list(names))
        return await client(tenant).users.by_user_id(ADA).get(RequestConfiguration(query_parameters=parameters))

    async def sign_in(tenant, facts):
        token = credential(tenant).get_token(SCOPE)
        middle = token.token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(middle + "=" * (-len(middle) % 4)))
        source = "POST token:access_token"
        facts.is_so("the token is the app's", source, claims["appid"], tenant.client_id)
        facts.is_so("the token is the tenant's", source, claims["tid"], tenant.id)
        facts.holds("the token carries the permissions", source, "User.Read.All" in claims["roles"])
        facts.is_so("the endpoint was discovered", "GET openid-configuration:token_endpoint", claims["idtyp"], "app")

    async def read_the_account(tenant, facts):
        user = await client(tenant).users.by_user_id(ADA).get()
        facts.is_so("id", f"{READ}:id", user.id, ADA_ID)
        facts.is_so("name", f"{READ}:displayName", user.display_name, "Ada Berg")
        facts.is_so("sign-in name", f"{READ}:userPrincipalName", user.user_principal_name, ADA)
        facts.is_so("address", f"{READ}:mail", user.mail, ADA)
        facts.is_so("title", f"{READ}:jobTitle", user.job_title, "Buyer")
        user = await read(tenant, "accountEnabled", "proxyAddresses", "createdDateTime")
        facts.is_so("enabled", f"{READ}:accountEnabled", user.account_enabled, True)
        facts.is_so("addresses", f"{READ}:proxyAddresses", user.proxy_addresses, [f"SMTP:{ADA}"])
        facts.is_so("made", f"{READ}:createdDateTime", user.created_date_time, datetime(2024, 5, 1, 8, tzinfo=timezone.utc))

    async def block_sign_in(tenant, facts):
        await client(tenant).users.by_user_id(ADA_ID).patch(User(account_enabled=False))
        facts.is_so("blocked", f"{READ}:accountEnabled", (await read(tenant, "accountEnabled")).account_enabled, False)

    async def reset_the_password(tenant, facts):
        before = (await read(tenant, "lastPasswordChangeDateTime")).last_password_change_date_time
        profile = PasswordProfile(force_change_password_next_sign_in=True, password="Zx9-Silver-Lantern-77")
        await client(tenant).users.by_user_id(ADA_ID).patch(User(password_profile=profile))
        after = (await read(tenant, "lastPasswordChangeDateTime")).last_password_change_date_time
        facts.holds("changed", f"{READ}:lastPasswordChangeDateTime", after > before)
        try:
            weak = PasswordProfile(password="x")
            await client(tenant).users.by_user_id(ADA_ID).patch(User(password_profile=weak))
        except Exception as error:
            facts.is_so("a weak one is refused", "PATCH /users/{}:error.code", error.error.code, "Request_BadRequest")
            return
        raise AssertionError("a weak password was taken")

    async def revoke_sessions(tenant, facts):
        before = (await read(tenant, "signInSessionsValidFromDateTime")).sign_in_sessions_valid_from_date_time
        answer = await client(tenant).users.by_user_id(ADA_ID).revoke_sign_in_sessions.post()
        facts.is_so("answered", "POST /users/{}/revokeSignInSessions:value", answer.value, True)
        after = (await read(tenant, "signInSessionsValidFromDateTime")).sign_in_sessions_valid_from_date_time
        facts.holds("sessions end", f"{READ}:signInSessionsValidFromDateTime", after > before)

    async def list_and_delete_inbox_rules(tenant, facts):
        listing = "GET /users/{}/mailFolders/{}/messageRules"
        rules = client(tenant).users.by_user_id(ADA).mail_folders.by_mail_folder_id("inbox").message_rules
        found = (await rules.get()).value
        facts.is_so("names", f"{listing}:value.displayName", sorted(rule.display_name for rule in found), [".", "Invoices"])
        bad = next(rule for rule in found if rule.display_name == ".")
        facts.is_so("on", f"{listing}:value.isEnabled", bad.is_enabled, True)
        words = (bad.conditions and bad.conditions.body_or_subject_contains) or None
        facts.is_so("words", f"{listing}:value.conditions.bodyOrSubjectContains", words, ["payment"])
        to = [one.email_address.address for one in (bad.actions and bad.actions.forward_to) or []]
        facts.is_so("forwards", f"{listing}:value.actions.forwardTo.emailAddress.address", to, ["out@elsewhere.example"])
        facts.is_so("stops", f"{listing}:value.actions.stopProcessingRules", bad.actions.stop_processing_rules, True)
        facts.holds("has an id", f"{listing}:value.id", bad.id)
        await rules.by_message_rule_id(bad.id).delete()
        left = [rule.display_name for rule in (await rules.get()).value]
        facts.is_so("one is left", f"{listing}:value", left, ["Invoices"])
        try:
            await rules.by_message_rule_id(bad.id).delete()
        except Exception as error:
            source = "DELETE /users/{}/mailFolders/{}/messageRules/{}:error.code"
            facts.is_so("gone is gone", source, error.error.code, "ErrorItemNotFound")
            return
        raise AssertionError("a rule was deleted twice")

    async def list_and_remove_role_assignments(tenant, facts):
        listing = "GET /roleManagement/directory/roleAssignments"
        builder = client(tenant).role_management.directory.role_assignments
        parameters = RoleAssignmentsRequestBuilder.RoleAssignmentsRequestBuilderGetQueryParameters(
            filter=f"principalId eq '{ADA_ID}'", expand=["roleDefinition"]
        )
        asked = RequestConfiguration(query_parameters=parameters)
        held = (await builder.get(asked)).value
        names = sorted((one.role_definition and one.role_definition.display_name) or "" for one in held)
        facts.is_so("roles", f"{listing}:value.roleDefinition.displayName", names, ["Exchange Administrator", "Reports Reader"])
        facts.is_so("whose", f"{listing}:value.principalId", {one.principal_id for one in held}, {ADA_ID})
        facts.is_so("where", f"{listing}:value.directoryScopeId", {one.directory_scope_id for one in held}, {"/"})
        facts.holds("ids of roles", f"{listing}:value.roleDefinitionId", all(one.role_definition_id for one in held))
        facts.holds("ids", f"{listing}:value.id", all(one.id for one in held))
        for one in held:
            await builder.by_unified_role_assignment_id(one.id).delete()
        facts.is_so("none is left", f"{listing}:value", (await builder.get(asked)).value, [])

    async def page_through_a_long_list(tenant, facts):
        parameters = UsersRequestBuilder.UsersRequestBuilderGetQueryParameters(select=["id", "userPrincipalName"], top=40)
        first = await client(tenant).users.get(RequestConfiguration(query_parameters=parameters))
        found = []

        def each(user):
            found.append(user)
            return True

        await PageIterator(first, client(tenant).request_adapter).iterate(each)
        everybody = len(tenant.scenario["graph"]["users"])
        facts.is_so("everybody", "GET /users:@odata.nextLink", len(found), everybody)
        facts.is_so("each once", "GET /users:value.id", len({user.id for user in found}), everybody)
        facts.holds("options stay", "GET /users:value.userPrincipalName", all(user.user_principal_name for user in found))
        facts.is_so("and only they", "GET /users:value", {user.display_name for user in found}, {None})

    async def send_a_batch(tenant, facts):
        graph = client(tenant)
        user = graph.users.by_user_id(ADA)
        one = BatchRequestItem(user.to_get_request_information(), id="one")
        two = BatchRequestItem(user.revoke_sign_in_sessions.to_post_request_information(), id="two")
        three = BatchRequestItem(
            graph.users.by_user_id("ghost@contoso.com").to_get_request_information(), id="three", depends_on=["two"]
        )
        four = BatchRequestItem(user.to_get_request_information(), id="four", depends_on=["three"])
        content = BatchRequestContent()
        for item in (one, two, three, four):
            content.add_request(item.id, item)
        builder = BatchRequestBuilder(graph.request_adapter)
        answer = await builder.post(content)
        codes = answer.get_response_status_codes()
        codes = {name: codes.get(name) for name in ("one", "two", "three", "four")}
        wanted = {"one": 200, "two": 200, "three": 404, "four": 424}
        facts.is_so("statuses", "POST /$batch:responses.status", codes, wanted)
        facts.is_so("ids", "POST /$batch:responses.id", set(answer.responses), set(wanted))
        kind = answer.responses["one"].content_type
        facts.is_so("headers", "POST /$batch:responses.headers", kind, "application/json")
        # This version of the SDK reads no JSON body out of a batch; its adapter hands over the bytes.
        information = await builder.to_post_request_information(content)
        raw = json.loads(await graph.request_adapter.send_primitive_async(information, "bytes", {}))
        read = next(one.get("body") or {} for one in raw["responses"] if one["id"] == "one")
        facts.is_so("body", "POST /$batch:responses.body", read.get("id"), ADA_ID)
        facts.is_so("inside", f"{READ}:displayName", read.get("displayName"), "Ada Berg")

    async def be_throttled_and_recover(tenant, facts):
        tenant.faults([{"match": {"path": "/users/"}, "when": {"times": 2}, "kind": "throttle", "seconds": 1}])
        user = await client(tenant).users.by_user_id(ADA).get()
        facts.is_so("read in the end", f"{READ}:id", user.id, ADA_ID)
        seen = [one for one in tenant.requests() if one["service"] == "graph"]
        tries = [(one["status"], one["request_headers"].get("retry-attempt")) for one in seen]
        if tries != [(429, None), (429, "1"), (200, "2")]:
            raise AssertionError(f"tried otherwise than expected: {tries}")
        first, last = (datetime.fromisoformat(one["at"].replace("Z", "+00:00")) for one in (seen[0], seen[-1]))
        # Without the header the client waits longer by far (3 s, then 6 s).
        facts.holds("waited as told", f"{READ}:header.Retry-After", 2 <= (last - first).total_seconds() < 7)

    async def answer_a_claims_challenge(tenant, facts):
        tenant.faults([{"match": {"path": "/organization"}, "when": {"times": 1}, "kind": "insufficient-claims"}])
        fresh = GraphServiceClient(credential(tenant), [SCOPE])
        found = (await fresh.organization.get()).value
        facts.is_so("read in the end", "GET /organization:value.id", [one.id for one in found], [tenant.id])
        statuses = [one["status"] for one in tenant.requests() if one["service"] == "graph"]
        facts.is_so("challenged first", "GET /organization:header.WWW-Authenticate", statuses, [401, 200])
        asked = [one["request_body"] for one in tenant.requests() if one["path"].endswith("/token")]
        facts.holds("asked anew with the claims", "POST token:access_token", len(asked) == 2 and "nbf" in asked[1])

    every = [
        sign_in, read_the_account, block_sign_in, reset_the_password, revoke_sessions, list_and_delete_inbox_rules,
        list_and_remove_role_assignments, page_through_a_long_list, send_a_batch, be_throttled_and_recover, answer_a_claims_challenge,
    ]
    if way == "secret":
        return every
    # How it waits does not depend on how it signed in, and takes its time.
    rest = [step for step in every if step is not be_throttled_and_recover]
    return rest if way == "certificate" else [sign_in, read_the_account]
