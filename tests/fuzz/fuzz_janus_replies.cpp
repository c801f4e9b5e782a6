// Answers of a Janus made of whatever comes. Each is read, or is an error whose text may be shown: plain,
// short, without a secret that the client knows.

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/janus/reply.hpp"
#include "adapters/janus/video_room_replies.hpp"
#include "support/text.hpp"

namespace messenger::inline v0::janus {
namespace {

void require(bool holds, const char* what, std::string_view more = {}) {
  if (holds) return;
  std::fprintf(stderr, "broken: %s: %.*s\n", what, static_cast<int>(more.size()), more.data());
  std::abort();
}

const std::vector<Secret>& secrets() {
  static const std::vector<Secret> all{Secret{"swordfish"}, Secret{"swordfish and chips"}, Secret{"\"\\"}};
  return all;
}

template <class T>
void requireShowable(const JanusResult<T>& result) {
  if (result) return;
  const std::string text = result.error().describe();
  require(!text.empty() && text.size() < 1000, "an error has a short text", text);
  require(support::isPlainText(text, text.size()), "an error is plain text", text);
  require(text.find("swordfish") == std::string::npos, "an error shows no secret", text);
}

void run(std::string_view body) {
  const auto reply = readReply(body, "tx", secrets());
  requireShowable(reply);
  if (!reply) return;
  require(reply->is_object(), "a reply is an object");
  requireShowable(readId(*reply, "session_id"));
  const auto data = readPluginReply(*reply, secrets());
  requireShowable(data);
  if (!data) return;
  requireShowable(readId(*data, "room"));
  requireShowable(readRooms(*data));
  requireShowable(readParticipants(*data));
  requireShowable(readForwarders(*data));
  requireShowable(readTokens(*data));
  require(!parse(write(*data)).is_discarded(), "what is written can be read", write(*data));
}

}  // namespace
}  // namespace messenger::janus

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 16384) return -1;
  messenger::janus::run({reinterpret_cast<const char*>(data), size});
  return 0;
}
