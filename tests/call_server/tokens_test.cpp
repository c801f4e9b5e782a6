#include <chrono>
#include <stdexcept>

#include "crypto.hpp"
#include "janus_token.hpp"
#include "session_token.hpp"
#include "tests/support/catch.hpp"

namespace call_server {
namespace {

using messenger::Secret;
using std::chrono::hours;

const SystemTime now = std::chrono::sys_days{std::chrono::year{2026} / 5 / 1};

}  // namespace

TEST_CASE("session token: valid -> names the user until it expires", "[call_server][unit]") {
  const SessionTokens tokens{Secret{"0123456789abcdef"}};
  const std::string token = tokens.issue("alice", now + hours{1});
  CHECK(token.starts_with("v1."));
  REQUIRE(tokens.check(token, now));
  CHECK(tokens.check(token, now)->user == "alice");
  CHECK(tokens.check(token, now)->expires == now + hours{1});
  CHECK(tokens.check(token, now + hours{1} - std::chrono::seconds{1}));
  CHECK_FALSE(tokens.check(token, now + hours{1}));
}

TEST_CASE("session token: two sign-ins at once -> two sessions", "[call_server][unit]") {
  const SessionTokens tokens{Secret{"0123456789abcdef"}};
  const auto idOf = [&] { return tokens.check(tokens.issue("alice", now + hours{1}), now)->id; };
  CHECK(idOf() != idOf());
}

TEST_CASE("session token: any change -> invalid", "[call_server][unit]") {
  const SessionTokens tokens{Secret{"0123456789abcdef"}};
  const std::string token = tokens.issue("alice", now + hours{1});
  for (std::size_t i = 0; i < token.size(); ++i) {
    std::string forged = token;
    forged[i] = forged[i] == 'A' ? 'B' : 'A';
    INFO(forged);
    CHECK_FALSE(tokens.check(forged, now));
  }
  CHECK_FALSE(tokens.check(token + "A", now));
  CHECK_FALSE(tokens.check(token.substr(0, token.size() - 1), now));
  CHECK_FALSE(tokens.check("", now));
  CHECK_FALSE(tokens.check("v1...", now));
  CHECK_FALSE(tokens.check("v1....", now));
  const SessionTokens other{Secret{"0123456789abcdeX"}};
  CHECK_FALSE(other.check(token, now));
}

TEST_CASE("session token: another key of the same secret -> invalid", "[call_server][unit]") {
  const std::string secret = "0123456789abcdef";
  const SessionTokens tokens{Secret{secret}};
  const std::string text = "v1." + base64Url("alice") + ".4000000000.0123456789ab";
  const auto signedWith = [&](const std::string& key) {
    return text + '.' + base64Url(hmacSha256(key, text));
  };
  CHECK(tokens.check(signedWith(hmacSha256(secret, "call_server session")), now));
  CHECK_FALSE(tokens.check(signedWith(secret), now));
}

TEST_CASE("session token: a short key -> refused without showing it", "[call_server][unit]") {
  const std::string secret = "Kq7fX2mWz9LpR4t";
  try {
    const SessionTokens tokens{Secret{secret}};
    FAIL("a key of 15 characters was taken");
  } catch (const std::invalid_argument& error) {
    CHECK(std::string{error.what()}.find(secret) == std::string::npos);
  }
}

TEST_CASE("cookies: one among others -> its value", "[call_server][unit]") {
  CHECK(cookieValue("a=1; messenger_session=x.y; b=2", sessionCookie) == "x.y");
  CHECK(cookieValue("messenger_session=x", sessionCookie) == "x");
  CHECK(cookieValue("other_messenger_session=x; messenger_sessions=y", sessionCookie).empty());
  CHECK(cookieValue("", sessionCookie).empty());
}

TEST_CASE("base64url: encoded and decoded -> the same with one spelling only", "[call_server][unit]") {
  for (const std::string text : {"", "a", "ab", "abc", "\xff\xfe\xfd?"}) {
    CHECK(fromBase64Url(base64Url(text)) == text);
  }
  CHECK(base64("\xff\xfe") == "//4=");
  CHECK(base64Url("\xff\xfe") == "__4");
  CHECK_FALSE(fromBase64Url("__5"));  // the same bytes once more
  CHECK_FALSE(fromBase64Url("//4="));
}

TEST_CASE("random: several -> no two alike", "[call_server][unit]") {
  CHECK(randomHex(8).size() == 16);
  CHECK(randomHex(8) != randomHex(8));
}

TEST_CASE("janus token: signed -> as in RFC 2202", "[call_server][unit]") {
  CHECK(base64(hmacSha1("Jefe", "what do ya want for nothing?")) == "7/zfauXrL6LSdBbV8YTfnCWafHk=");
  const std::string token = janusToken(Secret{"key"}, 1700000000, "janus", {"janus.plugin.videoroom"});
  CHECK(token == "1700000000,janus,janus.plugin.videoroom:" +
                     base64(hmacSha1("key", "1700000000,janus,janus.plugin.videoroom")));
}

}  // namespace call_server
