// Arguments: the file of rows, the function that takes them, a folder. Prints milliseconds: what a
// caller waits, and what all threads compute.
console.log = console.info = console.warn = console.error; // only the figure goes to the output

const { readFileSync } = require("node:fs");
const api = require("@actual-app/api");

const [file, take, dataDir] = process.argv.slice(2);
const rows = JSON.parse(readFileSync(file, "utf8"));

async function main() {
  await api.init({ dataDir, verbose: false });
  let waited, spent;
  await api.runImport("Bench", async () => {
    const account = await api.createAccount({ name: "Checking" }, 0);
    const started = performance.now(), used = process.cpuUsage();
    await api[take](account, rows);
    waited = performance.now() - started;
    const { user, system } = process.cpuUsage(used);
    spent = (user + system) / 1000;
    const kept = await api.getTransactions(account, "2000-01-01", "2100-01-01");
    if (kept.length !== rows.length) throw new Error(`${kept.length} of ${rows.length} rows came`);
  });
  await api.shutdown();
  process.stdout.write(`${waited} ${spent}`);
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
