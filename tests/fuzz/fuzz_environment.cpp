// Environments made of whatever comes: a line for each variable, whose first character chooses it and whose
// rest is its value. Reading them gives a valid configuration, or an error that names a variable and shows no
// secret.

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <string_view>

#include "messenger/adapters/janus/janus_options.hpp"
#include "messenger/config.hpp"
#include "support/text.hpp"

namespace messenger {
namespace {

constexpr std::string_view marker = "swordfish";

struct Variable {
  const char* name;
  bool isSecret = false;
};

constexpr std::array<Variable, 26> variables{{{"MESSENGER_CALLING_ENABLED"},
                                              {"MESSENGER_CALLING_SUBSCRIBER_ENABLED"},
                                              {"MESSENGER_CALLING_SUBSCRIBER_QUEUED"},
                                              {"MESSENGER_CALLING_SUBSCRIBER_CHANNEL"},
                                              {"MESSENGER_CALLS_INDEX_COUNT"},
                                              {"MESSENGER_CALLS_PAGE_COUNT"},
                                              {"MESSENGER_JOBS_TRIES"},
                                              {"MESSENGER_JOBS_BACKOFF"},
                                              {"MESSENGER_JOBS_LEASE"},
                                              {"MESSENGER_PRESENCE_TTL"},
                                              {"MESSENGER_PRESENCE_WRITE_BEHIND"},
                                              {"JANUS_SERVER_ENDPOINT"},
                                              {"JANUS_ADMIN_SERVER_ENDPOINT"},
                                              {"JANUS_VERIFY_SSL"},
                                              {"JANUS_API_SECRET", true},
                                              {"JANUS_ADMIN_SECRET", true},
                                              {"JANUS_VIDEO_ROOM_SECRET", true},
                                              {"JANUS_ROOM_KEY", true},
                                              {"MESSENGER_RETENTION_ENDED_CALLS"},
                                              {"MESSENGER_LIMITS_PARTICIPANTS"},
                                              {"MESSENGER_LIMITS_DURATION"},
                                              {"MESSENGER_LIMITS_WARNING"},
                                              {"MESSENGER_LIMITS_ALONE"},
                                              {"MESSENGER_LIMITS_EMPTY_GRACE"},
                                              {"MESSENGER_RINGING_ENABLED"},
                                              {"MESSENGER_RINGING_NO_ANSWER_AFTER"}}};

void require(bool holds, const char* what, std::string_view more = {}) {
  if (holds) return;
  std::fprintf(stderr, "broken: %s: %.*s\n", what, static_cast<int>(more.size()), more.data());
  std::abort();
}

void setFrom(std::string_view input) {
  for (const Variable& each : variables) ::unsetenv(each.name);
  while (!input.empty()) {
    const std::size_t end = std::min(input.find('\n'), input.size());
    const std::string_view line = input.substr(0, end);
    input.remove_prefix(std::min(end + 1, input.size()));
    if (line.empty()) continue;
    const Variable& chosen = variables.at(static_cast<unsigned char>(line.front()) % variables.size());
    const std::string value =
        (chosen.isSecret ? std::string{marker} : std::string{}) + std::string{line.substr(1)};
    ::setenv(chosen.name, value.c_str(), 1);
  }
}

/// Runs `read`; the text of an error is fit to be shown.
template <class Read>
void attempt(Read&& read) {
  try {
    read();
  } catch (const std::invalid_argument& error) {
    const std::string_view text = error.what();
    require(!text.empty(), "an error says something");
    require(text.find(marker) == std::string_view::npos, "an error shows no secret", text);
    require(support::isPlainText(text, 2000), "an error is plain text", text);
  }
}

void run(std::string_view input) {
  setFrom(input);
  attempt([] { Config::fromEnvironment().validate(); });
  attempt([] {
    const auto options = janus::JanusOptions::fromEnvironment();
    options.validate();
    static_cast<void>(options.keyOfRooms());
  });
}

}  // namespace
}  // namespace messenger

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 4096) return -1;
  messenger::run({reinterpret_cast<const char*>(data), size});
  return 0;
}
