// HTML checked by html-validate: [html] in, [["rule: message", …]] out. `off` are the rules that mails may break.
import { readFileSync } from "node:fs";
import { HtmlValidate } from "html-validate";

const { pages, off } = JSON.parse(readFileSync(0, "utf8"));
const rules = Object.fromEntries(off.map((rule) => [rule, "off"]));
const validator = new HtmlValidate({ root: true, extends: ["html-validate:standard", "html-validate:a11y"], rules });

const check = (html) =>
  validator.validateStringSync(html).results.flatMap(({ messages }) => messages.map(({ ruleId, message }) => `${ruleId}: ${message}`));

console.log(JSON.stringify(pages.map(check)));
