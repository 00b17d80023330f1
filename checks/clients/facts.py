"""Facts, their sources, and the proof that each fact needs its source."""

import asyncio
import json
import os
import time
import traceback
import urllib.request


class NotSo(Exception):
    """A fact that does not hold."""


class Tenant:
    """The emulated tenant's control endpoint, and what the scenario says."""

    def __init__(self, endpoints, scenario, certificate, issuer):
        self.control = endpoints["control"]
        self.id = endpoints["tenant_id"]
        self.client_id = endpoints["client_id"]
        self.secret = endpoints["client_secret"]
        self.public_client_id = scenario["callers"][1]["client_id"]
        self.scenario = scenario
        self.certificate = certificate
        self.issuer = issuer

    def _call(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.control + path, data=data, method=method)
        request.add_header("content-type", "application/json")
        with urllib.request.urlopen(request, timeout=30) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def reset(self):
        self._call("POST", "/reset", {})

    def withhold(self, sources):
        self._call("POST", "/withhold", sources)

    def faults(self, rules):
        self._call("POST", "/faults", rules)

    def requests(self):
        return self._call("GET", "/requests")

    def confirm_device(self, user_code, user):
        self._call("POST", "/device", {"user_code": user_code, "user": user})


def say_ok(line):
    """To the file of facts where there is one, else to standard output."""
    path = os.environ.get("REGAIN_FACTS")
    if path is None:
        print(f"ok {line}", flush=True)
        return
    with open(path, "a", encoding="utf-8") as file:
        file.write(f"ok {line}\n")


class Facts:
    """What one step asserted."""

    def __init__(self):
        self.seen = []

    def is_so(self, name, source, got, wanted):
        """The value is what it must be. `source`: OPERATION:MEMBER of the answer that it comes from."""
        self.seen.append((name, source))
        if got != wanted:
            raise NotSo(f"{name}: {got!r}, wanted {wanted!r}")

    def holds(self, name, source, condition):
        self.is_so(name, source, bool(condition), True)


async def attempt(tenant, step, withheld=()):
    """Runs a step on a fresh tenant; what it asserted, and why it failed."""
    tenant.reset()
    tenant.withhold(list(withheld))
    facts = Facts()
    try:
        await asyncio.wait_for(step(tenant, facts), 60)
        return facts, None
    except Exception as error:  # whatever a client throws, the run has failed
        return facts, "".join(traceback.format_exception_only(error)).strip().splitlines()[-1][:300]


async def prove(client, tenant, steps):
    """Every fact of every step, and every fact again without its source. Whether all is well."""
    began, well, count = time.monotonic(), True, 0
    for step in steps:
        label = f"{client}: {step.__name__.replace('_', ' ')}"
        facts, failure = await attempt(tenant, step)
        if failure is not None:
            print(f"FAILED {label}: {failure}", flush=True)
            well = False
            continue
        if not facts.seen:
            print(f"FAILED {label}: it asserts nothing", flush=True)
            well = False
        for name, source in facts.seen:
            again, failure = await attempt(tenant, step, [source])
            if failure is None:
                print(f"FAILED {label}: {name}: still so without {source}", flush=True)
                well = False
            else:
                count += 1
                say_ok(f"{label}: {name} [{source}]")
    print(f"{client}: {count} facts, {time.monotonic() - began:.1f} s", flush=True)
    return well
