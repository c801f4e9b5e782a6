#include <array>
#include <cstdlib>
#include <functional>

#include "adapters/janus/room_keys.hpp"
#include "messenger/adapters/janus/janus_driver.hpp"
#include "tests/support/catch.hpp"

namespace messenger::tests {
namespace {

using janus::IdKind;
using janus::JanusOptions;

/// Sets environment variables for one test.
class ScopedEnvironment {
 public:
  ScopedEnvironment(std::initializer_list<std::pair<const char*, const char*>> values) {
    for (const char* name : names) ::unsetenv(name);
    for (const auto& [name, value] : values) ::setenv(name, value, 1);
  }
  ~ScopedEnvironment() {
    for (const char* name : names) ::unsetenv(name);
  }
  ScopedEnvironment(const ScopedEnvironment&) = delete;
  ScopedEnvironment& operator=(const ScopedEnvironment&) = delete;

 private:
  static constexpr std::array names{"JANUS_SERVER_ENDPOINT",   "JANUS_ADMIN_SERVER_ENDPOINT",
                                    "JANUS_API_SECRET",        "JANUS_ADMIN_SECRET",
                                    "JANUS_VIDEO_ROOM_SECRET", "JANUS_ROOM_KEY",
                                    "JANUS_VERIFY_SSL"};
};

std::string whyNot(const std::function<void()>& deed) {
  try {
    deed();
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "";
}

TEST_CASE("JanusOptions: variables set -> their values", "[janus][options]") {
  const ScopedEnvironment set{{"JANUS_SERVER_ENDPOINT", "http://127.0.0.1:8088/janus"},
                              {"JANUS_ADMIN_SERVER_ENDPOINT", "https://[::1]:7889/admin"},
                              {"JANUS_API_SECRET", "a"},
                              {"JANUS_ADMIN_SECRET", "b"},
                              {"JANUS_VIDEO_ROOM_SECRET", "c"},
                              {"JANUS_ROOM_KEY", "d"},
                              {"JANUS_VERIFY_SSL", "Off"}};
  const JanusOptions options = JanusOptions::fromEnvironment();
  options.validate();
  CHECK(options.endpoint == "http://127.0.0.1:8088/janus");
  CHECK(options.adminEndpoint == "https://[::1]:7889/admin");
  CHECK(options.apiSecret == Secret{"a"});
  CHECK(options.adminSecret == Secret{"b"});
  CHECK(options.videoRoomSecret == Secret{"c"});
  CHECK(options.roomKey == Secret{"d"});
  CHECK_FALSE(options.verifyTls);
  CHECK(options.keyOfRooms() == Secret{"d"});
}

TEST_CASE("JanusOptions: variables not set -> the defaults", "[janus][options]") {
  const ScopedEnvironment set{{"JANUS_SERVER_ENDPOINT", "http://h"}, {"JANUS_API_SECRET", ""}};
  const JanusOptions options = JanusOptions::fromEnvironment();
  options.validate();
  CHECK(options.verifyTls);
  CHECK_FALSE(options.apiSecret);
  const std::string why = whyNot([&] { (void)options.keyOfRooms(); });
  for (const char* name : {"roomKey", "JANUS_ROOM_KEY", "videoRoomSecret", "JANUS_VIDEO_ROOM_SECRET"}) {
    CHECK(why.find(name) != std::string::npos);
  }
}

TEST_CASE("JanusOptions: an invalid variable -> named without its value", "[janus][options]") {
  for (const char* name : {"JANUS_SERVER_ENDPOINT", "JANUS_ADMIN_SERVER_ENDPOINT", "JANUS_VERIFY_SSL"}) {
    const ScopedEnvironment set{{name, "pass-word"}};
    const std::string why = whyNot([] { (void)JanusOptions::fromEnvironment(); });
    CHECK(why.find(name) != std::string::npos);
    CHECK(why.find("pass-word") == std::string::npos);
  }
}

TEST_CASE("JanusOptions: a field out of bounds -> named", "[janus][options]") {
  using std::chrono::milliseconds;
  struct Case {
    const char* field;
    std::function<void(JanusOptions&)> change;
  };
  const std::vector<Case> cases{
      {"JANUS_SERVER_ENDPOINT", [](auto& o) { o.endpoint.clear(); }},
      {"endpoint", [](auto& o) { o.endpoint = "127.0.0.1:8088"; }},
      {"endpoint", [](auto& o) { o.endpoint = "file:///etc/passwd"; }},
      {"endpoint", [](auto& o) { o.endpoint = "http://"; }},
      {"endpoint", [](auto& o) { o.endpoint = "http://:8088"; }},
      {"endpoint", [](auto& o) { o.endpoint = "http://user:word@h/janus"; }},
      {"endpoint", [](auto& o) { o.endpoint = "http://h/janus?x=1"; }},
      {"endpoint", [](auto& o) { o.endpoint = "http://h/ja nus"; }},
      {"endpoint", [](auto& o) { o.endpoint = "http://h/janus\n"; }},
      {"adminEndpoint", [](auto& o) { o.adminEndpoint = "http://h#x"; }},
      {"apiSecret", [](auto& o) { o.apiSecret = Secret{""}; }},
      {"adminSecret", [](auto& o) { o.adminSecret = Secret{""}; }},
      {"videoRoomSecret", [](auto& o) { o.videoRoomSecret = Secret{std::string("a\0b", 3)}; }},
      {"roomKey", [](auto& o) { o.roomKey = Secret{""}; }},
      {"proxy", [](auto& o) { o.proxy = "http://a b"; }},
      {"connectTimeout", [](auto& o) { o.connectTimeout = milliseconds{0}; }},
      {"requestTimeout", [](auto& o) { o.requestTimeout = std::chrono::hours{2}; }},
      {"requestTimeout", [](auto& o) { o.requestTimeout = o.connectTimeout - milliseconds{1}; }},
      {"maxReplyBytes", [](auto& o) { o.maxReplyBytes = 1023; }},
      {"maxReplyBytes", [](auto& o) { o.maxReplyBytes = (std::size_t{1} << 30U) + 1; }},
  };
  for (const Case& each : cases) {
    JanusOptions options;
    options.endpoint = "http://127.0.0.1:8088/janus";
    REQUIRE(whyNot([&] { options.validate(); }).empty());
    each.change(options);
    const std::string why = whyNot([&] { options.validate(); });
    INFO(each.field << ": " << why);
    CHECK(why.find(each.field) != std::string::npos);
    CHECK(whyNot([&] { janus::JanusClient client(options); }) == why);
  }
}

TEST_CASE("room keys: HMAC-SHA-256 -> the known answer", "[janus][keys]") {
  // Reckoned by another implementation; purpose and text have a zero byte in between.
  const std::string made = janus::derive(Secret{"Jefe"}, "what do ya want", "for nothing?");
  CHECK(made == "adf13648edae17564744ff0aef28b138a329fa4a8104ff63388d270cef395d2b");
}

TEST_CASE("room keys: derived values -> never change", "[janus][keys]") {
  const Secret key{"key"};
  const CallId call{"01HF0000000000000000000000"};
  CHECK(janus::toText(janus::roomIdOf(call, key, IdKind::text)) == "call-01HF0000000000000000000000");
  CHECK(janus::toText(janus::roomIdOf(call, key, IdKind::number)) == "167158478916193");
  CHECK(janus::roomSecretOf(call, key).reveal() == "755f4123667b8d049de38e5d8878934a");
  CHECK(janus::roomPinOf(call, key).reveal() == "e0441e91c13092bb");
  CHECK(janus::markOf(call, key) ==
        "messenger-call:01HF0000000000000000000000:8620c6384bd778893430af803f5655a3");
}

TEST_CASE("room keys: numbers -> not zero and at most 53 bits", "[janus][keys]") {
  for (int i = 0; i < 2000; ++i) {
    const auto id = janus::roomIdOf(CallId{std::to_string(i)}, Secret{"key"}, IdKind::number);
    const auto number = std::get<std::uint64_t>(id);
    REQUIRE(number > 0);
    REQUIRE(number < std::uint64_t{1} << 53U);
  }
}

TEST_CASE("room keys: every purpose and call and key -> another value", "[janus][keys]") {
  const CallId one{"1"};
  const CallId other{"2"};
  const Secret key{"key"};
  const Secret otherKey{"other"};
  CHECK_FALSE(janus::roomSecretOf(one, key) == janus::roomSecretOf(other, key));
  CHECK_FALSE(janus::roomSecretOf(one, key) == janus::roomSecretOf(one, otherKey));
  CHECK(janus::roomSecretOf(one, key).reveal().find(janus::roomPinOf(one, key).reveal()) ==
        std::string::npos);
  CHECK(janus::markOf(one, key).find(janus::roomSecretOf(one, key).reveal().substr(0, 16)) ==
        std::string::npos);
  CHECK(janus::markOf(one, key).find(janus::roomPinOf(one, key).reveal()) == std::string::npos);
}

TEST_CASE("room keys: a mark -> recognized and no other text is", "[janus][keys]") {
  const Secret key{"key"};
  const CallId call{"01HF"};
  const std::string mark = janus::markOf(call, key);
  CHECK(janus::callOfMark(mark, key) == call);
  CHECK(janus::callOfMark(janus::markOf(CallId{"a:b"}, key), key) == CallId{"a:b"});
  CHECK_FALSE(janus::callOfMark(mark, Secret{"another"}));
  for (std::size_t i = 0; i < mark.size(); ++i) {
    std::string changed = mark;
    changed[i] = changed[i] == 'x' ? 'y' : 'x';
    CHECK_FALSE(janus::callOfMark(changed, key));
    CHECK_FALSE(janus::callOfMark(mark.substr(0, i), key));
  }
  CHECK_FALSE(janus::callOfMark(mark + "0", key));
  CHECK_FALSE(janus::callOfMark("messenger-call::" + mark.substr(mark.rfind(':') + 1), key));
}

}  // namespace
}  // namespace messenger::tests
