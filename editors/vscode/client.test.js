// Activates a packaged extension outside of the editor and sees that it starts the server and comes to an understanding with it:
//   node client.test.js EXTENSION GOCPP
// What the editor would give it is a stand-in that takes every call, but for the settings.
const path = require("path");
const Module = require("module");

const [extension, gocpp] = process.argv.slice(2).map((p) => path.resolve(p));
const settings = { path: gocpp, clangd: "", clangdArguments: [] };

function standIn(name, own = {}) {
  const made = {};
  return new Proxy(class {}, {
    get(target, key) {
      if (key in own) return own[key];
      if (key === "prototype") return target.prototype;
      if (key === Symbol.iterator) return () => [][Symbol.iterator]();
      if (typeof key === "symbol" || key === "then") return undefined;
      return (made[key] ??= standIn(`${name}.${key}`));
    },
    apply: () => standIn(`${name}()`),
    construct: () => standIn(`new ${name}`),
  });
}
const callable = (f) => f;
const disposable = { dispose() {} };
const vscode = standIn("vscode", {
  version: "1.90.0",
  env: { appName: "stand-in", language: "en" },
  workspace: standIn("workspace", {
    getConfiguration: callable(() => ({ get: (key) => settings[key] })),
    onDidChangeConfiguration: callable(() => disposable),
    workspaceFolders: undefined,
    textDocuments: [],
  }),
  window: standIn("window", {
    visibleTextEditors: [],
    tabGroups: { all: [], onDidChangeTabs: () => disposable },
    createOutputChannel: callable((name) => ({ ...disposable, name, append: console.error, appendLine: console.error, show() {} })),
  }),
});
const load = Module._load;
Module._load = (request, ...rest) => (request === "vscode" ? vscode : load(request, ...rest));

const fail = (error) => {
  console.error(error);
  process.exit(1);
};
process.on("unhandledRejection", fail);
setTimeout(() => fail("the server did not answer"), 60000);

// The client that the extension makes is seen on the way.
const library = require(path.join(extension, "node_modules/vscode-languageclient/node"));
let client;
const start = library.LanguageClient.prototype.start;
library.LanguageClient.prototype.start = function () {
  client = this;
  return start.call(this);
};

const main = require(path.join(extension, "extension.js"));
(async () => {
  await main.activate({ subscriptions: [] });
  const { serverInfo, capabilities } = client.initializeResult;
  console.log(serverInfo, Object.keys(capabilities).length, "capabilities");
  if (!capabilities.hoverProvider || !capabilities.completionProvider) throw new Error("it is not the server");
  await main.deactivate();
  process.exit(0);
})().catch(fail);
