// local-slack listens on every interface and has no option against it; loaded before it, this keeps it to this machine.
const serve = Bun.serve;
Bun.serve = (options) => serve({ ...options, hostname: "127.0.0.1" });
