#include "messenger/testing/broadcaster_suite.hpp"

#include <algorithm>
#include <map>
#include <string>

#include "testing/conformance/checks.hpp"
#include "testing/conformance/crowd.hpp"

namespace messenger::inline v0::testing {
namespace {

Broadcast push(const std::string& event, const std::string& call, const std::string& payload,
               std::vector<std::string> channels = {"messenger.user.1"}) {
  return {event, std::move(channels), payload, CallId{call}};
}

std::string text(const Broadcast& broadcast) {
  return broadcast.event + " " + describe(broadcast.channels) + " " + describe(broadcast.payload) + " " +
         describe(broadcast.call);
}

/// Sends them one after another and requires that they arrive unchanged and in this order.
void sendAll(BroadcasterUnderTest& c, const std::vector<Broadcast>& broadcasts) {
  for (const Broadcast& each : broadcasts) c.broadcaster->broadcast(each);
  if (!c.received) return;
  const std::vector<Broadcast> received = c.received();
  requireEqual("how many arrived", received.size(), broadcasts.size());
  for (std::size_t i = 0; i < received.size(); ++i) {
    requireEqual("what arrived", text(received[i]), text(broadcasts[i]));
    require(received[i].payload == broadcasts[i].payload, "the payload arrives whole");
  }
}

void everyKind(BroadcasterUnderTest& c) {
  std::vector<Broadcast> all;
  for (const char* as :
       {"incoming.call", "joined.call", "left.call", "call.ignored", "call.kicked", "call.ended"}) {
    all.push_back(push(as, "call", R"({"id":"call"})"));
  }
  sendAll(c, all);
}

void everyChannel(BroadcasterUnderTest& c) {
  std::vector<std::string> channels;
  channels.reserve(300);
  for (int i = 0; i < 300; ++i) channels.push_back("messenger.company." + std::to_string(i));
  sendAll(c, {push("call.ended", "call", "{}", channels)});
}

void anyText(BroadcasterUnderTest& c) {
  const std::string payload = R"({"thread_name":"ümlaut ☎ \"quoted\" \\ \n 'single'","n":)" +
                              std::to_string(42) + R"(,"long":")" + std::string(20'000, 'x') + R"("})";
  sendAll(c, {push("incoming.call", "call", payload)});
}

void inOrder(BroadcasterUnderTest& c) {
  std::vector<Broadcast> all;
  all.reserve(200);
  for (int i = 0; i < 200; ++i) {
    all.push_back(push(i % 2 == 0 ? "joined.call" : "left.call", "call", std::to_string(i)));
  }
  sendAll(c, all);
}

void atOnce(BroadcasterUnderTest& c) {
  constexpr std::size_t calls = 8;
  constexpr int each = 50;
  crowd(calls, [&](std::size_t i) {
    for (int n = 0; n < each; ++n) {
      c.broadcaster->broadcast(push("joined.call", "call-" + std::to_string(i), std::to_string(n)));
    }
  });
  if (!c.received) return;
  std::map<CallId, int> next;
  for (const Broadcast& broadcast : c.received()) {
    requireEqual("the next of a call", broadcast.payload, std::to_string(next[broadcast.call]++));
  }
  requireEqual("how many calls arrived", next.size(), calls);
  for (const auto& [call, count] : next) requireEqual("how many of a call arrived", count, each);
}

}  // namespace

std::size_t broadcasterSuite(const std::function<BroadcasterUnderTest()>& make, const ReportSink& report) {
  Checks checks(report);
  const auto run = [&](const std::string& sentence, void (*body)(BroadcasterUnderTest&)) {
    checks.run(sentence, [&] {
      BroadcasterUnderTest testCase = make();
      require(testCase.broadcaster != nullptr, "the factory gives a broadcaster");
      body(testCase);
    });
  };
  run("broadcast: every kind arrives, with channels, payload and call", everyKind);
  run("broadcast: to many channels at once", everyChannel);
  run("broadcast: payloads arrive byte for byte, long ones too", anyText);
  run("broadcast: several of one call arrive in order", inOrder);
  run("broadcast: several calls at once, each in order", atOnce);
  return checks.failures();
}

}  // namespace messenger::testing
