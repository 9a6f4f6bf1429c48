// What node_pcap's tcp_metrics does with a file: every packet through its TCPTracker, a line for each session.
const pcap = require("pcap");
const tracker = new pcap.TCPTracker();
tracker.on("session", (session) => {
  process.stdout.write("Start of session between " + session.src_name + " and " + session.dst_name + "\n");
  session.on("end", (ended) => {
    process.stdout.write("End of TCP session between " + ended.src_name + " and " + ended.dst_name + "\n");
  });
});
const session = pcap.createOfflineSession(process.argv[2], { filter: "" });
session.on("packet", (raw) => tracker.track_packet(pcap.decode.packet(raw)));
