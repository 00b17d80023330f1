// CLI for Microsoft 365 does for several accounts what it can of a containment, as a person's script would: one
// command after another, all in one process, so that starting it is not counted.
// Usage: node many.mjs NODE_MODULES ENDPOINTS ACCOUNT...; prints {"accounts", "signed_in_ms", "locked_ms", "whole_ms"}.
import assert from "node:assert/strict";
import { commands } from "./m365.mjs";

const [modules, line, ...accounts] = process.argv.slice(2);
const endpoints = JSON.parse(line);
const { run, request } = await commands(modules);

const signInOf = (userName) =>
  run("entra user get", { userName, properties: "id,accountEnabled,lastPasswordChangeDateTime,signInSessionsValidFromDateTime" });

async function lock(userName, number) {
  const before = await signInOf(userName);
  await run("entra user set", { userName, accountEnabled: false });
  await run("entra user session revoke", { userName, force: true });
  await run("entra user set", {
    userName, resetPassword: true, newPassword: `Zx9-Silver-Lantern-${number + 77}`, forceChangePasswordNextSignIn: true,
  });
  await run("entra user session revoke", { userName, force: true });
  const held = (await request("get", `/roleManagement/directory/roleAssignments?$filter=principalId eq '${before.id}'`)).value;
  for (const one of held) await request("delete", `/roleManagement/directory/roleAssignments/${one.id}`);
  const after = await signInOf(userName);
  assert.equal(after.accountEnabled, false);
  for (const date of ["lastPasswordChangeDateTime", "signInSessionsValidFromDateTime"])
    assert.ok(after[date] !== before[date], `${userName}: ${date} did not move`);
}

// The forwarding of a mailbox is beyond it, and hidden rules are: Graph shows neither.
async function clean(userName) {
  const path = `/users/${userName}/mailFolders/inbox/messageRules`;
  const bad = (await request("get", path)).value.filter((rule) => rule.displayName === ".");
  for (const rule of bad) await request("patch", `${path}/${rule.id}`, { isEnabled: false });
  const left = (await request("get", path)).value.filter((rule) => rule.displayName === "." && rule.isEnabled);
  assert.deepEqual(left, []);
}

const began = performance.now();
const since = () => Math.round(performance.now() - began);
await run("login", {
  appId: endpoints.client_id, tenant: endpoints.tenant_id, authType: "secret", secret: endpoints.client_secret,
});
const signed_in_ms = since();
for (const [number, account] of accounts.entries()) await lock(account, number);
const locked_ms = since();
for (const account of accounts) await clean(account);
console.log(JSON.stringify({ accounts: accounts.length, signed_in_ms, locked_ms, whole_ms: since() }));
