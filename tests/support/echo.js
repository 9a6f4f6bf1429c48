// node's own http server: answers with what it was sent, chunked, and its sha256 in a header.
// node echo.js HOST PORT
"use strict";
const http = require("http");
const crypto = require("crypto");
const [host, port] = process.argv.slice(2);
const server = http.createServer((request, response) => {
  const pieces = [];
  request.on("data", (piece) => pieces.push(piece));
  request.on("end", () => {
    const body = Buffer.concat(pieces);
    response.setHeader("Content-Type", "application/octet-stream");
    response.setHeader("X-Sha256", crypto.createHash("sha256").update(body).digest("hex"));
    for (let at = 0; at < body.length; at += 7000) response.write(body.subarray(at, at + 7000));
    response.end();
  });
});
server.listen(Number(port), host, () => process.stderr.write("ready\n"));
