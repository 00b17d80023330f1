// CLI for Microsoft 365, its commands run in this process.
// Usage: node cli.mjs NODE_MODULES ENDPOINTS CERTIFICATE
import assert from "node:assert/strict";
import { appendFileSync } from "node:fs";
import { commands } from "./m365.mjs";

const [modules, line, certificate] = process.argv.slice(2);
const endpoints = JSON.parse(line);
const { executeCommand, run, request } = await commands(modules);

const ADA = "ada@contoso.com";
const ADA_ID = "a1000000-0000-4000-8000-000000000001";
const READ = "GET /users/{}";

async function control(method, path, body) {
  const answer = await fetch(endpoints.control + path, {
    method,
    headers: { "content-type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  assert.ok(answer.ok, `${path}: ${answer.status}`);
  const text = await answer.text();
  return text ? JSON.parse(text) : undefined;
}

// To the file of facts where there is one, else to standard output.
const sayOk = (line) =>
  process.env.REGAIN_FACTS ? appendFileSync(process.env.REGAIN_FACTS, `ok ${line}\n`) : console.log(`ok ${line}`);

// What one step asserted.
class Facts {
  seen = [];

  // The value is what it must be. `source`: OPERATION:MEMBER of the answer that it comes from.
  isSo(name, source, got, wanted) {
    this.seen.push([name, source]);
    assert.deepEqual(got, wanted, `${name}: ${JSON.stringify(got)}, wanted ${JSON.stringify(wanted)}`);
  }
}

const member = async (name) => (await run("entra user get", { userName: ADA, properties: name }))[name];

function steps(way) {
  const signIn = () =>
    run("login", {
      appId: endpoints.client_id,
      tenant: endpoints.tenant_id,
      ...(way === "secret"
        ? { authType: "secret", secret: endpoints.client_secret }
        : { authType: "certificate", certificateFile: certificate }),
    });
  return {
    async "sign in"(facts) {
      await run("logout");
      const status = await signIn();
      facts.isSo("as whom", "POST token:access_token", status?.connectedAs, "clients");
      const token = (await executeCommand("util accesstoken get", { resource: "https://graph.microsoft.com", output: "text" })).stdout;
      const claims = JSON.parse(Buffer.from(token.split(".")[1], "base64url"));
      facts.isSo("the app's", "POST token:access_token", claims.appid, endpoints.client_id);
    },
    async "read the account"(facts) {
      const user = await run("entra user get", { userName: ADA });
      facts.isSo("id", `${READ}:id`, user.id, ADA_ID);
      facts.isSo("name", `${READ}:displayName`, user.displayName, "Ada Berg");
      facts.isSo("address", `${READ}:mail`, user.mail, ADA);
      facts.isSo("title", `${READ}:jobTitle`, user.jobTitle, "Buyer");
    },
    async "block sign-in"(facts) {
      await run("entra user set", { userName: ADA, accountEnabled: false });
      facts.isSo("blocked", `${READ}:accountEnabled`, await member("accountEnabled"), false);
    },
    async "reset the password"(facts) {
      const before = await member("lastPasswordChangeDateTime");
      await run("entra user set", {
        userName: ADA, resetPassword: true, newPassword: "Zx9-Silver-Lantern-77", forceChangePasswordNextSignIn: true,
      });
      const after = await member("lastPasswordChangeDateTime");
      facts.isSo("changed", `${READ}:lastPasswordChangeDateTime`, Date.parse(after) > Date.parse(before), true);
    },
    async "revoke sessions"(facts) {
      const before = await member("signInSessionsValidFromDateTime");
      await run("entra user session revoke", { userName: ADA, force: true });
      const after = await member("signInSessionsValidFromDateTime");
      facts.isSo("sessions end", `${READ}:signInSessionsValidFromDateTime`, Date.parse(after) > Date.parse(before), true);
    },
    async "list and delete inbox rules"(facts) {
      const listing = "GET /users/{}/mailFolders/{}/messageRules";
      const path = `/users/${ADA}/mailFolders/inbox/messageRules`;
      const rules = (await request("get", path)).value;
      facts.isSo("names", `${listing}:value.displayName`, rules.map((rule) => rule.displayName).sort(), [".", "Invoices"]);
      const bad = rules.find((rule) => rule.displayName === ".");
      const to = bad.actions?.forwardTo?.map((one) => one.emailAddress.address);
      facts.isSo("forwards", `${listing}:value.actions.forwardTo`, to, ["out@elsewhere.example"]);
      facts.isSo("has an id", `${listing}:value.id`, typeof bad.id, "string");
      await request("delete", `${path}/${bad.id}`);
      const left = (await request("get", path)).value?.map((rule) => rule.displayName);
      facts.isSo("one is left", `${listing}:value`, left, ["Invoices"]);
    },
    async "list and remove role assignments"(facts) {
      const listing = "GET /roleManagement/directory/roleAssignments";
      const path = `/roleManagement/directory/roleAssignments`;
      const asked = `${path}?$filter=principalId eq '${ADA_ID}'`;
      const held = (await request("get", asked)).value;
      const definitions = await run("entra roledefinition list");
      const names = held.map((one) => definitions.find((role) => role.id === one.roleDefinitionId)?.displayName).sort();
      facts.isSo("roles", `${listing}:value.roleDefinitionId`, names, ["Exchange Administrator", "Reports Reader"]);
      facts.isSo("their names", "GET /roleManagement/directory/roleDefinitions:value.displayName", names.length, 2);
      facts.isSo("ids", `${listing}:value.id`, held.every((one) => one.id), true);
      for (const one of held) {
        await request("delete", `${path}/${one.id}`);
      }
      facts.isSo("none is left", `${listing}:value`, (await request("get", asked)).value, []);
    },
    async "list roles as PIM shows them"(facts) {
      const listing = "GET /roleManagement/directory/roleAssignmentScheduleInstances";
      const held = await run("entra pim role assignment list", { userName: ADA });
      const names = held.map((one) => one.roleDefinition?.displayName ?? "").sort();
      facts.isSo("roles", `${listing}:value.roleDefinition.displayName`, names, ["Exchange Administrator", "Reports Reader"]);
      facts.isSo("whose", `${listing}:value.principalId`, held.every((one) => one.principalId === ADA_ID), true);
      facts.isSo("found by name", "GET /users:value.id", held.length, 2);
    },
    async "page through a long list"(facts) {
      const users = await run("entra user list", { properties: "id,userPrincipalName" });
      facts.isSo("everybody", "GET /users:@odata.nextLink", users.length, 152);
      facts.isSo("each once", "GET /users:value.id", new Set(users.map((user) => user.id)).size, 152);
      facts.isSo("by name", "GET /users:value.userPrincipalName", users.every((user) => user.userPrincipalName), true);
    },
    async "read mailbox settings"(facts) {
      const settings = await run("outlook mailbox settings get", { userName: ADA });
      facts.isSo("replies", "GET /users/{}/mailboxSettings:automaticRepliesSetting", settings.automaticRepliesSetting?.status, "disabled");
    },
    async "send a batch"(facts) {
      const requests = [
        { id: "1", method: "GET", url: `/users/${ADA}` },
        { id: "2", method: "GET", url: "/v1.0/users/ghost@contoso.com", dependsOn: ["1"] },
      ];
      const answer = await request("post", "/$batch", { requests });
      const statuses = Object.fromEntries(answer.responses.map((one) => [one.id, one.status]));
      facts.isSo("statuses", "POST /$batch:responses.status", statuses, { 1: 200, 2: 404 });
      facts.isSo("ids", "POST /$batch:responses.id", Object.keys(statuses).sort(), ["1", "2"]);
      const first = answer.responses.find((one) => one.id === "1");
      facts.isSo("body", "POST /$batch:responses.body", first.body?.id, ADA_ID);
    },
    async "be throttled and recover"(facts) {
      await control("POST", "/faults", [{ match: { path: "/users/" }, when: { times: 1 }, kind: "throttle", seconds: 1 }]);
      const user = await run("entra user get", { userName: ADA });
      facts.isSo("read in the end", `${READ}:id`, user.id, ADA_ID);
      const seen = (await control("GET", "/requests")).filter((one) => one.service === "graph");
      assert.deepEqual(seen.map((one) => one.status), [429, 200]);
      const waited = Date.parse(seen.at(-1).at) - Date.parse(seen[0].at);
      // Without the header the client waits ten seconds.
      facts.isSo("waited as told", `${READ}:header.Retry-After`, waited >= 1000 && waited < 9000, true);
    },
  };
}

async function attempt(step, withheld) {
  await control("POST", "/reset", {});
  await control("POST", "/withhold", withheld);
  const facts = new Facts();
  try {
    await step(facts);
    return [facts];
  } catch (error) {
    const text = String(error?.error?.message ?? error?.message ?? error?.error ?? error);
    return [facts, text.split("\n")[0].slice(0, 300)];
  }
}

let well = true;
for (const way of ["secret", "certificate"]) {
  const client = `CLI for Microsoft 365, ${way}`;
  const began = Date.now();
  let count = 0;
  for (const [name, step] of Object.entries(steps(way))) {
    if (way === "certificate" && name === "be throttled and recover") continue; // does not depend on the way
    const [facts, failure] = await attempt(step, []);
    if (failure !== undefined || facts.seen.length === 0) {
      console.log(`FAILED ${client}: ${name}: ${failure ?? "it asserts nothing"}`);
      well = false;
      continue;
    }
    for (const [fact, source] of facts.seen) {
      const [, failed] = await attempt(step, [source]);
      if (failed === undefined) {
        console.log(`FAILED ${client}: ${name}: ${fact}: still so without ${source}`);
        well = false;
      } else {
        count += 1;
        sayOk(`${client}: ${name}: ${fact} [${source}]`);
      }
      // A sign-in that failed leaves nobody signed in.
      if (name === "sign in") await attempt(step, []);
    }
  }
  console.log(`${client}: ${count} facts, ${((Date.now() - began) / 1000).toFixed(1)} s`);
}
process.exit(well ? 0 : 1);
