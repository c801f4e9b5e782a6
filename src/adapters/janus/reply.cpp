#include "adapters/janus/reply.hpp"

#include <utility>

#include "support/text.hpp"

namespace messenger::inline v0::janus {
namespace {

/// Janus's codes are small; a large number is not one of them.
int codeOf(const Json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_number_integer()) return 0;
  constexpr std::int64_t most = 1'000'000;
  return static_cast<int>(std::clamp<std::int64_t>(found->get<std::int64_t>(), 0, most));
}

}  // namespace

Json parse(std::string_view text) {
  constexpr int deepest = 32;
  return Json::parse(
      text.begin(), text.end(), [](int depth, Json::parse_event_t, const Json&) { return depth <= deepest; },
      /*allow_exceptions=*/false);
}

std::string textOf(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

tl::unexpected<JanusError> malformed(std::string text) {
  return tl::unexpected(JanusError{ErrorKind::malformedReply, 0, std::move(text)});
}

std::string cleaned(std::string_view text, const std::vector<Secret>& secrets) {
  constexpr std::size_t most = 300;
  std::vector<std::string_view> hidden;
  hidden.reserve(secrets.size());
  for (const Secret& each : secrets) hidden.emplace_back(each.reveal());
  return support::presentable(support::withoutSecrets(text.substr(0, 64 * most), std::move(hidden)),
                              std::nullopt, most);
}

JanusResult<Json> readReply(std::string_view body, std::string_view transaction,
                            const std::vector<Secret>& secrets) {
  Json reply = parse(body);
  if (reply.is_discarded()) return malformed("the answer is not JSON");
  if (!reply.is_object()) return malformed("the answer is not a JSON object");
  const std::string kind = textOf(reply, "janus");
  if (kind == "error") {
    const auto error = reply.find("error");
    if (error == reply.end() || !error->is_object()) return malformed("an error without its code");
    return tl::unexpected(
        JanusError{ErrorKind::core, codeOf(*error, "code"), cleaned(textOf(*error, "reason"), secrets)});
  }
  if (kind.empty()) return malformed("the answer does not say what it is");
  if (textOf(reply, "transaction") != transaction) return malformed("the answer belongs to another request");
  return reply;
}

JanusResult<Json> readPluginReply(Json reply, const std::vector<Secret>& secrets) {
  if (textOf(reply, "janus") != "success") return malformed("the plugin did not answer at once");
  // The Admin API has it in `response`, the HTTP API in `plugindata.data`.
  Json data;
  if (const auto response = reply.find("response"); response != reply.end()) {
    data = std::move(*response);
  } else if (const auto wrapped = reply.find("plugindata"); wrapped != reply.end() && wrapped->is_object()) {
    if (const auto inner = wrapped->find("data"); inner != wrapped->end()) data = std::move(*inner);
  }
  if (!data.is_object()) return malformed("it contains no answer of the plugin");
  if (data.contains("error_code")) {
    return tl::unexpected(
        JanusError{ErrorKind::plugin, codeOf(data, "error_code"), cleaned(textOf(data, "error"), secrets)});
  }
  return data;
}

std::string write(const Json& json) {
  return json.dump(-1, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace);
}

}  // namespace messenger::janus
