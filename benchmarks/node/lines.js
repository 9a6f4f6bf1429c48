// What node_pcap's simple_capture does with a file: decode each packet and print its text.
const pcap = require("pcap");
const session = pcap.createOfflineSession(process.argv[2], { filter: "" });
session.on("packet", (raw) => {
  const packet = pcap.decode.packet(raw);
  process.stdout.write(packet.toString() + "\n");
});
