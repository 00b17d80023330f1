"""Starts the emulated tenant under the real host names and lets Microsoft's clients work on it.

Runs inside the namespace that inside.sh makes.
"""

import argparse
import asyncio
import json
import logging
import os
import subprocess
import sys
import warnings
from datetime import datetime, timedelta, timezone
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from jwt.algorithms import RSAAlgorithm

HERE = Path(__file__).resolve().parent


def certificate(folder):
    """A key with its certificate in one PEM file, made for this run."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "clients")])
    now = datetime.now(timezone.utc)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=2))
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    public = made.public_bytes(serialization.Encoding.PEM).decode()
    path = folder / "app.pem"
    path.write_text(private + public)
    path.chmod(0o600)
    return path, public


def issuer():
    """A key of somebody else's, and what the tenant knows of it."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    keys = {"keys": [{**json.loads(RSAAlgorithm.to_jwk(key.public_key())), "kid": "1", "use": "sig"}]}
    trusted = {"issuer": "https://issuer.example", "subject": "system:serviceaccount:ops:regain", "keys": keys}
    return key, trusted


def scenario(folder, public, trusted):
    """The scenario with today's clock, the certificate and a crowd."""
    value = json.loads((HERE / "scenario.json").read_text())
    value["clock"] = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    if public:
        value["callers"][0]["certificates"] = [public]
        value["callers"][0]["federated"] = [trusted]
    for number in range(1, 151):
        value["graph"]["users"].append(
            {
                "id": f"a1000000-0000-4000-8000-{number + 1000:012}",
                "userPrincipalName": f"person{number}@contoso.com",
                "displayName": f"Person {number}",
            }
        )
    path = folder / "scenario.json"
    path.write_text(json.dumps(value))
    return path, value


def start(regain, folder, scenario_file, *more):
    """The running tenant and the line that says where it is."""
    authority = folder / "authority.pem"
    command = [regain, "emulate", str(scenario_file), "--tls", str(authority), "--real-names", *more]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    line = running.stdout.readline()
    if not line:
        sys.exit("FAILED the emulated tenant did not start")
    # One variable for each library that has its own idea of trust.
    for name in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS", "CURL_CA_BUNDLE"):
        os.environ[name] = str(authority)
    return running, json.loads(line)


async def python_clients(tenant, only):
    import graph_sdk
    import msal_ways
    from facts import prove

    well = True
    if only == "cli":
        return well
    for way in ("secret", "certificate", "certificate with its chain"):
        if only != "msal":
            well &= await prove(f"Graph SDK for Python, {way}", tenant, graph_sdk.steps(way))
    if only != "graph_sdk":
        well &= await prove("MSAL for Python", tenant, msal_ways.STEPS)
    return well


def node_clients(arguments, endpoints, app, only):
    if only not in (None, "cli") or arguments.node_modules is None:
        return True
    environment = dict(os.environ, HOME=str(arguments.work), CLIMICROSOFT365_NOUPDATE="1")
    modules = Path(arguments.node_modules).resolve()
    command = ["node", str(HERE / "cli.mjs"), str(modules), json.dumps(endpoints), str(app)]
    return subprocess.run(command, env=environment, cwd=arguments.work).returncode == 0


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--regain", required=True, help="the program")
    parser.add_argument("--work", required=True, type=Path, help="a folder for what this run makes")
    parser.add_argument("--node-modules", help="where the clients from npm are")
    parser.add_argument("--only", choices=["python", "graph_sdk", "msal", "cli"])
    arguments = parser.parse_args()
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    arguments.work.mkdir(parents=True, exist_ok=True)
    arguments.work = arguments.work.resolve()
    app, public = certificate(arguments.work)
    key, trusted = issuer()
    file, value = scenario(arguments.work, public, trusted)
    running, endpoints = start(arguments.regain, arguments.work, file)
    try:
        from facts import Tenant

        well = asyncio.run(python_clients(Tenant(endpoints, value, str(app), key), arguments.only))
        well &= node_clients(arguments, endpoints, app, arguments.only)
    finally:
        running.terminate()
        running.wait()
    sys.exit(0 if well else 1)


if __name__ == "__main__":
    main()
