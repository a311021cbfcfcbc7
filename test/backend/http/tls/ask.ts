import { HttpClient } from "../../../../src/backend/http/client.ts";

/** Asks the server at the URL in the first argument, as a process of its own: which certificates it trusts is settled when it starts. */
const client = new HttpClient({
  baseUrl: process.argv[2] ?? "",
  timeouts: { connectMs: 5000, idleMs: 5000, totalMs: 20_000 },
  connections: 2,
  secrets: { headers: {}, redact: (text) => text },
  now: () => new Date(),
});
const answers: unknown[] = [];
for (let round = 0; round < 2; round += 1) {
  const asked = client.post("/x", { round }, new AbortController().signal);
  answers.push(
    await asked.then(
      ({ body }) => body,
      ({ message }: Error) => message,
    ),
  );
}
process.stdout.write(JSON.stringify(answers));
client.close();
