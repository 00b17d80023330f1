// The commands of the CLI for Microsoft 365, run in this process.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

// From the folder with the packages of npm.
export async function commands(modules) {
  const api = join(modules, "@pnp", "cli-microsoft365");
  const main = JSON.parse(readFileSync(join(api, "package.json"))).main;
  const { executeCommand } = await import(pathToFileURL(join(api, main)));

  async function run(command, options = {}) {
    const { stdout } = await executeCommand(command, { output: "json", ...options });
    return stdout ? JSON.parse(stdout) : undefined;
  }

  const request = (method, url, body) =>
    run("request", {
      url: `https://graph.microsoft.com/v1.0${url}`,
      method,
      accept: "application/json",
      ...(body && { body: JSON.stringify(body), "content-type": "application/json" }),
    });

  return { executeCommand, run, request };
}
