// Plain CommonJS: it must run on any Node to say which one is needed.
const { existsSync } = require('node:fs');
const { join } = require('node:path');

const major = Number(process.versions.node.split('.')[0]);
const packages = join(__dirname, '..', 'node_modules');

function refuse(sentence) {
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
}

if (!existsSync(join(packages, 'express'))) refuse('The packages are not installed: run "npm ci" first.');
if (major < 24) {
  // Scripts run by npm find the packaged Node first; a bare `node file` does not.
  refuse(
    existsSync(join(packages, '.bin', 'node'))
      ? `Node ${process.versions.node} is too old: start it by its npm script, which uses the Node 24 in node_modules.`
      : `Node ${process.versions.node} is too old and no Node 24 comes with the packages for ${process.platform} ${process.arch}: install Node 24 or newer.`,
  );
}
