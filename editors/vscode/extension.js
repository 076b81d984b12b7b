// Starts `gocpp lsp` for .gcpp and .gh files, as the settings say, and anew when they change.
const vscode = require("vscode");
const { LanguageClient } = require("vscode-languageclient/node");

let client;

async function start() {
  const settings = vscode.workspace.getConfiguration("gocpp");
  const args = ["lsp"];
  if (settings.get("clangd")) args.push("--clangd=" + settings.get("clangd"));
  const further = settings.get("clangdArguments");
  if (further.length > 0) args.push("--", ...further);
  client = new LanguageClient(
    "gocpp", "gocpp", { command: settings.get("path"), args },
    { documentSelector: [{ scheme: "file", language: "gocpp" }] });
  await client.start();
}

async function stop() {
  const old = client;
  client = undefined;
  if (old) await old.stop();
}

async function restart() {
  await stop().catch(() => {});
  await start();
}

exports.activate = async (context) => {
  context.subscriptions.push(
    vscode.commands.registerCommand("gocpp.restart", restart),
    vscode.workspace.onDidChangeConfiguration((e) => e.affectsConfiguration("gocpp") && restart()));
  await start();
};

exports.deactivate = stop;
