#include "metrics.hpp"

#include <memory>
#include <string>

#include "messenger/testing/faulty_storage.hpp"
#include "tests/call_server/server_world.hpp"
#include "tests/support/catch.hpp"

namespace call_server::tests {
namespace {}  // namespace

TEST_CASE("metrics: asked for -> numbers without ids", "[call_server]") {
  ServerWorld world;
  const std::string call = world.start("alice", "team");
  WebClient client = world.admin();
  Reply reply;
  // Those of others may take a moment to end.
  CHECK(eventually([&] {
    reply = client.get("/metrics");
    return reply.has("call_server_connections 0\n");
  }));
  CHECK(reply.headers.at("content-type") == "text/plain; version=0.0.4; charset=utf-8");
  CHECK(reply.body.find("messenger_calls_active 1\n") != std::string::npos);
  CHECK(reply.body.find("messenger_calls_started_total{type=\"video\"} 1\n") != std::string::npos);
  CHECK(reply.body.find(R"(call_server_requests_total{route="signIn",status="200"} 1)") != std::string::npos);
  CHECK(reply.body.find(call) == std::string::npos);
}

TEST_CASE("metrics: where clients are served -> not there", "[call_server]") {
  ServerWorld world;
  for (const char* path : {"/metrics", "/healthz"}) {
    CHECK(world.client().get(path).status == 401);
    CHECK(world.clientOf("alice").get(path).status == 404);
    CHECK(world.admin().get(path).status == 200);
  }
  CHECK(world.admin().get("/users").status == 404);
}

TEST_CASE("metrics: calls and jobs -> counted", "[call_server]") {
  std::shared_ptr<messenger::testing::FaultyStorage> storage;
  ServerWorld world([&](CallServer::Parts& parts) {
    storage = std::make_shared<messenger::testing::FaultyStorage>(parts.storage);
    parts.storage = storage;
  });
  WebClient client = world.clientOf("alice");
  SocketClient socket = world.socketOf("bob");
  WebClient admin = world.admin();
  const auto tells = [&](const std::string& line) { return admin.get("/metrics").has(line + '\n'); };
  CHECK(tells("call_server_sockets 1"));
  CHECK(eventually([&] { return tells("call_server_frames_sent_total 1"); }));  // the welcome
  CHECK(tells("messenger_calls_down 0"));
  CHECK(tells("call_server_janus_up 0"));
  CHECK(tells(R"(messenger_jobs{state="failed",type="SetupCall"} 0)"));

  // A room's making waits while the storage gives out no jobs.
  storage->failIf([](const auto& operation) { return operation.name == "claim"; },
                  messenger::testing::Fault::before);
  const std::string call = world.start("alice", "team");
  CHECK(tells(R"(messenger_jobs{state="due",type="SetupCall"} 1)"));
  CHECK(eventually([&] {
    return admin.get("/metrics")
               .body.find(R"(operation_seconds_count{operation="claim",result="failed"} )") !=
           std::string::npos;
  }));
  storage->heal();
  CHECK(eventually([&] { return tells(R"(messenger_jobs{state="due",type="SetupCall"} 0)"); }));
  REQUIRE(client.post(callPath("team", call, "heartbeat")).status == 200);
  REQUIRE(client.post(callPath("team", call, "end")).status == 200);
  CHECK(eventually([&] { return tells(R"(messenger_calls_ended_total{reason="hungUp"} 1)"); }));
  REQUIRE(world.server->messenger().host().callsDown(std::chrono::minutes{30}));
  CHECK(tells("messenger_calls_down 1"));

  (void)admin.get("/healthz");
  for (const char* path : {"/users", "/session", "/conversations", "/conversations/team/history",
                           "/calls/x/media", "/", "/nothing"}) {
    (void)client.get(path);
  }
  (void)client.request("DELETE", "/session", "");
  for (const char* route : {"healthz", "metrics", "users", "signIn", "signOut", "session", "conversations",
                            "history", "media", "static", "messenger", "heartbeat", "other"}) {
    INFO(route);
    CHECK(admin.get("/metrics").has("call_server_requests_total{route=\"" + std::string{route} + '"'));
    CHECK(admin.get("/metrics").has("call_server_request_seconds_count{route=\"" + std::string{route} + '"'));
  }
  CHECK(world.logger->has(messenger::LogLevel::info, "signed in user=alice"));
  CHECK(world.logger->has(messenger::LogLevel::info, "a call started call=" + call + " user=alice"));
  CHECK(world.logger->has(messenger::LogLevel::info, "a call ended call=" + call + " reason=hungUp"));
}

TEST_CASE("metrics: the storage does not answer -> those of before, and that it failed", "[call_server]") {
  std::shared_ptr<messenger::testing::FaultyStorage> storage;
  ServerWorld world([&](CallServer::Parts& parts) {
    storage = std::make_shared<messenger::testing::FaultyStorage>(parts.storage);
    parts.storage = storage;
  });
  (void)world.start("alice", "team");
  WebClient admin = world.admin();
  CHECK(admin.get("/metrics").has("messenger_calls_active 1\n"));
  storage->failIf([](const auto& operation) { return operation.name == "totals"; },
                  messenger::testing::Fault::before);
  Reply reply = admin.get("/metrics");  // observed once it has failed, so the next one tells
  CHECK(reply.status == 200);
  reply = admin.get("/metrics");
  CHECK(reply.has("messenger_calls_active 1\n"));
  CHECK(reply.body.find(R"(operation_seconds_count{operation="totals",result="failed"} )") !=
        std::string::npos);
  CHECK(world.logger->has(messenger::LogLevel::warning, "the gauges of the storage are those of before"));
}

TEST_CASE("metrics: no media server and failed jobs -> shown", "[call_server]") {
  ServerWorld world([](CallServer::Parts& parts) {
    parts.janus.emplace();
    parts.janus->endpoint = "http://127.0.0.1:1/janus";  // nobody listens there
    parts.janus->videoRoomSecret = messenger::Secret{"sixteen letters!"};
    parts.settings.janusPublicUrl = "ws://127.0.0.1:1";
    parts.config.jobs.maxAttempts = 1;
  });
  (void)world.start("alice", "team");
  WebClient client = world.admin();
  // The room is not made, so the call ends; but it may exist, so a teardown is needed.
  for (const char* line :
       {"messenger_jobs{state=\"failed\",type=\"SetupCall\"} 1\n",
        "messenger_jobs{state=\"failed\",type=\"TeardownCall\"} 1\n", "call_server_janus_up 0\n",
        "messenger_driver_operation_seconds_count{operation=\"create\",result=\"failed\"} 1\n",
        "messenger_calls_ended_total{reason=\"setupFailed\"} 1\n"}) {
    INFO(line);
    CHECK(eventually([&] { return client.get("/metrics").has(line); }));
  }
}

TEST_CASE("metrics: reports of the media server -> each under its name", "[call_server][unit]") {
  Metrics metrics;
  metrics.reconciled(1, 2, 3);
  metrics.setJanusUp(true);
  const std::string text = metrics.text();
  for (const char* line : {"call_server_rooms_destroyed_total 1", "call_server_rooms_renewed_total 2",
                           "call_server_reconcile_failures_total 3", "call_server_janus_up 1"}) {
    INFO(line);
    CHECK(text.find(std::string{line} + '\n') != std::string::npos);
  }
}

}  // namespace call_server::tests
