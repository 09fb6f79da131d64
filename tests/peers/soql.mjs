// SOQL read by Jetstream's parser: [query] in, [{object, fields, literals, text}] out; text is the query composed again.
import { readFileSync } from "node:fs";
import { composeQuery, getFlattenedFields, parseQuery } from "@jetstreamapp/soql-parser-js";

function* literals(clause) {
  if (!clause) return;
  const { left, right } = clause;
  if (left?.literalType === "STRING" || Array.isArray(left?.value)) yield* [left.value].flat();
  yield* literals(left?.left ? left : null);
  yield* literals(right);
}

const read = (text) => {
  const query = parseQuery(text);
  return {
    object: query.sObject,
    fields: getFlattenedFields(query),
    literals: [...literals(query.where)],
    text: composeQuery(query),
  };
};

console.log(JSON.stringify(JSON.parse(readFileSync(0, "utf8")).map(read)));
