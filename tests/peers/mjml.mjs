// Mails compiled by MJML's own compiler: [source] in, [html] out.
import { readFileSync } from "node:fs";
import mjml2html from "mjml";

const compile = (source) => mjml2html(source, { fonts: {}, validationLevel: "strict" }).html;

console.log(JSON.stringify(JSON.parse(readFileSync(0, "utf8")).map(compile)));
