// Amazon's SDK for JavaScript on the emulator's DynamoDB and SQS: {url, table, queue} in, what came of each call out.
import { readFileSync } from "node:fs";
import { DynamoDBClient, GetItemCommand, PutItemCommand, QueryCommand, TransactWriteItemsCommand } from "@aws-sdk/client-dynamodb";
import { GetQueueUrlCommand, SendMessageBatchCommand, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";

const { url, table, queue } = JSON.parse(readFileSync(0, "utf8"));
const credentials = { accessKeyId: "testing", secretAccessKey: "testing" };
const rows = new DynamoDBClient({ endpoint: url, region: "ap-northeast-1", credentials, maxAttempts: 1 });
const queues = new SQSClient({ endpoint: url, region: "ap-northeast-1", credentials, maxAttempts: 1 });
const key = { pk: { S: "peer#1" }, sk: { S: "row" } };
const answer = async (call) => {
  try {
    return await call;
  } catch (error) {
    const codes = error.CancellationReasons?.map((reason) => reason.Code);
    return { error: error.name, status: error.$metadata?.httpStatusCode, codes };
  }
};
const unless = { TableName: table, Item: { ...key, body: { S: "{}" } }, ConditionExpression: "attribute_not_exists(pk)" };
const found = {};
found.put = (await answer(rows.send(new PutItemCommand(unless)))).error ?? "ok";
found.again = await answer(rows.send(new PutItemCommand(unless)));
found.transaction = await answer(
  rows.send(
    new TransactWriteItemsCommand({
      TransactItems: [{ Put: unless }, { Put: { TableName: table, Item: { pk: { S: "peer#2" }, sk: { S: "row" } } } }],
    }),
  ),
);
found.second = (await rows.send(new GetItemCommand({ TableName: table, Key: { pk: { S: "peer#2" }, sk: { S: "row" } } }))).Item ?? null;
found.missing = await answer(rows.send(new GetItemCommand({ TableName: "no-such-table", Key: key })));
found.invalid = await answer(
  rows.send(new QueryCommand({ TableName: table, KeyConditionExpression: "nothing = :x", ExpressionAttributeValues: { ":x": { S: "1" } } })),
);
found.nowhere = await answer(queues.send(new GetQueueUrlCommand({ QueueName: "no-such-queue" })));
found.late = await answer(queues.send(new SendMessageCommand({ QueueUrl: queue, MessageBody: "{}", DelaySeconds: 901 })));
const entries = Array.from({ length: 11 }, (_, n) => ({ Id: `${n}`, MessageBody: "{}" }));
found.many = await answer(queues.send(new SendMessageBatchCommand({ QueueUrl: queue, Entries: entries })));
console.log(JSON.stringify(found));
