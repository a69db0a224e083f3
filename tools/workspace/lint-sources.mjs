import { text } from 'node:stream/consumers';
import { ESLint } from 'eslint';

// Lints sources from standard input as if they were files of the workspace; nothing is written anywhere.
// [{ "path": "libs/users/x.ts", "source": "…" }] in, per source the list of { ruleId, message } out.
const sources = JSON.parse(await text(process.stdin));
const eslint = new ESLint();
const messages = [];
for (const { path, source } of sources) {
  const [result] = await eslint.lintText(source, { filePath: path });
  messages.push(result?.messages.map(({ ruleId, message }) => ({ ruleId, message })) ?? []);
}
console.log(JSON.stringify(messages));
