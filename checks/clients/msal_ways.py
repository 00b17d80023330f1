"""MSAL for Python: every way to sign in."""

import base64
import hashlib
import html
import json
import re
import time
from urllib.parse import parse_qsl, urlsplit

import jwt
import msal
import requests
from cryptography import x509
from cryptography.hazmat.primitives import serialization

LOGIN = "https://login.microsoftonline.com"
APP_SCOPES = ["https://graph.microsoft.com/.default"]
SCOPES = ["https://graph.microsoft.com/User.Read.All"]
ADA = "ada@contoso.com"
ADA_ID = "a1000000-0000-4000-8000-000000000001"
PASSWORD = "Old-Copper-Lantern-7"
TOKEN = "POST token"
DISCOVERY = "GET openid-configuration"


def claims_of(token):
    middle = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(middle + "=" * (-len(middle) % 4)))


def confidential(tenant, credential):
    return msal.ConfidentialClientApplication(
        tenant.client_id, authority=f"{LOGIN}/{tenant.id}", client_credential=credential
    )


def public(tenant):
    return msal.PublicClientApplication(tenant.public_client_id, authority=f"{LOGIN}/{tenant.id}")


def for_the_app(tenant, facts, credential):
    answer = confidential(tenant, credential).acquire_token_for_client(APP_SCOPES)
    claims = claims_of(answer["access_token"])
    facts.is_so("the token is the app's", f"{TOKEN}:access_token", claims["appid"], tenant.client_id)
    facts.is_so("its kind", f"{TOKEN}:token_type", answer["token_type"], "Bearer")
    facts.is_so("its life", f"{TOKEN}:expires_in", answer["expires_in"], 3599)
    facts.is_so("the endpoint was discovered", f"{DISCOVERY}:token_endpoint", claims["idtyp"], "app")


async def secret(tenant, facts):
    for_the_app(tenant, facts, tenant.secret)


async def certificate_by_its_newer_thumbprint(tenant, facts):
    key, chain = pem(tenant)
    for_the_app(tenant, facts, {"private_key": key, "public_certificate": chain})
    header = presented(tenant)
    if header["alg"] != "PS256" or "x5t#S256" not in header:
        raise AssertionError(f"another form than expected: {header}")


async def certificate_by_its_older_thumbprint(tenant, facts):
    key, chain = pem(tenant)
    der = x509.load_pem_x509_certificate(chain.encode()).public_bytes(serialization.Encoding.DER)
    for_the_app(tenant, facts, {"private_key": key, "thumbprint": hashlib.sha1(der).hexdigest()})
    header = presented(tenant)
    if header["alg"] != "RS256" or "x5t" not in header:
        raise AssertionError(f"another form than expected: {header}")


async def federated_token(tenant, facts):
    now = int(time.time())
    claims = {
        "iss": "https://issuer.example", "sub": "system:serviceaccount:ops:regain", "aud": "api://AzureADTokenExchange",
        "iat": now, "nbf": now, "exp": now + 300,
    }
    assertion = jwt.encode(claims, tenant.issuer, algorithm="RS256", headers={"kid": "1"})
    for_the_app(tenant, facts, {"client_assertion": assertion})


async def wrong_secret(tenant, facts):
    answer = confidential(tenant, "wrong").acquire_token_for_client(APP_SCOPES)
    facts.is_so("error", f"{TOKEN}:error", answer["error"], "invalid_client")
    facts.is_so("number", f"{TOKEN}:error_codes", answer["error_codes"], [7000215])
    text = answer["error_description"]
    facts.holds("words", f"{TOKEN}:error_description", text.startswith("AADSTS7000215: "))
    facts.is_so("time", f"{TOKEN}:timestamp", answer["timestamp"][-1], "Z")
    facts.is_so("trace", f"{TOKEN}:trace_id", len(answer["trace_id"]), 36)
    facts.is_so("correlation", f"{TOKEN}:correlation_id", len(answer["correlation_id"]), 36)


async def authorization_code(tenant, facts):
    app = public(tenant)
    flow = app.initiate_auth_code_flow(SCOPES, redirect_uri="http://localhost:8400", login_hint=ADA)
    facts.holds("where to sign in", f"{DISCOVERY}:authorization_endpoint", "code_challenge=" in flow["auth_uri"])
    answer = app.acquire_token_by_auth_code_flow(flow, in_the_browser(flow["auth_uri"]))
    of_a_person(tenant, facts, app, answer)


async def authorization_code_posted(tenant, facts):
    app = public(tenant)
    flow = app.initiate_auth_code_flow(SCOPES, redirect_uri="http://localhost:8400", response_mode="form_post")
    answer = app.acquire_token_by_auth_code_flow(flow, in_the_browser(flow["auth_uri"]))
    facts.is_so("who", f"{TOKEN}:access_token", claims_of(answer["access_token"])["oid"], ADA_ID)


async def device_code(tenant, facts):
    app = public(tenant)
    flow = app.initiate_device_flow(SCOPES)
    start = "POST devicecode"
    facts.is_so("code", f"{start}:user_code", len(flow["user_code"]), 9)
    facts.is_so("page", f"{start}:verification_uri", flow["verification_uri"], f"{LOGIN}/device")
    facts.holds("words", f"{start}:message", flow["user_code"] in flow["message"])
    facts.is_so("life", f"{start}:expires_in", flow["expires_in"], 900)
    facts.holds("secret code", f"{start}:device_code", flow["device_code"])
    pending = app.acquire_token_by_device_flow(flow, exit_condition=lambda flow: True)
    facts.is_so("nobody yet", f"{TOKEN}:error", pending["error"], "authorization_pending")
    typed = {"otc": flow["user_code"], "login": ADA, "passwd": PASSWORD}
    page = requests.post(flow["verification_uri"], data=typed, timeout=10)
    if "You have signed in" not in page.text:
        raise AssertionError(page.text)
    of_a_person(tenant, facts, app, app.acquire_token_by_device_flow(flow, exit_condition=lambda flow: True))
    facts.holds("where to begin", f"{DISCOVERY}:device_authorization_endpoint", flow["device_code"])


async def name_and_password(tenant, facts):
    app = public(tenant)
    answer = app.acquire_token_by_username_password(ADA, PASSWORD, SCOPES)
    of_a_person(tenant, facts, app, answer)


async def refresh_token(tenant, facts):
    app = public(tenant)
    first = app.acquire_token_by_username_password(ADA, PASSWORD, SCOPES)
    account = app.get_accounts()[0]
    again = app.acquire_token_silent(SCOPES, account, force_refresh=True) or {}
    facts.holds("a new one", f"{TOKEN}:refresh_token", again.get("access_token") not in (None, first["access_token"]))
    facts.is_so("whose", f"{TOKEN}:access_token", claims_of(again["access_token"])["oid"], ADA_ID)


async def refresh_token_after_a_revocation(tenant, facts):
    app = public(tenant)
    app.acquire_token_by_username_password(ADA, PASSWORD, SCOPES)
    graph = {"Authorization": "Bearer " + confidential(tenant, tenant.secret).acquire_token_for_client(APP_SCOPES)["access_token"]}
    requests.post(f"https://graph.microsoft.com/v1.0/users/{ADA_ID}/revokeSignInSessions", headers=graph, timeout=10).raise_for_status()
    refused = app.acquire_token_silent_with_error(SCOPES, app.get_accounts()[0], force_refresh=True)
    facts.is_so("refused", f"{TOKEN}:error", refused["error"], "invalid_grant")
    facts.is_so("why", f"{TOKEN}:error_codes", refused["error_codes"], [50173])


def of_a_person(tenant, facts, app, answer):
    if "access_token" not in answer:
        facts.is_so("signed in", f"{TOKEN}:access_token", answer.get("error_description", answer), None)
    claims = claims_of(answer["access_token"])
    facts.is_so("whose", f"{TOKEN}:access_token", (claims["oid"], claims["scp"]), (ADA_ID, "User.Read.All"))
    identity = answer.get("id_token_claims") or {}
    facts.is_so("who", f"{TOKEN}:id_token", (identity.get("oid"), identity.get("preferred_username")), (ADA_ID, ADA))
    homes = [account["home_account_id"] for account in app.get_accounts()]
    facts.is_so("home", f"{TOKEN}:client_info", homes, [f"{ADA_ID}.{tenant.id}"])
    facts.is_so("may", f"{TOKEN}:scope", answer.get("scope"), "User.Read.All")


def in_the_browser(address):
    """Signs in on the page as a person would; what the client's address would get."""
    with requests.Session() as browser:
        page = browser.get(address, timeout=10)
        hidden = dict(re.findall(r'type="hidden" name="([^"]*)" value="([^"]*)"', page.text))
        action = re.search(r'action="([^"]*)"', page.text).group(1)
        form = {name: html.unescape(value) for name, value in hidden.items()} | {"login": ADA, "passwd": PASSWORD}
        sent = browser.post(LOGIN + action, data=form, timeout=10, allow_redirects=False)
    if sent.status_code == 302:
        return dict(parse_qsl(urlsplit(sent.headers["location"]).query))
    return dict(re.findall(r'type="hidden" name="([^"]*)" value="([^"]*)"', html.unescape(sent.text)))


def pem(tenant):
    """Key and certificate, apart."""
    text = open(tenant.certificate, encoding="ascii").read()
    at = text.index("-----BEGIN CERTIFICATE-----")
    return text[:at], text[at:]


def presented(tenant):
    """The header of the assertion that was sent."""
    body = next(one["request_body"] for one in tenant.requests() if one["path"].endswith("/token"))
    return jwt.get_unverified_header(dict(parse_qsl(body))["client_assertion"])


STEPS = [
    secret, certificate_by_its_newer_thumbprint, certificate_by_its_older_thumbprint, federated_token, wrong_secret,
    authorization_code, authorization_code_posted, device_code, name_and_password, refresh_token, refresh_token_after_a_revocation,
]
