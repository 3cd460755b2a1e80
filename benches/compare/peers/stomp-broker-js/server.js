// server.js PORT: the broker as its documentation starts it.
"use strict";
const http = require("http");
const StompServer = require("stomp-broker-js");

const server = http.createServer();
new StompServer({ server, path: "/ws", protocol: "ws", debug: () => {} });
server.listen(Number(process.argv[2]), "127.0.0.1");
